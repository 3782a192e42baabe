"""GitLab: many runs at once and again, some of whose answers are lost, say and deliver each thing once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

import pytest

from agent_ci.clone import Clone
from agent_ci.core.views.story import Story
from agent_ci.errors import ForgeUnavailableError
from agent_ci.forges.gitlab.issues import escalate
from agent_ci.http.api import Timing
from tests.forges.gitlab_lab import FINGERPRINT, GitLabLab
from tests.servers.gitlab_values import Fault

MARKER = "<!-- agent-ci:story -->"
STORY = Story(MARKER, f"{MARKER}\nThe build is red.\n")
AT_ONCE = 4
Run = Callable[[Clone], object]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[GitLabLab]:
    with GitLabLab.opened(tmp_path) as made:
        yield made


def together(lab: GitLabLab, runs: list[Run]) -> int:
    """Do *runs*, four at a time, each in a clone that no other has meanwhile; how many got through."""
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        free: SimpleQueue[Clone] = SimpleQueue()
        for _ in range(AT_ONCE):
            free.put(stack.enter_context(Clone.of(lab.repository)))

        def one(run: Run) -> bool:
            clone = free.get()
            try:
                run(clone)
            except ForgeUnavailableError:
                return False
            else:
                return True
            finally:
                free.put(clone)

        return sum(pool.map(one, runs))


def slowly(chance: random.Random) -> Timing:
    """Waits that cost nearly nothing, and let other runs come between."""
    return Timing(sleep=lambda _: time.sleep(chance.random() / 500), write_gap=0.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_runs_at_once_and_again_say_each_thing_once(lab: GitLabLab, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - it shuffles a test
    timing, project = slowly(chance), lab.project
    lab.server.faults = [
        Fault("POST", chance.choice((0, 500, 502, 503)), is_after=chance.random() < 0.7) for _ in range(20)
    ]
    actions: list[Run] = [
        lambda _: lab.forge(timing=timing).tell(STORY, lab.context()),
        lambda clone: lab.forge(clone, timing).deliver(lab.parcel(clone=clone), "suggestion"),
        lambda _: escalate(project, FINGERPRINT, "red", "Nobody repaired it."),
    ]
    passed = together(lab, [chance.choice(actions) for _ in range(88)])
    opened = [issue for issue in lab.server.issues.values() if issue["state"] == "opened"]
    assert len(opened) == 1
    assert sorted(body.split("\n", 1)[0][:20] for body in lab.bodies) == sorted(
        [MARKER[:20], f"<!-- agent-ci:{FINGERPRINT}"[:20], f"<!-- agent-ci:{FINGERPRINT}"[:20]]
    )
    assert passed > 60


def test_runs_at_once_and_again_push_one_commit_and_open_one_request(lab: GitLabLab) -> None:
    chance = random.Random(3)  # noqa: S311 - it shuffles a test
    timing = slowly(chance)
    lab.server.git.faults = [0, -502, 0, 503, -500]
    lab.server.faults = [Fault("POST .*/merge_requests$", 502, is_after=True)]
    rungs = ["commit", "pull-request"] * 12
    chance.shuffle(rungs)

    def run(rung: str) -> Run:
        return lambda clone: lab.forge(clone, timing).deliver(lab.parcel(clone=clone), rung)

    passed = together(lab, [run(rung) for rung in rungs])
    branch = lab.parcel().own_branch
    counts = [lab.hosted.git("rev-list", "--count", f"{lab.head}..{name}") for name in ("change", branch)]
    assert (counts, len(lab.server.requested), lab.hosted.is_unforced()) == (["1", "1"], 2, True)
    assert passed > 18
