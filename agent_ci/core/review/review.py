"""What the text of a change gives away: every objection that can be seen without running it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from agent_ci.core.change import ChangedText
from agent_ci.core.paths import is_test_path
from agent_ci.core.report import TestCase
from agent_ci.core.review import (
    characters,
    dependencies,
    errors,
    hard_coded,
    hard_coded_text,
    instructions,
    loosened_types,
    reach,
    running,
    signs,
    suppressions,
)
from agent_ci.core.review.added import Added, Finding, surplus
from agent_ci.core.review.expectations import Expectations
from agent_ci.core.review.oracle import weakenings

_MOST = 3
"""So many objections of one rule to one file say enough."""


@dataclass(frozen=True)
class Facts:
    """What a review may look at beside the change.

    ``targets`` are the failing tests that the change repairs. ``texts`` are the files of the tree before the
    change, by path, read when they are asked for; a file that is no text is not among them.
    """

    targets: tuple[TestCase, ...] = ()
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def is_about_types(self) -> bool:
        """Whether what is repaired is what a type checker says."""
        return loosened_types.is_about_types(self.targets)

    @cached_property
    def expectations(self) -> Expectations:
        """What the failing tests pass in and expect."""
        return Expectations.of(self.targets, self.texts)


def objections(changes: tuple[ChangedText, ...], facts: Facts) -> tuple[str, ...]:
    """One sentence per broken rule, each ending in the rule's name; empty where nothing speaks against *changes*."""
    found = [objection for change in changes for objection in (*_about(change, facts), *weakenings(change))]
    return tuple(dict.fromkeys((*found, *reach.objections(changes))))


def _about(change: ChangedText, facts: Facts) -> Iterator[str]:
    if change.after is None:
        return
    added = Added.of(change)
    counted: Counter[str] = Counter()
    for finding in sorted(_findings(added, facts), key=lambda finding: finding.line):
        counted[finding.rule.name] += 1
        if counted[finding.rule.name] <= _MOST:
            yield finding.rule.objection(f"{added.path}:{finding.line}: {finding.sentence}")


def _findings(added: Added, facts: Facts) -> Iterator[Finding]:
    yield from suppressions.findings(added)
    if facts.is_about_types:
        yield from loosened_types.findings(added)
    yield from characters.findings(added)
    yield from instructions.findings(added)
    yield from dependencies.findings(added, facts.texts)
    if not is_test_path(added.path):
        yield from _in_source(added, facts)


def _in_source(added: Added, facts: Facts) -> Iterator[Finding]:
    try:
        found = tuple(_in_python(added, facts))
    except RecursionError:  # an expression nested to break a parser: its lines are read instead
        found = ()
    else:
        if added.trees:
            yield from found
            return
    yield from signs.findings(added)
    if added.language not in ("", "python"):
        yield from hard_coded_text.findings(added, facts.expectations)


def _in_python(added: Added, facts: Facts) -> Iterator[Finding]:
    if added.trees is None:
        return
    before, after = added.trees
    told = facts.expectations
    used = frozenset[str]()
    if any(tool in added.after for tool in running.TOOLS):
        used = dependencies.tools_in_use(facts.texts, running.TOOLS, added.path)
    old = running.Source(added.path, before, told.names, used)
    new = running.Source(added.path, after, told.names, used)
    yield from surplus(added, running.findings(old), running.findings(new))
    yield from surplus(added, errors.findings(before), errors.findings(after))
    yield from surplus(added, (), hard_coded.findings(before, after, added.before, told))
