"""The only module that talks to git: the user's checkout is read, all work happens in a clone of ours."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agent_ci import process
from agent_ci.core.change import REGULAR, ChangedFile, Patch
from agent_ci.errors import StaleError, UnsupportedError
from agent_ci.process import ToolError

_ENVIRONMENT: Mapping[str, str] = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ALLOW_PROTOCOL": "file",
    "LC_ALL": "C",
    "HOME": os.devnull,
}
_HARDENED = (
    # a checkout may belong to another user (containers), and may have been tampered with
    "-c", "safe.directory=*", "-c", "safe.bareRepository=explicit",
    "-c", f"core.hooksPath={os.devnull}",
    "-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false",
    "-c", f"core.attributesFile={os.devnull}",
    "-c", "core.pager=cat", "-c", "commit.gpgSign=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
    "-c", "core.quotePath=true", "-c", "protocol.ext.allow=never", "-c", "submodule.recurse=false",
)  # fmt: skip
# Bytes leave and enter the object store as they are: no line ending, keyword, filter or encoding conversion.
_ATTRIBUTES = "* -text -ident !filter !eol !working-tree-encoding !diff !merge\n"
_NAME = "agent-ci"
_EMAIL = "agent-ci@users.noreply.github.com"
_FIX_REF = "refs/heads/agent-ci-fix"


def _git(cwd: Path, *arguments: str, stdin: bytes = b"", **variables: str) -> bytes:
    environment = {"PATH": os.environ.get("PATH", os.defpath), **_ENVIRONMENT, **variables}
    command = ("git", *_HARDENED, *arguments)
    shown = " ".join(("git", *arguments))
    return process.call(command, cwd=cwd, environment=environment, stdin=stdin, shown=shown)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Repository:
    """The user's checkout. Everything here reads, except ``fast_forward``, which is asked for by name."""

    root: Path

    @classmethod
    def at(cls, folder: Path) -> Repository:
        """The repository that *folder* is part of. Raises UnsupportedError where there is none."""
        if not folder.is_dir():
            raise UnsupportedError(f"{folder} is not a folder; pass --repository with the path of a git checkout")
        try:
            top = _git(folder, "rev-parse", "--show-toplevel")
        except ToolError as error:
            raise UnsupportedError(
                f"{folder} is not inside a git checkout; agent-ci works on committed files, so run "
                f"`git init` and commit first, or pass --repository ({error})"
            ) from error
        return cls(Path(_text(top).rstrip("\n")))

    def commit(self, revision: str) -> str | None:
        """The commit id that *revision* names, None where it names none here."""
        try:
            found = _git(self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
        except ToolError:
            return None
        return _text(found).strip()

    def head(self) -> str:
        """The id of the commit that is checked out. Raises UnsupportedError where there is none yet."""
        found = self.commit("HEAD")
        if found is None:
            raise UnsupportedError(f"{self.root} has no commit yet; commit the files that should be repaired")
        return found

    def branch(self) -> str:
        """The branch that is checked out; empty for a detached head."""
        return self._short("HEAD")

    def default_branch(self) -> str:
        """The remote's default branch, else a local ``main`` or ``master``; empty where neither is known."""
        remote = self._short("refs/remotes/origin/HEAD").removeprefix("origin/")
        names = (remote, *(name for name in ("main", "master") if self.commit(f"refs/heads/{name}")))
        return next((name for name in names if name), "")

    def remote_url(self) -> str:
        """The URL of ``origin``, empty where there is none."""
        with contextlib.suppress(ToolError):
            return _text(_git(self.root, "config", "--get", "remote.origin.url")).strip()
        return ""

    def parents(self, commit: str) -> tuple[str, ...]:
        """The ids of *commit*'s parents; empty also where a shallow checkout ends."""
        row = _text(_git(self.root, "rev-list", "--parents", "--max-count=1", "--end-of-options", commit)).split()
        return tuple(row[1:])

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor, None where none is known here (a shallow clone may have cut it off)."""
        try:
            return _text(_git(self.root, "merge-base", "--end-of-options", one, other)).strip() or None
        except ToolError:
            return None

    def is_shallow(self) -> bool:
        """Whether the history was cut off when it was fetched."""
        return _git(self.root, "rev-parse", "--is-shallow-repository").strip() == b"true"

    def is_dirty(self) -> bool:
        """Whether tracked files differ from the checked-out commit, or untracked ones wait to be added."""
        return bool(_git(self.root, "status", "--porcelain", "--ignore-submodules=all").strip())

    def fast_forward(self, clone: Clone, commit: str, *, expected: str) -> None:
        """Bring *commit* from *clone* and move the checked-out branch and files to it.

        Raises StaleError where the branch is no longer at *expected*, or local changes stand in the way.
        """
        if self.head() != expected:
            raise StaleError(f"the branch moved on from {expected[:12]} while the fix was made; run agent-ci again")
        clone.publish(commit)
        _git(
            self.root,
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            str(clone.directory),
            _FIX_REF,
        )
        try:
            _git(
                self.root,
                "merge",
                "--quiet",
                "--ff-only",
                "--no-verify-signatures",
                "--end-of-options",
                commit,
            )
        except ToolError as error:
            raise StaleError(f"the fix cannot be put onto the working tree: {error}") from error

    def _short(self, symbolic: str) -> str:
        try:
            return _text(_git(self.root, "symbolic-ref", "--short", "--quiet", symbolic)).strip()
        except ToolError:
            return ""


@dataclass(frozen=True)
class Clone:
    """A bare repository in a temporary folder that borrows the checkout's objects and none of its settings.

    Patches are applied and judged here, on trees and never on files of the user.
    """

    directory: Path

    @classmethod
    @contextlib.contextmanager
    def of(cls, repository: Repository) -> Iterator[Clone]:
        """A clone of *repository*, removed at the end."""
        common = Path(_text(_git(repository.root, "rev-parse", "--git-common-dir")).rstrip("\n"))
        common = (repository.root / common).resolve()
        with tempfile.TemporaryDirectory(prefix="agent-ci-clone-") as scratch:
            directory = Path(scratch, "clone.git")
            _git(Path(scratch), "init", "--quiet", "--bare", "--template=", str(directory))
            (directory / "info").mkdir(exist_ok=True)
            (directory / "info" / "attributes").write_text(_ATTRIBUTES)
            (directory / "objects" / "info" / "alternates").write_text(f"{common / 'objects'}\n")
            if (common / "shallow").is_file():
                shutil.copyfile(common / "shallow", directory / "shallow")
            yield cls(directory)

    def tree(self, revision: str) -> GitTree:
        """The files of a commit or tree id."""
        return GitTree(self, self._line("rev-parse", "--verify", "--end-of-options", revision + "^{tree}"))

    def tree_of_checkout(self, repository: Repository) -> GitTree:
        """The files of the checkout as they are now: uncommitted and untracked ones too, ignored ones not."""
        attributes = self.directory / "info" / "attributes"
        attributes.write_text("")  # the user's own line ending rules decide what would be committed
        try:
            with self._index() as index:
                self._git("read-tree", self.tree(repository.head()).id, GIT_INDEX_FILE=index)
                self._git("add", "--all", GIT_INDEX_FILE=index, GIT_WORK_TREE=str(repository.root))
                return GitTree(self, self._line("write-tree", GIT_INDEX_FILE=index))
        finally:
            attributes.write_text(_ATTRIBUTES)

    def edit(self, tree: str, files: Mapping[str, bytes | None]) -> str:
        """The id of *tree* with *files* replaced; None removes one. Modes stay, new files are plain."""
        rows = []
        modes = {row.path: row.mode for row in self._rows(tree)}
        for path, content in files.items():
            if content is None:
                rows.append(f"0 {'0' * 40}\t{path}")
            else:
                blob = self._line("hash-object", "-w", "--stdin", "--no-filters", stdin=content)
                rows.append(f"{modes.get(path, REGULAR)} {blob}\t{path}")
        feed = "".join(f"{row}\0" for row in rows).encode("utf-8", "surrogateescape")
        with self._index() as index:
            self._git("read-tree", tree, GIT_INDEX_FILE=index)
            self._git("update-index", "-z", "--index-info", stdin=feed, GIT_INDEX_FILE=index)
            return self._line("write-tree", GIT_INDEX_FILE=index)

    def apply(self, tree: str, diff: str) -> str:
        """The id of *tree* with the canonical *diff* applied strictly. Raises ToolError where it does not."""
        with self._index() as index:
            self._git("read-tree", tree, GIT_INDEX_FILE=index)
            feed = diff.encode("utf-8", "surrogateescape")
            self._git("apply", "--cached", "--recount", "--whitespace=nowarn", "-", stdin=feed, GIT_INDEX_FILE=index)
            return self._line("write-tree", GIT_INDEX_FILE=index)

    def patch(self, base_tree: str, tree: str) -> Patch:
        """The change from *base_tree* to *tree* in git's own words."""
        options = ("diff-tree", "-r", "--no-renames", "--full-index", "--no-ext-diff", "--no-textconv")
        rows = self._git(*options, "-z", "--raw", "--numstat", base_tree, tree)
        prefixes = ("--src-prefix=a/", "--dst-prefix=b/")
        diff = self._git(*options, "-p", "--binary", *prefixes, base_tree, tree)
        return Patch(diff=_text(diff), files=_changed_files(rows), base_tree=base_tree, tree=tree)

    def commit(self, tree: str, *, parent: str, message: str) -> str:
        """The id of a new commit of *tree* by agent-ci."""
        author = {"GIT_AUTHOR_NAME": _NAME, "GIT_AUTHOR_EMAIL": _EMAIL}
        committer = {"GIT_COMMITTER_NAME": _NAME, "GIT_COMMITTER_EMAIL": _EMAIL}
        return self._line("commit-tree", tree, "-p", parent, stdin=message.encode(), **author, **committer)

    def format_patch(self, commit: str) -> bytes:
        """*commit* as a mail that ``git am`` takes."""
        return self._git(
            "format-patch", "--stdout", "--max-count=1", "--full-index", "--binary", "--no-renames", commit
        )

    def publish(self, commit: str) -> None:
        """Give *commit* a name by which the checkout can fetch it."""
        self._git("update-ref", _FIX_REF, commit)

    def _rows(self, tree: str) -> tuple[_Row, ...]:
        raw = _text(self._git("ls-tree", "-r", "-z", "--full-tree", tree))
        return tuple(_Row.read(entry) for entry in raw.split("\0") if entry)

    @contextlib.contextmanager
    def _index(self) -> Iterator[str]:
        with tempfile.TemporaryDirectory(prefix="index-", dir=self.directory) as folder:
            yield str(Path(folder, "index"))

    def _line(self, *arguments: str, stdin: bytes = b"", **variables: str) -> str:
        return _text(self._git(*arguments, stdin=stdin, **variables)).strip()

    def _git(self, *arguments: str, stdin: bytes = b"", **variables: str) -> bytes:
        return _git(self.directory, *arguments, stdin=stdin, GIT_DIR=str(self.directory), **variables)


@dataclass(frozen=True, slots=True)
class _Row:
    mode: str
    blob: str
    path: str

    @classmethod
    def read(cls, entry: str) -> _Row:
        facts, _, path = entry.partition("\t")
        mode, _kind, blob = facts.split()
        return cls(mode, blob, path)


@dataclass(frozen=True)
class GitTree:
    """The files of one tree id, read from the clone's objects."""

    clone: Clone
    id: str

    @cached_property
    def _blobs(self) -> dict[str, str]:
        return {row.path: row.blob for row in self.clone._rows(self.id)}  # noqa: SLF001 - one module

    def paths(self) -> tuple[str, ...]:
        """Every file's path, sorted."""
        return tuple(sorted(self._blobs))

    def read(self, path: str) -> bytes:
        """One file's bytes. Raises FileNotFoundError."""
        if path not in self._blobs:
            raise FileNotFoundError(path)
        return self.clone._git("cat-file", "blob", self._blobs[path])  # noqa: SLF001 - as above

    def export(self, into: Path) -> None:
        """Write every file below *into*: plain bytes, links as links, submodules as empty folders."""
        index = self.clone.directory / f"export-{self.id}"
        if not index.exists():
            self.clone._git("read-tree", self.id, GIT_INDEX_FILE=str(index))  # noqa: SLF001 - as above
        self.clone._git(  # noqa: SLF001 - as above
            "checkout-index",
            "--all",
            "--force",
            f"--prefix={into}/",
            GIT_INDEX_FILE=str(index),
            GIT_WORK_TREE=str(into),
        )


def _changed_files(rows: bytes) -> tuple[ChangedFile, ...]:
    """Read ``--raw --numstat -z``: first a raw row per path (two fields), then a count row per path (one)."""
    fields = iter(_text(rows).split("\0"))
    found: dict[str, ChangedFile] = {}
    for item in fields:
        if item.startswith(":"):
            old_mode, new_mode, _old, _new, status = item[1:].split()
            path = next(fields)
            found[path] = ChangedFile(path, status[0], old_mode, new_mode)
        elif item:
            added, removed, path = item.split("\t", 2)
            row = found[path]
            counts = (0, 0) if added == "-" else (int(added), int(removed))
            found[path] = ChangedFile(path, row.status, row.old_mode, row.new_mode, *counts, is_binary=added == "-")
    return tuple(found.values())


def create_repository(folder: Path, message: str) -> None:
    """Make *folder* a repository with the branch ``main`` and one commit of all its files."""
    _git(folder, "init", "--quiet", "--initial-branch=main", "--template=")
    commit_all(folder, message)


def commit_all(folder: Path, message: str) -> None:
    """Commit every file of *folder*."""
    _git(folder, "add", "--all")
    identity = ("-c", f"user.name={_NAME}", "-c", f"user.email={_EMAIL}")
    _git(folder, *identity, "commit", "--quiet", "--no-verify", "-m", message)
