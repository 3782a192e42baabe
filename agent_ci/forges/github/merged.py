"""Asks GitHub what it knows of merged pull requests: fifty of them with each question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent_ci.core.notes.requests import Request
from agent_ci.core.notes.values import Issue
from agent_ci.errors import ForgeUnavailableError, NotAllowedError
from agent_ci.forges.github.project import Project

AT_ONCE = 50
_LABELS, _ISSUES = 30, 10
_NUMBER = re.compile(r"#([1-9][0-9]{0,8})")
_LONGEST = 100_000  # characters of a text
_SHAPE = """
fragment Told on PullRequest {
  number state title body author { login } mergeCommit { oid }
  labels(first: %d) { nodes { name } }
  closingIssuesReferences(first: %d) { nodes { number title repository { nameWithOwner } } }
}
""" % (_LABELS, _ISSUES)  # noqa: UP031 - braces are GraphQL's own


@dataclass(frozen=True)
class GitHubRequests:
    """The pull requests of *project*. Source: "Objects" (PullRequest) in the reference of GitHub's GraphQL API."""

    project: Project

    def told(self, ids: tuple[str, ...]) -> Mapping[str, Request]:
        """As ``Requests.told``. One question for each fifty; an issue's number is none of a request."""
        numbers = [int(found[1]) for id_ in ids if (found := _NUMBER.fullmatch(id_))]
        parts = [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]
        return {request.id: request for part in parts for request in self._asked(part)}

    def _asked(self, numbers: Sequence[int]) -> Iterator[Request]:
        rows = " ".join(f"r{number}: pullRequest(number: {number}) {{ ...Told }}" for number in numbers)
        query = (
            "query($owner: String!, $name: String!) {"
            f" repository(owner: $owner, name: $name) {{ nameWithOwner {rows} }} }}{_SHAPE}"
        )
        owner, name = self.project.name.split("/")
        data, lacks = self.project.api.graphql_partly(query, {"owner": owner, "name": name})
        found = data.get("repository")
        if "FORBIDDEN" in lacks and not (isinstance(found, dict) and any(found.get(f"r{one}") for one in numbers)):
            raise NotAllowedError("the token may not read pull requests; give it the permission pull-requests: read")
        repository = _object(found)
        if _text(repository.get("nameWithOwner")).casefold() != self.project.name.casefold():
            raise ForgeUnavailableError(f"GitHub answered for another repository than {self.project.name}")
        for number in numbers:
            if (row := repository.get(f"r{number}")) is not None:
                yield from self._read(number, _object(row))

    def _read(self, number: int, row: Mapping[str, Any]) -> Iterator[Request]:
        """The request in *row*, nothing where it is not merged."""
        if type(row.get("number")) is not int or row["number"] != number:  # True is no number
            raise ForgeUnavailableError(f"GitHub was asked for the pull request {number} and answered for another")
        if row.get("state") != "MERGED":
            return
        author, commit = row.get("author"), row.get("mergeCommit")  # null for an account or a commit that is gone
        yield Request(
            f"#{number}",
            _text(row.get("title")),
            _text(row.get("body")),
            tuple(_text(label.get("name")) for label in _nodes(row.get("labels"))),
            _text(_object(author).get("login")) if author is not None else "",
            frozenset({_text(_object(commit).get("oid"))} if commit is not None else ()),
            tuple(self._issues(_nodes(row.get("closingIssuesReferences")))),
        )

    def _issues(self, nodes: list[Mapping[str, Any]]) -> Iterator[Issue]:
        """The issues of this project among *nodes*."""
        for node in nodes:
            place = _text(_object(node.get("repository")).get("nameWithOwner"))
            number = node.get("number")
            if place.casefold() == self.project.name.casefold() and type(number) is int:
                yield Issue(f"#{number}", _text(node.get("title")))


def _nodes(connection: object) -> list[Mapping[str, Any]]:
    """The objects of a list, none for one that is not shown (null)."""
    nodes = _object(connection).get("nodes") if connection is not None else []
    if not isinstance(nodes, list):
        raise _strange()
    return [_object(node) for node in nodes if node is not None]


def _object(value: object) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise _strange()


def _text(value: object) -> str:
    if isinstance(value, str):
        return value[:_LONGEST]
    raise _strange()


def _strange() -> ForgeUnavailableError:
    return ForgeUnavailableError("GitHub answered about pull requests with something else than it documents")
