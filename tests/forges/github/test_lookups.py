"""What others ask GitHub for: who may do what, answers and issues that come once, and what a red run left behind."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from agent_ci.errors import ForgeUnavailableError, UnsupportedError
from agent_ci.forges.github import issues, people, runs
from agent_ci.forges.github.people import Permission
from tests.forges.github.lab import FINGERPRINT, Lab
from tests.servers.chat import Step

LOST = Step(status=0)


@pytest.mark.parametrize("role", list(Permission), ids=lambda role: role.name.lower())
def test_the_permission_of_an_account_is_its_role(lab: Lab, role: Permission) -> None:
    lab.server.state.permissions["ada"] = role.name.lower()
    assert people.permission(lab.project(), "ada") is role


def test_a_role_of_an_organisation_counts_as_the_one_it_is_built_on_and_nobody_has_none(lab: Lab) -> None:
    lab.server.state.permissions["ada"] = "release captain"
    assert people.permission(lab.project(), "ada") is Permission.WRITE
    assert people.permission(lab.project(), "nobody") is Permission.NONE


@pytest.mark.parametrize("login", ["../../orgs/x", "..", ""])
def test_a_name_that_is_a_path_is_asked_for_nowhere_else(lab: Lab, login: str) -> None:
    try:
        assert people.permission(lab.project(), login) is Permission.NONE
    except ForgeUnavailableError:
        assert lab.server.seen == []
    assert all("/collaborators/" in seen.path for seen in lab.server.seen)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"login": "ada", "type": "User"}, False),
        ({"login": "dependabot[bot]", "type": "User"}, True),
        ({"login": "app", "type": "Bot"}, True),
        ({}, True),
    ],
)
def test_programs_are_told_from_people(user: dict[str, object], *, expected: bool) -> None:
    assert people.is_bot(user) is expected


def test_a_comment_is_shown_to_be_seen_and_answered_once(lab: Lab) -> None:
    number, marker = lab.server.state.open_request("change"), "<!-- agent-ci:answer:7 -->"
    for _ in range(2):
        people.react(lab.project(), 7)
        url = people.answer(lab.project(), number, marker, f"{marker}\nI look at it.")
    assert [one["content"] for one in lab.server.state.reactions.values()] == ["eyes"]
    assert [one["html_url"] for one in lab.server.state.comments.values()] == [url]


@pytest.mark.parametrize("after", [True, False], ids=["after the write", "before it"])
def test_lost_answers_make_nothing_twice(lab: Lab, *, after: bool) -> None:
    number, marker = lab.server.state.open_request("change"), "<!-- agent-ci:answer:7 -->"
    lab.server.breaks("POST", "/reactions", LOST, after=after)
    lab.server.breaks("POST", r"/issues/\d+/comments", LOST, after=after)
    lab.server.breaks("POST", "/issues$", LOST, after=after)
    people.react(lab.project(), 7)
    people.answer(lab.project(), number, marker, marker)
    issues.escalate(lab.project(), FINGERPRINT, "red", "it is")
    state = lab.server.state
    assert [len(state.reactions), len(state.comments), len(state.issues)] == [1, 1, 1]


def test_a_failure_has_one_open_issue_that_is_closed_when_it_is_gone(lab: Lab) -> None:
    first = issues.escalate(lab.project(), FINGERPRINT, "red", "it is")
    assert issues.escalate(lab.project(), FINGERPRINT, "red", "it is") == first
    other = issues.escalate(lab.project(), "f" * 16, "red", "something else")
    assert issues.settle(lab.project(), FINGERPRINT)
    assert not issues.settle(lab.project(), FINGERPRINT)
    found = {issue["html_url"]: issue["state"] for issue in lab.server.state.issues.values()}
    assert found == {first: "closed", other: "open"}
    assert issues.escalate(lab.project(), FINGERPRINT, "red", "again") not in (first, other)


def test_a_strangers_issue_with_our_marker_is_neither_taken_for_ours_nor_closed(lab: Lab) -> None:
    body, user = f"<!-- agent-ci:{FINGERPRINT} -->", {"login": "mallory", "type": "User"}
    lab.server.state.issues[900] = {"number": 900, "state": "open", "body": body, "labels": ["agent-ci"], "user": user}
    assert not issues.settle(lab.project(), FINGERPRINT)
    issues.escalate(lab.project(), FINGERPRINT, "red", "it is")
    assert len(lab.server.state.issues) == 2


def test_the_logs_of_the_red_jobs_of_a_run_are_fetched_without_showing_the_token_to_the_store(lab: Lab) -> None:
    names = (("test", "failure"), ("lint", "success"), ("test", "timed_out"))
    lab.server.state.jobs[5] = [
        {"id": index, "name": name, "conclusion": conclusion} for index, (name, conclusion) in enumerate(names)
    ]
    for index in range(3):
        lab.server.store[f"actions/jobs/{index}/logs"] = f"log {index}".encode()
    assert runs.red_logs(lab.project(), 5) == {"test": b"log 0", "test (2)": b"log 2"}


def packed(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_the_files_of_an_artifact_are_read(lab: Lab) -> None:
    lab.server.state.artifacts[5] = [
        {"id": 8, "name": "reports", "expired": False},
        {"id": 9, "name": "gone", "expired": True},
    ]
    lab.server.store["actions/artifacts/8/zip"] = packed(**{"junit/a.xml": b"<testsuite/>", "b.txt": b""})
    assert runs.artifacts(lab.project(), 5) == {"reports": 8}
    assert runs.artifact_files(lab.project(), 8) == {"junit/a.xml": b"<testsuite/>", "b.txt": b""}


def linked() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        entry = zipfile.ZipInfo("report.xml")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return target.getvalue()


ARCHIVES = {
    "a way out": packed(**{"../../etc/cron.d/x": b"x"}),
    "an absolute path": packed(**{"/etc/passwd": b"x"}),
    "a path of Windows": packed(**{"..\\x": b"x"}),
    "a drive": packed(**{"C:/x": b"x"}),
    "a line break in a name": packed(**{"a\nb": b"x"}),
    "a link": linked(),
    "a bomb": packed(**{"bomb.xml": bytes(30_000_000)}),
    "many small ones that are large together": packed(**{f"{n}.xml": bytes(19_000_000) for n in range(6)}),
    "thousands of files": packed(**{f"{n}.xml": b"" for n in range(2001)}),
    "no archive": b"PK\x03\x04 no",
    "half an archive": packed(**{"a.xml": b"x" * 1000})[:-30],
}


@pytest.mark.parametrize("archive", ARCHIVES.values(), ids=list(ARCHIVES))
def test_a_hostile_archive_is_not_read(archive: bytes) -> None:
    with pytest.raises(UnsupportedError, match="the artifact"):
        runs.unpacked(archive)


def test_a_workflow_is_started_on_a_branch(lab: Lab) -> None:
    runs.dispatch(lab.project(), "ci.yml", "change", {"reason": "agent-ci"})
    assert lab.server.state.dispatched == [{"workflow": "ci.yml", "ref": "change", "inputs": {"reason": "agent-ci"}}]


def test_a_workflow_is_not_started_twice_because_an_answer_was_lost(lab: Lab) -> None:
    lab.server.breaks("POST", "/dispatches", LOST, after=True)
    with pytest.raises(ForgeUnavailableError, match="not repeated"):
        runs.dispatch(lab.project(), "ci.yml", "change", {})
    assert len(lab.server.state.dispatched) == 1
