"""A change of the changelog is proven, or refused with what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.notes.changelog import Changelog, Release
from agent_ci.core.notes.rendering import Place, body
from agent_ci.core.notes.values import Ledger
from agent_ci.core.outcome import Outcome
from agent_ci.core.policy import CHANGELOG_POLICY
from agent_ci.core.run import Verdict
from agent_ci.releasing import Target, proposed, ungrounded
from tests.checkouts import Checkout
from tests.core.notes.releases import HERE, told

LEDGER = told("Fix the sum (#7)", "Add the tax")
BODY = body(LEDGER, place=HERE)


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    checkout = Checkout.at(tmp_path / "work")
    checkout.commit({"CHANGELOG.md": "# Changelog\n\n## 1.0.0\n\n- All.\n"})
    with Clone.of(Repository.at(checkout.root)) as made:
        yield made


def judged(clone: Clone, text: str = BODY, ledger: Ledger = LEDGER) -> Verdict:
    head = next(iter(clone_heads(clone)))
    target = Target.of(clone.tree(head))
    assert target is not None
    return proposed(target, Release("v1.1.0", "2026-03-04", text), ledger, clone)


def clone_heads(clone: Clone) -> tuple[str, ...]:
    objects = Path((clone.directory / "objects/info/alternates").read_text().strip())
    return (Repository.at(objects.parents[1]).head(),)


def test_notes_that_tell_of_the_range_are_proven(clone: Clone) -> None:
    verdict = judged(clone)
    assert verdict.outcome is Outcome.FIXED
    assert verdict.proof is not None
    assert verdict.proof.patch is not None
    assert [file.path for file in verdict.proof.patch.files] == ["CHANGELOG.md"]


@pytest.mark.parametrize(
    ("text", "objection"),
    [
        pytest.param(BODY.replace("#7", "#8"), "cites #8, which is no change of the range", id="an invented number"),
        pytest.param(BODY + "\n- Faster\n", "cites nothing", id="a line of its own"),
        pytest.param(BODY + f"\nkey = 'AKIA{'ABCDEFGH' * 2}'\n", "looks like a secret", id="a secret"),
    ],
)
def test_notes_that_tell_of_something_else_are_refused(clone: Clone, text: str, objection: str) -> None:
    verdict = judged(clone, text)
    assert verdict.outcome is Outcome.POLICY_REFUSED
    assert verdict.proof is None
    assert objection in " ".join(verdict.attempts[0].objections)


def test_notes_that_leave_a_commit_out_are_refused(clone: Clone) -> None:
    lacking = replace(LEDGER, entries=LEDGER.entries[:1])
    verdict = judged(clone, body(lacking, place=HERE), lacking)
    assert "is neither told of nor dropped" in verdict.reason


def test_a_change_that_touches_old_text_is_refused(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Changelog.with_release
    monkeypatch.setattr(
        Changelog, "with_release", lambda old, release: right(old, release).replace("- All.", "- Some.")
    )
    assert "text of the changelog outside of the new section would change" in judged(clone).reason


def test_every_line_that_we_write_is_grounded() -> None:
    for place in (HERE, Place(), replace(HERE, is_gitlab=True)):
        assert ungrounded(body(LEDGER, place=place), LEDGER) == ()
    assert ungrounded("- Fix (#7) something (`0000000009`)", LEDGER) != ()


def test_nothing_but_the_changelog_may_change(clone: Clone) -> None:
    verdict = judged(clone)
    assert verdict.proof is not None
    assert verdict.proof.patch is not None
    patch = clone.patch(verdict.proof.patch.base_tree, clone.edit(verdict.proof.patch.tree, {"a.py": b"1\n"}))
    assert "a.py is outside the paths this job may change" in " ".join(CHANGELOG_POLICY.objections(patch))
