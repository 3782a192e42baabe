"""Tries edits on the collected suite: in a fork of the warm process where possible, else in a cold one."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Protocol

import pytest

from ....sandbox_kit import children
from ....sandbox_kit.children import Heard, Message
from ....sandbox_kit.compiling import module_code, signature
from ....sandbox_kit.source import Function, Source
from . import suite
from .localise import Files, Lines
from .operators import Candidate
from .patching import LiveFunctions, Swap, function_code, put_values, swaps, values_code


class Cold(Protocol):
    """Runs cases in a process that imports everything anew; ``cpu_seconds`` is what it has used so far."""

    cpu_seconds: float

    def run(
        self, ids: Sequence[str], *, seconds: float, cpu_seconds: float = 0.0, trace: bool = False, stop: bool = True
    ) -> Heard:
        """Run *ids*; a file's id stands for all that is in it. With *stop*, end at the first that does not pass."""
        ...


@dataclass(frozen=True)
class Limit:
    """What one trial may take: wall clock, and processor time by which an endless loop is known."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Prepared:
    """A candidate that compiles: which live functions get which code, and whether that is enough.

    ``values`` are assignments to run anew where the edit stands outside functions.
    """

    candidate: Candidate
    source: Source
    signature: tuple[object, ...]
    swaps: tuple[Swap, ...] = ()
    is_warm: bool = True
    values: CodeType | None = None


@dataclass
class Bench:
    """The warm process's view of the suite: collected items by id, live functions, and the way to the cold one."""

    items: Mapping[str, pytest.Item]
    recorder: suite.Recorder
    cold: Cold
    files: Files
    live: LiveFunctions = field(init=False)
    _clock: int = 1_000_000_000
    _edited: Source | None = None

    def __post_init__(self) -> None:
        gc.collect()
        self.live = LiveFunctions(self.files)
        self._loaded = frozenset(
            self.files.path(place)
            for module in list(sys.modules.values())
            if isinstance(place := getattr(module, "__file__", None), str)
        )
        for item in self.items.values():
            item.location  # noqa: B018 - cached here once, rather than in every child
        gc.freeze()

    def observe(self, ids: Sequence[str], *, seconds: float, only: Lines | None = None) -> list[Message]:
        """Run collected cases as they are, one after the other in one child, and say what they executed."""
        return self.watch(ids, suite.Watch(self.files, only), seconds=seconds)

    def watch(self, ids: Sequence[str], watch: suite.Watch, *, seconds: float) -> list[Message]:
        """The same, and say what *watch* observes."""

        def work(send: suite.Send) -> None:
            suite.run_items(self._named(ids), self.recorder, send, watch=watch)

        return children.run(work, seconds=seconds).messages

    def seconds(self, ids: Sequence[str], *, limit: float) -> dict[str, float]:
        """How long collected cases take when nothing is observed, by id."""
        return {str(one["id"]): float(one["seconds"]) for one in self.together(ids, seconds=limit)}

    def together(self, ids: Sequence[str], *, seconds: float) -> list[Message]:
        """Run collected cases as they are, one after the other in one child, with nothing observed."""

        def work(send: suite.Send) -> None:
            self.be_quick()
            suite.run_items(self._named(ids), self.recorder, send)

        return children.run(work, seconds=seconds).messages

    def observe_with(self, prepared: Prepared, ids: Sequence[str], *, seconds: float, only: Lines) -> list[Message]:
        """The same with an edit in place, and of the files in *only*."""

        def work(send: suite.Send) -> None:
            if self._is_put(prepared):
                suite.run_items(self._named(ids), self.recorder, send, watch=suite.Watch(self.files, only))

        with self._on_disk(prepared):
            return children.run(work, seconds=seconds).messages

    def observe_cold(self, ids: Sequence[str], *, seconds: float) -> list[Message]:
        """The same for cases that are not collected here."""
        return self.cold.run(ids, seconds=seconds, trace=True).messages

    def prepare(self, source: Source, candidate: Candidate, *, cold: bool) -> Prepared | None:
        """Compile an edit and find what it replaces; None where the result is no Python."""
        statement_functions = functions_around(source, candidate)
        if statement_functions:
            filename = str(Path(self.files.root, source.path))
            code = function_code(source, statement_functions[0], candidate.splice, filename)
            if code is not None:
                live = swaps(source, statement_functions, self.live, code)
                warm = not cold and (bool(live) or source.path not in self._loaded)
                key = (source.path, statement_functions[0].lineno, signature(code))
                return Prepared(candidate, source, key, tuple(live), warm)
        code = module_code(source, candidate.splice)
        if code is None:
            return None
        values = values_code(source, candidate.splice, str(Path(self.files.root, source.path)))
        warm = not cold and (source.path not in self._loaded or values is not None)
        return Prepared(candidate, source, (source.path, signature(code)), (), warm, values)

    def prepare_pair(self, first: Prepared, second: Prepared, both: Candidate, *, cold: bool) -> Prepared | None:
        """Compile two edits at once: two functions get their own new code, one function gets one with both."""
        if first.is_warm and second.is_warm and first.signature[:2] != second.signature[:2]:
            swapped = {function for function, _ in first.swaps} & {function for function, _ in second.swaps}
            if first.swaps and second.swaps and not swapped:
                signature_of_both = (*first.signature, *second.signature)
                return Prepared(both, first.source, signature_of_both, (*first.swaps, *second.swaps))
        return self.prepare(first.source, both, cold=cold)

    def try_out(self, prepared: Prepared, ids: Sequence[str], *, limit: Limit, stop: bool = True) -> Heard:
        """Run *ids* with the edit in place; with *stop*, no further than the first that does not pass."""
        with self._on_disk(prepared):
            if not prepared.is_warm:
                return self.cold.run(ids, seconds=limit.seconds, cpu_seconds=limit.cpu_seconds, stop=stop)
            work = self._trial(prepared, ids, stop=stop)
            return children.run(work, seconds=limit.seconds, cpu_seconds=limit.cpu_seconds)

    @contextlib.contextmanager
    def in_place(self, prepared: Prepared) -> Iterator[None]:
        """In a child: *prepared* in the live functions for a while, and on the disk until the next one is put there."""
        if self._edited is not None and self._edited.path != prepared.source.path:
            self._write(self._edited.path, self._edited.data)
        self._edited = prepared.source
        self._write(prepared.source.path, prepared.candidate.splice.applied_to(prepared.source.data))
        before = [(function, function.__code__) for function, _ in prepared.swaps]
        for function, code in prepared.swaps:
            function.__code__ = code
        try:
            yield
        finally:
            for function, code in before:
                function.__code__ = code

    @contextlib.contextmanager
    def restored(self, several: Sequence[Prepared]) -> Iterator[None]:
        """Whatever children put in the place of the files of *several* is taken back at the end."""
        try:
            yield
        finally:
            self._clock += 4 * len(several)  # those of the children
            for path, data in {one.source.path: one.source.data for one in several}.items():
                self._write(path, data)

    def _trial(self, prepared: Prepared, ids: Sequence[str], *, stop: bool) -> Callable[[suite.Send], None]:
        def work(send: suite.Send) -> None:
            self.be_quick()
            if self._is_put(prepared):
                suite.run_items(self._named(ids), self.recorder, send, stop=stop)
            else:
                send({"id": ids[0], "outcome": "failed", "seconds": 0.0})

        return work

    def _is_put(self, prepared: Prepared) -> bool:
        """In a child: put the edit in place for good, and say whether that was possible."""
        for function, code in prepared.swaps:
            function.__code__ = code
        if prepared.values is not None:
            try:
                put_values(prepared.values, prepared.source.path, self.files)
            except Exception:  # noqa: BLE001 - it runs an edited line of the user's code
                return False
        return True

    def run(self, ids: Sequence[str]) -> None:
        """In a child: run collected cases as they are, whatever they say."""
        self.be_quick()
        suite.run_items(self._named(ids), self.recorder, lambda _: None)

    def be_quick(self) -> None:
        """In a child: do without what nobody reads there."""
        for item in list(self.items.values())[:1]:
            suite.be_quick(item.config)

    def _named(self, ids: Sequence[str]) -> list[tuple[str, pytest.Item]]:
        return [(id_, self.items[id_]) for id_ in ids if id_ in self.items]

    @contextlib.contextmanager
    def _on_disk(self, prepared: Prepared) -> Iterator[None]:
        """The edited file in the throw-away copy, for whatever the tests import late or run as a program.

        Each version gets a second of its own, or a cached ``.pyc`` of the same size could stand for it.
        """
        self._write(prepared.source.path, prepared.candidate.splice.applied_to(prepared.source.data))
        try:
            yield
        finally:
            self._write(prepared.source.path, prepared.source.data)

    def _write(self, path: str, data: bytes) -> None:
        self._clock += 2
        place = Path(self.files.root, path)
        with contextlib.suppress(OSError):
            place.write_bytes(data)
            os.utime(place, (self._clock, self._clock))


def functions_around(source: Source, candidate: Candidate) -> tuple[Function, ...]:
    """The functions whose bodies hold the whole edit, outermost first."""
    start, end = candidate.splice.start, candidate.splice.end
    return tuple(one for one, first, last in source.bodies if first <= start and end <= last)
