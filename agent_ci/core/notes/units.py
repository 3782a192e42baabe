"""Knows what people decided on as one change: merged requests along the main line, in all the ways of merging."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from agent_ci.core.notes.values import Commit, Person, Range, Unit

_SHORT = 10
_LONGEST_TITLE = 1000
_GITHUB_MERGE = re.compile(r"^Merge pull request #(\d+) from \S+")
_GITLAB_MERGE = re.compile(r"^See merge request \S*?!(\d+)\s*$", re.MULTILINE)
_BITBUCKET_MERGE = re.compile(r"^Merged? in \S+ \(pull request #(\d+)\)")
_SQUASHED = re.compile(r"\(([#!]\d+)\)\s*$")
_BRANCH_MERGE = re.compile(r"^Merge (?:remote-tracking )?(?:branch(?:es)?|tag|commit) ")
_JOINS = re.compile(r"^(?:Merge|Forward-?port|Back-?merge)\b.*\b(?:into|to|branch)\b", re.IGNORECASE)
_CO_AUTHOR = re.compile(r"^co-authored-by:([^<>\n]*)<([^<>\s]+)>[ \t\r]*$", re.IGNORECASE | re.MULTILINE)


def units(range_: Range) -> tuple[Unit, ...]:
    """Every change of *range_*, newest first; each commit belongs to exactly one of them.

    A request that was merged as several commits of the main line is one change. A merge of branches without a number
    (a stable branch into the main one) is as many changes as the merged line has.
    """
    found: dict[str, Unit] = {}
    for head, brought in _brought(range_):
        for unit in _of(head, brought):
            known = found.get(unit.id)
            found[unit.id] = _joined(known, unit) if known else unit
    return tuple(reversed(found.values()))


def usual(earlier: Iterable[Commit]) -> tuple[Unit, ...]:
    """The changes that single commits of the main line were, as far as these tell."""
    return tuple(
        Unit(_number(one) or one.id[:_SHORT], *_told(one, (one,)), one.id, (one.id,), (one.author,), one.paths)
        for one in earlier
    )


def _brought(range_: Range) -> Iterator[tuple[Commit, tuple[Commit, ...]]]:
    """Each commit of the main line, oldest first, with what it brought that was not there before, itself last."""
    seen: set[str] = set()
    for id_ in reversed(range_.main_line):
        yield range_.commits[id_], tuple(_new(id_, range_, seen))


def _new(tip: str, range_: Range, seen: set[str]) -> Iterator[Commit]:
    """What is reachable from *tip* in the range and not in *seen*, parents first."""
    waiting = [(tip, False)]
    while waiting:
        id_, is_done = waiting.pop()
        if is_done:
            yield range_.commits[id_]
        elif id_ in range_.commits and id_ not in seen:
            seen.add(id_)
            waiting.append((id_, True))
            waiting += [(parent, False) for parent in reversed(range_.commits[id_].parents)]


def _of(head: Commit, brought: tuple[Commit, ...]) -> Iterator[Unit]:
    """The changes that *head* brought: one, unless it joins branches that hold several."""
    is_merge = len(head.parents) > 1
    if is_merge and _joins_branches(head, brought) and any(_number(commit) for commit in brought[:-1]):
        yield from _line_by_line(head, brought)
        return
    paths = head.paths
    authors = tuple(dict.fromkeys(person for commit in brought for person in _people(commit, head)))
    id_ = _number(head) or (_lone_number(brought) if is_merge else "") or head.id[:_SHORT]
    title, body = _told(head, brought)
    yield Unit(id_, title, body, head.id, tuple(commit.id for commit in brought), authors, paths)


def _joins_branches(head: Commit, brought: tuple[Commit, ...]) -> bool:
    """Whether the merge *head* is no change of its own: it has no number, or says that it merges a branch."""
    return not _number(head) or bool(_JOINS.match(_told(head, brought)[0]))


def _line_by_line(head: Commit, brought: tuple[Commit, ...]) -> Iterator[Unit]:
    """The changes of the merged line, each with what it brought, and the merge itself with the last of them."""
    last: Unit | None = None
    gathered: list[Commit] = []
    for commit in brought[:-1]:
        gathered.append(commit)
        if _number(commit) or len(commit.parents) == 1:
            if last:
                yield last
            title, body = _told(commit, tuple(gathered))
            authors = tuple(dict.fromkeys(person for one in gathered for person in _people(one, commit)))
            last = Unit(
                _number(commit) or commit.id[:_SHORT],
                title,
                body,
                commit.id,
                tuple(one.id for one in gathered),
                authors,
                tuple(dict.fromkeys(path for one in gathered for path in one.paths)),
            )
            gathered = []
    if last:
        yield replace(last, commits=(*last.commits, *(one.id for one in gathered), head.id))


def _number(commit: Commit) -> str:
    """The change request that *commit* says it merges; empty where it says none."""
    if found := _GITHUB_MERGE.match(commit.subject) or _BITBUCKET_MERGE.match(commit.subject):
        return f"#{found[1]}"
    if found := _GITLAB_MERGE.search(commit.body):
        return f"!{found[1]}"
    squashed = _SQUASHED.search(commit.subject)
    return squashed[1] if squashed else ""


def _lone_number(brought: Iterable[Commit]) -> str:
    numbers = {number for commit in brought if (number := _number(commit))}
    return numbers.pop() if len(numbers) == 1 else ""


def _told(head: Commit, brought: tuple[Commit, ...]) -> tuple[str, str]:
    """Title and text of the change: of the request where the merge holds them, else of its one or first commit."""
    if len(head.parents) < 2:  # noqa: PLR2004 - no merge
        return _plain(head.subject), head.body
    said = _GITLAB_MERGE.sub("", head.body).strip()
    is_stock = any(pattern.match(head.subject) for pattern in (_GITHUB_MERGE, _BITBUCKET_MERGE, _BRANCH_MERGE))
    first = next(iter(commit for commit in brought if commit.id != head.id), head)
    if not is_stock:
        return _plain(head.subject), head.body
    title, _, text = said.partition("\n")
    if title.strip():
        return _plain(title), text.strip()
    return _plain(first.subject), first.body


def _plain(title: str) -> str:
    """*title* without the number at its end, and no longer than anybody reads."""
    return _SQUASHED.sub("", title.strip()[:_LONGEST_TITLE]).rstrip()


def _people(commit: Commit, head: Commit) -> Iterator[Person]:
    """Who made *commit*; whoever merged others' work did not."""
    is_merge_of_others = commit.id == head.id and len(head.parents) > 1
    if not is_merge_of_others:
        yield commit.author
    yield from (Person(name.strip(), address) for name, address in _CO_AUTHOR.findall(commit.message))


def _joined(first: Unit, more: Unit) -> Unit:
    """Two parts of one request as one change."""
    return replace(
        first,
        head=more.head,
        commits=(*first.commits, *more.commits),
        authors=tuple(dict.fromkeys((*first.authors, *more.authors))),
        paths=tuple(dict.fromkeys((*first.paths, *more.paths))),
    )
