"""Signals at every boundary between two stages, and right inside of the two stages that write."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.outcome import Outcome
from tests.faults.invariants import survivors
from tests.faults.lab import ROOT, Cell, End, Lab, Stage

_BOUNDARY = Path(__file__).with_name("boundary")
_SECONDS_TO_END = 2.0
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h

PLACES = {
    Stage.SETTINGS: "agent_ci.session:settings_file",
    Stage.CLONE: "agent_ci.clone:_copy",
    Stage.SANDBOX: "agent_ci.isolation:choose",
    Stage.REPRODUCE: "agent_ci.jobs.controls:Controls.whole",
    Stage.CONTROLS: "agent_ci.jobs.controls:Controls.repeated",
    Stage.PROPOSE: "agent_ci.pipeline:_next",
    Stage.PROVE: "agent_ci.jobs.proving:Proof.of",
    Stage.DELIVER: "agent_ci.checkout:Repository._git:update-ref",
    Stage.WRITE: "agent_ci.artifacts:OutputFolder.write_text",
}
ENDS_ALL_THE_SAME = (Stage.DELIVER, Stage.WRITE)


@dataclass(frozen=True)
class Stopped:
    """A run that stops at *stage* for a while, where *signals* are sent to it."""

    stage: Stage
    signals: tuple[signal.Signals, ...]

    def __call__(self, lab: Lab) -> End:
        return lab.apart(lab.red(), "--deliver", "commit", environment=self.environment(lab), during=self.sender(lab))

    @property
    def is_too_late(self) -> bool:
        """Whether nothing is left that a signal could stop."""
        return self.stage in ENDS_ALL_THE_SAME

    @property
    def seconds(self) -> float:
        """How long it stops; where it cannot be woken, that is only as long as the signals need."""
        return 0.5 if self.is_too_late else 30.0

    def environment(self, lab: Lab) -> dict[str, str]:
        """What has the run stop."""
        return {
            "PYTHONPATH": str(_BOUNDARY),
            "STOP_AT": PLACES[self.stage],
            "STOP_ROOT": str(ROOT),
            "STOP_FILE": str(lab.scratch / "stopped"),
            "STOP_SECONDS": str(self.seconds),
        }

    def sender(self, lab: Lab) -> Callable[[subprocess.Popen[bytes]], None]:
        """Waits until the run has stopped, sends it the signals, and sees that it ends in time."""

        def send(process: subprocess.Popen[bytes]) -> None:
            stopped_in(lab, self.stage)
            for number in self.signals:
                process.send_signal(number)
                time.sleep(0.05)
            started = time.monotonic()
            process.wait(self.seconds + _SECONDS_TO_END)
            took = time.monotonic() - started
            assert took < _SECONDS_TO_END + (self.seconds if self.is_too_late else 0.0), f"it took {took:.1f} s to end"

        return send


@dataclass(frozen=True)
class Killed:
    """A run that is killed at *stage*, as a whole or its first process alone; the next is as if nothing had been."""

    stage: Stage
    alone: bool = False

    def __call__(self, lab: Lab) -> End:
        red = lab.red()
        stopped = Stopped(self.stage, (signal.SIGKILL,))
        end = lab.apart(red, environment=stopped.environment(lab), during=self.kill(lab))
        assert (end.exit_code, end.changed) == (-signal.SIGKILL, False)
        assert self.alone or list(lab.tmp.iterdir()) or self.stage in (Stage.SETTINGS, Stage.WRITE)
        return lab.apart(red)

    def kill(self, lab: Lab) -> Callable[[subprocess.Popen[bytes]], None]:
        """Waits until the run has stopped, kills it, and sees that nothing lives on."""

        def send(process: subprocess.Popen[bytes]) -> None:
            worker = stopped_in(lab, self.stage)
            _adopt_orphans()
            process.kill() if self.alone else os.killpg(process.pid, signal.SIGKILL)
            process.wait(_SECONDS_TO_END)
            until(lambda: not list(survivors(lab.scratch)), "what it started lived on", seconds=_SECONDS_TO_END)
            os.waitpid(worker, 0)  # while nobody has taken notice of its end, it still counts as running

        return send


def stopped_in(lab: Lab, stage: Stage) -> int:
    """Wait until the run in *lab* stands at *stage*; the id of the process that works there."""
    file = lab.scratch / "stopped"
    until(lambda: file.exists() and bool(file.read_text()), f"it never came to {stage}")
    return int(file.read_text())


def _adopt_orphans() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def until(is_so: Callable[[], bool], otherwise: str, *, seconds: float = 15.0) -> None:
    """Wait until *is_so*."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)


def _interrupted(stage: Stage, *signals: signal.Signals) -> Cell:
    name = ", then ".join(number.name for number in signals)
    if stage in ENDS_ALL_THE_SAME:
        promise = "nothing is left to stop: the run ends as it would have"
        return Cell(stage, name, Outcome.DELIVERED, Stopped(stage, signals), promise)
    return Cell(stage, name, Outcome.CANCELLED, Stopped(stage, signals), "ends within 2 s")


def _cells() -> Iterator[Cell]:
    for stage in Stage:
        yield _interrupted(stage, signal.SIGINT)
        yield _interrupted(stage, signal.SIGTERM)
        if stage in (Stage.REPRODUCE, Stage.WRITE):
            yield _interrupted(stage, signal.SIGINT, signal.SIGTERM)
        if stage is not Stage.DELIVER:
            cleared = "the end of the next run, which clears up"
            yield Cell(stage, "SIGKILL", Outcome.FIXED, Killed(stage), cleared)
    only = "the other process ends as well, within 2 s; the end of the next run"
    yield Cell(Stage.PROVE, "SIGKILL of the keeper", Outcome.FIXED, Killed(Stage.PROVE, alone=True), only)


CELLS = tuple(_cells())
