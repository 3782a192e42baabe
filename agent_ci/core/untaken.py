"""Which branches a change adds, and which of them no test takes although they could be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent_ci.core.branches import Branch, branches
from agent_ci.core.coverage import IMPORTS, Coverage, Lines
from agent_ci.core.untested import definitions

Branches = Mapping[str, tuple[Branch, ...]]
"""Branches by the path of their file, in the order of its lines."""


def changed_branches(changed: Lines, head: Mapping[str, str]) -> Branches:
    """The branches in functions of *head* of which a line that decides is among the *changed* ones, by path."""
    found = {path: tuple(_of_file(head.get(path, ""), changed[path])) for path in changed}
    return {path: own for path, own in found.items() if own}


def _of_file(source: str, lines: frozenset[int]) -> Iterator[Branch]:
    inside = [(one.first, one.last) for one in definitions(source) if not one.is_stub]
    for branch in branches(source):
        if branch.head & lines and any(first <= branch.line <= last for first, last in inside):
            yield branch


def deciding(found: Branches) -> Lines:
    """The lines that decide on one of *found*, by path."""
    return {path: frozenset(line for branch in own for line in branch.head) for path, own in found.items()}


def known(found: Branches, coverage: Coverage) -> Branches:
    """Those of *found* of which *coverage* tells whether tests take them.

    Nothing is known of a file where tests run what decides and no word is said of what they run after it.
    """
    lines = deciding(found)
    return {path: own for path, own in found.items() if coverage.arcs_of(path) or not _are_run(path, lines, coverage)}


def untaken(found: Branches, coverage: Coverage) -> Branches:
    """Those of *found* that no test of *coverage* takes."""
    arcs = {path: coverage.arcs_of(path) for path in found}
    return {path: tuple(branch for branch in own if not branch.is_taken(arcs[path])) for path, own in found.items()}


def _are_run(path: str, lines: Lines, coverage: Coverage) -> bool:
    return any(coverage.tests_of(path, line) - {IMPORTS} for line in lines[path])
