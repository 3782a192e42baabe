"""Has the tool that finds fault repair it: in a copy of the tree, in the sandbox, and only what is in the tree."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from pathlib import Path

from agent_ci.core.codebase import Codebase
from agent_ci.core.frameworks.checks import Check
from agent_ci.core.frameworks.homes import around, own_homes
from agent_ci.core.paths import matches
from agent_ci.core.policy import PROTECTED
from agent_ci.core.repair_commands import repairing
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular
from agent_ci.ports import Command, Tree, Workbench

_SECONDS = 120.0
_MAX_BYTES = 5_000_000  # of one file
_PASSES = 3  # a tool's repair may be what it finds fault with next
_MOST_FILES = 200  # more are no repair of something small


def repaired(
    evidence: Evidence, workbench: Workbench, prepare: Callable[[Path], None], job: Mapping[str, str]
) -> Generator[Reply, Attempt, None]:
    """What the tool of the red check makes of the tree; nothing where it is not known, or makes nothing.

    *prepare* is given the copy's folder, to bring into it what is installed for the checkout. *job* are the variables
    of the job, for the places of caches.
    """
    typed = evidence.toolchain.get("command", "")
    if evidence.toolchain.get("runner") != Check.name or typed not in evidence.target_ids:
        return
    repairs = repairing(_words(typed), _text(workbench.tree, "package.json"))
    if not repairs:
        return
    shown, last = shlex.join(repairs), ""
    for times in range(1, _PASSES + 1):
        command = Command((*own_homes(job), *repairs), around(job), min(_SECONDS, workbench.seconds_left()))
        diff = _changes(command, workbench, prepare, times=times)
        if diff in ("", last):
            return
        last = diff
        cause = f"`{typed}` fails, and `{shown}` repairs it"
        note = f"`{shown}` made it{f', run {times} times' if times > 1 else ''}"
        attempt = yield Reply("autofix", diff, cause=cause, note=note)
        if attempt.is_proven:
            return


def _words(typed: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(typed))
    except ValueError:
        return ()


def _changes(command: Command, workbench: Workbench, prepare: Callable[[Path], None], *, times: int) -> str:
    """The diff of what *command*, run so many *times*, changes in a copy, without the files that it adds or removes.

    What a change has to leave alone, such as a lock file, is in it only where the tool changes nothing else.
    """
    tree = workbench.tree
    with workbench.open() as workspace:
        prepare(workspace.root)
        before = {path: _written(workspace.root / path) for path in tree.paths()}
        for _ in range(times):
            workspace.run(command)
        touched = [path for path, when in before.items() if when and _written(workspace.root / path) != when]
        if len(touched) > _MOST_FILES:
            return ""
        texts = {path: text for path in touched if (text := _left(workspace.root / path, workspace.root))}
    asked = {path: text for path, text in texts.items() if not matches(path, PROTECTED)}
    return Codebase(tree.paths(), tree.read).diff(asked or texts)


def _written(path: Path) -> int:
    """When the file was written, in nanoseconds; 0 where none is there."""
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return 0


def _left(path: Path, root: Path) -> str:
    """The text of a file in a copy that a tool wrote in; empty where it is none."""
    with suppress(UnsupportedError, UnicodeDecodeError), open_regular(path, root=root, max_bytes=_MAX_BYTES) as file:
        return file.read(_MAX_BYTES).decode("utf-8").replace("\r\n", "\n")
    return ""


def _text(tree: Tree, path: str) -> str:
    try:
        return tree.read(path).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
