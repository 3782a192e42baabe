"""Lines as they stood before the change are candidates: each run of changed lines, and each line of it alone."""

from __future__ import annotations

from agent_ci.proposers.search.kit.earlier import earlier_lines
from agent_ci.proposers.search.kit.ranked import earlier_edits
from agent_ci.proposers.search.kit.spec import Spec
from agent_ci.sandbox_kit.source import Source

NOW = "def f(a):\n    b = a + 1\n    c = b * 3\n    return c\n\n\ndef g():\n    return 2\n"
BEFORE = "def f(a):\n    b = a + 2\n    c = b * 2\n    return c\n\n\ndef g():\n    return 1\n"


def brought_back(scores: dict[int, float]) -> dict[str, tuple[int, float]]:
    source = Source("x.py", NOW.encode())
    found = earlier_lines(source, BEFORE, scores)
    return {splice.applied_to(source.data).decode(): (line, suspicion) for splice, line, suspicion in found}


def test_a_run_of_lines_and_each_line_alone_is_brought_back() -> None:
    both = NOW.replace("a + 1", "a + 2").replace("b * 3", "b * 2")
    first, second = NOW.replace("a + 1", "a + 2"), NOW.replace("b * 3", "b * 2")
    assert brought_back({2: 0.5}) == {both: (2, 0.5), first: (2, 0.5), second: (3, 0.5)}


def test_lines_far_from_any_suspicion_stay() -> None:
    assert brought_back({8: 1.0}) == {NOW.replace("return 2", "return 1"): (8, 1.0)}
    assert brought_back({}) == {}


def test_versions_before_the_change_are_less_likely_the_older_they_are() -> None:
    older = (NOW.replace("return 2", "return 0"), NOW.replace("return 2", "return []"))
    spec = Spec((), (), (), (), (), 0, 0, 0, 1.0, 0.0, {"x.py": BEFORE}, older={"x.py": older, "y.py": ("a",)})
    found = earlier_edits({"x.py": {8: 1.0}}, {"x.py": Source("x.py", NOW.encode())}, spec)
    told = [(one.splice.replacement.strip(), one.rank) for one in found]
    assert told == [("return 1", 2.0), ("return 0", 0.4), ("return []", 0.2)]
