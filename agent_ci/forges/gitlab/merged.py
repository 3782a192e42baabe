"""Asks GitLab what it knows of merged merge requests: a hundred of them with each question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent_ci.core.notes.requests import Request
from agent_ci.errors import ForgeUnavailableError
from agent_ci.forges.gitlab.project import Project
from agent_ci.http.api import path_of

AT_ONCE = 100
_NUMBER = re.compile(r"!([1-9][0-9]{0,8})")
_COMMITS = ("merge_commit_sha", "squash_commit_sha", "sha")
_LONGEST = 100_000  # characters of a text


@dataclass(frozen=True)
class GitLabRequests:
    """The merge requests of *project*. Source: "List project merge requests" in the documentation of GitLab's API."""

    project: Project

    def told(self, ids: tuple[str, ...]) -> Mapping[str, Request]:
        """As ``Requests.told``. One question for each hundred."""
        numbers = [int(found[1]) for id_ in ids if (found := _NUMBER.fullmatch(id_))]
        parts = [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]
        return {request.id: request for part in parts for request in self._asked(frozenset(part))}

    def _asked(self, numbers: frozenset[int]) -> Iterator[Request]:
        path = path_of("projects", self.project.name, "merge_requests")
        rows = self.project.api.get(path, state="merged", per_page=AT_ONCE, **{"iids[]": sorted(numbers)}).body
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _strange()
        for row in rows:
            number, name = row.get("iid"), self.project.name
            if type(number) is not int:  # True is no number either
                raise _strange()
            if number not in numbers or (name.isdecimal() and name != str(row.get("project_id"))):
                raise ForgeUnavailableError("GitLab answered with merge requests that it was not asked for")
            labels, author = row.get("labels"), row.get("author")
            if not isinstance(labels, list) or row.get("state") != "merged":
                raise _strange()
            yield Request(
                f"!{number}",
                _text(row.get("title")),
                _text(row["description"]) if row.get("description") is not None else "",
                tuple(map(_text, labels)),
                _text(author.get("username")) if isinstance(author, Mapping) else "",
                frozenset(_text(row[commit]) for commit in _COMMITS if row.get(commit) is not None),
            )


def _text(value: object) -> str:
    if isinstance(value, str):
        return value[:_LONGEST]
    raise _strange()


def _strange() -> ForgeUnavailableError:
    return ForgeUnavailableError("GitLab answered about merge requests with something else than it documents")
