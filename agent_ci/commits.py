"""Reads a range of commits from git: all of them with their messages, and what the main line changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci import git
from agent_ci.core.notes.habits import is_changelog, is_fragment
from agent_ci.core.notes.values import Commit, Person, Range
from agent_ci.core.notes.written import HEAD, added, begun, settled
from agent_ci.process import ToolError

_FIELDS = "%H%x00%P%x00%aN%x00%aE%x00%B"
_COUNT = 5
_EARLIER = 150
_CONTEXT = 40  # lines, so that the heading above an entry is seen
_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/")
_LARGE = "512k"
_COPY = "(cherry picked from commit "


@dataclass(frozen=True)
class Log:
    """The history that git knows in *folder*: a checkout, or with *is_bare* the git directory of a clone."""

    folder: Path
    is_bare: bool = False

    def range(self, since: str, until: str) -> Range:
        """The commits after *since* (a revision, or "" for all) up to *until*. Raises ToolError for an unknown one."""
        span = (until, *((f"^{since}",) if since else ()))
        changed = dict(self._changed(span))
        every = {commit.id: commit for commit in self._commits(span, changed)}
        main_line = git.text(self._run("rev-list", "--first-parent", *span)).split()
        earlier = tuple(self._earlier(since)) if since else ()
        known = self._known(since)
        return Range(
            since, until, every, tuple(main_line), self._released(until), known, earlier, self._written(span, changed)
        )

    def knows(self, revision: str) -> bool:
        """Whether *revision* names a commit here."""
        try:
            self._run("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
        except ToolError:
            return False
        return True

    def tags(self, until: str) -> Mapping[str, str]:
        """The commit of each tag that is reachable from *until*, by name."""
        rows = self._run(
            "for-each-ref", f"--merged={until}", "--format=%(refname:strip=2) %(objectname) %(*objectname)", "refs/tags"
        )
        words = (row.split(" ") for row in git.text(rows).splitlines())
        return {name: peeled or object_ for name, object_, peeled in words}

    def day(self, revision: str) -> str:
        """The day on which *revision* was committed, as YYYY-MM-DD in its own time zone."""
        return git.text(self._run("log", "-1", "--format=%cs", "--no-show-signature", revision, "--")).strip()

    def _commits(self, span: tuple[str, ...], changed: Mapping[str, tuple[str, ...]]) -> Iterator[Commit]:
        words = self._words("--topo-order", f"--format={_FIELDS}", *span)
        rows = zip(*(words[index::_COUNT] for index in range(_COUNT)), strict=False)
        for id_, parents, name, address, message in rows:
            author, paths = Person(name, address), changed.get(id_, ())
            yield Commit(id_, tuple(parents.split()), author, message.strip(), paths)

    def _changed(self, span: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each commit, newest first, with the paths in which it differs from its first parent."""
        how = ("--diff-merges=first-parent", "--name-only", "--no-renames")
        id_, paths = "", list[str]()
        for word in self._words(*how, f"--format={HEAD}%H", *span):
            if beginning := begun(word):
                if id_:
                    yield id_, tuple(paths)
                id_, paths = beginning, []
            elif path := word.removeprefix("\n"):
                paths.append(path)
        if id_:
            yield id_, tuple(paths)

    def file(self, revision: str, *paths: str) -> str:
        """The text of the first of *paths* that is a file in *revision*; empty where none is."""
        rows = git.text(self._run("ls-tree", "-z", "--full-tree", revision, "--", *paths)).split("\0")
        held = {
            path: row.split(" ")[2] for row, _, path in (one.partition("\t") for one in rows if one) if " blob " in row
        }
        found = next((held[path] for path in paths if path in held), "")
        return self._run("cat-file", "blob", found).decode("utf-8", "replace") if found else ""

    def patch(self, commits: Iterable[str], paths: Iterable[str]) -> str:
        """What *commits* did to *paths* against their first parents; empty for no paths. Large files show nothing."""
        named = tuple(paths)
        if not named:
            return ""
        how = ("-c", "core.quotePath=false", "-c", f"core.bigFileThreshold={_LARGE}", "log", "--no-walk", "--patch")
        raw = self._run(
            *how, "--diff-merges=first-parent", "--no-renames", *_PLAIN, "--no-show-signature", "--format=", *commits,
            "--", *named,
        )  # fmt: skip
        return git.text(raw)

    def holds(self, revision: str, name: str) -> bool:
        """Whether *name* stands as a word in a file of *revision*, whatever its case; a walk through all where not."""
        try:
            self._run(
                "grep", "--quiet", "--ignore-case", "--word-regexp", "-I", "--fixed-strings", "-e", name, revision
            )
        except ToolError:
            return False
        return True

    def _written(
        self, span: tuple[str, ...], changed: Mapping[str, tuple[str, ...]]
    ) -> Mapping[str, Mapping[str, str]]:
        """The lines that commits of the main line added to changelogs and their fragments."""
        paths = {path for some in changed.values() for path in some if is_changelog(path)}
        where = sorted({path.rpartition("/")[0] if is_fragment(path) else path for path in paths})
        if not where:
            return {}
        how = (
            "--first-parent",
            "--diff-merges=first-parent",
            "--patch",
            f"--unified={_CONTEXT}",
            "--text",
            "--no-renames",
        )
        spelled = ("-c", "core.quotePath=false")  # or names that are no ASCII stand in quotes
        shown = ("--no-show-signature", f"--format={HEAD}%H")
        raw = self._run(*spelled, "log", *how, *_PLAIN, *shown, *span, "--", *where)
        return settled(added(git.text(raw)), self._fragments(span[0], where))

    def _fragments(self, until: str, where: list[str]) -> Mapping[str, str]:
        """The fragments of a changelog that are there at *until*, below *where*, by path."""
        nothing = git.text(self._run("hash-object", "-t", "tree", "--stdin")).strip()
        how = ("--patch", "--text", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--dst-prefix=b/")
        raw = self._run("-c", "core.quotePath=false", "diff", *how, nothing, until, "--", *where)
        whole = added(git.text(raw)).get("", {})
        return {path: text for path, text in whole.items() if is_fragment(path)}

    def _earlier(self, since: str) -> Iterator[Commit]:
        """The last commits of the main line up to *since*."""
        span = ("--first-parent", f"--max-count={_EARLIER}", since)
        yield from self._commits(span, dict(self._changed(span)))

    def _released(self, until: str) -> Mapping[str, str]:
        """Commits that were copied to another branch and released from there, each with its copy."""
        found: dict[str, str] = {}
        words = self._words("--fixed-strings", f"--grep={_COPY}", "--format=%H%x00%B", "--tags", f"^{until}")
        for copy, message in zip(words[::2], words[1::2], strict=False):
            copied = (line for line in message.splitlines() if line.startswith(_COPY))
            found |= {line.removeprefix(_COPY).rstrip(") "): copy for line in copied}
        return found

    def _known(self, since: str) -> frozenset[str]:
        """The signs of everybody who contributed up to *since*."""
        if not since:
            return frozenset()
        rows = (row.partition("\t") for row in set(self._words("--format=%aE%x09%aN", since)))
        return frozenset(sign for address, _, name in rows for sign in Person(name, address).signs)

    def _words(self, *arguments: str) -> list[str]:
        raw = self._run("log", "-z", "--use-mailmap", "--no-show-signature", *arguments, "--")
        return git.text(raw).removesuffix("\0").split("\0") if raw else []

    def _run(self, *arguments: str) -> bytes:
        if self.is_bare:
            return git.run(self.folder, *arguments, GIT_DIR=str(self.folder))
        return git.run(self.folder, *arguments)
