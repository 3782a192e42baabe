"""The likeliest function is first, by each kind of knowledge alone and by all together."""

from __future__ import annotations

from dataclasses import replace

from agent_ci.core.coverage import Coverage
from agent_ci.core.localising.ranking import Facts, Weights, ranked
from agent_ci.core.report import Status, TestCase
from agent_ci.core.run import Evidence

SHOP = """RATES = [1, 2]


def alpha(n):
    return n + RATES[0]


def beta(n):
    return n * 2


def gamma(total):
    return total
"""
ALPHA, BETA, GAMMA = (4, 5), (8, 9), (12, 13)
CASE = TestCase("test_shop.py::test_it", Status.FAILED, "assert 1 == 2")
EVIDENCE = Evidence("fix", "red", targets=(CASE,))
TEXTS = {"shop.py": SHOP}


def ran(**tests: tuple[int, ...]) -> Coverage:
    return Coverage({f"test_shop.py::test_{name}": {"shop.py": frozenset(lines)} for name, lines in tests.items()})


def order(evidence: Evidence, facts: Facts, weights: Weights = Weights()) -> list[str]:  # noqa: B008 - frozen
    return [place.block.name for place in ranked(evidence, facts, weights) if place.score > 0]


def test_what_only_the_failing_test_runs_comes_before_what_passing_tests_run_too() -> None:
    coverage = ran(it=(5, 9), other=(5, 13), third=(5,))
    assert order(EVIDENCE, Facts(TEXTS, coverage=coverage))[:2] == ["beta", "alpha"]


def test_the_words_of_the_test_decide_between_functions_that_it_runs() -> None:
    facts = Facts(TEXTS, said="def test_it():\n    assert gamma(1) == 2", coverage=ran(it=(5, 9, 13)))
    assert order(EVIDENCE, facts)[0] == "gamma"


def test_a_frame_and_a_change_raise_their_functions() -> None:
    framed = replace(EVIDENCE, targets=(replace(CASE, traceback="shop.py:9: in beta\n"),))
    assert order(framed, Facts(TEXTS))[0] == "beta"
    assert order(EVIDENCE, Facts(TEXTS, changed={"shop.py": frozenset({13})}))[0] == "gamma"


def test_a_function_that_the_failing_test_never_reaches_is_found_by_its_words() -> None:
    facts = Facts(TEXTS, said="gamma", coverage=ran(it=(5,)))
    assert order(EVIDENCE, facts)[:3].count("gamma") == 1


def test_a_constant_comes_with_the_function_that_uses_it() -> None:
    coverage = ran(it=(5,))
    assert order(EVIDENCE, Facts(TEXTS, coverage=coverage)) == ["alpha", ""]
    assert order(EVIDENCE, Facts(TEXTS, coverage=coverage), Weights(table=0)) == ["alpha"]
    texts = {"shop.py": f"NAMES = 3\n{SHOP}"}
    places = ranked(EVIDENCE, Facts(texts, coverage=ran(it=(6,))))
    assert [one.block.lines for one in places if one.score > 0] == [range(5, 7), range(2, 3)]


def test_without_coverage_the_files_that_are_near_are_looked_into() -> None:
    texts = {"shop.py": SHOP, "far.py": SHOP}
    first = ranked(EVIDENCE, Facts(texts, near=frozenset({"shop.py"}), said="beta"))[0]
    assert (first.path, first.block.name) == ("shop.py", "beta")


def test_what_a_program_made_comes_last() -> None:
    texts = {"shop.py": SHOP, "other.py": f"# @generated\n{SHOP}"}
    places = ranked(EVIDENCE, Facts(texts, said="beta", near=frozenset(texts)))
    assert [place.path for place in places if place.block.name == "beta"] == ["shop.py", "other.py"]
    assert places[0].path == "shop.py"


def test_the_same_facts_have_the_same_order() -> None:
    facts = Facts({f"m{number}.py": SHOP for number in range(5)}, said="n")
    assert ranked(EVIDENCE, facts) == ranked(EVIDENCE, replace(facts, texts=dict(reversed([*facts.texts.items()]))))
