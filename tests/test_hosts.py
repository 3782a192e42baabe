"""A run asks its own forge about its own project, all of it or nothing, and ends the same way where that fails."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent_ci import hosts
from agent_ci.core.notes.rendering import Place
from agent_ci.drafting import Drafting
from tests.checkouts import NOBODY, Checkout
from tests.core.notes.releases import range_of
from tests.forges.gitlab_lab import TOKEN as GITLAB_TOKEN
from tests.forges.gitlab_lab import GitLabLab
from tests.forges.test_gitlab_merged import row
from tests.servers.chat import Step
from tests.servers.github import TOKEN, ForgeServer
from tests.servers.github_merged import merge

RELEASE_YML = "changelog: {exclude: {labels: [quiet]}, categories: [{title: Fixes, labels: [mended]}]}\n"


@dataclass(frozen=True)
class Shop:
    """A project at a GitHub, with two merged requests since its release."""

    server: ForgeServer
    checkout: Checkout

    def environment(self, **more: str) -> dict[str, str]:
        """That of a job with a token; an empty variable is none."""
        head = self.checkout.git("rev-parse", "HEAD")
        event = {"GITHUB_SHA": head, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}
        made = {**NOBODY, **self.server.variables, "GITHUB_ACTIONS": "true", "GITHUB_TOKEN": TOKEN, **event, **more}
        return {name: value for name, value in made.items() if value}

    def drafted(self, environment: Mapping[str, str], *, is_offline: bool = False) -> tuple[dict[str, Any], str]:
        """What a run in *environment* tells, and what it says on standard error."""
        said = io.StringIO()
        out = self.checkout.root.parent / "out"
        given = {"repository": str(self.checkout.root), "out": str(out)}
        document: dict[str, Any] = Drafting(environment, given, said, is_offline=is_offline).run()
        assert (out / "notes.md").read_text() == document["notes"]
        assert json.loads((out / "ledger.json").read_text())["forge"] == document["ledger"]["forge"]
        return document, said.getvalue()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    checkout = Checkout.at(tmp_path / "work")
    checkout.commit({".github/release.yml": RELEASE_YML, "till/price.py": "a = 1\n"}, "Begin")
    checkout.git("tag", "v1.0.0")
    commits = [
        checkout.commit({"till/price.py": f"a = {number}\n"}, f"{title} (#{number})")
        for number, title in ((7, "wip"), (8, "more"))
    ]
    checkout.git("clone", "--quiet", "--bare", str(checkout.root), str(tmp_path / "origin.git"))
    with ForgeServer(tmp_path / "origin.git") as server:
        checkout.git("remote", "add", "origin", server.git_url)
        merge(server.state, 7, "Sums @ada", commit=commits[0], labels=["mended"], issues=[(3, "Wrong sums", "")])
        merge(server.state, 8, "more", commit=commits[1], labels=["quiet"])
        yield Shop(server, checkout)


def test_the_notes_tell_what_the_forge_knows_and_the_same_each_time(shop: Shop) -> None:
    document, said = shop.drafted(shop.environment())
    assert "### Fixed\n\n- Sums `@ada` ([#7](" in document["notes"]
    assert "more" not in document["notes"]
    ledger = document["ledger"]
    assert ledger["forge"] == "the forge told of 2 of 2 change requests"
    assert ledger["forge"] in said
    assert ledger["entries"][0]["labels"] == ["mended"]
    assert ledger["entries"][0]["issues"] == [{"id": "#3", "title": "Wrong sums"}]
    assert ledger["dropped"][0]["reason"] == "release.yml leaves out what has the label quiet"
    assert len(shop.server.seen) == 1
    again, _ = shop.drafted(shop.environment())
    assert (again["notes"], again["ledger"]) == (document["notes"], document["ledger"])


@pytest.mark.parametrize(
    ("variables", "is_offline", "sentence"),
    [
        pytest.param({"GITHUB_TOKEN": ""}, False, "", id="without a token"),
        pytest.param({}, True, "", id="offline"),
        pytest.param({"GITHUB_REPOSITORY": "owner/other"}, False, "checkout is of", id="a checkout of another project"),
        pytest.param({"OPENAI_API_KEY": "k" * 20}, False, "holds the key of a model", id="with a model's key"),
    ],
)
def test_the_forge_is_not_asked(shop: Shop, variables: dict[str, str], sentence: str, *, is_offline: bool) -> None:
    document, _ = shop.drafted(shop.environment(**variables), is_offline=is_offline)
    assert shop.server.seen == []
    assert sentence in document["ledger"]["forge"]
    assert bool(document["ledger"]["forge"]) == bool(sentence)
    assert "- wip (" in document["notes"]


def test_no_more_is_asked_than_of_the_newest_requests(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "MOST", 1)
    document, said = shop.drafted(shop.environment())
    assert "the forge told of 1 of 1 change requests" in said
    assert ("- wip (" in document["notes"], document["ledger"]["dropped"] != []) == (True, True)


@pytest.mark.parametrize(
    ("token", "sentence"),
    [("GITLAB_TOKEN", "the forge told of 1 of 1 change requests"), ("CI_JOB_TOKEN", "")],
)
def test_gitlab_is_asked_with_a_token_of_the_project_and_never_with_that_of_the_job(
    tmp_path: Path, token: str, sentence: str
) -> None:
    range_ = range_of(["Mend the sum (!7)"])
    with GitLabLab.opened(tmp_path) as lab:
        lab.server.merged = [row(7)]
        environment = {**lab.server.variables, token: GITLAB_TOKEN}
        found = hosts.heard(environment, Place(), range_, is_offline=False)
        assert (found.sentence, [*found.requests]) == (sentence, ["!7"] * bool(sentence))
        assert len(lab.server.requests) == bool(sentence)


@pytest.mark.parametrize(
    "step",
    [
        Step(b'{"message": "later"}', status=429, headers=(("Retry-After", "3600"),)),
        Step(b'{"message": "no"}', status=403),
        Step(b'{"data": {"repository": {"nameWithOwner": "owner/shop", "r8": {"number": 8}, "r7": 5}}}'),
        Step(b'{"data": {"repository": {"nameWithOwner": "evil/shop", "r8": null, "r7": null}}}'),
    ],
    ids=["429 for an hour", "403", "wrong types", "another repository"],
)
def test_a_forge_that_fails_changes_nothing_but_a_remark(shop: Shop, step: Step) -> None:
    offline, _ = shop.drafted(shop.environment(), is_offline=True)
    shop.server.breaks("POST", "/graphql", step)
    document, said = shop.drafted(shop.environment())
    assert document["notes"] == offline["notes"]
    assert document["outcome"] == offline["outcome"] == "fixed"
    assert "the notes are from git alone, since the forge told nothing: " in said
    assert {**document["ledger"], "forge": ""} == offline["ledger"]
    assert TOKEN not in said
