"""Tries several edits in one child, one after the other, for as long as none of them leaves anything behind.

A fork costs many times what a short test does. What a series refuses is refused; what it lets pass is to be tried again
in a fork of its own.
"""

from __future__ import annotations

import contextlib
import importlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pytest

from ....sandbox_kit import children
from ....sandbox_kit.children import Heard, Message
from . import suite
from .bench import Bench, Limit, Prepared
from .state import OpaqueError, State

MOST = 32  # edits in one child
_LOOK = 0.0005  # seconds that looking for traces may take for each edit
_FARTHEST = 8  # edits without such a look, at most
_ENOUGH_CASES, _MOST_REHEARSED = 3, 12  # cases that a series runs where not all are needed, and that are looked at
_TIMES = 2  # that the unedited cases run to see whether they leave anything behind; again if they import modules
_FEW, _SHARE = 16, 0.25  # edits whose trial has to be repeated, from which on, and as a part of all, series cost more


class Series:
    """Which of the cases *ids* can run again and again in one process, and what they say of edits there.

    With *together* it is all of them or none, else as few as refuse most edits: the first that *ids* names.
    """

    def __init__(
        self, bench: Bench, ids: Sequence[str], *, limit: Callable[[Sequence[str]], Limit], together: bool
    ) -> None:
        self._bench = bench
        self._items: dict[str, pytest.Item] = {}
        self._sure = self._unsure = 0
        self._every = 0
        self._late: tuple[str, ...] = ()  # modules that the cases import while they run
        for group in [list(ids)] if together else [[id_] for id_ in ids[:_MOST_REHEARSED]]:
            if len(self._items) < _ENOUGH_CASES and all(id_ in bench.items for id_ in group):
                self._take_if_same(group, limit(group))

    @property
    def ids(self) -> tuple[str, ...]:
        """The cases that a series runs with each edit."""
        return tuple(self._items)

    def _take_if_same(self, ids: list[str], limit: Limit) -> None:
        """Let *ids* be a part of a series if a second run of them is as the first one."""
        items = {id_: self._bench.items[id_] for id_ in ids}
        for _ in range(_TIMES):
            told = self._rehearsed(items, limit)
            if told.get("is_same"):
                self._items.update(items)
                self._every = min(1 + int(float(told["seconds"]) / _LOOK), _FARTHEST)
            if not told.get("imported"):
                return
            self._late += tuple(told["imported"])

    def _rehearsed(self, items: Mapping[str, pytest.Item], limit: Limit) -> Message:
        """What a child says of *items*: ``is_same``, the ``seconds`` of one look, and what they ``imported``."""
        heard = children.run(
            lambda send: self._rehearse(items, send), seconds=limit.seconds, cpu_seconds=_TIMES * limit.cpu_seconds
        )
        return heard.messages[-1] if heard.ended and heard.messages else {}

    def takes(self, prepared: Prepared) -> bool:
        """Whether *prepared* can be a part of a series."""
        is_worth_it = self._unsure < _FEW or self._unsure < _SHARE * self._sure
        return bool(self._every and prepared.swaps) and prepared.is_warm and is_worth_it

    def run(self, several: Sequence[Prepared], ids: list[str], *, limit: Limit, stop: bool) -> list[Heard | None]:
        """What the cases say with each of *several*, run in the order of *ids*; None where it has to be tried alone.

        With *stop*, no further than the first case that does not pass. The *limit* is for each of the edits.
        """
        found: list[Heard | None] = []
        while len(found) < len(several):
            found += self._run_child(several[len(found) :], ids, limit, stop=stop)
        return found

    def _run_child(
        self, several: Sequence[Prepared], ids: list[str], limit: Limit, *, stop: bool
    ) -> list[Heard | None]:
        with self._bench.restored(several):
            heard = children.run(
                lambda send: self._try_each(several, ids, send, stop=stop),
                seconds=limit.seconds,
                cpu_seconds=limit.cpu_seconds,
                pieces=len(several),
            )
        found: list[Heard | None] = []
        sure = 0
        for message in heard.messages[: len(several)]:
            found.append(Heard(list(message.get("messages", ())), ended=True))
            sure = len(found) if message.get("is_same") else sure
        self._sure += sure
        self._unsure += len(found) - sure
        found[sure:] = [None] * (len(found) - sure)
        if len(found) < len(several) and not heard.ended:
            found.append(Heard())
        return found or [None]

    def _try_each(self, several: Sequence[Prepared], ids: list[str], send: suite.Send, *, stop: bool) -> None:
        """In the child: try, and end with the first that left something behind."""
        self._bench.be_quick()
        state = self._state(self._items)
        for index, prepared in enumerate(several):
            messages: list[Message] = []
            with self._bench.in_place(prepared):
                self._run_cases([(id_, self._items[id_]) for id_ in ids], messages.append, stop=stop)
            is_due = (index + 1) % self._every == 0 or prepared is several[-1]
            is_same = _is_as_before(state) if is_due else None
            send({"messages": messages, "is_same": is_same})
            if is_same is False:
                return

    def _rehearse(self, items: Mapping[str, pytest.Item], send: suite.Send) -> None:
        """In the child: run the unedited cases, and see whether anything of it stays."""
        self._bench.be_quick()
        try:
            state = self._state(items)
            outcomes = [self._outcome_of(items) for _ in range(_TIMES)]
            started = time.thread_time()  # that of the process is counted in ticks while a timer watches it
            is_same = state.is_as_before() and all(one == outcomes[0] for one in outcomes)
        except OpaqueError:
            return
        send({"is_same": is_same, "seconds": time.thread_time() - started, "imported": state.imported()})

    def _outcome_of(self, items: Mapping[str, pytest.Item]) -> list[tuple[object, object]]:
        found: list[tuple[object, object]] = []

        def note(message: Message) -> None:
            found.append((message["outcome"], type(self._bench.recorder.error)))

        self._run_cases(list(items.items()), note, stop=False)
        return found

    def _run_cases(self, items: list[tuple[str, pytest.Item]], note: Callable[[Message], None], *, stop: bool) -> None:
        for _, item in items:
            suite.forget_instance(item)
        suite.run_items(items, self._bench.recorder, note, stop=stop, apart=True)

    def _state(self, items: Mapping[str, pytest.Item]) -> State:
        for name in self._late:
            with contextlib.suppress(Exception):  # what cannot be imported so is a trace of the case that does it
                importlib.import_module(name)
        return State(self._bench.files.root, _given(items.values()))


def _is_as_before(state: State) -> bool:
    try:
        return state.is_as_before()
    except OpaqueError:
        return False


def _given(items: Iterable[pytest.Item]) -> Iterator[object]:
    """The values of the parameters of *items*."""
    for item in items:
        with contextlib.suppress(AttributeError):
            yield item.callspec.params  # type: ignore[attr-defined] # of parametrised functions alone
