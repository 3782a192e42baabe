"""What a parameter of some name is usually given: values that a reader finds sensible, as source text."""

from __future__ import annotations

import re
from collections.abc import Mapping

# The first row whose pattern is found in the name (without its plural) counts.
_TEXTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"e_?mail", ("ada@example.com", "Ada.Lovelace@Example.COM", "no-at-sign", "@example.com")),
    (r"url|uri|link|href", ("https://example.com/a?b=1", "http://localhost:8080", "example.com", "/a/b")),
    (r"host|domain", ("example.com", "localhost", "127.0.0.1:80")),
    (r"first_?name|last_?name|surname|author|user|person|customer|owner", ("Ada", "Ada Lovelace", "grace")),
    (r"currency|ccy", ("EUR", "USD", "JPY", "eur")),
    (r"country", ("DE", "FR", "us")),
    (r"lang|locale", ("en", "de_DE", "en-GB")),
    (r"sku|product|article", ("TEA-1", "cup", "tea")),
    (r"colou?r|hex", ("#ff8800", "#FFF", "red", "ff8800")),
    (r"version|release", ("1.2.3", "1.10.0", "2.0.0-rc.1", "1.0")),
    (r"date|day|birth", ("2024-02-29", "2023-12-31", "29.02.2024")),
    (r"time|duration|interval|delay", ("1h30m", "90s", "12:30", "10")),
    (r"size|bytes|memory", ("10 MB", "1.5GiB", "512", "1kb")),
    (r"path|file|folder|dir", ("docs/readme.md", "a/b.tar.gz", "notes.txt", "../up")),
    (r"(^|_)ext(ension)?$|suffix", (".txt", "txt")),
    (r"sep|delim|joiner|glue", (",", "-", ", ", "")),
    (r"pattern|regex", (r"\\d+", "a.c", "[ab]+")),
    (r"key|field|attr|column|label|tag|slug|id$|code|kind|type", ("name", "size", "a-b", "x_1")),
    (r"json|payload|body", ('{"a": 1}', "[1, 2]", "{}", "null")),
    (r"phone", ("+49 30 123456", "555-0100")),
    (r"amount|price|money|number|num|value|digit", ("12.50", "1,234.56", "-3", "0", "7")),
    (r"line|row|record", ("a,b,c", "key = value", "# comment")),
    (r"word|noun|singular|plural", ("apple", "city", "box", "Bus")),
    (r"title|heading|header|subject|sentence|name", ("Hello World", "the quick brown fox", "A b")),
    (r"fmt|format|template", ("%Y-%m-%d", "{} and {}", "{:>5}")),
    (r"ch$|char|letter", ("a", "Z", "7", " ")),
)
_ANY_TEXT = ("Hello World", "abc", "a-b_c", "", "a", " padded ", "123", "ÄÖ ü", "A.B, c!", "two  spaces", "CamelCase")
_NUMBERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"year", ("2024", "1900", "2000", "2023")),
    (r"month", ("1", "2", "12", "13", "0")),
    (r"hour", ("0", "12", "23", "24")),
    (r"day", ("1", "29", "31", "0")),
    (r"minute|second", ("0", "59", "60", "90")),
    (r"percent|pct|rate|ratio|discount", ("10", "50", "100", "0")),
    (r"size|width|height|length|limit|max|count|quantity|qty|n$", ("3", "10", "1", "0", "-1")),
    (r"price|amount|cents|total|balance", ("100", "250", "999", "0", "1", "-5")),
    (r"bytes|number|value", ("1000", "1024", "1500000", "0", "2500000000", "10000000000000")),
    (r"index|pos|offset|start|begin", ("0", "1", "2", "-1")),
)
_ANY_NUMBER = ("2", "3", "7", "10", "0", "1", "-1", "100")


def texts_for(name: str) -> tuple[str, ...]:
    """Texts (values, not source) for a parameter called *name*: fitting ones first, then any."""
    return (*fitting_texts(name), *_ANY_TEXT)


def fitting_texts(name: str) -> tuple[str, ...]:
    """Texts that only a parameter called *name*, or much like it, is given."""
    return _fitting(name, _TEXTS)


def numbers_for(name: str) -> tuple[str, ...]:
    """Whole numbers as source text for a parameter called *name*."""
    return (*_fitting(name, _NUMBERS), *_ANY_NUMBER)


def _fitting(name: str, table: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    word = name.lower().strip("_")
    return next((values for pattern, values in table if re.search(pattern, word)), ())


GUESSES: Mapping[str, str] = {
    r"^(is|has|can|should|use|allow|with|no|strict|reverse|ignore|enable|include|skip|force|inclusive)(_|$)": "bool",
    r"^(n|i|j|k|num|count|size|width|height|length|limit|index|depth|year|month|day|digits|places|step|start|stop|end"
    r"|minimum|maximum|min|max|low|high|lower|upper|x|y|a|b)$|_(count|size|width|length|index|limit)$": "int",
    r"^(items|values|seq|sequence|iterable|it|xs|ys|elements|numbers|nums|data|rows|lines|words|args|list"
    r"|lst)$": "list",
    r"^(mapping|dict|d|options|kwargs|config|settings|params|headers|table|env|environ|counts|record|context)$": "dict",
    r"^(func|function|fn|callback|predicate|pred|f|key|keyfunc|transform|mapper)$": "callable",
    r"^(s|t|text|string|str|word|name|title|line|path|url|sep|prefix|suffix|pattern|fmt|format|message|value|char|c|ch"
    r"|email|version|code|lang|locale|singular|plural|source|slug|other)$|_(name|text|string|path|url)$": "str",
}
"""What a parameter without any annotation probably is, by its name."""


def guess(name: str) -> str:
    """The kind of value that a parameter called *name* probably takes; empty where the name tells nothing."""
    return next((kind for pattern, kind in GUESSES.items() if re.search(pattern, name.lower())), "")
