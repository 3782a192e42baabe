"""Compares what two commits export, by reading their files only: no code of either is imported or run."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from agent_ci import git, process
from agent_ci.core.change import EXECUTABLE, REGULAR
from agent_ci.core.listing import TreeRow, read_tree
from agent_ci.core.notes import exports
from agent_ci.core.notes.audience import is_shipped
from agent_ci.core.notes.breaks import Break, Kind, Place
from agent_ci.errors import AgentCIError
from agent_ci.files import open_regular

_SECONDS = 15.0  # for the Python packages of one comparison
_MOST_FILES = 20_000
_FILE_BYTES = 1 << 20  # a larger file is left out on both sides
_TOTAL_BYTES = 64 << 20
_ANSWER_BYTES = 4 << 20
_PROGRAM = Path(__file__).with_name("interface_kit") / "compare.py"
_PACKAGE = re.compile(r"^(?:(?:src|lib)/)?([A-Za-z_]\w*)/__init__\.pyi?$")
_MODULE = re.compile(r"^(?:(?:src|lib)/)?([A-Za-z]\w*)\.pyi?$")
_NO_MODULES = frozenset({"setup", "conftest", "noxfile", "tasks", "fabfile", "manage"})
_KINDS = {kind.name: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Compared:
    """What changed in an interface, and in a sentence each what could not be compared."""

    breaks: tuple[Break, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class _End:
    """The files of one end of a comparison, in the git directory *folder*."""

    folder: Path
    rows: Mapping[str, TreeRow]

    @classmethod
    def of(cls, folder: Path, commit: str) -> _End:
        listing = git.run(folder, "ls-tree", "-r", "-z", "--full-tree", commit, GIT_DIR=str(folder))
        rows = read_tree(git.text(listing))
        return cls(folder, {row.path: row for row in rows if row.mode in (REGULAR, EXECUTABLE)})

    def read(self, paths: frozenset[str]) -> dict[str, bytes]:
        """The bytes of those *paths* that are here, in one go."""
        wanted = [row for path, row in self.rows.items() if path in paths]
        if not wanted:
            return {}
        raw = self._batch("--batch", wanted)
        found: dict[str, bytes] = {}
        position = 0
        for row in wanted:
            end = raw.index(b"\n", position)
            size = int(raw[position:end].rsplit(b" ", 1)[-1])
            found[row.path] = raw[end + 1 : end + 1 + size]
            position = end + size + 2
        return found

    def sizes(self, paths: frozenset[str]) -> dict[str, int]:
        """The size in bytes of those *paths* that are here. Raises ToolError where git has not what they hold."""
        wanted = [row for path, row in self.rows.items() if path in paths]
        lines = self._batch("--batch-check", wanted).decode("ascii").splitlines() if wanted else []
        if lost := [row.path for row, line in zip(wanted, lines, strict=True) if line.endswith(" missing")]:
            raise process.ToolError(
                f"what {len(lost)} file(s) hold, {lost[0]!r:.200} for one, is not in this checkout; make one that "
                "leaves out nothing (git clone without --filter, actions/checkout without `filter`)"
            )
        return {row.path: int(line.rsplit(" ", 1)[-1]) for row, line in zip(wanted, lines, strict=True)}

    def _batch(self, how: str, rows: list[TreeRow]) -> bytes:
        feed = "".join(f"{row.blob}\n" for row in rows).encode("ascii")
        return git.run(self.folder, "cat-file", how, stdin=feed, GIT_DIR=str(self.folder))


def compared(folder: Path, since: str, until: str) -> Compared:
    """What the commit *until* breaks of the interface of *since*; both are in the git directory *folder*.

    Python is compared where griffelib is installed, Go and JavaScript by their text. Raises ToolError where git fails.
    """
    before, after = _End.of(folder, since), _End.of(folder, until)
    differ = {path for path in {*before.rows, *after.rows} if before.rows.get(path) != after.rows.get(path)}
    found: list[Break] = []
    skipped: list[str] = []
    for part in (_text, _python):
        one = part(before, after, frozenset(differ))
        found += one.breaks
        skipped += one.skipped
    return Compared(tuple(found), tuple(skipped))


def _text(before: _End, after: _End, differ: frozenset[str]) -> Compared:
    paths = frozenset(filter(exports.is_exporting, differ))
    both = _readable("Go and JavaScript", before, after, paths)
    if isinstance(both, str):
        return Compared(skipped=(both,))
    old, new = ({path: raw.decode("utf-8", "replace") for path, raw in end.items()} for end in both)
    return Compared(exports.removed(old, new))


def _python(before: _End, after: _End, differ: frozenset[str]) -> Compared:
    packages = sorted({*_packages(before.rows)} & {*_packages(after.rows)})
    if not packages or not any(path.endswith((".py", ".pyi")) and is_shipped(path) for path in differ):
        return Compared()
    if find_spec("griffe") is None:
        return Compared(skipped=("the interface in Python was not compared: install agent-ci[api]",))
    belongs = _belonging(packages)
    both = _readable("Python", before, after, frozenset(filter(belongs, (*before.rows, *after.rows))))
    if isinstance(both, str):
        return Compared(skipped=(both,))
    with tempfile.TemporaryDirectory(prefix="agent-ci-interface-") as scratch:
        old, new = Path(scratch, "old"), Path(scratch, "new")
        try:
            _write(old, both[0])
            _write(new, both[1])
        except OSError as error:
            return Compared(skipped=(f"the interface in Python was not compared: {error.strerror}",))
        return _asked(old, new, Path(scratch, "answer.json"), packages)


def _asked(old: Path, new: Path, out: Path, packages: list[str]) -> Compared:
    argv = (sys.executable, "-I", "-B", str(_PROGRAM), str(old), str(new), str(out), *packages)
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    done = process.run(argv, cwd=old, environment=environment, timeout=_SECONDS)
    if done.exit_code or done.timed_out:
        why = f"took more than {_SECONDS:.0f} s" if done.timed_out else f"ended with exit code {done.exit_code}"
        return Compared(skipped=(f"the interface in Python was not compared: reading it {why}",))
    try:
        with open_regular(out, max_bytes=_ANSWER_BYTES) as file:
            return Compared(tuple(map(_break, json.loads(file.read()))))
    except (AgentCIError, ValueError) as error:
        return Compared(skipped=(f"the interface in Python was not compared: {error}",))


def _break(row: tuple[str, str, str, str, int, bool, bool]) -> Break:
    kind, symbol, parameter, path, line, is_new, is_promised = row
    return Break(_KINDS[kind], symbol, parameter, Place(path, line, is_new=is_new), is_promised=is_promised)


def _readable(
    what: str, before: _End, after: _End, paths: frozenset[str]
) -> tuple[dict[str, bytes], dict[str, bytes]] | str:
    """The files *paths* of both ends without the huge ones; a sentence where they are too many."""
    sizes = [end.sizes(paths) for end in (before, after)]
    total = sum(map(sum, (one.values() for one in sizes)))
    if len(paths) > _MOST_FILES or total > _TOTAL_BYTES:
        return f"the interface in {what} was not compared: {len(paths)} files with {total >> 20} MiB are too much"
    fits = paths - {path for one in sizes for path, size in one.items() if size > _FILE_BYTES}
    return before.read(fits), after.read(fits)


def _packages(rows: Mapping[str, TreeRow]) -> frozenset[str]:
    """The names under which a tree's Python packages are imported, else its modules; what `src` holds comes first."""
    shipped = [path for path in rows if is_shipped(path)]
    for pattern in (_PACKAGE, _MODULE):
        found = [match for path in shipped if (match := pattern.match(path))]
        inner = [match for match in found if match[0].startswith(("src/", "lib/"))]
        if names := frozenset(match[1] for match in inner or found) - _NO_MODULES:
            return names
    return frozenset()


def _belonging(packages: list[str]) -> Callable[[str], bool]:
    roots = {*packages}

    def belongs(path: str) -> bool:
        parts = PurePosixPath(path).parts
        if ".." in parts or not parts:  # a crafted tree may hold what git itself never writes
            return False
        inner = parts[1:] if parts[0] in ("src", "lib") and len(parts) > 1 else parts
        return path.endswith((".py", ".pyi")) and inner[0].partition(".")[0] in roots

    return belongs


def _write(folder: Path, texts: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for path, content in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
