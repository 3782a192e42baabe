"""What single lines give away in languages that are not parsed, and in Python that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from agent_ci.core.review.added import Added, Finding
from agent_ci.core.rules import ALWAYS_EQUAL, DETECTS_TESTS, ENDS_PROCESS, SWALLOWED_ERROR, Rule

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


@dataclass(frozen=True, slots=True)
class Sign:
    """A pattern for a line and up to two that follow; ``in_code`` where strings are no part of it."""

    rule: Rule
    pattern: re.Pattern[str]
    what: str
    in_code: bool = False
    but_entry: bool = False


def _sign(rule: Rule, pattern: str, what: str, *, in_code: bool = False, but_entry: bool = False) -> Sign:
    return Sign(rule, re.compile(pattern, re.MULTILINE), what, in_code, but_entry)


_TEST_VALUE = r"""['"`]test(?:ing)?['"`]"""
_JS_TOOLS = r"(?:@?jest(?:/\w+)?|vitest|mocha|chai|sinon|node:test|ava|jasmine|@testing-library/\w+|supertest|nock)"
_JS_GLOBALS = (
    r"(?:jest|expect|describe|it|test|vi|vitest|mocha|jasmine|beforeEach|afterEach|__vitest\w*|__karma__|Cypress)"
)
_JS_PATCHED = (
    r"(?:Object|Array|String|Number|Boolean|Function|Promise|Map|Set|Error|RegExp)\.prototype\.\w+|Object\.(?:is|keys)"
    r"|Date\.now|Math\.random|console\.\w+|process\.stdout\.write|JSON\.\w+"
)
_SIGNS: dict[str, tuple[Sign, ...]] = {
    "javascript": (
        _sign(
            DETECTS_TESTS,
            (
                r"process\.env(?:\?\.|\.|\[['\"`])(?:JEST_\w+|VITEST\w*|MOCHA\w*|npm_lifecycle_event|"
                r"(?:IS_)?TEST(?:ING)?)\b"
            ),
            "asks the environment whether it is tested",
        ),
        _sign(
            DETECTS_TESTS,
            r"\b(?:\w*_ENV|MODE)\b['\"`\])]{0,3}\s*[!=]==?\s*"
            + _TEST_VALUE
            + "|"
            + _TEST_VALUE
            + r"\s*[!=]==?\s*[\w.]{0,40}_ENV\b",
            "asks the environment whether it is tested",
        ),
        _sign(
            DETECTS_TESTS,
            r"(?:if\s*\(|&&|\|\||!|\?)\s*process\.env\.(?:CI|GITHUB_ACTIONS|GITLAB_CI)\b"
            r"|process\.env\.(?:CI|GITHUB_ACTIONS)\s*(?:\?[^.?]|[!=]==?|&&|\|\|)",
            "asks the environment whether CI runs it",
        ),
        _sign(
            DETECTS_TESTS,
            r"typeof\s+(?:global(?:This)?\.)?" + _JS_GLOBALS + r"\b(?!\s*\()",
            "looks for the test tool's globals",
        ),
        _sign(
            DETECTS_TESTS,
            r"\b(?:global(?:This)?|window)(?:\?\.|\.|\[['\"`])" + _JS_GLOBALS + r"\b",
            "looks for the test tool's globals",
        ),
        _sign(DETECTS_TESTS, r"import\.meta\.vitest|import\.meta\.env\.(?:VITEST|TEST)\b", "asks whether it is tested"),
        _sign(DETECTS_TESTS, r"require\.main\b(?!\s*[!=]==?\s*module\b)|require\.cache\b", "looks at who loaded it"),
        _sign(
            DETECTS_TESTS,
            r"new Error\([^)\n]{0,80}\)\s*\)?\.stack|\.stack\s*\??\.?(?:includes|match|indexOf|split)\b"
            r"|Error\.prepareStackTrace|arguments\.callee|\.caller\b",
            "looks at its caller",
        ),
        _sign(
            DETECTS_TESTS,
            r"process\.(?:argv|execArgv)\b[^\n]{0,80}(?:test|jest|mocha|karma)",
            "asks the command line whether it is tested",
        ),
        _sign(
            DETECTS_TESTS,
            r"(?:\bfrom\s+|require\(\s*|import\(\s*|^[ \t]*import\s+)['\"`]" + _JS_TOOLS + r"['\"`]",
            "imports a test tool",
        ),
        _sign(
            DETECTS_TESTS,
            r"(?:" + _JS_PATCHED + r")\s*=(?![=>])|\bexpect\.extend\(",
            "replaces a built-in",
            in_code=True,
        ),
        _sign(
            SWALLOWED_ERROR,
            (
                r"\bcatch\s*(?:\([^)\n]{0,60}\)\s*)?\{\s*(?:return(?:\s+(?:null|undefined|true|false|\[\]|\{\}|"
                r"\d+|['\"`]\s*['\"`]))?;?\s*)?\}"
            ),
            "an error is caught and dropped",
            in_code=True,
        ),
        _sign(
            SWALLOWED_ERROR,
            r"\.catch\(\s*(?:\(\s*\w*\s*\)|\w+)\s*=>\s*(?:\{\s*\}|null|undefined|true|false|\[\])\s*\)"
            r"|\.catch\(\s*(?:noop|\w+\.noop|Function\.prototype)\s*\)|\.catch\(\s*function\s*\(\w*\)\s*\{\s*\}\s*\)",
            "an error is caught and dropped",
            in_code=True,
        ),
        _sign(ALWAYS_EQUAL, r"\basymmetricMatch\b", "an object claims to equal anything", in_code=True),
        _sign(ALWAYS_EQUAL, r"\bnew Proxy\(\s*(?:\{\s*\}|function|\(\)\s*=>)", "an object claims to hold anything"),
        _sign(
            ALWAYS_EQUAL,
            r"(?:\b(?:toJSON|valueOf|equals|isEqual)|\[Symbol\.toPrimitive\])\s*(?::\s*)?\([^)\n]{0,40}\)"
            r"\s*(?::\s*\w+\s*)?(?:=>\s*)?"
            r"(?:\{\s*return\s+)?(?:true|false|-?\d+|(['\"`])[^'\"`\n]*\1)\s*[;,}]",
            "an object answers without looking",
        ),
        _sign(ALWAYS_EQUAL, r"Symbol\.hasInstance", "an object claims to be of any class", in_code=True),
        _sign(
            ENDS_PROCESS,
            r"\bprocess\.(?:exit|abort|kill|reallyExit)\s*\(|\bprocess\.exitCode\s*=",
            "the source ends the process",
            in_code=True,
            but_entry=True,
        ),
        _sign(
            ENDS_PROCESS,
            (
                r"\bprocess\.(?:on|once|prependListener)\(\s*['\"`](?:exit|beforeExit|uncaughtException|"
                r"unhandledRejection)"
            ),
            "the source runs code when the process ends",
            but_entry=True,
        ),
    ),
    "go": (
        _sign(DETECTS_TESTS, r"\btesting\.Testing\(\)|flag\.Lookup\(\"test\.", "asks whether it is tested"),
        _sign(DETECTS_TESTS, r"\bos\.Args\[0\][^\n]{0,60}test", "asks the command line whether it is tested"),
        _sign(
            DETECTS_TESTS,
            r"^[ \t]*(?:import\s+)?(?:\w+\s+)?\"(?:testing|github\.com/stretchr/testify/\w+)\"",
            "imports a test tool",
        ),
        _sign(DETECTS_TESTS, r"\bruntime\.(?:Callers?|CallersFrames|FuncForPC)\(", "looks at its caller", in_code=True),
        _sign(
            DETECTS_TESTS,
            r"os\.(?:Getenv|LookupEnv)\(\"(?:CI|GO_TEST\w*|TEST\w*|GITHUB_ACTIONS)\"\)\s*(?:[!=]=|;)",
            "asks the environment whether it is tested",
        ),
        _sign(SWALLOWED_ERROR, r"^[ \t]*_\s*=\s*err\b", "an error is dropped", in_code=True),
        _sign(
            SWALLOWED_ERROR, r"\bif\s+err\s*!=\s*nil\s*\{\s*(?:return\s+nil\s*)?\}", "an error is dropped", in_code=True
        ),
        _sign(
            SWALLOWED_ERROR,
            r"^[ \t]*defer\s+func\(\)\s*\{\s*(?:_\s*=\s*)?recover\(\)\s*\}",
            "a panic is dropped",
            in_code=True,
        ),
        _sign(
            ENDS_PROCESS,
            r"\bos\.Exit\(|\blog\.Fatal\w*\(|\bsyscall\.(?:Exit|Kill)\(|\bruntime\.Goexit\(",
            "the source ends the process",
            in_code=True,
            but_entry=True,
        ),
    ),
    "java": (
        _sign(
            DETECTS_TESTS,
            r"^[ \t]*import\s+(?:static\s+)?(?:org\.junit|junit\.framework|org\.testng|org\.mockito|NUnit|Xunit)\b"
            r"|Class\.forName\(\s*\"(?:org\.junit|org\.testng|junit)",
            "looks for a test tool",
        ),
        _sign(
            DETECTS_TESTS, r"\.getStackTrace\(\)|\bStackWalker\b|new StackTrace\(", "looks at its caller", in_code=True
        ),
        _sign(
            DETECTS_TESTS,
            r"getenv\(\s*\"(?:CI|TEST\w*|GITHUB_ACTIONS)\"|getProperty\(\s*\"(?:surefire|org\.gradle\.test|test)\w*",
            "asks the environment whether it is tested",
        ),
        _sign(
            SWALLOWED_ERROR,
            r"\bcatch\s*\(\s*(?:final\s+)?(?:Exception|Throwable|Error|RuntimeException|AssertionError)\b[^)\n]{0,40}\)"
            r"\s*\{\s*(?:return(?:\s+(?:null|true|false|-?\d+))?;\s*)?\}"
            r"|\bcatch\s*\(\s*\w+\s*:\s*(?:Exception|Throwable)\s*\)\s*\{\s*(?:null|return\s*\w*)?\s*\}|"
            r"\bcatch\s*\{\s*\}",
            "an error is caught and dropped",
            in_code=True,
        ),
        _sign(
            ALWAYS_EQUAL,
            r"\bboolean\s+equals\s*\([^)\n]{0,60}\)\s*\{\s*return\s+(?:true|false)\s*;"
            r"|\bint\s+(?:hashCode|compareTo|compare)\s*\([^)\n]{0,60}\)\s*\{\s*return\s+-?\d+\s*;"
            r"|\bbool\s+Equals\s*\([^)\n]{0,60}\)\s*(?:=>|\{\s*return)\s*true\s*;",
            "an object answers without looking",
            in_code=True,
        ),
        _sign(
            ENDS_PROCESS,
            (
                r"\bSystem\.exit\(|\bRuntime\.getRuntime\(\)\.(?:exit|halt|addShutdownHook)\(|"
                r"\bEnvironment\.Exit\(|\bexitProcess\("
            ),
            "the source ends the process",
            in_code=True,
            but_entry=True,
        ),
        _sign(ENDS_PROCESS, r"\bAssumptions?\.assume\w+\(|TestAbortedException", "the source skips the test"),
    ),
    "ruby": (
        _sign(DETECTS_TESTS, r"defined\?\s*\(?\s*(?:::)?(?:RSpec|Minitest|Test\b)", "asks whether it is tested"),
        _sign(
            DETECTS_TESTS, r"const_defined\?\(?\s*:(?:RSpec|Minitest)|Rails\.env\.test\?", "asks whether it is tested"
        ),
        _sign(
            DETECTS_TESTS,
            (
                r"ENV(?:\[|\.fetch\()\s*['\"](?:RAILS_ENV|RACK_ENV|APP_ENV)['\"][^\n]{0,20}[!=]=\s*['\"]test|"
                r"ENV(?:\[|\.fetch\(|\.key\?\()\s*['\"](?:TEST\w*|CI)['\"]"
            ),
            "asks the environment whether it is tested",
        ),
        _sign(DETECTS_TESTS, r"\bcaller(?:_locations)?\b(?!\s*[=:])", "looks at its caller", in_code=True),
        _sign(
            DETECTS_TESTS,
            r"(?:\$0|\$PROGRAM_NAME)[^\n]{0,40}(?:rspec|test)",
            "asks the command line whether it is tested",
        ),
        _sign(DETECTS_TESTS, r"^[ \t]*require\s+['\"](?:rspec|minitest|test/unit|mocha)\b", "imports a test tool"),
        _sign(
            SWALLOWED_ERROR,
            (
                r"\brescue\s+nil\b|\brescue(?:[ \t]+(?:StandardError|Exception))?(?:[ \t]*=>[ "
                r"\t]*\w+)?\s*\n\s*(?:(?:nil|true|false|next|return)\s*\n\s*)?end\b"
            ),
            "an error is rescued and dropped",
            in_code=True,
        ),
        _sign(
            ALWAYS_EQUAL,
            r"\bdef\s+(?:==|eql\?|===|equal\?|!=)\s*\(?\s*\w+\s*\)?\s*[;\n]\s*(?:true|false)\b",
            "an object answers without looking",
            in_code=True,
        ),
        _sign(
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
        _sign(
            DETECTS_TESTS,
            (
                r"PYTEST_(?:CURRENT_TEST|VERSION|XDIST)|['\"]_?pytest['\"]\s+(?:not\s+)?in\s+\w*\.?modules|^[ "
                r"\t]*(?:import|from)\s+_?pytest\b"
            ),
            "asks whether it is tested",
        ),
        _sign(DETECTS_TESTS, r"\b_getframe\b|\binspect\.stack\b|\bsettrace\b", "looks at its caller", in_code=True),
        _sign(
            SWALLOWED_ERROR,
            (
                r"^[ \t]*except(?:\s+(?:Base)?Exception(?:\s+as\s+\w+)?)?\s*:\s*(?:pass|continue|\.\.\.|"
                r"return(?:\s+None)?)\s*$"
            ),
            "every error is caught here and dropped",
            in_code=True,
        ),
        _sign(
            ALWAYS_EQUAL,
            r"\bdef\s+__(?:eq|ne|contains)__\([^)\n]{0,60}\)[^:\n]*:\s*return\s+(?:True|False)\b",
            "an object answers without looking",
            in_code=True,
        ),
        _sign(
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
    for sign in signs:
        if sign.but_entry and is_entry:
            continue
        text, old = (added.bare, before.bare) if sign.in_code else (added.code, before.code)
        numbers = islice(sorted(added.lines), _MOST_LINES)
        number = next((number for number in numbers if _shows(sign, text, number)), None)
        if number is not None and _count(sign, text) > _count(sign, old):
            subject = "" if sign.what.startswith(_SUBJECTS) else "the source "
            yield Finding(sign.rule, number, sign.what, f"{subject}{sign.what}; {_ADVICE[sign.rule.name]}")


def _count(sign: Sign, text: tuple[str, ...]) -> int:
    return sum(1 for _ in sign.pattern.finditer("\n".join(line[:_LONGEST] for line in text)))


def _shows(sign: Sign, text: tuple[str, ...], number: int) -> bool:
    """Whether *sign* stands in the line *number*, or reaches into it from the lines around."""
    line = text[number - 1][:_LONGEST]
    if sign.pattern.search(line):
        return True
    first = max(0, number - 3)
    start = sum(len(part[:_LONGEST]) + 1 for part in text[first : number - 1])
    block = "\n".join(part[:_LONGEST] for part in text[first : number + 2])
    return any(
        found.start() <= start + len(line) and found.end() >= start
        for found in sign.pattern.finditer(block)
        if "\n" in found[0]
    )
