"""Whether what one function of a pair makes of a value is made the value again by the other."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ....sandbox_kit import children
from .acts import Call, Outcome
from .calling import Setting
from .hints import hints_of
from .killing import is_same_value
from .pairing import Pair
from .showing import UnshownError
from .strategies import LEVELS, hint_of, strategy

_SECONDS = 40.0  # of wall clock for one pair: an outer limit, each call has its own
_EXAMPLES = 200  # more than the test will make
_MOST_VALUES, _LEAST_VALUES = 5, 2  # of a table
_MOST_ASKED = 60


class _RefusedError(Exception):
    """The value is none that the pair is there for."""


class _UntoldError(Exception):
    """Nothing can be said of the value."""


class _BrokenError(Exception):
    """The value did not come back."""


@dataclass(frozen=True)
class RoundTrips:
    """The round trips in the module of *setting*; *write* tells the trusted side of them.

    With *is_property* hypothesis, where it can be imported, makes the values; else those that are there are taken.
    """

    setting: Setting
    write: Callable[[str, Any], None]
    is_property: bool = False

    def run(self, pair: Pair, calls: Iterable[Call]) -> None:
        """Tell how *pair* is tested, or which value does not come back; *calls* are some of what goes there."""
        asked = [call for call in calls if _is_simple(pair, call)]
        asked = sorted(asked, key=lambda call: (*call.rank, call.key))[:_MOST_ASKED]
        heard = children.run(lambda send: self._serve(pair, asked, send), seconds=_SECONDS)
        for message in heard.messages:
            self.setting.caller.shower.names.learn(message.pop("names"))
            self.write(message.pop("kind"), {"there": pair.there.name, "back": pair.back.name, **message})

    def _serve(self, pair: Pair, asked: Sequence[Call], send: Callable[[dict[str, Any]], None]) -> None:
        """Try *pair* in a fork, and say at most one thing of it."""
        names = self.setting.caller.shower.names
        came, broken = self._tried(pair, asked)
        plain = [call for call in came if call.origin != "varied"]
        values = [_value(pair, call) for call in plain or came]
        text = ""
        if self.is_property and _is_there("hypothesis"):
            text, worst = self._property(pair, values)
            broken, values = [worst] if worst else broken, []
        if broken and came:  # where nothing comes back the names only look like a pair
            call, outcome = broken[0]
            send({"kind": "broken", "names": names.known, "call": call.facts(), "outcome": outcome.facts()})
        elif text or len(values) >= _LEAST_VALUES:
            told = {"value": pair.into.name if pair.into else "", "strategy": text, "values": _spread(values)}
            lines = sorted({line for found in came.values() for line in found})
            send({"kind": "trip", "names": names.known, "lines": lines, **told})

    def _tried(self, pair: Pair, asked: Sequence[Call]) -> tuple[dict[Call, set[int]], list[tuple[Call, Outcome]]]:
        """Those of *asked* whose value comes back, with the lines that ran, and the others with what came instead."""
        came: dict[Call, set[int]] = {}
        broken: list[tuple[Call, Outcome]] = []
        for call in asked:
            with contextlib.suppress(_RefusedError, _UntoldError, _BrokenError):
                came[call] = self._trip(pair, call, broken)
        # what only a search came up with may be none that anybody would pass
        return came, [one for one in broken if one[0].origin != "varied"]

    def _trip(self, pair: Pair, call: Call, broken: list[tuple[Call, Outcome]]) -> set[int]:
        """Make *call* and what undoes it; the lines that ran. Raises one of our errors if the value is not back."""
        caller = self.setting.caller
        made, seen = caller.make(call)
        if made.kind in ("raises", "crash"):
            raise _RefusedError
        if made.kind != "returns" or not made.value or made.after:
            raise _UntoldError
        again, also = caller.make(Call(pair.back.name, ((pair.out.name, made.value),)))
        if again.kind not in ("returns", "raises", "crash") or (again.kind == "returns" and not again.value):
            raise _UntoldError
        if again.kind != "returns" or not is_same_value(caller, _value(pair, call), again.value):
            broken.append((call, again))
            raise _BrokenError
        return {line for pairs in (seen.pairs, also.pairs) for _, line in pairs}

    def _property(self, pair: Pair, values: Sequence[str]) -> tuple[str, tuple[Call, Outcome] | None]:
        """The values to make by hypothesis, empty where none is known, and a call that is not undone."""
        for text in self._strategies(pair, values):
            broken: list[tuple[Call, Outcome]] = []
            if self._is_possible(pair, text, broken):
                return text, broken[-1] if broken else None
        return "", None

    def _is_possible(self, pair: Pair, text: str, broken: list[tuple[Call, Outcome]]) -> bool:
        """Whether the values of the strategy *text* are such as *pair* takes; *broken* gets those not undone."""
        try:
            self._make_many(pair, text, broken)
        except _BrokenError:
            return True
        except Exception:  # noqa: BLE001 - one is refused, and hypothesis has many ways to say that it can make none
            return False
        return True

    def _strategies(self, pair: Pair, values: Sequence[str]) -> Iterator[str]:
        shower, scope = self.setting.caller.shower, self._scope
        if pair.into is None:
            owner = self.setting.caller.namespace.get(pair.there.owner)
            texts = [strategy(owner, level, shower) for level in range(LEVELS)]
        else:
            hint = hints_of(self.setting.module, pair.there).get(pair.into.name)
            texts = [strategy(hint, level, shower) for level in range(LEVELS)]
            if not any(texts):
                hint = hint_of(eval(value, dict(scope)) for value in values)  # noqa: S307 - our own texts
                texts = [strategy(hint, level, shower) for level in range(LEVELS)]
        yield from dict.fromkeys(text for text in texts if text)

    @property
    def _scope(self) -> dict[str, Any]:
        caller = self.setting.caller
        return {**caller.namespace, **caller.shower.names.namespace()}

    def _make_many(self, pair: Pair, text: str, broken: list[tuple[Call, Outcome]]) -> None:
        hypothesis: Any = importlib.import_module("hypothesis")
        made = eval(text, {**self._scope, "strategies": hypothesis.strategies})  # noqa: S307 - our own text

        def check(value: Any) -> None:
            try:
                shown = self.setting.caller.shower.text(value)
                arguments = ((pair.into.name, shown),) if pair.into else ()
                self._trip(pair, Call(pair.there.name, arguments, "" if pair.into else shown), broken)
            except (UnshownError, _UntoldError):
                hypothesis.reject()

        settings = hypothesis.settings(
            derandomize=True,
            deadline=None,
            database=None,
            max_examples=_EXAMPLES,
            suppress_health_check=[*hypothesis.HealthCheck],
            report_multiple_bugs=False,
        )
        settings(hypothesis.given(value=made)(check))()


def _is_simple(pair: Pair, call: Call) -> bool:
    """Whether *call* gives nothing but the value."""
    return not call.before and [name for name, _ in call.arguments] == ([pair.into.name] if pair.into else [])


def _value(pair: Pair, call: Call) -> str:
    """The source of the value that *call* is about."""
    return dict(call.arguments)[pair.into.name] if pair.into else call.receiver


def _spread(values: Sequence[str]) -> Sequence[str]:
    """A few of *values*, short ones and long ones."""
    return values[:: max(1, len(values) // _MOST_VALUES)][:_MOST_VALUES]


def _is_there(module: str) -> bool:
    try:
        importlib.import_module(module)
    except Exception:  # noqa: BLE001 - whatever keeps it from being used
        return False
    return True
