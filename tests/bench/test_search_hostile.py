"""Code that attacks the search reaches nothing outside of a sandbox, and offers no edit of its own."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from agent_ci.core.limits import Limits
from agent_ci.ports import Sandbox
from bench.attacks.boxes import BOXES, box
from bench.attacks.case import UnavailableError
from bench.attacks.oracles import CHANGED, RAN, REACHED, READ, SURVIVED, TOUCHED, outside
from bench.search.hostile.attempts import MORE, REPAIR, at_once, attempts
from bench.search.hostile.runs import CALLED, COLLECTED, PLACES, changed_lines, marker_of, searched, seen
from tests.sandboxes.survivors import sleepers, within

LEAST = 50
REACHES = at_once(
    "reads a secret of the home",
    "writes to the home",
    "writes to the mark",
    "connects to a listener",
    "ends a process of the user",
    "a child that was forked twice",
    "an edit that repairs nothing",
    "a repair that holds more",
    "a line as it never stood",
    "two edits at once that are none",
    "clues of its own",
    "another way to write",
)


def test_there_are_many_attempts_in_two_places_and_no_name_hides_another() -> None:
    assert len({one.name for one in attempts()}) * len(PLACES) == len(attempts()) * len(PLACES) >= 2 * LEAST


@pytest.mark.parametrize(
    ("name", "place", "effects"),
    [("strongest", CALLED, set()), ("none", COLLECTED, {READ, CHANGED, REACHED, TOUCHED, RAN})],
)
def test_what_the_search_runs_reaches_out_where_no_sandbox_stops_it_and_its_edits_are_never_offered(
    name: str, place: str, effects: set[str], tmp_path: Path
) -> None:
    with outside() as around:
        offers, found = searched(REACHES, place, around, _sandbox(name), tmp_path)
    assert found == effects
    assert [offer.text for offer in offers if MORE in offer.text] == []
    assert "not its own" in offers[0].note


def _sandbox(name: str) -> Sandbox:
    for each in (one for one in BOXES if one not in ("none", "container")) if name == "strongest" else (name,):
        try:
            return box(each, Limits())
        except UnavailableError:
            continue
    pytest.skip("no sandbox can be had here")


def test_a_process_that_stays_is_seen_and_ended(tmp_path: Path) -> None:
    sleep = shutil.which("sleep") or ""
    with outside() as around, subprocess.Popen((marker_of(tmp_path), "60"), executable=sleep) as process:
        assert within(5, lambda: sleepers(marker_of(tmp_path)))
        assert list(seen(around, tmp_path, "", is_changed=False)) == [SURVIVED]
        assert process.wait(5) == -signal.SIGKILL


def test_a_patch_is_told_by_the_lines_that_it_changes() -> None:
    patch = (
        f"Subject: x\n---\n a | 2 +-\n\ndiff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+{REPAIR}\n-- \n2.39\n"
    )
    assert changed_lines(patch) == ["-x", f"+{REPAIR}"]
