"""What failing tests say of the fault: what came and what was wanted, what was absent, and the words of the tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_MOST_PAIRS = 20
_MOST_LITERALS = 40
_LONGEST = 20_000  # characters of one message
_LONGEST_VALUE = 300
# What came and what was wanted, as jest, node, vitest, testify, JUnit and people who write Go say it.
_PAIRS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^\s*Expected: (?P<want>.+)\n\s*Received: (?P<got>.+)$",
        r"^\s*(?P<got>\S.*?) !== (?P<want>.+)$",
        r"^\s*\+ {0,3}(?P<got>[^+\n].*)\n\s*- {0,3}(?P<want>[^-\n].*)$",
        r"^\s*- {0,3}(?P<want>[^-\n].*)\n\s*\+ {0,3}(?P<got>[^+\n].*)$",
        r"\bexpected (?P<got>.+?) to (?:be|equal|deeply equal|strictly equal) (?P<want>.+?)(?: //.*)?$",
        r"\b[Gg]ot:? (?P<got>.+?)[,;]? (?:want|wanted|expected):? (?P<want>.+?)$",
        r"\b(?:[Ww]ant|[Ww]anted|[Ee]xpected):? (?P<want>.+?)[,;]? (?:got|actual|was):? (?P<got>.+?)$",
        r"^\s*expected\s*: (?P<want>.+)\n\s*actual\s*: (?P<got>.+)$",
        r"expected: <(?P<want>[^>]*)> but was: <(?P<got>[^>]*)>",
    )
)
_ABSENT = re.compile(
    r"Cannot read propert(?:y|ies) (?:'(?P<old>[\w$]+)' )?of (?:null|undefined)(?: \(reading '(?P<new>[\w$]+)'\))?"
)
_NIL = re.compile(r"nil pointer dereference|NullPointerException")
_NIL_OWNER = re.compile(r"\bbecause \"(?:this\.)?(?P<owner>[\w.$]{1,200})\" is null")  # as the JVM says it from 14 on
_UNKNOWN = re.compile(
    r"\b(?P<js>[A-Za-z_$][\w$.]*) is not (?:defined|a function|a constructor)|undefined: (?P<go>[\w.]+)|"
    r"undefined \(type .{1,80} has no field or method (?P<field>\w+)|symbol: +(?:variable|method) (?P<java>\w+)"
)
_LITERAL = re.compile(r"'(?:[^'\\\n]|\\.){0,200}'|\"(?:[^\"\\\n]|\\.){0,200}\"|(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_PLAIN = frozenset({'""', "0", "1", "-1"})
_WORD = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True)
class Hints:
    """What the failing tests say: *pairs* of what came and what was wanted, as text.

    ``absent`` are properties that were read of nothing, ``is_nil`` says that nothing was followed somewhere,
    ``nothing`` is what was nothing there, where that is said, and ``unknown`` are names that nobody knows. ``literals``
    and ``words`` stand in the failing tests, ``lines`` are those (1-based) that the failures name, by path.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    absent: frozenset[str] = frozenset()
    is_nil: bool = False
    nothing: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    literals: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    lines: frozenset[tuple[str, int]] = field(default=frozenset())

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The pairs of which both are texts, without their quotes."""
        return tuple((_bare(got), _bare(want)) for got, want in self.pairs if not _number(got) and not _number(want))

    @property
    def numbers(self) -> tuple[tuple[float, float], ...]:
        """The pairs of which both are numbers."""
        both = ((_number(got), _number(want)) for got, want in self.pairs)
        return tuple((got[0], want[0]) for got, want in both if got and want)


def read_hints(messages: Iterable[str], tests: Iterable[str], lines: Iterable[tuple[str, int]]) -> Hints:
    """What *messages* of failures and the texts of the failing *tests* say."""
    texts, sources = [message[:_LONGEST] for message in messages], list(tests)
    absent = {found["old"] or found["new"] or "" for text in texts for found in _ABSENT.finditer(text)} - {""}
    unknown = {
        (found["js"] or found["go"] or found["field"] or found["java"] or "").rpartition(".")[2]
        for text in texts
        for found in _UNKNOWN.finditer(text)
    }
    literals = dict.fromkeys(found[0] for source in sources for found in _LITERAL.finditer(source))
    return Hints(
        tuple(dict.fromkeys(pair for text in texts for pair in _pairs(text)))[:_MOST_PAIRS],
        frozenset(absent),
        any(_NIL.search(text) for text in texts),
        frozenset(found["owner"] for text in texts for found in _NIL_OWNER.finditer(text)),
        frozenset(unknown - {""}),
        tuple(literals)[:_MOST_LITERALS],
        frozenset(word for source in sources for word in _WORD.findall(source)),
        frozenset(lines),
    )


def literals_of(text: str) -> frozenset[str]:
    """The numbers and texts written in *text* that say something, the quotes of texts all alike."""
    return frozenset(_alike(found[0]) for found in _LITERAL.finditer(text)) - _PLAIN


def _alike(literal: str) -> str:
    return f'"{literal[1:-1]}"' if literal[:1] == "'" else literal


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for pattern in _PAIRS:
        for found in pattern.finditer(text):
            got, want = (found[name].strip().rstrip(",;.") for name in ("got", "want"))
            if got != want and max(len(got), len(want)) <= _LONGEST_VALUE:
                yield got, want


def _bare(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"`" else text


def _number(text: str) -> tuple[float, ...]:
    try:
        return (float(text),)
    except ValueError:
        return ()
