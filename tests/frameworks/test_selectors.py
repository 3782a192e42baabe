"""Each ecosystem's red project, run by its real tool: the whole suite, and exactly the cases that are asked for."""

from __future__ import annotations

import pytest

from agent_ci.core.frameworks.framework import selected
from agent_ci.errors import UnsupportedError
from bench.selectors.corpus import ECOSYSTEMS
from bench.selectors.ecosystem import Ecosystem, MissingToolError, Project, inexact, opened


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS, ids=lambda ecosystem: ecosystem.name)
def test_the_failing_cases_are_found_and_can_be_run_again_alone_and_together(ecosystem: Ecosystem) -> None:
    try:
        with opened(ecosystem) as project:
            whole = project.whole()
            assert (sorted(case.id for case in whole.red), whole.partial) == (sorted(ecosystem.failing), ())
            together = ecosystem.failing[::2]
            kept, missing, _ = selected(project.ran(together), together)
            assert (kept.tally.passed, missing) == (0, ())
            singles = ecosystem.failing[:4:3][: ecosystem.alone]
            assert [inexact(id_, project.ran((id_,))) for id_ in singles] == [""] * len(singles)
            assert not is_green_without_tests(project)
    except MissingToolError as error:
        pytest.skip(f"{ecosystem.name} is NOT tested: {error}")


def is_green_without_tests(project: Project) -> bool:
    """Whether a selection of what is not there looks green; some tools say that it cannot be had."""
    try:
        return project.runner.run(project.workspace, only=("no_such_test::here",), timeout=300).tally.passed > 0
    except UnsupportedError:
        return False
