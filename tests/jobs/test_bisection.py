from __future__ import annotations

from pathlib import Path

import pytest

from agent_ci.errors import UsageError
from bench.repositories import git
from tests.red import CALC, FILES, TESTS, RedRepository

RIGHT = CALC.replace("a - b", "a + b")


@pytest.fixture
def history(tmp_path: Path) -> RedRepository:
    """Six commits: the third breaks add, the fourth cannot be imported, the tests come with the last."""
    repository = RedRepository.make(tmp_path, {"calc.py": RIGHT, "test_none.py": "def test_none():\n    pass\n"})
    repository.commit({"notes.txt": "one"}, "one")
    repository.commit({"calc.py": CALC}, "the culprit")
    repository.commit({"notes.txt": "three"}, "three")
    repository.commit({"notes.txt": "four"}, "four")
    return repository.commit({"test_calc.py": TESTS}, "tests")


def test_the_first_bad_commit_of_a_range_is_named(history: RedRepository) -> None:
    found = history.run(job="explain", bisect="HEAD~5..HEAD").document["first_bad"]
    assert (found["subject"], found["author"]) == ("the culprit", "tester")
    assert found["commit"] == git(history.path, "rev-parse", "HEAD~3")
    assert found["tested"] < 6


def test_a_good_commit_that_is_red_is_said_to_be(history: RedRepository) -> None:
    found = history.run(job="explain", bisect="HEAD~2..HEAD").document["first_bad"]
    assert "fail on" in found["sentence"]
    assert found["commit"] == ""


def test_a_commit_between_that_cannot_be_run_leaves_the_candidates(tmp_path: Path) -> None:
    repository = RedRepository.make(tmp_path, {**FILES, "calc.py": RIGHT})
    repository.commit({"calc.py": CALC, "conftest.py": "import os\nos._exit(9)\n"}, "broken run")
    git(repository.path, "rm", "-q", "conftest.py")
    repository.commit({}, "tests run again")
    found = repository.run(job="explain", bisect="HEAD~2..HEAD").document["first_bad"]
    assert found["sentence"].startswith("one of ")


@pytest.mark.parametrize("given", ["HEAD", "nothing..HEAD", "HEAD..HEAD~1"])
def test_a_range_that_is_none_is_a_usage_error(history: RedRepository, given: str) -> None:
    assert history.run(job="explain", bisect=given).outcome == UsageError.outcome
