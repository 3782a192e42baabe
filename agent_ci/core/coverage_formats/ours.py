"""What our collectors write: each set of lines once, and the numbers of its sets by test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from agent_ci.core.branches import Arc
from agent_ci.core.coverage import Coverage
from agent_ci.core.coverage_formats.gathering import MAX_BYTES, Gathering, Place, pairs, possible
from agent_ci.core.formats.documents import documents
from agent_ci.core.formats.json_values import mapping, texts
from agent_ci.core.formats.limits import Limits
from agent_ci.errors import UnsupportedError

_MOST_REASONS = 5
_LONGEST_REASON = 300
_Item = TypeVar("_Item")
_Set = tuple[str, frozenset[_Item]]


def read_ours(chunks: Iterable[bytes], place: Place) -> Coverage:
    """The coverage in *chunks*: ``{"sets": [[FILE, [LINE, ...]], ...], "tests": {ID: [SET, ...]}, "partial": [...]}``.

    ``arcs`` has the same two once more, with pairs of lines in the place of lines. The process that wrote it ran code
    of the repository, so that nothing of it is believed to have any shape. Raises UnsupportedError where it has none
    of it.
    """
    document = next(documents(chunks, Limits(document=MAX_BYTES)), None)
    value = mapping(document.value if document else None)
    found = Gathering(place)
    if not isinstance(value.get("tests"), dict) or (document and document.damage):
        raise UnsupportedError("the lines that the tests executed cannot be read; the file was changed, or is cut off")
    for test, sets in _tests(value, _set):
        found.begin(test)
        for name, lines in sets:
            found.use(test, name, lines)
    for test, files in _tests(mapping(value.get("arcs")), _pairs):
        for name, arcs in files:
            found.follow(test, name, arcs)
    for reason in texts(value.get("partial"))[:_MOST_REASONS]:
        found.note(reason[:_LONGEST_REASON])
    return found.coverage()


def _tests(
    value: Mapping[str, object], read: Callable[[object], _Set[_Item]]
) -> Iterator[tuple[str, list[_Set[_Item]]]]:
    """The sets of each test of *value*, each *read* once."""
    sets = value.get("sets")
    numbered = [read(each) for each in sets] if isinstance(sets, list) else []
    for test, numbers in mapping(value.get("tests")).items():
        named = numbers if isinstance(numbers, list) else ()
        yield (
            test,
            [
                numbered[number]
                for number in dict.fromkeys(each for each in named if type(each) is int and 0 <= each < len(numbered))
            ],
        )


def _pairs(value: object) -> _Set[Arc]:
    match value:
        case [str(name), list(found)]:
            return name, pairs(found)
        case _:
            return "", frozenset()


def _set(value: object) -> tuple[str, frozenset[int]]:
    match value:
        case [str(name), list(lines)]:
            return name, possible(line for line in lines if type(line) is int)
        case _:
            return "", frozenset()
