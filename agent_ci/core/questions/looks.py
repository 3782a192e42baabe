"""What a model asks to see of the repository before it answers, and what it is shown: parts of the tree's files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from agent_ci.core.localising.blocks import Block, blocks
from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.questions.answer import holds_change
from agent_ci.core.questions.fence import Origin, fenced, tag_for
from agent_ci.core.report import TestReport

_TOOL = "look"
TOOLS: tuple[Mapping[str, Any], ...] = (
    {
        "type": "function",
        "function": {
            "name": _TOOL,
            "description": "See more of the repository.",
            "parameters": {
                "type": "object",
                "properties": {
                    "what": {"type": "string", "enum": ["read", "definition", "usages", "search", "history", "run"]},
                    "about": {"type": "string"},
                },
                "required": ["what", "about"],
            },
        },
    },
)
"""The looks as a function that a model can call; what each is about, the prompt says."""

_LOOK = re.compile(r"^[ \t*`-]{0,8}LOOK[ \t]+([a-z]{2,12})[ \t]+(\S.{0,300})$", re.MULTILINE)
_RANGE = re.compile(r"(.+?):(\d{1,7})(?:-(\d{1,7}))?")
_NAME = re.compile(r"[\w$]+(?:\.[\w$]+)*")
_FILE_OF_DIFF = re.compile(r"^diff --git ", re.MULTILINE)
_MOST_IN_A_TURN = 6
_LONGEST = 4_000  # characters of one answer
_LONGEST_DEFINITION = 6_000
_HEADING = 300  # of them for what is said above and below the code
_LONGEST_LINE = 200
_MOST_HITS = 20
_MOST_DEFINITIONS = 4
_MOST_FILES = 2_000  # that are searched for one turn
_MOST_CHARACTERS = 5_000_000
_CUT = "[... the rest is left out; ask for less ...]"


_ORIGINS = {"history": Origin.DIFF, "run": Origin.REPORT}
_MOST_ROWS = 20  # of what a test that was run says


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that a model asks to see: ``what`` it wants (``read``, ``search`` ...) and ``about`` which text."""

    what: str
    about: str


def _unheard(_id: str) -> str:
    return "No test can be run here."


def _unknown(_path: str) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Beyond:
    """What is no part of the files.

    ``run`` runs the test of an id and says what came of it, ``subjects`` tells the latest commits that changed a path.
    """

    run: Callable[[str], str] = _unheard
    subjects: Callable[[str], tuple[str, ...]] = _unknown


_NOTHING_BEYOND = Beyond()


def came_of(report: TestReport, id_: str) -> str:
    """What the *report* of a run of the test *id_* says of it: its outcome, and the first lines of its failure."""
    case = next((case for case in report.cases if case.id == id_), None)
    if case is None:
        return "The test was run, and the report does not name it."
    rows = [row[:_LONGEST_LINE] for row in f"{case.message}\n{case.traceback}".strip().split("\n")]
    return "\n".join([f"It {case.status}.", *filter(None, rows[:_MOST_ROWS])])


def called(calls: tuple[tuple[str, str], ...]) -> str:
    """The lines that say the same as *calls* of the tool ``look``, each a name and arguments, without what is none."""
    return "\n".join(filter(None, (_line(arguments) for name, arguments in calls if name == _TOOL)))


def _line(arguments: str) -> str:
    try:
        found = json.loads(arguments)
    except (ValueError, RecursionError):
        return ""
    what, about = (found.get("what"), found.get("about")) if isinstance(found, dict) else (None, None)
    if not isinstance(what, str) or not isinstance(about, str) or not f"{what}{about}".isprintable():
        return ""
    line = f"LOOK {what} {about.strip()}"
    return line if _LOOK.fullmatch(line) else ""


def looks(text: str) -> tuple[Look, ...]:
    """What the answer *text* asks to see, each once, the first six of them; nothing where it offers a change."""
    if holds_change(text):
        return ()
    found = (Look(line[1], line[2].strip().strip("`")) for line in _LOOK.finditer(text))
    return tuple(dict.fromkeys(found))[:_MOST_IN_A_TURN]


def shown(
    asked: tuple[Look, ...], texts: Mapping[str, str], *, diff: str, nonce: str, beyond: Beyond = _NOTHING_BEYOND
) -> str:
    """The answers to all that is *asked*, as data. *texts* are the files of the tree, *diff* the change under test.

    A path is looked up among the names of *texts* and nowhere else, and a pattern is compared as plain text.
    """
    sources = _Sources(texts)
    answers = [(look, _capped(look, cleaned(_answer(look, sources, diff, beyond)).text)) for look in asked]
    names = [f"{look.what} {look.about}" for look in asked]
    tag = tag_for((*names, *(text for _, text in answers)), f"{nonce} looks")
    data = (
        fenced(name, text, tag=tag, origin=_ORIGINS.get(look.what, Origin.SOURCE))
        for name, (look, text) in zip(names, answers, strict=True)
    )
    return "\n\n".join(data)


