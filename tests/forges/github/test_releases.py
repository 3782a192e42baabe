"""One draft of a release, however often and from wherever it is asked for; what people decided stays."""

from __future__ import annotations

import io
import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent_ci.core.notes.release import LIMIT, Page, is_as_signed, signed
from agent_ci.drafting import Drafting
from agent_ci.errors import ForgeUnavailableError, UsageError
from agent_ci.forges.github.releases import GitHubReleases
from tests.checkouts import NOBODY, Checkout
from tests.forges.github.lab import Lab
from tests.servers.chat import Step
from tests.servers.github import TOKEN

FIRST = Page("v1.1.0", signed("- The sum"), "main")
SECOND = Page("v1.1.0", signed("- The sum\n- The tax"), "main")


def releases(lab: Lab) -> GitHubReleases:
    return GitHubReleases(lab.project())


def bodies(lab: Lab) -> list[str]:
    return [str(one["body"]) for one in lab.server.state.releases.values()]


def test_a_release_has_one_draft_that_is_kept_up_to_date(lab: Lab) -> None:
    made = releases(lab).draft(FIRST)
    assert made.startswith("the draft of the release v1.1.0 was made: http")
    [release] = lab.server.state.releases.values()
    assert (release["draft"], release["prerelease"], release["tag_name"]) == (True, False, "v1.1.0")
    assert releases(lab).draft(SECOND).startswith("the draft of the release v1.1.0 is up to date")
    writes = len(lab.server.writes)
    releases(lab).draft(SECOND)
    assert bodies(lab) == [SECOND.body]
    assert len(lab.server.writes) == writes


def test_a_draft_is_tagged_where_the_notes_were_made_last(lab: Lab) -> None:
    releases(lab).draft(FIRST)
    [release] = lab.server.state.releases.values()
    lab.server.breaks("PATCH", "/releases/", Step(status=0), after=False)
    releases(lab).draft(replace(FIRST, target=lab.head))
    assert (release["target_commitish"], release["body"]) == (lab.head, FIRST.body)
    releases(lab).draft(replace(SECOND, target=""))
    assert (release["target_commitish"], release["body"]) == (lab.head, SECOND.body)


def test_a_draft_that_the_list_does_not_show_yet_was_made(lab: Lab) -> None:
    lab.server.breaks("GET", "/releases$", Step(b"[]"), times=2)
    said = releases(lab).draft(FIRST)
    [release] = lab.server.state.releases.values()
    assert said == f"the draft of the release v1.1.0 was made: {release['html_url']}"


def test_a_draft_that_a_person_wrote_in_at_once_was_made(lab: Lab) -> None:
    releases(lab).draft(replace(FIRST, tag="v1.0.0"))
    [before] = lab.server.state.releases
    changed = {"id": before + 1, "draft": True, "tag_name": FIRST.tag, "body": "Mine."}
    for seen in ([], [changed]):
        lab.server.breaks("GET", "/releases$", Step(json.dumps(seen).encode()))
    assert releases(lab).draft(FIRST).endswith(f"was made: {lab.server.state.releases[before + 1]['html_url']}")


@pytest.mark.parametrize("after", [True, False], ids=["after the write", "before it"])
def test_a_lost_answer_makes_no_second_draft(lab: Lab, *, after: bool) -> None:
    lab.server.breaks("POST", "/releases$", Step(status=0), after=after)
    releases(lab).draft(FIRST)
    assert bodies(lab) == [FIRST.body]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"draft": False}, id="published"),
        pytest.param({"body": FIRST.body.replace("The sum", "Sums are right")}, id="changed by a person"),
        pytest.param({"body": "mine"}, id="without our mark"),
        pytest.param({"body": None}, id="empty"),
    ],
)
def test_what_a_person_decided_stays(lab: Lab, change: dict[str, object]) -> None:
    releases(lab).draft(FIRST)
    [release] = lab.server.state.releases.values()
    release.update(change)
    before = dict(release)
    assert "stays as it is" in releases(lab).draft(SECOND)
    assert list(lab.server.state.releases.values()) == [before]


def test_a_release_is_published_where_its_tag_is_there(lab: Lab) -> None:
    with pytest.raises(ForgeUnavailableError, match="push it first"):
        releases(lab).publish(FIRST)
    assert lab.server.writes == []
    lab.server.state.bare.git("tag", "v1.1.0", lab.head)
    assert releases(lab).publish(FIRST).startswith("the release v1.1.0 was published: http")
    assert releases(lab).publish(SECOND).startswith("the release v1.1.0 is published and up to date: http")
    writes = len(lab.server.writes)
    releases(lab).publish(SECOND)
    assert len(lab.server.writes) == writes
    [release] = lab.server.state.releases.values()
    assert (release["draft"], release["body"]) == (False, SECOND.body)


