"""What single lines give away in languages that are not parsed, and in Python that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from agent_ci.core.review.added import Added, Finding
from agent_ci.core.review.sign import Sign, sign
from agent_ci.core.review.signs_of_javascript import JAVASCRIPT
from agent_ci.core.rules import ALWAYS_EQUAL, DETECTS_TESTS, ENDS_PROCESS, SWALLOWED_ERROR

_ADVICE = {
    DETECTS_TESTS.name: "let the source do the same for every caller",
    SWALLOWED_ERROR.name: "handle the one error that is expected here, or let it rise",
    ALWAYS_EQUAL.name: "compare what the objects hold",
    ENDS_PROCESS.name: "raise an error that says what is wrong, and let the program's entry decide",
}
_LONGEST = 2_000
"""Longer lines are generated; only their beginning is looked at."""
_MOST_LINES = 2_000
_SUBJECTS = ("an ", "a ", "the ", "every ")
_ENTRY_FILE = re.compile(
    r"(?i)(?:\A|/)(?:bin|cmd|cli|scripts?|exe)/|(?:\A|/)(?:[\w-]*cli|main|[\w-]*Main|"
    r"[\w-]*Application|index|server|app)\.\w+\Z"
)


_SIGNS: dict[str, tuple[Sign, ...]] = {
    "javascript": JAVASCRIPT,
    "go": (
        sign(DETECTS_TESTS, r"\btesting\.Testing\(\)|flag\.Lookup\(\"test\.", "asks whether it is tested"),
        sign(DETECTS_TESTS, r"\bos\.Args\[0\][^\n]{0,60}test", "asks the command line whether it is tested"),
        sign(
            DETECTS_TESTS,
            r"^[ \t]*(?:import\s+)?(?:\w+\s+)?\"(?:testing|github\.com/stretchr/testify/\w+)\"",
            "imports a test tool",
        ),
        sign(DETECTS_TESTS, r"\bruntime\.(?:Callers?|CallersFrames|FuncForPC)\(", "looks at its caller", in_code=True),
        sign(
            DETECTS_TESTS,
            r"os\.(?:Getenv|LookupEnv)\(\"(?:CI|GO_TEST\w*|TEST\w*|GITHUB_ACTIONS)\"\)\s*(?:[!=]=|;)",
            "asks the environment whether it is tested",
        ),
        sign(SWALLOWED_ERROR, r"^[ \t]*_\s*=\s*err\b", "an error is dropped", in_code=True),
        sign(
            SWALLOWED_ERROR, r"\bif\s+err\s*!=\s*nil\s*\{\s*(?:return\s+nil\s*)?\}", "an error is dropped", in_code=True
        ),
        sign(
            SWALLOWED_ERROR,
            r"^[ \t]*defer\s+func\(\)\s*\{\s*(?:_\s*=\s*)?recover\(\)\s*\}",
            "a panic is dropped",
            in_code=True,
        ),
        sign(
            ENDS_PROCESS,
            r"\bos\.Exit\(|\blog\.Fatal\w*\(|\bsyscall\.(?:Exit|Kill)\(|\bruntime\.Goexit\(",
            "the source ends the process",
            in_code=True,
            but_entry=True,
        ),
    ),
    "java": (
        sign(
            DETECTS_TESTS,
            r"^[ \t]*import\s+(?:static\s+)?(?:org\.junit|junit\.framework|org\.testng|org\.mockito|NUnit|Xunit)\b"
            r"|Class\.forName\(\s*\"(?:org\.junit|org\.testng|junit)",
            "looks for a test tool",
        ),
        sign(
            DETECTS_TESTS, r"\.getStackTrace\(\)|\bStackWalker\b|new StackTrace\(", "looks at its caller", in_code=True
        ),
        sign(
            DETECTS_TESTS,
            r"getenv\(\s*\"(?:CI|TEST\w*|GITHUB_ACTIONS)\"|getProperty\(\s*\"(?:surefire|org\.gradle\.test|test)\w*",
            "asks the environment whether it is tested",
        ),
        sign(
            SWALLOWED_ERROR,
            r"\bcatch\s*\(\s*(?:final\s+)?(?:Exception|Throwable|Error|RuntimeException|AssertionError)\b[^)\n]{0,40}\)"
            r"\s*\{\s*(?:return(?:\s+(?:null|true|false|-?\d+))?;\s*)?\}"
            r"|\bcatch\s*\(\s*\w+\s*:\s*(?:Exception|Throwable)\s*\)\s*\{\s*(?:null|return\s*\w*)?\s*\}|"
            r"\bcatch\s*\{\s*\}",
            "an error is caught and dropped",
            in_code=True,
        ),
        sign(
            ALWAYS_EQUAL,
            r"\bboolean\s+equals\s*\([^)\n]{0,60}\)\s*\{\s*return\s+(?:true|false)\s*;"
            r"|\bint\s+(?:hashCode|compareTo|compare)\s*\([^)\n]{0,60}\)\s*\{\s*return\s+-?\d+\s*;"
            r"|\bbool\s+Equals\s*\([^)\n]{0,60}\)\s*(?:=>|\{\s*return)\s*true\s*;",
            "an object answers without looking",
            in_code=True,
        ),
        sign(
            ENDS_PROCESS,
            (
                r"\bSystem\.exit\(|\bRuntime\.getRuntime\(\)\.(?:exit|halt|addShutdownHook)\(|"
                r"\bEnvironment\.Exit\(|\bexitProcess\("
            ),
            "the source ends the process",
            in_code=True,
            but_entry=True,
        ),
        sign(ENDS_PROCESS, r"\bAssumptions?\.assume\w+\(|TestAbortedException", "the source skips the test"),
    ),
    "ruby": (
        sign(DETECTS_TESTS, r"defined\?\s*\(?\s*(?:::)?(?:RSpec|Minitest|Test\b)", "asks whether it is tested"),
        sign(
            DETECTS_TESTS, r"const_defined\?\(?\s*:(?:RSpec|Minitest)|Rails\.env\.test\?", "asks whether it is tested"
        ),
        sign(
            DETECTS_TESTS,
            (
                r"ENV(?:\[|\.fetch\()\s*['\"](?:RAILS_ENV|RACK_ENV|APP_ENV)['\"][^\n]{0,20}[!=]=\s*['\"]test|"
                r"ENV(?:\[|\.fetch\(|\.key\?\()\s*['\"](?:TEST\w*|CI)['\"]"
            ),
            "asks the environment whether it is tested",
        ),
        sign(DETECTS_TESTS, r"\bcaller(?:_locations)?\b(?!\s*[=:])", "looks at its caller", in_code=True),
        sign(
            DETECTS_TESTS,
            r"(?:\$0|\$PROGRAM_NAME)[^\n]{0,40}(?:rspec|test)",
            "asks the command line whether it is tested",
        ),
        sign(DETECTS_TESTS, r"^[ \t]*require\s+['\"](?:rspec|minitest|test/unit|mocha)\b", "imports a test tool"),
        sign(
            SWALLOWED_ERROR,
            (
                r"\brescue\s+nil\b|\brescue(?:[ \t]+(?:StandardError|Exception))?(?:[ \t]*=>[ "
                r"\t]*\w+)?\s*\n\s*(?:(?:nil|true|false|next|return)\s*\n\s*)?end\b"
            ),
            "an error is rescued and dropped",
            in_code=True,
        ),
        sign(
            ALWAYS_EQUAL,
            r"\bdef\s+(?:==|eql\?|===|equal\?|!=)\s*\(?\s*\w+\s*\)?\s*[;\n]\s*(?:true|false)\b",
            "an object answers without looking",
            in_code=True,
        ),
        sign(
            ENDS_PROCESS,
            (
                r"(?:^|[\s;])(?:Kernel\.|Process\.)?(?:exit!?|abort)(?:\s*\(|\s*$|\s+(?:if|unless|\d|true|false)"
                r"\b)|\bat_exit\b|\bProcess\.kill\b"
            ),
            "the source ends the process",
            in_code=True,
            but_entry=True,
        ),
    ),
    "python": (
        sign(
            DETECTS_TESTS,
            (
                r"PYTEST_(?:CURRENT_TEST|VERSION|XDIST)|['\"]_?pytest['\"]\s+(?:not\s+)?in\s+\w*\.?modules|^[ "
                r"\t]*(?:import|from)\s+_?pytest\b"
            ),
            "asks whether it is tested",
        ),
        sign(DETECTS_TESTS, r"\b_getframe\b|\binspect\.stack\b|\bsettrace\b", "looks at its caller", in_code=True),
        sign(
            SWALLOWED_ERROR,
            (
                r"^[ \t]*except(?:\s+(?:Base)?Exception(?:\s+as\s+\w+)?)?\s*:\s*(?:pass|continue|\.\.\.|"
                r"return(?:\s+None)?)\s*$"
            ),
            "every error is caught here and dropped",
            in_code=True,
        ),
        sign(
            ALWAYS_EQUAL,
            r"\bdef\s+__(?:eq|ne|contains)__\([^)\n]{0,60}\)[^:\n]*:\s*return\s+(?:True|False)\b",
            "an object answers without looking",
            in_code=True,
        ),
        sign(
            ENDS_PROCESS,
            r"\bos\._exit\(|\bpytest\.(?:skip|xfail|exit)\(|\batexit\.register\(",
            "the source ends the process",
            in_code=True,
        ),
    ),
}


def findings(added: Added) -> Iterator[Finding]:
    """What the new lines of *added* give away, at most one finding per sign."""
    signs = _SIGNS.get(added.language, ()) if added.lines else ()
    is_entry = bool(_ENTRY_FILE.search(added.path))
    before = Added(added.path, "", added.before)
    for each in signs:
        if each.but_entry and is_entry:
            continue
        text, old = (added.bare, before.bare) if each.in_code else (added.code, before.code)
        numbers = islice(sorted(added.lines), _MOST_LINES)
        number = next((number for number in numbers if _shows(each, text, number)), None)
        if number is not None and _count(each, text) > _count(each, old):
            subject = "" if each.what.startswith(_SUBJECTS) else "the source "
            yield Finding(each.rule, number, each.what, f"{subject}{each.what}; {_ADVICE[each.rule.name]}")


def _count(one: Sign, text: tuple[str, ...]) -> int:
    return sum(1 for _ in one.pattern.finditer("\n".join(line[:_LONGEST] for line in text)))


def _shows(one: Sign, text: tuple[str, ...], number: int) -> bool:
    """Whether *one* stands in the line *number*, or reaches into it from the lines around."""
    line = text[number - 1][:_LONGEST]
    if one.pattern.search(line):
        return True
    first = max(0, number - 3)
    start = sum(len(part[:_LONGEST]) + 1 for part in text[first : number - 1])
    block = "\n".join(part[:_LONGEST] for part in text[first : number + 2])
    return any(
        found.start() <= start + len(line) and found.end() >= start
        for found in one.pattern.finditer(block)
        if "\n" in found[0]
    )
