"""A draft pull request at GitHub: one for one change, brought up to date, and never against a person's will."""

from __future__ import annotations

import pytest

from agent_ci.core.parcel import Parcel
from agent_ci.errors import NotAllowedError, RungRefusedError
from tests.forges.github.lab import FINGERPRINT, Lab
from tests.servers.chat import Step
from tests.servers.github import TOKEN
from tests.servers.github_state import Account, Json

LOST = Step(status=0)


def only(lab: Lab) -> Json:
    [request] = lab.server.state.pulls.values()
    return request


def deliver(lab: Lab, parcel: Parcel | None = None) -> str:
    return lab.forge().deliver(parcel or lab.parcel(), "pull-request").sentence


def test_a_draft_is_opened_from_a_branch_of_ours_onto_the_branch_that_it_repairs(lab: Lab) -> None:
    parcel = lab.parcel(title="Repair the sign", body="It was wrong.")
    said = deliver(lab, parcel)
    request = only(lab)
    assert (request["head"]["ref"], request["base"]["ref"]) == (parcel.own_branch, "change")
    assert (request["draft"], request["title"]) == (True, "Repair the sign")
    assert request["body"] == f"It was wrong.\n\n<!-- agent-ci:{FINGERPRINT} -->"
    assert said == f"draft pull request #1 is open at GitHub: {request['html_url']}"
    tip = lab.tip(parcel.own_branch)
    assert (tip["tree"], tip["parents"], lab.tip()["sha"]) == (parcel.patch.tree, [lab.head], lab.head)


def test_without_words_of_its_own_it_says_what_the_commit_says(lab: Lab) -> None:
    deliver(lab)
    assert only(lab)["title"] == "fix: the sign"
    assert only(lab)["body"].startswith("It was wrong.")


def test_a_second_delivery_renews_the_first(lab: Lab) -> None:
    first = lab.forge().deliver(lab.parcel(), "pull-request")
    lab.person_pushes(lab.parcel().own_branch)
    assert lab.forge().deliver(lab.parcel(title="better"), "pull-request") == first
    assert only(lab)["title"] == "better"
    writes = len(lab.server.writes)
    deliver(lab, lab.parcel(title="better"))
    assert len(lab.server.writes) == writes


def test_a_merged_one_is_a_delivery_and_is_left_as_it_is(lab: Lab) -> None:
    deliver(lab)
    lab.server.state.close(1, merged=True)
    assert "merged already" in deliver(lab, lab.parcel(title="better"))
    assert only(lab)["title"] == "fix: the sign"


def test_what_a_person_closed_stays_closed(lab: Lab) -> None:
    deliver(lab)
    lab.server.state.close(1)
    with pytest.raises(RungRefusedError, match="a person closed pull request #1"):
        deliver(lab)
    assert only(lab)["state"] == "closed"


def test_what_a_program_closed_is_proposed_again(lab: Lab) -> None:
    deliver(lab)
    lab.server.state.close(1, by=Account("stale[bot]"))
    assert "#2 is open" in deliver(lab)


def test_a_branch_of_our_name_with_something_else_is_not_touched(lab: Lab) -> None:
    lab.server.state.bare.move(lab.parcel().own_branch, lab.base, expected="0" * 40)
    with pytest.raises(RungRefusedError, match="does not hold this change"):
        deliver(lab)
    assert lab.server.state.pulls == {}


def test_a_plan_without_drafts_gets_a_plain_one(lab: Lab) -> None:
    lab.server.state.has_drafts = False
    assert deliver(lab).startswith("pull request #1 is open")


def test_a_target_that_is_gone_refuses_this_rung(lab: Lab) -> None:
    with pytest.raises(RungRefusedError, match="declined a pull request into gone"):
        deliver(lab, lab.parcel(target="gone"))


def test_a_setting_that_forbids_it_is_named(lab: Lab) -> None:
    lab.server.state.may_open_requests = False
    with pytest.raises(NotAllowedError, match="Allow GitHub Actions to create and approve pull requests"):
        deliver(lab)


def test_a_missing_right_is_named(lab: Lab) -> None:
    lab.server.tokens[TOKEN] = Account(rights=frozenset({"contents"}))
    with pytest.raises(NotAllowedError, match="pull_requests: write"):
        deliver(lab)


@pytest.mark.parametrize("place", ["/git/refs$", "/pulls$"])
@pytest.mark.parametrize("after", [True, False], ids=["after the write", "before it"])
def test_a_lost_answer_makes_no_second_request(lab: Lab, place: str, *, after: bool) -> None:
    lab.server.breaks("POST", place, LOST, after=after)
    deliver(lab)
    assert only(lab)["number"] == 1


def test_a_lost_answer_to_a_renewal_is_looked_for(lab: Lab) -> None:
    deliver(lab)
    lab.server.breaks("PATCH", "/pulls/1", LOST, after=True)
    deliver(lab, lab.parcel(title="better"))
    assert only(lab)["title"] == "better"
    assert [write.method for write in lab.server.writes].count("PATCH") == 1
