"""What our collectors write: each set of lines once, and the numbers of its sets by test."""

from __future__ import annotations

from collections.abc import Iterable

from agent_ci.core.coverage import Coverage
from agent_ci.core.coverage_formats.gathering import MAX_BYTES, Gathering, Place, possible
from agent_ci.core.formats.documents import documents
from agent_ci.core.formats.json_values import mapping, texts
from agent_ci.core.formats.limits import Limits
from agent_ci.errors import UnsupportedError


def read_ours(chunks: Iterable[bytes], place: Place) -> Coverage:
    """The coverage in *chunks*: ``{"sets": [[FILE, [LINE, ...]], ...], "tests": {ID: [SET, ...]}, "partial": [...]}``.

    The process that wrote it ran code of the repository, so that nothing of it is believed to have any shape. Raises
    UnsupportedError where it has none of it.
    """
    document = next(documents(chunks, Limits(document=MAX_BYTES)), None)
    value = mapping(document.value if document else None)
    found = Gathering(place)
    if not isinstance(value.get("tests"), dict) or (document and document.damage):
        raise UnsupportedError("the lines that the tests executed cannot be read; the file was changed, or is cut off")
    sets = value.get("sets")
    numbered = [_set(each) for each in sets] if isinstance(sets, list) else []
    for test, numbers in mapping(value.get("tests")).items():
        found.begin(test)
        named = numbers if isinstance(numbers, list) else ()
        for number in dict.fromkeys(each for each in named if type(each) is int and 0 <= each < len(numbered)):
            found.use(test, *numbered[number])
    for reason in texts(value.get("partial"))[:_MOST_REASONS]:
        found.note(reason[:_LONGEST_REASON])
    return found.coverage()


_MOST_REASONS = 5
_LONGEST_REASON = 300


def _set(value: object) -> tuple[str, frozenset[int]]:
    match value:
        case [str(name), list(lines)]:
            return name, possible(line for line in lines if type(line) is int)
        case _:
            return "", frozenset()
