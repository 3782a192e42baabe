from __future__ import annotations

import time

import pytest

from agent_ci.core.logs.dialect import RefusedPatternError, in_python

UNDERSTOOD = {
    "plain": (r"^(.+):(\d+): (.+)$", "a.c:3: no", ("a.c", "3", "no")),
    "named": (r"^(?<file>.+):(?'line'\d+)$", "a.c:3", ("a.c", "3")),
    "a Unicode category": (r"^(\p{L}+)-(\p{Nd}+)$", "é-3", ("é", "3")),
    "the end of the text": (r"(a+)\z", "baa", ("aa",)),
    "an escape": (r"\e(\d)", "\x1b3", ("3",)),
    "a lookbehind": (r"(?<=a)(b)(?<!c)", "ab", ("b",)),
    "an optional group": (r"^((?:[A-Z]:)?[^:]+):(\d+)$", "C:a.c:3", ("C:a.c", "3")),
    "a few repeats of a group": (r"^((?:\w+ ){1,3})(x)$", "a b x", ("a b ", "x")),
    "an optional part of a repeat": (r"^(?:x(?:a)?y)$|(z)", "z", ("z",)),
    "colours that may be there": (r"^(?:\x1b\[\d+m)*(\w+)(?:\e\[[\d;]*m)?:(\d+)$", "a:3", ("a", "3")),
    "a class with brackets": (r"^([^\])(+*]+)$", "ab", ("ab",)),
    "a repeat of a fixed group": (r"^((?:ab)+)$", "abab", ("abab",)),
    "a backslash before a letter": (r"\\(G)", r"\G", ("G",)),
}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_what_dotnet_writes_python_reads(name: str) -> None:
    pattern, line, groups = UNDERSTOOD[name]
    found = in_python(pattern).search(line)
    assert found is not None
    assert found.groups() == groups


REFUSED = {
    r"(?<a-b>x)": "a balancing group",
    r"[a-z-[aeiou]]": "a subtraction",
    r"\Gx": r"\\G",
    r"\cA": "a control character",
    r"\p{Lu}": "a Unicode category",
    r"(a)\1": "an earlier group",
    r"(?<a>x)\k<a>": "an earlier group",
    r"(a)?(?(1)b|c)": "a condition",
    r"(?<a>x)(y)": "named and numbered",
    r"(a": "no regular expression",
    r"a{1,99999999999999}": "no regular expression",
    "x" * 1_001: "longer than 1000",
    r"^(a+)+$": "repeats what is repeated",
    r"^(?:a|aa)*$": "repeats what is repeated",
    r"^((a*)b?)*$": "repeats what is repeated",
    r"^(?:x\w{1,9}){20}$": "repeats what is repeated",
    r"^(?:(?:a?)){9,}$": "repeats what is repeated",
    r"^(?:[(]a+)+$": "repeats what is repeated",
    r"^(?:a+\))*?$": "repeats what is repeated",
}


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_python_cannot_say_or_would_not_end_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(RefusedPatternError, match=REFUSED[pattern]):
        in_python(pattern)


def test_reading_a_pattern_takes_little_time() -> None:
    started = time.process_time()
    for pattern in ("(" * 1_000, "[" * 1_000, "\\" * 1_000, "a{" * 500, "(?<" * 333, "()*" * 333, "-[" * 500):
        with pytest.raises(RefusedPatternError):
            in_python(pattern + "(a+)+")
    assert time.process_time() - started < 1
