"""Which good tests are kept, how they are marked, and what is counted of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_ci.core.branches import branches
from agent_ci.core.outcome import Outcome
from agent_ci.core.run import Attempt, Evidence, Reply, Verdict
from agent_ci.core.untested import Target
from agent_ci.core.worth.account import Reached
from agent_ci.core.worth.provenance import Provenance, delivery_name, marked, names_in, taken_out, without_delivery
from agent_ci.core.worth.selection import Reach, Useful, chosen
from agent_ci.core.worth.tests_file import Candidate
from agent_ci.core.worth.values import Judged, Mutants, Stage, Written


def useful(number: int, kills: str = "", lines: tuple[int, ...] = (), target: str = "f", size: int = 1) -> Useful:
    return Useful(Candidate(f"test_{number}"), target, frozenset(kills), frozenset(lines), size, number)


def kept(*offered: Useful, room: int = 30) -> list[str]:
    return [candidate.function for candidate in chosen(offered, room=room)[0]]


def test_the_fewest_that_notice_everything_are_kept() -> None:
    assert kept(useful(1, "a"), useful(2, "abc"), useful(3, "cd"), useful(4, "d")) == ["test_2", "test_3"]


def test_of_equals_the_shorter_and_then_the_first_is_kept() -> None:
    assert kept(useful(1, "a", size=5), useful(2, "a"), useful(3, "a")) == ["test_2"]


def test_new_lines_count_where_no_mutant_does_and_targets_count_apart() -> None:
    assert kept(useful(1, lines=(1,)), useful(2, lines=(1, 2)), useful(3, lines=(1,), target="g")) == [
        "test_2",
        "test_3",
    ]


def test_new_branches_count_as_lines_do_and_what_lacks_one_is_not_covered() -> None:
    taking = [replace(useful(number, "a", (1,)), branches=frozenset(own)) for number, own in ((1, ()), (2, (1,)))]
    assert kept(*taking) == ["test_2"]
    branch = branches("def f(n):\n    if n:\n        n = 1\n    return n\n")[0]
    target = Target("a.py", "f", (3,), "", branches=(branch,))
    done = Judged("t.py", "test_f", Stage.DELIVERED, target=target.name, lines=(3,))
    assert not Reach().after([done]).covers(target)
    assert Reach().after([done, replace(done, lines=(), branches=(2,))]).covers(target)


def test_the_gate_tells_of_branches_and_asks_for_lines() -> None:
    reached = Reached(10, 5, 10, Mutants(), branches=(4, 1, 3))
    assert reached.missed(lines=80, mutants=None) == (
        "tests run 50.0 % of the changed lines, and --fail-under asks for 80 %; they take 1 of 4 changed branches"
    )
    assert reached.missed(lines=50, mutants=None) == ""
    assert (
        replace(reached, after=5, is_there=True).missed(lines=80, mutants=None).endswith("take 3 of 4 changed branches")
    )


def test_the_first_that_fails_without_the_change_is_kept_before_one_that_notices_more() -> None:
    new = [replace(useful(number, kills), is_new=True) for number, kills in ((3, "a"), (4, "b"))]
    assert kept(useful(1, "abc"), useful(2, "d"), *new) == ["test_3", "test_1", "test_2"]


@pytest.mark.parametrize(
    ("offered", "room", "count", "by"),
    [
        ([useful(number, lines=(number,)) for number in range(20)], 30, 12, "F6"),
        ([useful(number, lines=(number,), target=str(number)) for number in range(40)], 30, 30, "F6"),
        ([useful(number, lines=(number,), size=50) for number in range(4)], 30, 2, "F7"),
    ],
    ids=["of-a-target", "of-a-push", "lines"],
)
def test_there_are_limits(offered: list[Useful], room: int, count: int, by: str) -> None:
    taken, out = chosen(offered, room=room)
    assert (len(taken), {by for by, _ in out.values()}) == (count, {by})


TEXT = """import pytest


# agent-ci:000000000000 old.py::f
# lines 1, kills 2 mutants
def test_a():
    assert f() == 1


class TestB:
    # a person's word
    @pytest.mark.slow
    def test_b(self):
        assert f() == 2
"""


def test_the_word_on_where_a_test_comes_from_stands_above_it_once() -> None:
    one = Provenance("0123456789ab", "shop.py::f", (3, 4, 5, 9), 1, "replay", ("new-behaviour",))
    text = marked(TEXT, {"test_a": one, "TestB.test_b": one})
    assert text == marked(text, {"test_a": one, "TestB.test_b": one})
    comment = "# agent-ci:0123456789ab shop.py::f\n{0}# lines 3-5, 9, kills 1 mutant, new-behaviour, by replay\n"
    assert f"\n\n\n{comment.format('')}def test_a():" in text
    assert f"    # a person's word\n    {comment.format('    ')}    @pytest" in text
    assert names_in(text) == {"0123456789ab"}


def test_one_delivery_is_taken_out_and_what_is_a_persons_stays() -> None:
    left = without_delivery(TEXT, "000000000000")
    assert left == TEXT[TEXT.index("class") :].join(("import pytest\n\n\n", ""))
    assert taken_out({"a.py": TEXT, "b.py": "x = 1\n"}, "000000000000") == {"a.py": left}
    assert taken_out({"a.py": TEXT}, "111111111111") == {}


OURS = """

# agent-ci:000000000000 shop.py::f
# lines 1, kills 2 mutants
def test_ours(cart):
    assert total(cart, HALF) == helper()
"""
THEIRS = """

def test_theirs():
    assert True
