"""Knows what in a sentence about a change can be true or false by its letters: numbers, names, references, code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a piece of a sentence is, as a person calls it."""

    ADVISORY = "advisory"
    ADDRESS = "address"
    REFERENCE = "reference"
    NAME = "name"
    CODE = "identifier"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Claim:
    """One piece of a sentence that must have been said before."""

    kind: Kind
    text: str


_ADVISORY = re.compile(
    r"(?<![a-z0-9])(?:CVE[\W_]{1,3}\d{4}[\W_]{1,3}\d{3,}|GHSA(?:[-\s_]\w{4}){3}|(?:PYSEC|RUSTSEC|CWE)[-\s_]\d[\w-]*|"
    r"(?:PYSEC|RUSTSEC|OSV|GO|CWE|MAL|DSA|USN|BDSA|SNYK)-[\w-]*\d[\w-]*)",
    re.IGNORECASE,
)
_DOMAINS = (
    "com|org|net|edu|gov|io|dev|app|info|biz|xyz|me|online|site|shop|store|cloud|tech|link|click|top|page|example|"
    "test|invalid|ru|cn|de|uk|eu|fr|nl|ch|at|us|jp|br|tk|onion"
)
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|(?<![\w:/.~])//(?=[\w-]+\.))[^\s<>\"'`)\]]+"
    r"|(?<![\w.+-])[\w+-][\w.+-]*@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?![\w-])"
    rf"|(?<![\w.@/~-])[\w-]+(?:\.[\w-]+)*\.(?:{_DOMAINS})(?![\w(-]|\.\w)(?::\d+)?(?:[/?#][^\s<>\"'`)\]]*)?",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r".*\.(?:[ch]|cc|cpp|cs|cfg|conf|css|csv|env|exe|go|hpp|html?|ini|ipynb|java|jsx?|json|jsonl|kt|lock|log|md|mjs|php|"
    r"pyi?|rb|rs|rst|scss|sh|sql|swift|tf|toml|tsx?|txt|vue|xml|ya?ml|zip|gz|tar|whl|jar|bat|ps1|svg|png|[a-z]*rc)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?:\b[\w.-]+/[\w.-]+|(?<![\w&]))[#!]\d+\b|\bGH-\d+\b", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w`.@/])@[A-Za-z0-9][\w-]*(?:/[\w.-]+)?")
_SCOPED = re.compile(r"@(?:[\w-]+/|v?\d)")
_EMPHASIS = re.compile(r"(?<![\w`])_(?=[^\s_])([^_`]*\s[^_`]*[^\s_`])_(?![\w`])")  # of words, and not of a name
_SPAN = re.compile(r"`+([^`]+)`+")
_FLAG = r"(?<![^\s(\[\"'=,/|])--?[A-Za-z][\w-]*"
_MIXED = r"(?<![\w.-])(?=[\w-]*[A-Za-z])(?=[\w-]*\d)[A-Za-z]\w*(?![\w])"  # ES2020, x86_64, py312
_OUTSIDE = re.compile(
    rf"{_FLAG}"
    r"|(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\(\)"  # a call
    r"|(?<![\w.-])[A-Za-z_][\w-]+(?:\.[A-Za-z_]\w+)+(?!\w)"  # a dotted name, a file
    r"|(?<!\w)[A-Za-z0-9]*_\w+|\b[A-Za-z]\w*_\b"
    r"|(?<!\w)[a-z]+[A-Z]\w*|(?<!\w)[A-Z][a-z0-9]+[A-Z]\w*"  # camelCase and PascalCase
    rf"|{_MIXED}"
)
_INSIDE = re.compile(rf"{_FLAG}|(?<!\w)(?!\d)\w[\w-]*(?:\.(?!\d)\w[\w-]*)*")
_NUMBER = re.compile(r"(?<![\w.])[vV]?(\d+(?:[.,]\d+)*)")
_NO_CODE = frozenset({"e.g", "i.e", "a.k.a", "w.r.t", "etc", "vs", "and", "or", "the", "with"})
_COUNTED = {
    "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
    "eleven": "11", "twelve": "12", "dozen": "12", "twenty": "20", "hundred": "100", "thousand": "1000",
    "million": "1000000",
}  # fmt: skip
_COUNT = re.compile(rf"\b(?:{'|'.join(_COUNTED)})s?\b", re.IGNORECASE)


