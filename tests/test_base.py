from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench.repositories import git
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