"""


@pytest.mark.parametrize(
    "kept",
    [
        "import app.plugins  # registers\n",
        "import total.plugins\n",
        'pytest_plugins = ["shop.fixtures"]\n',
        "__test__ = True\n",
        'collect_ignore = ["old.py"]\n',
        "SHARED = 1\n",
        "def make_order():\n    return 1\n",
        "class Base:\n    def cart(self):\n        return 1\n",
        "import os; HALF = 2\n",
    ],
)
@pytest.mark.parametrize("theirs", [THEIRS, ""], ids=["with-a-test", "alone"])
def test_what_a_delivery_did_not_read_stays(kept: str, theirs: str) -> None:
    assert without_delivery(kept + OURS + theirs, "000000000000") == kept + theirs


def test_comments_that_are_not_ours_stay() -> None:
    text = "import os\n\n# theirs, above\n" + OURS.strip("\n").replace("\ndef", "\n# theirs, below\ndef") + THEIRS
    expected = "import os\n\n# theirs, above\n# theirs, below" + THEIRS
    assert without_delivery(text, "000000000000") == expected


def test_what_only_the_delivery_read_goes_and_what_others_read_as_well_stays() -> None:
    head = "import pytest\nfrom shop import f, total\n\nHALF = 2\nBOTH = f()\n"
    more = "\n\ndef helper():\n    return HALF\n\n\n@pytest.fixture\ndef cart():\n    return BOTH\n"
    theirs = THEIRS.replace("True", "BOTH")
    left = without_delivery(head + more + OURS + theirs, "000000000000")
    assert left == "from shop import f\n\nBOTH = f()\n" + theirs
    alone = f'"""Words."""\nfrom shop import total\n\nHALF = 2\n{more.replace("BOTH", "HALF")}{OURS}'
    assert without_delivery(alone, "000000000000") == ""


@pytest.mark.parametrize(
    ("inner", "is_left"),
    [
        ("    def setup_method(self):\n        self.x = 1\n", False),
        ("    def made(self):\n        return 1\n", False),
        ("    SHARED = 1\n", True),
        ("    def test_b(self):\n        assert self.made()\n", True),
    ],
)
def test_a_class_goes_where_it_is_there_for_the_delivery_alone(inner: str, is_left: bool) -> None:  # noqa: FBT001 - pytest
    ours = "\n    # agent-ci:000000000000 a.py::f\n    # lines 1\n    def test_a(self):\n        assert self.made()\n"
    expected = f"class TestIt:\n{inner}\n\ndef test_c(): ...\n"
    left = without_delivery(f"class TestIt:\n{inner}{ours}\n\ndef test_c(): ...\n", "000000000000")
    assert left == (expected if is_left else "def test_c(): ...\n")


def test_of_two_tests_of_one_name_the_one_that_is_marked_goes() -> None:
    twin = THEIRS.replace("theirs", "ours")
    assert without_delivery(twin + OURS, "000000000000") == twin


def test_a_text_whose_lines_are_counted_in_two_ways_is_left_alone() -> None:
    text = f'X = """a\rb"""\n{THEIRS}{OURS}'
    assert without_delivery(text, "000000000000") == text
    crlf = (THEIRS + OURS).replace("\n", "\r\n")
    assert "test_ours" not in without_delivery(crlf, "000000000000")


def test_a_delivery_is_named_after_its_commit() -> None:
    assert delivery_name("abc") == delivery_name("abc") != delivery_name("abd")


def verdict(outcome: Outcome = Outcome.FIXED) -> Verdict:
    evidence = Evidence(
        "tests",
        "",
        untested=(Target("a.py", "f", (2, 3), "", at_import=(1,)), Target("b.py", "g", (7,), "")),
        changed={"a.py": frozenset({1, 2, 3, 4}), "b.py": frozenset({7})},
    )
    judged = (Judged("t.py", "test_f", Stage.DELIVERED, lines=(2,)), Judged("t.py", "test_g", Stage.BUILT, "F2", "x"))
    written = Written(judged, {"a.py": frozenset({1, 2})}, Mutants(10, 2, 6, 1, 0))
    return Verdict(outcome, "", evidence, (Attempt(Reply("replay"), objections=("x",), written=written),))


def test_the_funnel_counts_how_far_each_came() -> None:
    written = verdict().attempts[0].written
    assert written
    assert written.funnel == {"candidates": 2, "built": 2, "passed": 1, "gained": 1, "killed": 1, "delivered": 1}
    assert written.rejections == {"F2": 1}


@pytest.mark.parametrize(
    ("tried", "limit", "unknown", "missed"),
    [
        (0, 60.0, "why", "no small fault was tried, and --mutation-under asks for 60 %: why"),
        (0, 60.0, "", ""),
        (0, 0.0, "why", ""),
        (0, None, "why", ""),
        (10, 60.0, "why", ""),
    ],
)
def test_what_nobody_knows_does_not_pass_the_gate(tried: int, limit: float | None, unknown: str, missed: str) -> None:
    reached = Reached(5, 5, 5, Mutants(tried, tried, tried))
    assert reached.missed(lines=None, mutants=limit, unknown=unknown) == missed


@pytest.mark.parametrize(
    ("is_there", "lines", "mutants", "missed"),
    [
        (False, None, None, ""),
        (False, 20.0, None, ""),
        (False, 21.0, None, "tests run 20.0 % of the changed lines, and --fail-under asks for 21 %"),
        (False, None, 20.0, ""),
        (False, None, 50.0, "tests notice 20.0 % of small faults, and --mutation-under asks for 50 %"),
        (True, None, 60.0, ""),
    ],
)
def test_the_gate_counts_new_tests_once_they_are_there(
    is_there: bool,  # noqa: FBT001 - pytest passes it by name
    lines: float | None,
    mutants: float | None,
    missed: str,
) -> None:
    assert Reached.of(verdict(), is_there=is_there).missed(lines=lines, mutants=mutants) == missed
