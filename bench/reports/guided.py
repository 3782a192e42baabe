"""Damages reports further and further where that reaches new code of the readers, and looks for crashes and hangs."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import agent_ci
from agent_ci.core.formats.table import parse
from agent_ci.errors import UnsupportedError
from bench.reports.fuzz import SLOWEST, damaged
from bench.table import print_table

_CORE = Path(agent_ci.__file__).parent / "core"
_FOLDERS = tuple(str(_CORE / name) for name in ("formats", "junit", "xml"))
_MOST = 4_000  # reports that are kept to go on from
_LONGEST = 8_000  # bytes of one of them
_Arc = tuple[str, int, int]  # a file, the line before, and the line


@dataclass
class Search:
    """Reports that each reached something new, and what was found on the way; *chance* makes it repeatable."""

    chance: random.Random
    kept: list[bytes] = field(default_factory=list)
    seen: set[_Arc] = field(default_factory=set)
    bad: list[bytes] = field(default_factory=list)
    slowest: float = 0.0

    def go(self, seeds: Mapping[str, bytes], ways: int) -> None:
        """Try *seeds*, then as many *ways* of going on from what is kept."""
        for content in seeds.values():
            self._try(content)
        self.kept = self.kept or list(seeds.values())
        for _ in range(ways):
            self._try(damaged(self.chance.choice(self.kept), self.chance))

    def _try(self, content: bytes) -> None:
        begun = time.process_time()
        try:
            with _traced() as reached:
                parse([content[at : at + 97] for at in range(0, len(content), 97)])
        except UnsupportedError:
            pass
        except Exception:  # noqa: BLE001 -- any other one is what is looked for
            self.bad.append(content)
        self.slowest = max(self.slowest, time.process_time() - begun)
        if not reached <= self.seen and len(self.kept) < _MOST and len(content) <= _LONGEST:
            self.kept.append(content)
        self.seen |= reached


@contextmanager
def _traced() -> Iterator[set[_Arc]]:
    """The steps from line to line that the readers make meanwhile."""
    reached: set[_Arc] = set()

    def enter(frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any] | None:
        file = frame.f_code.co_filename
        if not file.startswith(_FOLDERS):
            return None
        before = frame.f_lineno

        def step(inner: FrameType, event: str, _argument: Any) -> Callable[..., Any]:
            nonlocal before
            if event == "line":
                reached.add((file, before, inner.f_lineno))
                before = inner.f_lineno
            return step

        return step

    earlier = sys.gettrace()
    sys.settrace(enter)
    try:
        yield reached
    finally:
        sys.settrace(earlier)


def run(seeds: Mapping[str, bytes], ways: int, *, seed: int = 0) -> bool:
    """Search from *seeds* in so many *ways*, and print what came of it; whether nothing bad did."""
    search = Search(random.Random(seed))  # noqa: S311 -- to be repeatable, not to be secret
    search.go(seeds, 0)
    before = len(search.seen)
    search.go({}, ways)
    print_table(
        "Damage that leads to new code",
        ("seeds", "ways", "steps reached by the seeds", "in the end", "kept", "crashes", "slowest s"),
        [(len(seeds), ways, before, len(search.seen), len(search.kept), len(search.bad), search.slowest)],
    )
    for content in search.bad[:3]:
        print(f"{content!r}", file=sys.stderr)
    return not search.bad and search.slowest <= SLOWEST * 10  # tracing takes its time
