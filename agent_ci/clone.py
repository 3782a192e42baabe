"""A clone whose configuration is ours: the trees that are run, and where changes are applied and judged."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from agent_ci import git
from agent_ci.checkout import Remote, Repository
from agent_ci.confine import ownership
from agent_ci.core.change import REGULAR, Patch
from agent_ci.core.listing import SUBMODULE, TreeRow, read_changes, read_tree
from agent_ci.core.names import source_text
from agent_ci.core.patches.hunks import added_lines
from agent_ci.ports import Tree
from agent_ci.process import ToolError

# Bytes leave and enter the object store as they are: no line ending, keyword, filter or encoding conversion.
_DEPTH = 200  # commits of history that are fetched, to find where two branches parted
_SOURCE_BYTES, _TOTAL_BYTES = 1 << 20, 64 << 20  # of one file that is read among others, and of them all
PROTOCOLS = "file:https:http"  # no others: their programs would be started
_WHOLE_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MOST_TREES = 4  # that are kept for the next question; one with many files takes memory
_ATTRIBUTES = "* -text -ident !filter !eol !working-tree-encoding !diff !merge\n"


@dataclass(frozen=True, slots=True)
class Logged:
    """A commit as the log shows it: its id, its tree's, the author's address and the message."""

    id: str
    tree: str
    email: str
    message: str


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        shutil.copyfile(source, target)


@dataclass(frozen=True)
class Clone:
    """A bare repository in a temporary folder that borrows the checkout's objects and none of its settings.

    Patches are applied and judged here, on trees and never on files of the user.
    """

    directory: Path
    _ids: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _trees: dict[str, GitTree] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    @contextlib.contextmanager
    def of(cls, repository: Repository) -> Iterator[Clone]:
        """A clone of *repository*, removed at the end."""
        common = repository.root / git.text(git.run(repository.root, "rev-parse", "--git-common-dir")).removesuffix(
            "\n"
        )
        kind = git.text(git.run(repository.root, "rev-parse", "--show-object-format")).strip()
        with tempfile.TemporaryDirectory(prefix="agent-ci-clone-") as scratch:
            Path(scratch, "owner").write_text(ownership.signature(), encoding="utf-8")  # a killed run's goes away later
            directory = Path(scratch, "clone.git")
            git.run(Path(scratch), "init", "-q", "--bare", "--template=", f"--object-format={kind}", str(directory))
            (directory / "info").mkdir(exist_ok=True)
            (directory / "info" / "attributes").write_text(_ATTRIBUTES)
            (directory / "objects" / "info" / "alternates").write_text(f"{common.resolve() / 'objects'}\n")
            _copy(common / "shallow", directory / "shallow")
            _copy(common / "info" / "exclude", directory / "info" / "exclude")
            yield cls(directory)

    def tree(self, revision: str) -> GitTree:
        """The files of a commit or tree id. What a whole id means never changes, so that git is asked once."""
        id_ = self._ids.get(revision)
        if id_ is None:
            id_ = self._line("rev-parse", "--verify", "--end-of-options", revision + "^{tree}")
            if _WHOLE_ID.fullmatch(revision):
                self._ids[revision] = id_
        found = self._trees.pop(id_) if id_ in self._trees else GitTree(self, id_)
        self._trees[id_] = found  # the last in the dict
        if len(self._trees) > _MOST_TREES:
            del self._trees[next(iter(self._trees))]
        return found

    def has(self, commit: str) -> bool:
        """Whether the commit with the id *commit* is here with its files."""
        try:
            self.tree(commit)
        except ToolError:
            return False
        return True

    def tree_of_checkout(self, repository: Repository) -> GitTree:
        """The files of the checkout as they are now: uncommitted and untracked ones too, ignored ones not."""
        root, settings = str(repository.root), repository.file_settings()
        with self._no_attributes(), self._index() as index:
            self._git("read-tree", self.tree(repository.head()).id, GIT_INDEX_FILE=index)
            skip = ("update-index", "-z", "--skip-worktree", "--stdin")
            self._git(*skip, stdin=repository.left_out_paths(), GIT_INDEX_FILE=index, GIT_WORK_TREE=root)
            self._git("add", "--all", settings=settings, GIT_INDEX_FILE=index, GIT_WORK_TREE=root)
            return GitTree(self, self._line("write-tree", GIT_INDEX_FILE=index))

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor, None where none is known here."""
        try:
            return self._line("merge-base", "--end-of-options", one, other) or None
        except ToolError:
            return None

    def fetch(self, remote: Remote, *wanted: str) -> str:
        """Bring the commits or branches *wanted* with some history from *remote*; the id of the first.

        Raises ToolError where it does not answer or does not have them.
        """
        refspecs = [f"+{name}:refs/fetched/{index}" for index, name in enumerate(wanted)]
        self._git(
            *("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"),
            *("--no-auto-maintenance", f"--depth={_DEPTH}", "--end-of-options", remote.url, *refspecs),
            settings=remote.settings,
            GIT_ALLOW_PROTOCOL=PROTOCOLS,
        )
        return self._line("rev-parse", "--verify", "refs/fetched/0^{commit}")

    def complete(self, remote: Remote, commit: str) -> None:
        """Bring the whole history of *commit* and all tags from *remote*. Raises ToolError where it does not answer."""
        self._git(
            *("fetch", "--quiet", "--tags", "--no-recurse-submodules", "--no-write-fetch-head", "--unshallow"),
            *("--no-auto-maintenance", "--end-of-options", remote.url, f"+{commit}:refs/fetched/whole"),
            settings=remote.settings,
            GIT_ALLOW_PROTOCOL=PROTOCOLS,
        )

    def head_at(self, remote: Remote, branch: str) -> str:
        """The id of the commit that *branch* of *remote* is at, empty where it has no such branch. Raises ToolError."""
        name = f"refs/heads/{branch}"
        asked = ("ls-remote", "--quiet", "--end-of-options", remote.url, name)
        rows = git.text(self._git(*asked, settings=remote.settings, GIT_ALLOW_PROTOCOL=PROTOCOLS)).splitlines()
        listed = (row.split("\t", 1) for row in rows)  # a ref that only ends in that name is listed as well
        return next((row[0] for row in listed if row[-1] == name), "")

    def push(self, remote: Remote, commit: str, *, branch: str, expected: str) -> None:
        """Move *branch* of *remote* from the commit *expected*, empty for a new branch, to *commit*.

        Nothing is forced and nothing removed: the remote moves the branch from *expected* or not at all, and *commit*
        has to follow from it. Raises ToolError with what git and the remote said.
        """
        if expected and self.merge_base(expected, commit) != expected:
            raise ToolError(f"{commit[:12]} does not follow from {expected[:12]}, so that it is not pushed")
        name = f"refs/heads/{branch}"
        self._git(
            *("push", "--no-verify", "--no-follow-tags", "--no-signed", "--recurse-submodules=no"),
            *(f"--force-with-lease={name}:{expected}", "--end-of-options", remote.url, f"{commit}:{name}"),
            settings=remote.settings,
            GIT_ALLOW_PROTOCOL=PROTOCOLS,
        )

    def after(self, commit: str, head: str) -> tuple[Logged, ...]:
        """The commits that *head* has on top of *commit* along first parents, the newest first, at most 50."""
        options = ("-z", "--first-parent", "--max-count=50", "--format=%H%x00%T%x00%ae%x00%B", "--no-show-signature")
        fields = git.text(self._git("log", *options, "--end-of-options", head, f"^{commit}")).split("\0")
        return tuple(Logged(*fields[start : start + 4]) for start in range(0, len(fields) - 3, 4))

    def subjects(self, commit: str, path: str) -> tuple[str, ...]:
        """The latest commits up to *commit* that changed *path*, at most ten: each by its short id and its subject."""
        options = ("-z", "--max-count=10", "--format=%h %s", "--no-show-signature")
        told = self._git("log", *options, "--end-of-options", commit, "--", path, GIT_LITERAL_PATHSPECS="1")
        return tuple(filter(None, git.text(told).split("\0")))

    def edit(self, tree: str, files: Mapping[str, bytes | None]) -> str:
        """The id of *tree* with *files* replaced; None removes one. Modes stay, new files are plain.

        Raises ToolError for a path that git allows in no tree.
        """
        rows = []
        modes = {row.path: row.mode for row in self.tree(tree).rows}
        for path, content in files.items():
            if content is None:
                rows.append(f"0 {'0' * len(tree)}\t{path}")
            else:
                blob = self._line("hash-object", "-w", "--stdin", "--no-filters", stdin=content)
                rows.append(f"{modes.get(path, REGULAR)} {blob}\t{path}")
        feed = "".join(f"{row}\0" for row in rows).encode("utf-8", "surrogateescape")
        with self._index() as index:
            self._git("read-tree", tree, GIT_INDEX_FILE=index)
            self._git("update-index", "-z", "--index-info", stdin=feed, GIT_INDEX_FILE=index)
            edited = self._line("write-tree", GIT_INDEX_FILE=index)
        there = {row.path for row in self.tree(edited).rows}  # git leaves out a path it refuses, and says nothing
        for path in (path for path, content in files.items() if content is not None and path not in there):
            raise ToolError(f"git allows no file with the path {path!r}; name one inside the repository")
        return edited

    def apply(self, tree: str, diff: str, *, is_merge: bool = False) -> str:
        """The id of *tree* with the canonical *diff* applied strictly. Raises ToolError where it does not.

        With *is_merge* the diff was made for another tree, and is put together with what differs here.
        """
        options = ("--cached", "--whitespace=nowarn", "--3way" if is_merge else "--recount")
        with self._index() as index:
            self._git("read-tree", tree, GIT_INDEX_FILE=index)
            feed = diff.encode("utf-8", "surrogateescape")
            self._git("apply", *options, "-", stdin=feed, GIT_INDEX_FILE=index)
            return self._line("write-tree", GIT_INDEX_FILE=index)

    def patch(self, base_tree: str, tree: str) -> Patch:
        """The change from *base_tree* to *tree* in git's own words."""
        options = ("diff-tree", "-r", "--no-renames", "--full-index", "--no-ext-diff", "--no-textconv")
        rows = self._git(*options, "-z", "--raw", "--numstat", base_tree, tree)
        prefixes = ("--src-prefix=a/", "--dst-prefix=b/")
        diff = self._git(*options, "-p", "--binary", *prefixes, base_tree, tree)
        return Patch(diff=git.text(diff), files=read_changes(git.text(rows)), base_tree=base_tree, tree=tree)

    def added_lines(self, base_tree: str, tree: str) -> dict[str, frozenset[int]]:
        """The lines (1-based) that *tree* has and *base_tree* has not, by path; a file that was renamed is followed."""
        options = ("diff-tree", "-r", "-p", "--find-renames", "--unified=0", "--no-ext-diff", "--no-textconv")
        plain = ("--src-prefix=a/", "--dst-prefix=b/", "--no-color")
        spelled = ("-c", "core.quotePath=false")  # or names that are no ASCII stand in quotes
        return added_lines(git.text(self._git(*spelled, *options, *plain, base_tree, tree)))

    def commit(self, tree: str, *, parent: str, message: str) -> str:
        """The id of a new commit of *tree* by agent-ci."""
        return self._line(
            "commit-tree",
            tree,
            "-p",
            parent,
            stdin=message.encode(),
            **git.IDENTITY,
        )

    def format_patch(self, commit: str) -> bytes:
        """*commit* as a mail that ``git am`` takes."""
        return self._git(
            *("format-patch", "--stdout", "--max-count=1", "--full-index", "--binary", "--no-renames"),
            *("--end-of-options", commit),
        )

    def pack(self, commit: str, *, since: str) -> bytes:
        """The objects that *commit* needs on top of *since*, as a pack."""
        return self._git("pack-objects", "--revs", "--stdout", "-q", stdin=f"{commit}\n^{since}\n".encode())

    @contextlib.contextmanager
    def _no_attributes(self) -> Iterator[None]:
        """Let the checkout's own line ending rules decide what would be committed, its files being read."""
        attributes = self.directory / "info" / "attributes"
        attributes.write_text("")
        try:
            yield
        finally:
            attributes.write_text(_ATTRIBUTES)

    @contextlib.contextmanager
    def _index(self) -> Iterator[str]:
        with tempfile.TemporaryDirectory(prefix="index-", dir=self.directory) as folder:
            yield str(Path(folder, "index"))

    def _line(self, *arguments: str, stdin: bytes = b"", **variables: str) -> str:
        return git.text(self._git(*arguments, stdin=stdin, settings=git.NOTHING, **variables)).strip()

    def _git(
        self, *arguments: str, stdin: bytes = b"", settings: Mapping[str, str] = git.NOTHING, **variables: str
    ) -> bytes:
        directory = str(self.directory)
        return git.run(self.directory, *arguments, stdin=stdin, settings=settings, GIT_DIR=directory, **variables)


