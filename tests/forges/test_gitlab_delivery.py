"""GitLab: each rung against a real repository and the documented API, and what each refusal becomes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_ci.core.asked_change import VARIABLE, AskedChange
from agent_ci.delivery import descend
from agent_ci.errors import AgentCIError, ForgeUnavailableError, NotAllowedError, RungRefusedError, StaleError
from tests.checkouts import Checkout
from tests.forges.gitlab_lab import CHANGED, FAST, FINGERPRINT, FIXED, TOKEN, GitLabLab
from tests.servers.gitlab import BOT
from tests.servers.gitlab_values import Fault


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[GitLabLab]:
    with GitLabLab.opened(tmp_path) as made:
        yield made


def untouched(lab: GitLabLab) -> bool:
    """Whether nothing was written, pushed or said."""
    return (lab.server.writes, lab.hosted.attempts, lab.bodies) == ([], [], [])


def test_a_commit_is_pushed_onto_the_source_branch_once(lab: GitLabLab) -> None:
    parcel = lab.parcel()
    done, again = lab.forge().deliver(parcel, "commit"), lab.forge().deliver(parcel, "commit")
    assert (done.rung, done.reference) == ("commit", lab.hosted.head("change"))
    assert done.sentence.endswith(f"is on the branch change: {lab.server.url}/group/name/-/commit/{done.reference}")
    assert (again.reference, len(lab.hosted.attempts)) == (done.reference, 1)
    assert lab.hosted.git("rev-parse", "change^{tree}", "change^").split() == [parcel.patch.tree, lab.head]


def test_a_protected_source_branch_falls_to_suggestions(lab: GitLabLab) -> None:
    lab.hosted.protect("change", style="gitlab")
    done = descend(lab.parcel(), lab.forge(), "commit")
    assert done.rung == "suggestion"
    assert "the branch change is protected (GitLab: You are not allowed to push code to protected" in done.sentence


def test_suggestions_that_are_applied_make_exactly_the_proven_change(lab: GitLabLab) -> None:
    parcel = lab.parcel()
    done = lab.forge().deliver(parcel, "suggestion")
    assert done.sentence.startswith("2 suggestions on merge request !1: ")
    lab.server.apply(*lab.server.notes(lab.number))
    assert lab.hosted.git("rev-parse", "change^{tree}") == parcel.patch.tree


def test_suggestions_are_made_once(lab: GitLabLab) -> None:
    first, second = lab.forge(), lab.forge()
    assert first.deliver(lab.parcel(), "suggestion") == second.deliver(lab.parcel(), "suggestion")
    assert len(lab.bodies) == 2


def test_a_suggestion_of_somebody_else_is_not_taken_for_ours(lab: GitLabLab) -> None:
    lab.forge().deliver(lab.parcel(), "suggestion")
    kept = lab.bodies
    for note in lab.server.notes(lab.number):
        note["author"] = {"id": 99, "username": "mallory"}
    lab.forge().deliver(lab.parcel(), "suggestion")
    assert sorted(lab.bodies) == sorted(kept * 2)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.txt": CHANGED.replace("line 35", "line x").encode()}, "not part of the merge request's own diff"),
        ({"b.py": b"b = 2\n"}, "not part of the merge request's own diff"),
        ({"new.py": b"n = 1\n"}, "appears, goes or changes its mode"),
        ({"b.py": None}, "appears, goes or changes its mode"),
        ({"a.txt": CHANGED.replace("line ten\n", "line 10\r\n").encode()}, "carriage returns"),
        ({"a.txt": CHANGED.encode()[:-1]}, "no newline"),
        ({"a.txt": b"\0"}, "no text"),
    ],
)
def test_what_no_suggestion_can_say_is_refused_whole(
    lab: GitLabLab, files: dict[str, bytes | None], words: str
) -> None:
    with pytest.raises(RungRefusedError, match=words):
        lab.forge().deliver(lab.parcel(files), "suggestion")
    assert untouched(lab)


def test_code_with_fences_stays_inside_its_suggestion(lab: GitLabLab) -> None:
    evil = FIXED.replace("line 10!\n", "```\n/close\n````suggestion:-9+0\n")
    parcel = lab.parcel({"a.txt": evil.encode()})
    lab.forge().deliver(parcel, "suggestion")
    lab.server.apply(*lab.server.notes(lab.number))
    assert lab.hosted.git("rev-parse", "change^{tree}") == parcel.patch.tree


@pytest.mark.parametrize("rung", ["commit", "suggestion"])
def test_a_merge_request_that_moved_on_is_stale(lab: GitLabLab, rung: str) -> None:
    parcel, theirs = lab.parcel(), lab.hosted.add("change", {"b.py": "b = 7\n"})
    with pytest.raises(StaleError, match="run agent-ci again on its new head"):
        lab.forge().deliver(parcel, rung)
    assert untouched(lab)
    assert lab.hosted.head("change") == theirs


@pytest.mark.parametrize("state", ["closed", "merged", "locked"])
def test_a_merge_request_that_is_over_gets_no_suggestions(lab: GitLabLab, state: str) -> None:
    lab.server.requested[lab.number]["state"] = state
    with pytest.raises(RungRefusedError, match=f"is {state}"):
        lab.forge().deliver(lab.parcel(), "suggestion")
    with pytest.raises(RungRefusedError, match="no merge request is judged"):
        lab.forge().deliver(lab.parcel(number=None), "suggestion")
    with pytest.raises(RungRefusedError, match="there is no merge request !77"):
        lab.forge().deliver(lab.parcel(number=77), "suggestion")
    assert untouched(lab)


def test_a_draft_merge_request_is_opened_onto_the_branch_and_not_twice(lab: GitLabLab) -> None:
    parcel = lab.parcel()
    done, again = lab.forge().deliver(parcel, "pull-request"), lab.forge().deliver(parcel, "pull-request")
    made = lab.server.request("2")
    assert (done, len(lab.server.requested)) == (again, 2)
    assert done.reference == made["web_url"]
    assert (made["source_branch"], made["target_branch"]) == (parcel.own_branch, "change")
    assert (made["title"], made["author"]["id"]) == ("Draft: fix: a is one too small", BOT)
    assert made["description"].endswith(f"Agent-CI-Fingerprint: {FINGERPRINT}\n\n<!-- agent-ci:{FINGERPRINT} -->\n")
    assert lab.hosted.git("rev-parse", f"{parcel.own_branch}^{{tree}}") == parcel.patch.tree
    assert lab.hosted.head("change") == lab.head


def test_a_better_change_renews_the_merge_request(lab: GitLabLab) -> None:
    lab.forge().deliver(lab.parcel(), "pull-request")
    better = lab.parcel({"a.txt": LINES_BETTER}, title="fix: better", body="Better.")
    lab.forge().deliver(better, "pull-request")
    assert len(lab.server.requested) == 2
    assert lab.server.request("2")["description"].startswith("Better.")
    assert lab.hosted.git("rev-parse", f"{better.own_branch}^{{tree}}") == better.patch.tree
    assert lab.hosted.is_unforced()


LINES_BETTER = FIXED.replace("line 1\n", "line one\n").encode()


def test_a_merge_request_that_a_person_closed_stays_closed(lab: GitLabLab) -> None:
    lab.forge().deliver(lab.parcel(), "pull-request")
    lab.server.requested[2]["state"] = "closed"
    pushed = list(lab.hosted.attempts)
    better = lab.parcel({"a.txt": LINES_BETTER})
    with pytest.raises(RungRefusedError, match=r"a person closed .*/merge_requests/2"):
        lab.forge().deliver(better, "pull-request")
    assert (lab.server.requested[2]["state"], lab.hosted.attempts) == ("closed", pushed)


def test_words_of_a_message_are_no_commands_in_a_description(lab: GitLabLab) -> None:
    message = lab.parcel().message.replace("What failed.", "/merge\n@everyone see #1 <img src=x>")
    lab.forge().deliver(lab.parcel(message=message), "pull-request")
    said = lab.server.request("2")["description"]
    assert not any(active in said for active in ("\n/merge", "@everyone", "#1", "<img"))


@pytest.mark.parametrize("rung", ["commit", "pull-request"])
def test_a_change_of_a_fork_goes_to_no_branch_of_ours(lab: GitLabLab, rung: str) -> None:
    with pytest.raises(RungRefusedError, match="another project"):
        lab.forge().deliver(lab.parcel(from_fork=True), rung)
    assert untouched(lab)


@pytest.mark.parametrize("rung", ["commit", "suggestion", "pull-request"])
def test_without_a_token_every_rung_is_refused_and_says_what_to_add(lab: GitLabLab, rung: str) -> None:
    with pytest.raises(RungRefusedError, match=r"no token that may write.*role Developer and the scope api"):
        lab.forge(GITLAB_TOKEN="").deliver(lab.parcel(), rung)
    assert (untouched(lab), lab.server.requests) == (True, [])


def test_the_jobs_own_token_may_push_and_nothing_else(lab: GitLabLab) -> None:
    job = "glcbt-64_Zq8mWx2Vb7Nk"
    lab.server.git.users[job] = "gitlab-ci-token"
    forge = lab.forge(GITLAB_TOKEN="", CI_JOB_TOKEN=job)
    with pytest.raises(NotAllowedError, match="add a masked and protected variable GITLAB_TOKEN"):
        forge.deliver(lab.parcel(), "suggestion")
    assert forge.deliver(lab.parcel(), "commit").reference == lab.hosted.head("change")
    assert lab.server.requests == []


def test_a_token_that_may_not_write_is_told_what_it_lacks(lab: GitLabLab) -> None:
    lab.server.levels[BOT] = 20
    lab.server.git.readers.add("bot")
    for rung, words in (("commit", "write_repository"), ("suggestion", "403"), ("pull-request", "write_repository")):
        with pytest.raises(NotAllowedError, match=words):
            lab.forge().deliver(lab.parcel(), rung)
    with pytest.raises(ForgeUnavailableError):
        descend(lab.parcel(), lab.forge(), "commit")
    assert untouched(lab)


@pytest.mark.parametrize("rung", ["commit", "suggestion", "pull-request"])
def test_a_wrong_token_ends_the_descent_and_is_not_repeated(lab: GitLabLab, rung: str) -> None:
    wrong = "glpat-wrong0815wrong"
    with pytest.raises(ForgeUnavailableError) as caught:
        lab.forge(GITLAB_TOKEN=wrong).deliver(lab.parcel(), rung)
    assert not isinstance(caught.value, RungRefusedError)
    assert wrong not in str(caught.value)
    assert untouched(lab)


def test_a_job_that_does_not_say_where_it_is_is_no_crash(lab: GitLabLab) -> None:
    for forge in (lab.forge(CI_SERVER_URL=""), lab.forge(CI_PROJECT_PATH=""), lab.forge(CI_SERVER_URL="ssh://x")):
        with pytest.raises(ForgeUnavailableError, match="CI_SERVER_URL and CI_PROJECT_PATH"):
            forge.deliver(lab.parcel(), "commit")
    with pytest.raises(ForgeUnavailableError, match="CI_API_V4_URL and CI_PROJECT_ID"):
        lab.forge(CI_PROJECT_ID="", CI_PROJECT_PATH="").deliver(lab.parcel(), "suggestion")


def test_a_certificate_of_the_runner_is_used_for_pushes(lab: GitLabLab, tmp_path: Path) -> None:
    forge = lab.forge(CI_SERVER_TLS_CA_FILE=str(tmp_path / "ca.pem"))
    settings = forge._push.remote.settings  # noqa: SLF001 - what git is told is not to be seen from outside
    assert settings[f"http.{lab.server.url}/group/name.git.sslCAInfo"] == str(tmp_path / "ca.pem")


LOST = [
    Fault("POST .*/(discussions|merge_requests)$", 502, is_after=True),
    Fault("POST .*/(discussions|merge_requests)$", 0, is_after=True),
    Fault("POST .*/(discussions|merge_requests)$", 503),
    Fault("POST .*/(discussions|merge_requests)$", 429, headers=(("Retry-After", "1"),)),
    Fault("GET", 500, times=2),
    Fault("GET", 429, headers=(("Retry-After", "2"),), times=2),
]


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: f"{fault.match[:4]}-{fault.status}-{fault.is_after}")
@pytest.mark.parametrize(("rung", "count"), [("suggestion", 2), ("pull-request", 2)])
def test_what_passes_is_waited_for_and_a_write_whose_answer_was_lost_is_not_repeated(
    lab: GitLabLab, fault: Fault, rung: str, count: int
) -> None:
    lab.server.faults = [Fault(**vars(fault))]
    lab.forge().deliver(lab.parcel(), rung)
    assert {"suggestion": len(lab.bodies), "pull-request": len(lab.server.requested)}[rung] == count


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("POST", 403, {"message": "403 Forbidden"}), NotAllowedError),
        (Fault("POST", 409, {"message": "conflict"}), RungRefusedError),
        (Fault("POST", 422, {"message": "unprocessable"}), RungRefusedError),
        (Fault("POST", 400, {"message": {"base": ["is bad"]}}), RungRefusedError),
        (Fault("POST", 404, {"message": "404 Not found"}), ForgeUnavailableError),
        (Fault("GET", 404, {"message": "404 Project Not Found"}, times=99), ForgeUnavailableError),
        (Fault("GET|POST", 500, times=99), ForgeUnavailableError),
        (Fault("GET", 429, headers=(("Retry-After", "86400"),)), ForgeUnavailableError),
        (Fault("GET", 302, headers=(("Location", "http://127.0.0.1:9/"),)), ForgeUnavailableError),
        (Fault("GET", 200, headers=(("X-Next-Page", "1"),)), ForgeUnavailableError),
    ],
    ids=lambda value: f"{value.match}-{value.status}" if isinstance(value, Fault) else "",
)
@pytest.mark.parametrize("rung", ["suggestion", "pull-request"])
def test_each_fault_has_its_promised_end_and_leaves_no_half(
    lab: GitLabLab, fault: Fault, error: type[AgentCIError], rung: str
) -> None:
    lab.server.faults = [Fault(**vars(fault))]
    with pytest.raises(error) as caught:
        lab.forge().deliver(lab.parcel(), rung)
    assert TOKEN not in str(caught.value)
    assert (lab.server.writes, lab.hosted.head("change")) == ([], lab.head)


def test_pages_that_lead_in_a_circle_end_and_nothing_is_said_twice(lab: GitLabLab) -> None:
    lab.server.pages_loop = True
    for rung in ("suggestion", "pull-request"):
        with pytest.raises(ForgeUnavailableError, match="pages that lead in a circle"):
            lab.forge().deliver(lab.parcel(), rung)
    assert lab.server.writes == []


def test_the_checkout_is_left_alone(lab: GitLabLab) -> None:
    checkout = Checkout(lab.repository.root)
    before = checkout.git("for-each-ref"), checkout.git("status", "--porcelain")
    for rung in ("suggestion", "pull-request", "commit"):
        lab.forge().deliver(lab.parcel(), rung)
    assert (checkout.git("for-each-ref"), checkout.git("status", "--porcelain")) == before


@pytest.mark.parametrize("change", [{"state": "closed"}, {"state": "merged"}, {"target_branch": "change"}])
@pytest.mark.parametrize("rung", ["commit", "pull-request"])
def test_nothing_is_delivered_for_a_merge_request_that_is_another_one_by_now(
    lab: GitLabLab, change: dict[str, str], rung: str
) -> None:
    lab.server.requested[lab.number].update(change)
    with pytest.raises(StaleError, match="merge request !1"):
        lab.forge(CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main").deliver(lab.parcel(), rung)
    assert (lab.server.writes, lab.hosted.attempts) == ([], [])


def test_the_target_of_a_merge_request_that_a_note_was_about_is_looked_at_too(lab: GitLabLab) -> None:
    asked = AskedChange(lab.number, lab.head, lab.hosted.head("main"), "change", "main", from_fork=False)
    forge = lab.forge(lab.clone, FAST, CI_PIPELINE_SOURCE="trigger", **{VARIABLE: asked.encoded})
    lab.server.requested[lab.number]["target_branch"] = "change"
    with pytest.raises(StaleError, match="merge request !1 goes to 'change' now, and was judged against 'main'"):
        forge.deliver(lab.parcel(), "commit")
    assert (lab.server.writes, lab.hosted.attempts) == ([], [])
    lab.server.requested[lab.number]["target_branch"] = "main"
    assert forge.deliver(lab.parcel(), "commit").rung == "commit"