def claims(text: str) -> tuple[Claim, ...]:
    """Every piece of *text* that has to be found in what is said about a change, each once, in no given order.

    *text* is as ``letters.plain`` gives it.
    """
    return tuple(dict.fromkeys(_claims(text)))


def _claims(text: str) -> Iterator[Claim]:
    yield from (Claim(Kind.ADVISORY, re.sub(r"[\W_]+", "-", found)) for found in _ADVISORY.findall(text))
    text = _ADVISORY.sub(" ", text)
    yield from (Claim(Kind.ADDRESS, found.rstrip(".,;:!?")) for found in _ADDRESS.findall(text))
    text = _ADDRESS.sub(" ", text)
    for span in _SPAN.findall(text):
        yield from _of_code(span)
    text = _EMPHASIS.sub(r"\1", _SPAN.sub("`", text))  # what follows a span is no word of its own
    for kind, pattern in ((Kind.REFERENCE, _REFERENCE), (Kind.NAME, _NAME)):
        yield from (_named(kind, found) for found in pattern.findall(text))
        text = pattern.sub(" ", text)
    for found in _OUTSIDE.findall(text):
        if found.casefold() not in _NO_CODE:
            yield from (Claim(Kind.CODE, part) for part in _parts(found.removesuffix("()")))
    yield from (Claim(Kind.NUMBER, number) for number in _NUMBER.findall(_OUTSIDE.sub(" ", text)))
    yield from (Claim(Kind.NUMBER, word.lower()) for word in _COUNT.findall(text))


def _of_code(span: str) -> Iterator[Claim]:
    for kind, pattern in ((Kind.REFERENCE, _REFERENCE), (Kind.NAME, _NAME)):
        yield from (_named(kind, found) for found in pattern.findall(span))
        span = pattern.sub(" ", span)
    yield from (Claim(Kind.CODE, part) for found in _INSIDE.findall(span) for part in _parts(found))
    yield from (Claim(Kind.NUMBER, number) for number in _NUMBER.findall(_INSIDE.sub(" ", span)))


def _named(kind: Kind, found: str) -> Claim:
    """A person or a reference; a package of a scope and a version behind a sign are code."""
    is_person = kind is not Kind.NAME or not _SCOPED.match(found)
    return Claim(kind, found) if is_person else Claim(Kind.CODE, found.lstrip("@"))


def _parts(name: str) -> tuple[str, ...]:
    """What of *name* must have been said: a file's name whole, of a dotted name every part."""
    return (name,) if _WHOLE.fullmatch(name) else tuple(part for part in name.split(".") if part)


def is_number_in(number: str, text: str) -> bool:
    """Whether *text* has *number*, given as digits or as a word; 3.9.1 has 3.9 as well, and not 9."""
    digits = _COUNTED.get(number.removesuffix("s"), "")
    if digits and re.search(rf"\b{re.escape(number)}\b", text, re.IGNORECASE):
        return True
    wanted = re.escape(digits or number)
    return bool(re.search(rf"(?<!\d)(?<!\d[.,]){wanted}(?!\d)", text))


def is_code_in(name: str, text: str) -> bool:
    """Whether *text*, in lower case, has the identifier or option *name* as a word of its own."""
    sign = r"[\w-]" if name.startswith("-") else r"\w"
    return _stands_in(name, text, sign, sign)


def is_name_in(name: str, text: str) -> bool:
    """Whether *text*, in lower case, has the *name* of a person or a flaw, in which ``-`` is a letter."""
    return _stands_in(name, text, r"[\w-]", r"[\w-]")


def is_address_in(address: str, text: str) -> bool:
    """Whether *text*, in lower case, has *address*, from the beginning of a name and to the end of one."""
    return _stands_in(address, text, r"[\w.@-]", r"(?:[\w-]|\.\w)")


def _stands_in(name: str, text: str, before: str, behind: str) -> bool:
    return bool(re.search(rf"(?<!{before}){re.escape(name.casefold())}(?!{behind})", text))
