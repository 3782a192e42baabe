"""Reads a range of commits from git: all of them with their messages, and what the main line changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from agent_ci import git
from agent_ci.core.notes.values import Commit, Person, Range

_FIELDS = "%H%x00%P%x00%aN%x00%aE%x00%ct%x00%B"
_COUNT = 6
_HEAD = "\x02"
_COPY = "(cherry picked from commit "


def read_range(root: Path, since: str, until: str) -> Range:
    """The commits after *since* (a revision, or "" for all) up to *until*. Raises ToolError where one is unknown."""
    span = (until, *((f"^{since}",) if since else ()))
    changed = dict(_changed(root, span))
    every = {commit.id: commit for commit in _commits(root, span, changed)}
    return Range(
        since=since,
        until=until,
        commits=every,
        main_line=tuple(changed),
        released=_released(root, until),
        known=_known(root, since),
    )


def _commits(root: Path, span: tuple[str, ...], changed: dict[str, tuple[str, ...]]) -> Iterator[Commit]:
    words = _words(root, "--topo-order", f"--format={_FIELDS}", *span)
    rows = zip(*(words[index::_COUNT] for index in range(_COUNT)), strict=False)
    for id_, parents, name, address, time, message in rows:
        yield Commit(
            id_, tuple(parents.split()), Person(name, address), int(time), message.strip(), changed.get(id_, ())
        )


def _changed(root: Path, span: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each commit along first parents, newest first, with the paths in which it differs from its first parent."""
    how = ("--first-parent", "--diff-merges=first-parent", "--name-only", "--no-renames")
    id_, paths = "", list[str]()
    for word in _words(root, *how, f"--format={_HEAD}%H", *span):
        if word.startswith(_HEAD):
            if id_:
                yield id_, tuple(paths)
            id_, paths = word[1:], []
        elif path := word.removeprefix("\n"):
            paths.append(path)
    if id_:
        yield id_, tuple(paths)


def _released(root: Path, until: str) -> dict[str, str]:
    """Commits that were copied to another branch and released from there, each with its copy."""
    found: dict[str, str] = {}
    grep = ("--fixed-strings", f"--grep={_COPY}", "--format=%H%x00%B", "--tags", f"^{until}")
    words = _words(root, *grep)
    for copy, message in zip(words[::2], words[1::2], strict=False):
        for line in message.splitlines():
            if line.startswith(_COPY):
                found[line.removeprefix(_COPY).rstrip(")").strip()] = copy
    return found


def _known(root: Path, since: str) -> frozenset[str]:
    if not since:
        return frozenset()
    return frozenset(address.casefold() for address in _words(root, "--format=%aE", since))


def _words(root: Path, *arguments: str) -> list[str]:
    """The words of `git log -z`, without what the checkout's settings would add."""
    raw = git.run(root, "-c", "log.showSignature=false", "log", "-z", "--use-mailmap", *arguments, "--")
    return git.text(raw).removesuffix("\0").split("\0") if raw else []
