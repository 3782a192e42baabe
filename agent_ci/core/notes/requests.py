"""Knows what a forge tells of merged change requests, and how far that may change what git says of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from agent_ci.core.notes.values import Issue, Unit
from agent_ci.core.outward.markdown import without_comments

ID = re.compile(r"[#!][1-9][0-9]{0,9}")
"""A number that a forge has for a request."""

_LONGEST_TITLE, _LONGEST_LABEL, _MOST_LABELS = 1000, 200, 100  # more than any forge allows
_LONGEST_BODY, _LONGEST_LOGIN, _MOST_COMMITS, _MOST_ISSUES = 100_000, 200, 1000, 100
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


@dataclass(frozen=True, slots=True)
class Request:
    """A merged change request. ``id`` is ``#12`` or ``!12``, ``commits`` are those that merging it made.

    ``login`` is its author's, and ``issues`` are those that it closed.
    """

    id: str
    title: str
    body: str = ""
    labels: tuple[str, ...] = ()
    login: str = ""
    commits: frozenset[str] = frozenset()
    issues: tuple[Issue, ...] = ()


NONE: Mapping[str, Request] = {}


def values(requests: Mapping[str, Request], *, longest: int) -> list[dict[str, object]]:
    """*requests* as values of JSON, with at most *longest* characters of each text."""
    return [
        {**asdict(one), "body": one.body[:longest], "commits": sorted(one.commits), "labels": list(one.labels)}
        for one in requests.values()
    ]


def read(rows: object, ids: Collection[str]) -> Mapping[str, Request]:
    """The requests in *rows*, as ``values`` makes them, by id; only *ids* may be among them.

    Raises ValueError or TypeError for whatever else *rows* are; texts and lists that are too long are cut.
    """
    found = [_read(row) for row in _list(rows, len(ids))]
    if strange := [one.id for one in found if one.id not in ids]:
        raise ValueError(f"nobody asked about {strange[0][:40]}")
    return {one.id: one for one in found}


def _read(row: object) -> Request:
    if not isinstance(row, dict):
        raise TypeError("a request is no object")
    commits = (_text(one, 64) for one in _list(row.get("commits"), _MOST_COMMITS))
    issues = [one if isinstance(one, dict) else {} for one in _list(row.get("issues"), _MOST_ISSUES)]
    return Request(
        _text(row.get("id"), 12),
        _text(row.get("title"), _LONGEST_TITLE),
        _text(row.get("body"), _LONGEST_BODY),
        tuple(_text(one, _LONGEST_LABEL) for one in _list(row.get("labels"), _MOST_LABELS)),
        _text(row.get("login"), _LONGEST_LOGIN),
        frozenset(one for one in commits if _COMMIT.fullmatch(one)),
        tuple(Issue(_number(one.get("id")), _text(one.get("title"), _LONGEST_TITLE)) for one in issues),
    )


def _list(value: object, most: int) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("it holds something else where a list belongs")
    return value[:most]


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise TypeError("it holds something else where a text belongs")
    return value[:longest]


def _number(value: object) -> str:
    text = _text(value, 12)
    if not ID.fullmatch(text):
        raise ValueError(f"{text!r} is no number of an issue")
    return text


def told_with(units: Iterable[Unit], requests: Mapping[str, Request]) -> Iterator[Unit]:
    """*units* with title, text, labels, author and issues of their *requests*, by id, where these are the same change.

    A number in a message may be that of another project (a fork's, a copied history's). So the request has to have made
    a commit of the change, or to have its title. What the commits say is kept after the request's own text.
    """
    for unit in units:
        request = requests.get(unit.id)
        yield _told(unit, request) if request and _is_same(unit, request) else unit


def _is_same(unit: Unit, request: Request) -> bool:
    return not request.commits.isdisjoint(unit.commits) or _words(unit.title) == _words(request.title)


def _words(title: str) -> list[str]:
    return title.casefold().split()


def _told(unit: Unit, request: Request) -> Unit:
    body = without_comments(request.body.replace("\r\n", "\n")).strip()
    return replace(
        unit,
        title=request.title.strip()[:_LONGEST_TITLE] or unit.title,
        body="\n\n".join(part for part in (body, unit.body) if part),
        labels=tuple(label[:_LONGEST_LABEL] for label in request.labels[:_MOST_LABELS]),
        login=request.login,
        issues=request.issues,
    )