def test_a_draft_of_ours_is_published_once_a_tag_is_there(lab: Lab) -> None:
    releases(lab).draft(FIRST)
    with pytest.raises(ForgeUnavailableError, match="no tag v1"):
        releases(lab).publish(SECOND)
    lab.server.state.bare.git("tag", "v1.1.0", lab.head)
    lab.server.breaks("PATCH", "/releases/", Step(status=0), after=True)
    releases(lab).publish(SECOND)
    [release] = lab.server.state.releases.values()
    assert (release["draft"], release["body"]) == (False, SECOND.body)


@pytest.mark.parametrize("is_draft", [True, False], ids=["a draft", "published"])
def test_what_a_person_wrote_is_neither_published_nor_changed(lab: Lab, *, is_draft: bool) -> None:
    lab.server.state.bare.git("tag", "v1.1.0", lab.head)
    releases(lab).draft(FIRST)
    [release] = lab.server.state.releases.values()
    release.update(body="mine", draft=is_draft)
    before, writes = dict(release), len(lab.server.writes)
    assert "stays as it is" in releases(lab).publish(SECOND)
    assert (list(lab.server.state.releases.values()), len(lab.server.writes)) == ([before], writes)


def test_line_ends_that_the_forge_changed_are_no_change(lab: Lab) -> None:
    releases(lab).draft(FIRST)
    [release] = lab.server.state.releases.values()
    release["body"] = FIRST.body.replace("\n", "\r\n")
    releases(lab).draft(SECOND)
    assert bodies(lab) == [SECOND.body]


