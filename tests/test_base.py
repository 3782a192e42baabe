from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci import settings
from agent_ci.base import parting_of
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context
from bench.repositories import git
from tests.checkouts import Checkout
from tests.red import CALC, FILES, RedRepository


@pytest.fixture
def origin(tmp_path: Path) -> RedRepository:
    green = {**FILES, "calc.py": CALC.replace("a - b", "a + b")}
    repository = RedRepository.make(tmp_path / "origin", green)
    repository.commit({"notes.txt": "more"}, "more")
    git(repository.path, "checkout", "-q", "-b", "feature")
    return repository.commit({"calc.py": CALC}, "break it")


def shallow(origin: RedRepository, tmp_path: Path) -> RedRepository:
    place = tmp_path / "shallow"
    command = ["git", "clone", "-q", "--depth=1", "--branch=feature", f"file://{origin.path}", str(place)]
    subprocess.run(command, check=True, capture_output=True)
    return RedRepository(place, tmp_path)


def test_a_base_that_a_shallow_checkout_lacks_is_fetched(origin: RedRepository, tmp_path: Path) -> None:
    checkout = shallow(origin, tmp_path)
    before = checkout.digest()
    run = checkout.run(job="explain", base="main")
    assert run.document["caused_by_change"] is True
    assert [file["side"] for file in run.document["controls"]].count("base") == 1
    assert checkout.digest() == before


def test_a_base_that_no_remote_gives_is_unavailable_and_nothing_is_claimed(
    origin: RedRepository, tmp_path: Path
) -> None:
    checkout = shallow(origin, tmp_path)
    git(checkout.path, "remote", "set-url", "origin", f"file://{tmp_path}/gone")
    git(checkout.path, "remote", "set-head", "origin", "-d")
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/n", "GITHUB_REF_NAME": "feature"}
    event = tmp_path / "event.json"
    event.write_text(f'{{"before": "{"1" * 40}", "repository": {{"default_branch": "main"}}}}', encoding="utf-8")
    environment |= {"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(event)}
    run = checkout.run(job="explain", environment=environment)
    assert run.document["caused_by_change"] is False
    assert any(note.startswith("base: unavailable") for note in run.document["notes"])


def test_a_wrong_base_is_a_usage_error_that_says_what_the_remote_said(origin: RedRepository) -> None:
    run = origin.run(job="explain", base="nowhere")
    assert run.outcome == "usage_error"
    assert "--base 'nowhere' names no commit here" in run.document["reason"]


def test_a_remote_that_would_start_a_program_is_not_asked(origin: RedRepository, tmp_path: Path) -> None:
    checkout = shallow(origin, tmp_path)
    mark = tmp_path / "PWNED"
    git(checkout.path, "remote", "set-url", "origin", f"ext::sh -c 'touch {mark}'")
    checkout.run(job="explain", base="main")
    assert not mark.exists()


def test_what_a_change_brings_is_counted_from_where_the_branches_parted(checkout: Checkout) -> None:
    parted = checkout.git("rev-parse", "HEAD")
    checkout.git("switch", "--quiet", "--create", "change")
    head = checkout.commit({"a.py": "a = 2\n"})
    checkout.git("switch", "--quiet", "main")
    tip = checkout.commit({"b.py": "b = 2\n"})
    repository = Repository.at(checkout.root)
    given = settings.merged({"repository": str(checkout.root), "base": "main"})
    with Clone.of(repository) as clone:
        context = Context("git", "", str(checkout.root), head, branch="change", default_branch="main")
        assert parting_of(given, context, repository, clone).commit == parted
        for chosen in (given, settings.merged({"repository": str(checkout.root)})):
            on_main = replace(context, commit=tip, branch="main")
            assert parting_of(chosen, on_main, repository, clone).commit is None
