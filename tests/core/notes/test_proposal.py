"""A version is proposed with a reason for each step, and whatever speaks against it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from agent_ci.core.notes.breaks import Break, Broken, Kind, grouped, mapped
from agent_ci.core.notes.proposal import Confidence, Proposal, proposal
from agent_ci.core.notes.schemes import Step, scheme
from agent_ci.core.notes.sorting import ledger
from agent_ci.core.notes.values import Commit, Ledger, Person, Range
from agent_ci.core.notes.versions import version

ADA = Person("Ada", "ada@example.org")
DAY = date(2026, 3, 9)
GONE = grouped([Break(Kind.REMOVED, "pkg.old")])


def commit_id(number: int) -> str:
    """The id of the commit *number*, the oldest being 1."""
    return f"{number:010x}" * 4


def told(*messages: str, since: str = "v1.2.3") -> Ledger:
    """The ledger of a range with one commit for each of *messages*, the newest first."""
    ids = [commit_id(number) for number in range(len(messages), 0, -1)]
    commits = {
        id_: Commit(id_, (parent,), ADA, message, ("pkg/code.py",))
        for id_, parent, message in zip(ids, [*ids[1:], commit_id(0)], messages, strict=True)
    }
    return ledger(Range(since, ids[0] if ids else since, commits, tuple(ids)))


def proposed(
    *messages: str, tags: tuple[str, ...] = ("v1.2.3",), broken: tuple[Broken, ...] = (), named: str = ""
) -> Proposal:
    """What is proposed after the last of *tags*."""
    known = tuple(one for tag in tags if (one := version(tag)))
    made = told(*messages, since=tags[-1] if tags else "")
    return proposal(made, scheme(known, {}), day=DAY, broken=broken, named=named)


@pytest.mark.parametrize(
    ("messages", "tags", "expected"),
    [
        pytest.param(["fix: the colour (#4)"], ("v1.2.3",), "v1.2.4", id="a repair"),
        pytest.param(["feat: a colour (#4)", "fix: another (#3)"], ("v1.2.3",), "v1.3.0", id="a feature"),
        pytest.param(["feat!: no colours (#4)", "feat: a colour (#3)"], ("v1.2.3",), "v2.0.0", id="a declared break"),
        pytest.param(["feat!: no colours (#4)"], ("v0.2.3",), "v0.3.0", id="a declared break before 1.0"),
        pytest.param(["fix: x\n\nBREAKING CHANGE: y"], ("v1.2.3",), "v2.0.0", id="a break in the footer"),
        pytest.param(["Add colours (#4)"], ("v1.2.3",), "v1.3.0", id="a feature by its verb"),
        pytest.param(["Remove Python 3.8 (#4)"], ("v1.2.3",), "v1.3.0", id="a removal by its verb"),
        pytest.param(["Add missing docstrings (#4)"], ("v1.2.3",), "v1.2.4", id="an addition that nobody sees"),
        pytest.param(["Remove unused imports (#4)"], ("v1.2.3",), "v1.2.4", id="a removal that nobody sees"),
        pytest.param(["chore: tidy (#4)"], ("v1.2.3",), "v1.2.4", id="nothing for users"),
        pytest.param(["feat: a colour"], (), "v0.1.0", id="the first release"),
        pytest.param(["fix: a"], ("v1.2.3", "v1.3.0-rc.1"), "v1.3.0", id="what the previews are of"),
        pytest.param(["feat!: a"], ("v1.2.3", "v1.3.0-rc.1"), "v2.0.0", id="more than the previews are of"),
    ],
)  # fmt: skip
def test_the_changes_say_which_number_moves(messages: list[str], tags: tuple[str, ...], expected: str) -> None:
    assert proposed(*messages, tags=tags).version.tag == expected


def test_each_reason_cites_what_it_stands_on() -> None:
    found = proposed("feat: a colour (#4)", "feat!: no shapes (#3)", "fix: a line")
    assert [(one.step, one.cites) for one in found.reasons] == [
        (Step.MAJOR, ("#3",)),
        (Step.MINOR, ("#4",)),
        (Step.PATCH, (commit_id(1)[:10],)),
    ]
    assert all(one.text for one in found.reasons)


def test_changes_that_took_each_other_back_are_no_reason() -> None:
    revert = f'Revert "feat!: no shapes"\n\nThis reverts commit {commit_id(1)}.'
    assert proposed(revert, "feat!: no shapes (#3)").version.tag == "v1.2.4"


@pytest.mark.parametrize(("tag", "expected"), [("v1.2.3", "v2.0.0"), ("v0.2.3", "v0.3.0")])
def test_a_removed_symbol_asks_for_what_a_break_asks_for(tag: str, expected: str) -> None:
    found = proposed("fix: tidy (#4)", tags=(tag,), broken=GONE)
    assert found.version.tag == expected
    assert found.reasons[0].cites == ("pkg.old",)


def test_an_undeclared_break_is_flagged_with_the_change_that_made_it() -> None:
    made = told("fix: tidy (#4)", "feat!: no shapes (#3)")
    ids = list(made.range.commits)
    undeclared, declared = (mapped(GONE[0], [id_], made) for id_ in ids)
    assert (undeclared.changes, undeclared.is_declared) == (("#4",), False)
    assert (declared.changes, declared.is_declared) == (("#3",), True)
    found = proposed("fix: tidy (#4)", broken=(undeclared,))
    assert found.warnings == ("undeclared breaking change (by #4): `pkg.old`: is gone",)
    assert not proposed("feat!: no shapes (#3)", broken=(declared,)).warnings


def test_a_soft_change_of_the_interface_moves_nothing() -> None:
    found = proposed("fix: tidy (#4)", broken=grouped([Break(Kind.MOVED, "pkg.old", "size")]))
    assert (found.version.tag, found.warnings) == ("v1.2.4", ())


def test_what_the_package_itself_does_not_export_is_told_and_moves_nothing() -> None:
    found = proposed("fix: tidy (#4)", broken=grouped([Break(Kind.REMOVED, "pkg.inner.old", is_promised=False)]))
    assert found.version.tag == "v1.2.4"
    [said] = found.warnings
    assert said.startswith("undeclared breaking change: `pkg.inner.old`: is gone")
    assert said.endswith("it moves no number")


@pytest.mark.parametrize("word", ["2.5.0", "v2.5.0"])
def test_the_newest_release_as_is_taken_and_cited(word: str) -> None:
    found = proposed(f"fix: a\n\nRelease-As: {word}", "fix: b\n\nRelease-As: 9.0.0")
    assert (found.version.tag, found.confidence) == ("v2.5.0", Confidence.HIGH)
    assert found.reasons[0].cites == (commit_id(2)[:10],)


@pytest.mark.parametrize("word", ["1.2.3", "1.0.0", "soon", "1.2.3;rm"])
def test_a_release_as_that_cannot_be_is_refused_and_said(word: str) -> None:
    found = proposed(f"fix: a\n\nRelease-As: {word}")
    assert found.version.tag == "v1.2.4"
    assert len(found.warnings) == 1
    assert word in found.warnings[0]


def test_less_than_a_break_asks_for_is_never_taken_in_silence() -> None:
    found = proposed("fix: tidy (#4)", broken=GONE, named="v1.2.4")
    assert found.version.tag == "v1.2.4"
    assert "v1.2.4 is less than the changes ask for, which is v2.0.0" in found.warnings


def test_a_named_version_that_comes_before_the_last_is_said() -> None:
    assert "v1.2.0 does not come after v1.2.3" in proposed("fix: a", named="v1.2.0").warnings


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param(["feat: a", "fix: b"], Confidence.HIGH, id="types say it"),
        pytest.param(["Add a", "Add b", "Tidy"], Confidence.MEDIUM, id="titles say it"),
        pytest.param(["Add a", "Tidy"], Confidence.LOW, id="one title says it"),
        pytest.param(["chore: a"], Confidence.LOW, id="nothing says it"),
    ],
)
def test_it_is_as_sure_as_its_reasons(messages: list[str], expected: Confidence) -> None:
    assert proposed(*messages).confidence is expected


def test_a_long_account_is_cut_and_says_so() -> None:
    lines = proposed(*(f"fix: number {index} (#{index})" for index in range(1, 40))).lines
    assert len(lines) == 12
    assert lines[-1] == "and 29 more reasons"


def test_breaks_are_told_in_few_lines_by_their_public_names() -> None:
    every = [Break(Kind.PARAMETER_REMOVED, f"pkg._api.{name}", "proxies") for name in ("get", "put", "post", "head")]
    found = grouped([*every, Break(Kind.PARAMETER_REMOVED, "pkg._client.Client.__init__", "app"), *every])
    assert [one.text for one in found] == [
        "`proxies` of `pkg.get`, `pkg.put`, `pkg.post` and 1 more: is no parameter any more",
        "`app` of `pkg.Client`: is no parameter any more",
    ]


def test_a_break_is_announced_by_any_line_of_its_change() -> None:
    made = told("Drop grey (#7)")
    (first,) = made.entries
    commits = tuple(first.commits)
    quiet = replace(first, is_breaking=False)
    further = replace(first, is_breaking=True, is_further=True)
    assert not mapped(GONE[0], commits, replace(made, entries=(quiet,))).is_declared
    assert mapped(GONE[0], commits, replace(made, entries=(quiet, further))).is_declared
