"""What a person watches: phases on standard error, live on a terminal and as plain groups in CI."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from agent_ci.core.document import Phase
from agent_ci.core.outward.workflow import warning
from agent_ci.core.outward.writer import Outward, Sink

_CLEAR_LINE = "\r\x1b[K"


@dataclass
class Console:
    """Shows phases on *stream* and keeps when each was and how long it took. What is shown passes *outward* first.

    ``is_live`` redraws one line per phase (a terminal); ``is_quiet`` shows nothing but warnings. Where it *annotates*,
    a warning is one to the runner of a workflow, which shows it beside the job.
    """

    stream: TextIO
    is_live: bool = False
    is_quiet: bool = False
    outward: Outward = field(default_factory=Outward)
    timings: dict[str, float] = field(default_factory=dict)
    timeline: list[Phase] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    annotates: bool = False

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Show that *name* goes on; time spent in it is added up under that name."""
        started = time.monotonic()
        if self.is_live:
            self._write(f"  … {name}", end="")
        try:
            yield
        finally:
            seconds = time.monotonic() - started
            self.timings[name] = self.timings.get(name, 0.0) + seconds
            self.timeline.append(Phase(name, started - self.began, seconds))
            self._write(f"  {name}  {seconds:.1f} s")

    def say(self, sentence: str) -> None:
        """Show one fact."""
        self._write(sentence)

    def warn(self, sentence: str) -> None:
        """Show what somebody should look at, also where nothing else is shown."""
        text = self.outward.to(Sink.ANNOTATION, sentence)
        self.stream.write(f"{warning(text) if self.annotates else f'warning: {text}'}\n")
        self.stream.flush()

    def _write(self, text: str, *, end: str = "\n") -> None:
        if not self.is_quiet:
            self.stream.write(f"{_CLEAR_LINE if self.is_live else ''}{self.outward.to(Sink.LOG, text)}{end}")
            self.stream.flush()


def is_live(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether *stream* is a terminal that may be redrawn: not in CI, not dumb."""
    return stream.isatty() and not environment.get("CI") and environment.get("TERM") != "dumb"


def annotates(environment: Mapping[str, str]) -> bool:
    """Whether what a job writes is read by a runner of workflows, which has annotations."""
    return environment.get("GITHUB_ACTIONS") == "true"
