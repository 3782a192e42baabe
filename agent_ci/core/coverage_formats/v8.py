"""V8's coverage, as NODE_V8_COVERAGE and our recorder write it: ranges of characters, and how often they ran."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate, islice

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.coverage_formats.gathering import MAX_BYTES, Gathering, Place
from agent_ci.core.coverage_formats.likeness import alike
from agent_ci.core.formats.documents import documents
from agent_ci.core.formats.json_values import Object, count, mapping, objects, text
from agent_ci.core.formats.limits import Limits
from agent_ci.core.source_maps import SourceMap, content_of_url, joined, read_map, url_of_map
from agent_ci.errors import UnsupportedError

_MOST_RANGES = 500_000  # of one script
_WRAPPERS = frozenset(("", "Object.<anonymous>"))  # the functions that node, vitest and jest put a module in
_NOTHING_RUNS = re.compile(
    r"\s*(?://|/\*|\*[\s/]|\Z|[{}()\[\];,][\s{}()\[\];,]*\Z)"
)  # a comment, or what closes a block


def read_v8(chunks: Iterable[bytes], place: Place, texts: Callable[[str], str], *, test: str) -> Coverage:
    """The lines in *chunks*, of which those in a function are *test*'s, and those of a module itself IMPORTS'.

    A script may bring its ``source`` along. Else it is the file, whose text *texts* knows by its path. Where it was
    generated, and says from what, the lines are those of its sources. Raises UnsupportedError where it is none.
    Source: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-ScriptCoverage
    """
    found = Gathering(place)
    found.begin(test)
    document = next(documents(chunks, Limits(document=MAX_BYTES)), None)
    value = mapping(document.value if document else None)
    if not isinstance(value.get("result"), list):
        raise UnsupportedError("this is no coverage of V8: it has no result")
    if document and document.damage:
        found.note(f"the coverage cannot be read to its end: {document.damage}")
    maps = mapping(value.get("source-map-cache"))
    for each in objects(value["result"]):
        address = text(each.get("url"))
        url = address.removeprefix("file://")
        if url.startswith("/") and "/node_modules/" not in url:
            source = text(each.get("source"))
            loaded = {} if source else mapping(maps.get(address))
            file = texts(place(url))
            script = _Script.read(each, url, source or file, loaded)
            if source and source != file and not script.made_from:
                script = replace(script, alike=alike(source, file, _is_idle))
            for file, lines in script.lines().items():
                idle = _idle(texts(place(file))) if script.made_from else frozenset()
                for state, whose in ((_State.IMPORTED, IMPORTS), (_State.CALLED, test)):
                    if state in lines:
                        found.add(whose, file, lines[state] - idle)
                found.can(file, set[int]().union(*lines.values()) - idle)
    return found.coverage()


class _State(IntEnum):
    """What happened at a character of a script."""

    IDLE = 0
    IMPORTED = 1
    CALLED = 2


@dataclass(frozen=True)
class _Script:
    """A script at *url*: its text, where its lines begin, what it was made from, and what ran from where on.

    Characters are counted as JavaScript does, in UTF-16. Where it was translated and nothing says from what, *alike*
    are the lines of its file by those of the script.
    """

    url: str
    source: str
    begins: tuple[int, ...]
    made_from: SourceMap | None
    starts: tuple[int, ...]
    states: tuple[_State, ...]
    alike: Mapping[int, int] | None = None

    @classmethod
    def read(cls, coverage: Object, url: str, source: str, loaded: Object) -> _Script:
        """The script of *coverage*; *loaded* is what node knew of its source map, empty where it knew none."""
        folder = url.rpartition("/")[0]
        lengths = _lengths(source)
        made_from = None
        if inline := content_of_url(url_of_map(source)):
            made_from = read_map(inline, folder)
        elif isinstance(loaded.get("data"), dict):
            known = loaded.get("lineLengths")
            beside = text(loaded.get("url"))
            made_from = read_map(json.dumps(loaded["data"]), joined(folder, beside).rpartition("/")[0] or folder)
            if made_from and isinstance(known, list):
                lengths = tuple(map(count, known))
        begins = tuple(accumulate((length + 1 for length in lengths), initial=0))
        return cls(url, source, begins, made_from, *_painted(_ranges(coverage)))

    def lines(self) -> dict[str, dict[_State, set[int]]]:
        """By file the lines that could run, by what happened in them; in one line that can be several things."""
        found: dict[str, dict[_State, set[int]]] = {}
        for state, file, line in self._places():
            found.setdefault(file, {}).setdefault(state, set()).add(line)
        return found

    def _places(self) -> Iterator[tuple[_State, str, int]]:
        if self.made_from:
            for line, column, file, original in self.made_from.segments:
                if 0 < line <= len(self.begins):
                    at = self.begins[line - 1] + column
                    yield self.states[bisect_right(self.starts, at) - 1], file, original
            return
        idle = _idle(self.source)
        for number, content in enumerate(self.source.split("\n"), 1):
            if number not in idle:
                begin = self.begins[number - 1]
                first, last = begin + len(content) - len(content.lstrip()), begin + len(content.rstrip())
                span = slice(bisect_right(self.starts, first) - 1, bisect_left(self.starts, last))
                line = number if self.alike is None else self.alike.get(number, 0)
                yield from ((state, self.url, line) for state in set(self.states[span]) if line)


@lru_cache(maxsize=64)
def _idle(source: str) -> frozenset[int]:
    """The lines of *source* in which nothing can run."""
    return frozenset(number for number, line in enumerate(source.split("\n"), 1) if _is_idle(line))


def _is_idle(line: str) -> bool:
    return bool(_NOTHING_RUNS.match(line))


def _lengths(source: str) -> tuple[int, ...]:
    return tuple(len(line.encode("utf-16-le", "surrogatepass")) // 2 for line in source.split("\n"))


def _ranges(coverage: Mapping[str, object]) -> list[tuple[int, int, _State]]:
    """Each range with what it says; the module is what ends with the script, and begins with it or is a wrapper."""
    functions = [
        (text(function.get("functionName")), ranges)
        for function in objects(coverage.get("functions"))
        if (ranges := [*objects(function.get("ranges"))])
    ]
    end = max((count(ranges[0].get("endOffset")) for _, ranges in functions), default=0)
    found = []
    for name, ranges in functions:
        is_whole = name in _WRAPPERS or not count(ranges[0].get("startOffset"))
        ran = _State.IMPORTED if is_whole and count(ranges[0].get("endOffset")) == end else _State.CALLED
        for each in ranges:
            state = ran if count(each.get("count")) else _State.IDLE
            found.append((count(each.get("startOffset")), count(each.get("endOffset")), state))
    return sorted(islice(found, _MOST_RANGES), key=lambda range_: (range_[0], -range_[1]))


def _painted(ranges: list[tuple[int, int, _State]]) -> tuple[tuple[int, ...], tuple[_State, ...]]:
    """From where on which state holds, where an inner range says more than the one around it."""
    starts, states = [0], [_State.IDLE]

    def from_here(at: int, state: _State) -> None:
        if starts[-1] == at:
            states[-1] = state
        else:
            starts.append(at)
            states.append(state)

    around = [(2**62, _State.IDLE)]
    for start, end, state in ranges:
        while around[-1][0] <= start:
            ended, _ = around.pop()
            from_here(ended, around[-1][1])
        around.append((min(end, around[-1][0]), state))
        from_here(start, state)
    while len(around) > 1:
        ended, _ = around.pop()
        from_here(ended, around[-1][1])
    return tuple(starts), tuple(states)
