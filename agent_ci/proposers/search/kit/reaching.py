"""Which lines that passing cases ran before an edit no case runs with it: what the edit makes unreachable."""

from __future__ import annotations

from collections.abc import Iterable

from ....sandbox_kit.children import Message
from .bench import Bench, Prepared
from .observed import Observed

_MOST_SECONDS = 2.0  # of cases that run the edited line, without being observed

_PATIENCE = 10  # times as long, as being observed takes time


def lost(prepared: Prepared, seen: Observed, bench: Bench) -> int:
    """The number of lines of the edited file, beside the edit, that passing cases ran and none runs any longer.

    None is counted where the edit needs a fresh process, or where the cases take too long to be observed again.
    """
    covering = seen.covering(prepared.candidate)
    again = [*seen.red, *covering]
    if not prepared.is_warm or seen.seconds(again) > _MOST_SECONDS:
        return 0
    path, known = prepared.candidate.path, frozenset(covering)
    before = _lines(seen.green.values(), path)
    untouched = _lines((one for id_, one in seen.green.items() if id_ not in known), path)
    messages = bench.observe_with(prepared, again, seconds=_PATIENCE * _MOST_SECONDS, only={path: set()})
    if len(messages) < len(again):
        return 0
    now = {_before(line, prepared) for line in _lines(messages, path)}
    first, last = _edited(prepared)
    return len([line for line in before - untouched - now if not first <= line <= last])


def _lines(messages: Iterable[Message], path: str) -> set[int]:
    """The lines of the file at *path* that any of the cases ran."""
    return {int(line) for one in messages for line in one["lines"].get(path, ())}


def _edited(prepared: Prepared) -> tuple[int, int]:
    """The first and the last line of what the edit replaces."""
    data, splice = prepared.source.data, prepared.candidate.splice
    return data.count(b"\n", 0, splice.start) + 1, data.count(b"\n", 0, splice.end) + 1


def _before(line: int, prepared: Prepared) -> int:
    """Where *line* of the edited file stood before the edit."""
    first, last = _edited(prepared)
    added = prepared.candidate.splice.replacement.count("\n") - (last - first)
    if line < first:
        return line
    return first if line <= last + added else line - added