def test_of_two_drafts_that_were_made_at_the_same_moment_the_first_stays(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases(lab).draft(FIRST)
    [kept] = lab.server.state.releases
    look, seen = GitHubReleases._of, list[str]()  # noqa: SLF001 - there is no other way to be late

    def late(self: GitHubReleases, tag: str) -> list[dict[str, Any]]:
        seen.append(tag)
        return look(self, tag) if len(seen) > 1 else []  # the other run's draft is not there yet

    monkeypatch.setattr(GitHubReleases, "_of", late)
    releases(lab).draft(FIRST)
    assert list(lab.server.state.releases) == [kept]
    assert [one.method for one in lab.server.writes] == ["POST", "POST", "DELETE"]


def test_another_release_is_another_draft(lab: Lab) -> None:
    releases(lab).draft(FIRST)
    releases(lab).draft(Page("v1.2.0", FIRST.body))
    assert len(bodies(lab)) == 2


def test_a_page_that_is_too_long_is_cut_at_a_line_and_says_where_the_rest_is() -> None:
    lines = "\n".join(f"- change {number} " + "x" * 80 for number in range(4000))
    text = signed(
        f"{lines[:50_000]}\n\n<details><summary>Internal (9)</summary>\n\n{lines}\n\n</details>",
        more="https://e.example/all",
    )
    assert len(text) <= LIMIT
    assert is_as_signed(text)
    body = text.rsplit("\n\n", 3)
    assert body[-3:-1] == ["</details>", "[The rest of these notes](https://e.example/all)"]
    assert re.fullmatch(r"- change \d+ x{80}", body[0].rsplit("\n", 1)[1])


def test_a_page_of_line_ends_takes_no_time_to_read() -> None:
    started = time.process_time()
    assert not is_as_signed("\n" * LIMIT)
    assert time.process_time() - started < 2


def test_a_run_drafts_what_it_puts_into_the_changelog(lab: Lab, tmp_path: Path) -> None:
    environment = {**NOBODY, **lab.server.variables, "GITHUB_ACTIONS": "true", "GITHUB_TOKEN": TOKEN}
    environment |= {"GITHUB_SHA": lab.head, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/change"}
    given = {"repository": str(lab.repository.root), "out": str(tmp_path / "out"), "deliver": "none"}
    document = Drafting(environment, given, io.StringIO(), release="v1.1.0", has_draft=True).run()
    [release] = lab.server.state.releases.values()
    assert (release["draft"], release["target_commitish"]) == (True, lab.head)
    notes = (tmp_path / "out/notes.md").read_text().split("\n\n", 1)[1]
    assert str(release["body"]).startswith(notes.rstrip("\n") + "\n\n<!-- agent-ci:release ")
    assert str(release["html_url"]) in str(document["reason"])


@pytest.mark.parametrize(
    ("more", "holds"), [(", which people see", True), (" and CVE-2026-1234, says @everyone <img src=x>", False)]
)
def test_a_page_has_the_words_of_a_model_that_another_job_asked_where_they_hold(
    lab: Lab, tmp_path: Path, more: str, *, holds: bool
) -> None:
    environment = {**NOBODY, **lab.server.variables, "GITHUB_ACTIONS": "true", "GITHUB_TOKEN": TOKEN}
    environment |= {"GITHUB_SHA": lab.head, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/change"}
    given = {"repository": str(lab.repository.root), "out": str(tmp_path / "out"), "deliver": "none"}
    plain = Drafting(environment, given, io.StringIO(), release="v1.1.0").run()
    entries = [one for one in plain["ledger"]["entries"] if one["section"] == "Changed"]  # type: ignore[index] # JSON
    lines = [{"ids": one["changes"], "section": "Changed", "text": f"{one['text']}{more}"} for one in entries]
    assert lines
    (tmp_path / "replies.jsonl").write_text(f"{json.dumps({'text': json.dumps({'lines': lines})})}\n" * 3)
    again = {**given, "proposer": ("replay",), "cassette": str(tmp_path / "replies.jsonl")}
    Drafting(environment, again, io.StringIO(), release="v1.1.0", has_draft=True).run()
    [release] = lab.server.state.releases.values()
    shown = {f"- {one['text'] if holds else one['text'].removesuffix(more)} (" for one in lines}
    assert {line[: line.rindex("(") + 1] for line in str(release["body"]).splitlines() if line[:2] == "- "} == shown
    assert "everyone" not in str(release["body"])


def test_a_run_at_a_tag_asks_the_default_branch_to_take_the_changelog(lab: Lab, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"repository": {"default_branch": "main"}, "ref": "refs/tags/v1.1.0"}))
    environment = {**NOBODY, **lab.server.variables, "GITHUB_ACTIONS": "true", "GITHUB_TOKEN": TOKEN}
    environment |= {"GITHUB_SHA": lab.head, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/tags/v1.1.0"}
    environment |= {"GITHUB_EVENT_PATH": str(event)}
    given = {"repository": str(lab.repository.root), "out": str(tmp_path / "out"), "deliver": "pull-request"}
    made = [Drafting(environment, given, io.StringIO(), release="v1.1.0", file="CHANGELOG.md").run() for _ in range(2)]
    assert [document["outcome"] for document in made] == ["delivered", "delivered"], made[0]["reason"]
    [request] = lab.server.state.pulls.values()
    assert (request["base"]["ref"], request["title"]) == ("main", "docs: add the notes of v1.1.0")


def test_that_a_draft_could_not_be_made_is_the_end_and_the_notes_are_kept(lab: Lab, tmp_path: Path) -> None:
    environment = {**NOBODY, **lab.server.variables, "GITHUB_ACTIONS": "true", "GITHUB_TOKEN": "wrong"}
    environment |= {"GITHUB_SHA": lab.head, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/change"}
    given = {"repository": str(lab.repository.root), "out": str(tmp_path / "out"), "deliver": "none"}
    document = Drafting(environment, given, io.StringIO(), release="v1.1.0", has_draft=True).run()
    assert document["outcome"] == str(ForgeUnavailableError.outcome)
    assert (tmp_path / "out/notes.md").read_text()


def test_a_release_needs_a_version_and_a_forge_that_shows_it(lab: Lab, tmp_path: Path) -> None:
    given = {"repository": str(lab.repository.root), "out": str(tmp_path / "out")}
    with pytest.raises(UsageError, match="need --release"):
        Drafting(NOBODY, given, io.StringIO(), has_draft=True)
    document = Drafting(NOBODY, given, io.StringIO(), release="v1.1.0", has_draft=True).run()
    assert document["outcome"] == "usage_error"
    assert "no job of GitHub or GitLab" in str(document["reason"])


@pytest.mark.parametrize("is_published", [False, True], ids=["a draft", "published"])
def test_a_release_is_not_shown_by_a_job_with_the_key_of_a_model(
    lab: Lab, tmp_path: Path, *, is_published: bool
) -> None:
    environment = {**lab.environment(), **NOBODY, "OPENAI_API_KEY": "k" * 20}
    given = {"repository": str(lab.repository.root), "out": str(tmp_path / "out"), "deliver": "none"}
    run = Drafting(environment, given, io.StringIO(), release="v1.1.0", has_draft=True, is_published=is_published)
    with pytest.raises(UsageError, match="must not hold the key of a model"):
        run.run()
    assert lab.server.seen == []


@pytest.mark.parametrize("changelog", ["", "CHANGELOG.md"])
@pytest.mark.parametrize("is_published", [False, True], ids=["a draft", "published"])
def test_notes_that_are_refused_are_shown_nowhere(
    lab: Lab, tmp_path: Path, changelog: str, *, is_published: bool
) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 4
    checkout = Checkout(lab.repository.root)
    checkout.git("tag", secret, "HEAD~1")  # its name stands in a link, which cannot be masked
    checkout.git("config", "remote.origin.url", "https://forge.example/shop/till.git")
    if changelog:
        checkout.commit({changelog: "# Changelog\n\n## 1.0.0\n\n- All.\n"}, "Begin a changelog")
    lab.server.state.bare.git("tag", "v1.1.0", lab.head)
    environment = {**NOBODY, **lab.environment(), "GITHUB_SHA": checkout.git("rev-parse", "HEAD")}
    environment |= {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/change"}
    given = {"repository": str(checkout.root), "out": str(tmp_path / "out"), "deliver": "none"}
    run = Drafting(environment, given, io.StringIO(), secret, "v1.1.0", has_draft=not is_published)
    run.is_published = is_published
    document = run.run()
    assert document["outcome"] == "policy_refused"
    assert "the release does not show the notes: " in str(document["reason"])
    assert lab.server.writes == []