@dataclass(frozen=True)
class GitTree:
    """The files of one tree id, read from the clone's objects."""

    clone: Clone
    id: str

    @cached_property
    def rows(self) -> tuple[TreeRow, ...]:
        """What it holds: files, links and submodules."""
        listing = self.clone._git("ls-tree", "-r", "-z", "--full-tree", self.id)  # noqa: SLF001 - one module
        return read_tree(git.text(listing))

    @cached_property
    def _blobs(self) -> dict[str, str]:
        return {row.path: row.blob for row in self.rows if row.mode != SUBMODULE}

    def paths(self) -> tuple[str, ...]:
        """Every file's path, sorted."""
        return tuple(sorted(self._blobs))

    def read(self, path: str) -> bytes:
        """One file's bytes. Raises FileNotFoundError."""
        if path not in self._blobs:
            raise FileNotFoundError(path)
        return self.clone._git("cat-file", "blob", self._blobs[path])  # noqa: SLF001 - as above

    def read_all(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The bytes of those *paths* that are here, in one go; what no person wrote, by its size, is left out."""
        wanted = [path for path in paths if path in self._blobs]
        feed = "".join(f"{self._blobs[path]}\n" for path in wanted).encode("ascii")
        sizes = self.clone._git("cat-file", "--batch-check=%(objectsize)", stdin=feed)  # noqa: SLF001 - as above
        small, left = [], _TOTAL_BYTES
        for path, told in zip(wanted, sizes.splitlines(), strict=True):
            if told.isdigit() and int(told) <= min(_SOURCE_BYTES, left):  # else it is missing: a partial clone
                small.append(path)
                left -= int(told)
        feed = "".join(f"{self._blobs[path]}\n" for path in small).encode("ascii")
        raw = self.clone._git("cat-file", "--batch", stdin=feed)  # noqa: SLF001 - as above
        found: dict[str, bytes] = {}
        position = 0
        for path in small:
            end = raw.index(b"\n", position)
            size = int(raw[position:end].rsplit(b" ", 1)[-1])
            found[path] = raw[end + 1 : end + 1 + size]
            position = end + size + 2
        return found

    def mentions(self, pattern: str) -> bool:
        """Whether a text file has a line that matches *pattern*, an extended regular expression of git grep."""
        try:
            self.clone._git("grep", "-I", "-q", "-E", "-e", pattern, self.id)  # noqa: SLF001 - as above
        except ToolError:
            return False
        return True

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


@dataclass(frozen=True)
class Texts(Mapping[str, str]):
    """The text files of a tree by path, read when they are asked for. What is no UTF-8 is not among them."""

    tree: Tree

    def __getitem__(self, path: str) -> str:
        try:
            return self.tree.read(path).decode("utf-8")
        except (FileNotFoundError, UnicodeDecodeError) as error:
            raise KeyError(path) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self.tree.paths())

    def __len__(self) -> int:
        return len(self.tree.paths())


@dataclass(frozen=True)
class Sources(Texts):
    """The text files of a tree, the Python ones read as Python reads them: by their cookie, without a byte order mark.

    They are to be read only: what is written back would be in another encoding.
    """

    def __getitem__(self, path: str) -> str:
        if not path.endswith(".py"):
            return super().__getitem__(path)
        try:
            return source_text(self.tree.read(path))
        except (FileNotFoundError, SyntaxError, ValueError, LookupError) as error:
            raise KeyError(path) from error


@dataclass(frozen=True)
class Loaded(Texts):
    """The same for a reader of most files of a kind: all with one ending are read at once, huge ones never.

    Bytes that are no UTF-8 are replaced, so that a person's name in another encoding hides no file.
    """

    _read: dict[str, dict[str, bytes]] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, path: str) -> str:
        ending = PurePosixPath(path).suffix
        if not ending or not isinstance(self.tree, GitTree):
            return super().__getitem__(path)
        if ending not in self._read:
            self._read[ending] = self.tree.read_all(path for path in self.tree.paths() if path.endswith(ending))
        return self._read[ending][path].decode("utf-8", "replace")
