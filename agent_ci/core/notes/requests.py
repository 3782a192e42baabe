"""Knows what a forge tells of merged change requests, and how far that may change what git says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from agent_ci.core.notes.values import Issue, Unit
from agent_ci.core.outward.markdown import without_comments

_LONGEST_TITLE, _LONGEST_LABEL, _MOST_LABELS = 1000, 200, 100  # more than any forge allows


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
