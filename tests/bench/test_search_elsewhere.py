"""The bench of the offline search in other languages: bugs that are bugs, in halves that stay."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace

import pytest

from agent_ci.core.edits.syntax import SourceFile
from bench.search.elsewhere.bug import pairs
from bench.search.elsewhere.measure import measure
from bench.search.elsewhere.projects import Project, projects

ALL = tuple(projects())


@pytest.mark.parametrize("project", ALL, ids=lambda project: f"{project.kind}-{project.bug.name}")
def test_a_bug_is_another_text_of_the_same_language(project: Project) -> None:
    bug = project.bug
    assert bug.broken != bug.source
    assert all(SourceFile.read(project.path, text.encode()) for text in (bug.broken, bug.source))
    assert all(left and right for left, right in (*pairs(bug.checks), *pairs(bug.hidden)))


def test_there_are_enough_bugs_in_both_halves() -> None:
    languages = Counter(project.bug.kind for project in ALL)
    assert languages == {"javascript": 14, "typescript": 7, "go": 13, "java": 18}
    assert Counter(project.bug.half for project in ALL) == {"tuning": 30, "validation": 22}


def test_what_its_tests_do_not_see_is_not_measured() -> None:
    if shutil.which("node") is None:
        pytest.skip("this is NOT tested: node cannot be found")
    project = next(one for one in ALL if one.kind == "node")
    blind = replace(project, bug=replace(project.bug, checks=project.bug.checks.strip().splitlines()[0]))
    assert measure(blind, seconds=10) is None
