"""What models cost in this repository so far: the file that is kept of it, and what one more run may spend."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from agent_ci.core.budget import Budget
from agent_ci.core.context import Context
from agent_ci.core.run import Cost
from agent_ci.errors import UnsupportedError
from agent_ci.files import append_regular, open_regular
from agent_ci.settings import Settings

FILE_NAME = "spent.jsonl"
_MAX_BYTES = 8_000_000
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run cost, for which change, and when it ended (seconds since 1970). ``usd`` is None where unknown."""

    at: float
    change: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    usd: float | None


def change_of(context: Context) -> str:
    """What runs about one change have in common: its number at the forge, else its branch, else its commit."""
    return f"#{context.number}" if context.number else context.branch or context.commit


def budget(chosen: Settings, context: Context) -> Budget:
    """What one more run may spend: its own limits, and what the day and the change have left of theirs."""
    own = chosen.limits
    spent = recall(chosen.out / FILE_NAME)
    today = [one for one in spent if one.at > time.time() - _DAY]
    here = [one for one in spent if one.change == change_of(context)]
    own = _within(own, today, chosen.max_cost_per_day, chosen.max_tokens_per_day, "per-day")
    return _within(own, here, chosen.max_cost_per_change, chosen.max_tokens_per_change, "per-change")


def _within(own: Budget, spent: Iterable[Spent], cost: float | None, tokens: int | None, what: str) -> Budget:
    """*own*, of which no more is left than *cost* and *tokens* without what was *spent*. What is unknown counts 0."""
    rows = tuple(spent)
    used = sum(one.prompt_tokens + one.completion_tokens for one in rows)
    usd = sum(one.usd or 0.0 for one in rows)
    unpriced = sum(one.usd is None for one in rows)
    if tokens is not None:
        barred = f"max-tokens-{what} is {tokens}, and {used} were used" if used >= tokens else own.barred
        own = replace(own, tokens=max(0, min(own.tokens, tokens - used)), barred=barred)
    if cost is not None:
        unknown = f", beside {unpriced} run(s) of unknown price" if unpriced else ""
        told = f"max-cost-{what} is US$ {cost:.2f}, and US$ {usd:.4f} were spent{unknown}"
        own = replace(own, cost=max(0.0, min(own.cost, cost - usd)), barred=told if usd >= cost else own.barred)
    return own


def note(chosen: Settings, context: Context, cost: Cost) -> None:
    """Keep what a run cost, where it made a call. Where the file cannot be written, nothing else suffers."""
    if not cost.calls:
        return
    row = Spent(time.time(), change_of(context), cost.calls, cost.prompt_tokens, cost.completion_tokens, cost.usd)
    path = chosen.out / FILE_NAME
    with suppress(OSError, UnsupportedError):
        with suppress(FileExistsError), path.open("x"):
            pass
        append_regular(path, f"{json.dumps(asdict(row))}\n".encode())


def recall(path: Path) -> tuple[Spent, ...]:
    """The runs in *path*. A missing file, or one of something else, is empty; a damaged line costs no other."""
    with suppress(UnsupportedError, OSError), open_regular(path, max_bytes=_MAX_BYTES) as file:
        return tuple(_read(file.read(_MAX_BYTES).decode("utf-8", "replace").splitlines()))
    return ()


def _read(lines: Iterable[str]) -> Iterator[Spent]:
    for line in lines:
        with suppress(ValueError, TypeError, KeyError, OverflowError, RecursionError):
            row = json.loads(line)
            usd = None if row["usd"] is None else max(0.0, float(row["usd"]))
            calls, asked, said = (max(0, int(row[name])) for name in ("calls", "prompt_tokens", "completion_tokens"))
            yield Spent(float(row["at"]), str(row["change"]), calls, asked, said, usd)