def _capped(look: Look, text: str) -> str:
    longest = _LONGEST_DEFINITION if look.what == "definition" else _LONGEST
    if len(text) <= longest:
        return text
    return f"{text[: longest - len(_CUT)].rpartition(chr(10))[0]}\n{_CUT}"


@dataclass(frozen=True, slots=True)
class _Sources:
    texts: Mapping[str, str]

    def holding(self, wanted: str) -> Iterator[tuple[str, str]]:
        """The files that hold *wanted*, as far as so many of so many characters are read."""
        left = _MOST_CHARACTERS
        for _, path in zip(range(_MOST_FILES), self.texts, strict=False):
            text = self.texts.get(path, "")
            left -= len(text)
            if left < 0:
                return
            if wanted in text and "\0" not in text:
                yield path, text


def _answer(look: Look, sources: _Sources, diff: str, beyond: Beyond) -> str:
    kinds: Mapping[str, Callable[[], str]] = {
        "read": lambda: _read(look.about, sources.texts),
        "search": lambda: _lines(look.about, sources, lambda line: look.about in line),
        "definition": lambda: _definitions(look.about, sources),
        "usages": lambda: _usages(look.about, sources),
        "history": lambda: _history(look.about, diff, beyond.subjects(look.about)),
        "run": lambda: beyond.run(look.about),
    }
    if look.what not in kinds:
        return f"There is no look {look.what}; there are {', '.join(kinds)}."
    if look.what in ("definition", "usages") and not _NAME.fullmatch(look.about):
        return "This is no name; give one name, with dots or without."
    return kinds[look.what]()


def _usages(name: str, sources: _Sources) -> str:
    word = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    return _lines(name, sources, lambda line: bool(word.search(line)))


def _read(about: str, texts: Mapping[str, str]) -> str:
    ranged = _RANGE.fullmatch(about)
    path = ranged[1] if ranged else about
    text = texts.get(path)
    if text is None:
        return "The repository has no text file of this name."
    rows = text.split("\n")
    first = max(1, int(ranged[2])) if ranged else 1
    last = int(ranged[3] or first) if ranged else len(rows)
    return "\n".join(rows[first - 1 : last]) or f"The file has {len(rows)} lines, and none of these."


def _lines(wanted: str, sources: _Sources, is_hit: Callable[[str], bool]) -> str:
    hits: list[str] = []
    for path, text in sources.holding(wanted):
        for number, line in enumerate(text.split("\n"), 1):
            if wanted in line and is_hit(line):
                hits.append(f"{path}:{number}: {line.strip()[:_LONGEST_LINE]}")
            if len(hits) == _MOST_HITS:
                return "\n".join([*hits, _CUT])
    return "\n".join(hits) or "Nothing is found."


def _definitions(name: str, sources: _Sources) -> str:
    found: list[str] = []
    last = name.rpartition(".")[2]
    for path, text in sources.holding(last):
        for block in blocks(path, text):
            if block.is_function and f".{block.name}".endswith(f".{name}"):
                found.append("\n".join([f"{path}:{block.first}-{block.last}", *_definition(path, text, block)]))
            if len(found) == _MOST_DEFINITIONS:
                return "\n\n".join([*found, _CUT])
    if found:
        return "\n\n".join(found)
    keyword = re.compile(
        rf"\b(?:class|struct|interface|type|trait|enum|module|def|fn|func|function)\s+{re.escape(last)}\b"
    )
    return _lines(last, sources, lambda line: bool(keyword.search(line)))


def _definition(path: str, text: str, block: Block) -> Iterator[str]:
    """The lines of *block*; of one that is longer than an answer the first, and how to ask for all the others."""
    rows = text.split("\n")[block.first - 1 : block.last]
    ends = [block.first - 1 + count for count in _pieces(rows)]
    yield from rows[: ends[0] - block.first + 1]
    if asks := [f"read {path}:{first + 1}-{last}" for first, last in pairwise(ends)]:
        yield f"[... the rest: {', '.join(asks)} ...]"


def _pieces(rows: Sequence[str]) -> Iterator[int]:
    """How many of *rows* are behind the end of each piece of them that an answer has room for."""
    size, room = 0, _LONGEST_DEFINITION - _HEADING
    for number, row in enumerate(rows):
        if size and size + len(row) + 1 > room:
            yield number
            size, room = 0, _LONGEST - _HEADING
        size += len(row) + 1
    yield len(rows)


def _history(path: str, diff: str, subjects: tuple[str, ...]) -> str:
    parts = _FILE_OF_DIFF.split(diff)[1:]
    own = [part for part in parts if {f"+++ b/{path}", f"--- a/{path}"} & set(part.split("\n", 12)[:12])]
    told = ["Commits that changed it, the newest first:", *subjects, ""] if subjects else []
    return "\n".join((*told, *(own or ["The change under test does not touch this file."])))
