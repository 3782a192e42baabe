"""What a GitHub that is none answers to a question about many pull requests, by the fields that the question names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.servers.github_state import Ask, Json, State

_ALIAS = re.compile(r"(\w+): pullRequest\(number: (\d+)\)")


def merge(state: State, number: int, title: str, *, commit: str = "", **fields: Any) -> None:
    """A pull request that was merged as *commit*; *fields* are its body, labels, author and the issues it closed."""
    state.pulls[number] = {"title": title, "state": "MERGED", "commit": commit, **fields}


def is_meant(ask: Ask) -> bool:
    """Whether *ask* is such a question."""
    return "pullRequest(number:" in str(ask.body.get("query"))


def answer(state: State, ask: Ask) -> Json:
    """The requests that are there, and an error of its own for each that is not, as GitHub has it."""
    query, variables = ask.body["query"], ask.body["variables"]
    assert query.count("{") == query.count("}")
    if f"{variables['owner']}/{variables['name']}" != state.name:
        return {"data": {"repository": None}, "errors": [_missing("repository")]}
    repository: Json = {"nameWithOwner": state.name}
    errors: list[Json] = []
    for alias, number in _ALIAS.findall(query):
        repository[alias] = _row(state, int(number)) if int(number) in state.pulls else None
        errors += [] if repository[alias] else [_missing("repository", alias)]
    return {"data": {"repository": repository}, **({"errors": errors} if errors else {})}


def _row(state: State, number: int) -> Json:
    kept = state.pulls[number]
    issues = [
        {"number": issue, "title": title, "repository": {"nameWithOwner": place or state.name}}
        for issue, title, place in kept.get("issues", ())
    ]
    return {
        "number": number,
        "state": kept["state"],
        "title": kept["title"],
        "body": kept.get("body", ""),
        "author": {"login": kept["login"]} if kept.get("login") else None,
        "mergeCommit": {"oid": kept["commit"]} if kept["commit"] else None,
        "labels": {"nodes": _named(kept.get("labels", ()))},
        "closingIssuesReferences": {"nodes": issues},
    }


def _named(labels: Iterable[str]) -> list[Json]:
    return [{"name": label} for label in labels]


def _missing(*path: str) -> Json:
    return {"type": "NOT_FOUND", "path": [*path], "message": f"Could not resolve to a {path[-1]}."}
