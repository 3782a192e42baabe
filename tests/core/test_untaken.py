"""Which branches a change adds, what is known of them, and the targets that they make."""

from __future__ import annotations

from agent_ci.core.branches import Arc
from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.untaken import changed_branches, deciding, known, untaken
from agent_ci.core.untested import Target, targets

CODE = """def clamp(n, items):
    if n > 3:
        n = 3
    for one in items:
        n += one
    return n


def other(n):
    while n:
        n -= 1


if CODE:
    pass
"""
FILES = {"a.py": CODE}
CHANGED = {"a.py": frozenset({2, 3, 4, 5, 6})}
RUN = frozenset({2, 3, 4, 5, 6})


def ran(*arcs: Arc, lines: frozenset[int] = RUN, test: str = "t") -> Coverage:
    return Coverage({test: {"a.py": lines}}, arcs={test: {"a.py": frozenset(arcs)}} if arcs else {})


def left(coverage: Coverage) -> list[int]:
    found = untaken(known(changed_branches(CHANGED, FILES), coverage), coverage)
    return [branch.line for own in found.values() for branch in own]


def found(coverage: Coverage) -> tuple[Target, ...]:
    skipped = untaken(known(changed_branches(CHANGED, FILES), coverage), coverage)
    return targets(CHANGED, FILES, coverage, repaired={}, untaken=skipped)


def test_a_branch_is_changed_where_what_decides_is() -> None:
    assert deciding(changed_branches(CHANGED, FILES)) == {"a.py": {2, 4}}
    assert changed_branches({"a.py": frozenset({3, 5, 6, 11}), "gone.py": frozenset({1})}, FILES) == {}


def test_a_branch_is_taken_by_a_test_and_not_by_an_import() -> None:
    assert left(ran((2, 3), (4, 5), (4, 6))) == [2]
    assert left(ran((2, 3), (4, 5)) | ran((2, 4), (4, 5), test="u")) == [4]
    assert left(ran((2, 3), (4, 5)) | ran((2, 4), (4, 6), test=IMPORTS)) == [2, 4]


def test_where_nobody_tells_what_ran_after_it_nothing_is_known_of_a_branch() -> None:
    assert left(ran()) == []
    assert left(Coverage()) == left(ran(lines=frozenset({11}))) == [2, 4]


def test_a_function_is_a_target_for_a_branch_alone_after_those_with_lines() -> None:
    whole = ran((2, 3), (4, 5), (4, 6))
    [target] = found(whole)
    assert (target.lines, target.deciding, target.guarded, target.at_import) == ((), (2,), (2,), ())
    assert target.reason == "every changed line of clamp is run; line 2 is never run with the condition false"
    [missed] = found(ran((2, 3), (4, 6), lines=RUN - {5}))
    assert (missed.lines, missed.guarded) == ((5,), (2, 5))
    assert missed.reason.startswith("1 changed line of clamp that no test runs; line 2 is never")
    assert missed.score > target.score
    assert found(ran((2, 3), (2, 4), (4, 6))) == ()


def test_a_branch_of_a_line_that_never_runs_is_no_news_to_a_person() -> None:
    [target] = found(ran(lines=frozenset({11})))
    assert (len(target.branches), target.reason) == (2, "5 changed lines of clamp that no test runs")
