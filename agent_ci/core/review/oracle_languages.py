"""How tests look in JavaScript, Go, Java and Ruby: their cases, assertions, skips, tables and mocks, as patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_QUOTED = r'"(?:\\.|[^"\\\n])*"?' + r"|'(?:\\.|[^'\\\n])*'?"
_BRACE_TOKENS = r"(?P<comment>//[^\n]*|/\*[\s\S]*?(?:\*/|\Z))|(?P<string>" + _QUOTED + r"|`(?:\\[\s\S]|[^`\\])*`?)"
_HASH_TOKENS = r"(?P<comment>(?<![&$\w])#(?!\{)[^\n]*)|(?P<string>" + _QUOTED + ")"


@dataclass(frozen=True)
class Language:
    """The patterns of one language.

    ``case`` and ``suite`` find headers; ``name`` is a group of both, or the first string behind the header.
    ``assertion`` finds where a claim starts; ``weak`` ranks matchers, and what is not in it has the rank 5.
    ``skip`` counts within a case and outside of all, ``focus`` over the whole file. ``table`` ends at the bracket that
    opens rows. ``local`` has the groups name and value. ``mock`` has the group name: what is replaced.
    """

    tokens: re.Pattern[str]
    case: re.Pattern[str]
    suite: re.Pattern[str]
    assertion: re.Pattern[str]
    weak: dict[str, int]
    skip: re.Pattern[str]
    focus: re.Pattern[str]
    table: re.Pattern[str]
    local: re.Pattern[str]
    mock: re.Pattern[str]
    ends_with_word: bool = False
    actual_second: frozenset[str] = field(default_factory=frozenset)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.MULTILINE)


_NEVER = _pattern(r"(?!)")

JAVASCRIPT = Language(
    tokens=_pattern(_BRACE_TOKENS),
    case=_pattern(r"(?<![.\w$])(?:[xf]?it|x?test|specify)(?:\.\w+)*\s*(?=[(`])"),
    suite=_pattern(r"(?<![.\w$])(?:[xf]?describe|context|suite)(?:\.\w+)*\s*(?=[(`])"),
    assertion=_pattern(r"(?<![.\w$])(?:expect|assert(?:\.\w+)?)\s*\("),
    weak={
        **dict.fromkeys(("toBeDefined", "not.toBeUndefined", "not.toBeNull", "to.exist", "not.toThrow"), 0),
        **dict.fromkeys(("toBeTruthy", "toBeFalsy", "to.be.ok", "assert", "assert.ok", "not.toBe", "not.toEqual"), 1),
        **dict.fromkeys(("assert.notEqual", "assert.exists", "assert.isDefined", "toHaveBeenCalled"), 1),
        **dict.fromkeys(("toContain", "toMatch", "toBeInstanceOf", "toBeGreaterThan", "toBeLessThan"), 2),
        **dict.fromkeys(
            ("toBeGreaterThanOrEqual", "toBeLessThanOrEqual", "toHaveProperty", "toHaveBeenCalledTimes"), 2
        ),
        **dict.fromkeys(("toMatchObject", "toContainEqual", "toHaveLength", "toBeCloseTo", "to.include"), 3),
        **dict.fromkeys(("toHaveBeenCalledWith", "toMatchSnapshot", "toMatchInlineSnapshot"), 3),
        **dict.fromkeys(("toEqual", "assert.equal", "assert.deepEqual", "to.eql"), 4),
    },
    skip=_pattern(
        r"(?<![\w$])(?:x(?:it|test|describe)\b|(?:it|test|describe|context|suite)\.(?:concurrent\.)?"
        r"(?:skip|skipIf|runIf|todo|failing|fails)\b|this\.(?:skip|retries|timeout)\b|pending\(|"
        r"\.catch\(\s*\(\w*\)\s*=>"
        r"\s*\{\s*\}\s*\)|\bcatch\s*(?:\(\w+\)\s*)?\{\s*\}|\bretry\s*:|\brepeats\s*:|setTimeout\()"
    ),
    focus=_pattern(
        r"(?<![\w$])(?:f(?:it|describe)\(|(?:it|test|describe|context|suite)\.only\b"
        r"|jest\.(?:retryTimes|setTimeout)\(|vi\.setConfig\(|process\.exit\()"
    ),
    table=_pattern(r"\.(?:each|for)\s*\(\s*(?=\[)|\[(?=\s*[\[{])|(?:=|:)\s*(?=\[)"),
    local=_pattern(
        r"^\s*(?:const|let|var)\s+(?P<name>[\w$]+)(?:\s*:[^=\n]+)?\s*=\s*(?:await\s+)?(?P<value>[^;\n]+);?\s*$"
    ),
    mock=_pattern(
        r"(?:jest|vi|sinon)\.(?:mock|doMock)\(\s*[\"'](?P<name>[^\"']+)"
        r"|(?:jest|vi|sinon)\.(?:spyOn|stub|replace)\(\s*[\w.$]+\s*,\s*[\"'](?P<member>\w+)"
        r"|^\s*[\w$]+\.(?P<assigned>\w+)\s*=\s*(?:jest|vi|sinon)\.\w+"
    ),
)

GO = Language(
    tokens=_pattern(_BRACE_TOKENS),
    case=_pattern(r"^func\s+(?:\(\w+\s+[*\w]+\)\s*)?(?P<name>(?:Test|Example|Fuzz)\w*)\s*(?=\()"),
    suite=_NEVER,
    assertion=_pattern(
        r"(?<![\w.])(?:(?:assert|require|is)\.\w+\s*\(|[tb]\.(?:Error|Fatal)f?\s*\(|[tb]\.Fail(?:Now)?\s*\()"
    ),
    weak={
        **dict.fromkeys(("NotNil", "NotEmpty", "NotZero", "NotPanics", "NoError"), 0),
        **dict.fromkeys(("True", "False", "NotEqual", "Error", "Panics"), 1),
        **dict.fromkeys(("Contains", "Len", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "IsType", "Regexp"), 2),
        **dict.fromkeys(("Subset", "ElementsMatch", "InDelta", "InEpsilon", "ErrorContains"), 3),
        **dict.fromkeys(("EqualValues", "ObjectsAreEqual", "JSONEq"), 4),
    },
    skip=_pattern(r"\b[tb]\.(?:Skip|Skipf|SkipNow)\(|\btime\.Sleep\(|\btesting\.Short\(\)|\brecover\(\)"),
    focus=_pattern(r"^//go:build\s[^\n]*|^//\s*\+build\s[^\n]*|\bos\.Exit\("),
    table=_pattern(r"(?:\[\]|map\[\w+\])(?:struct\s*\{[^{}]*\}|\w+)\s*(?=\{)"),
    local=_pattern(r"^\s*(?P<name>\w+)(?:\s*,\s*\w+)*\s*:=\s*(?P<value>[^\n{]+)$"),
    mock=_pattern(r"^\s*(?:\w+\.)?(?P<assigned>\w+)\s*=\s*func\("),
    actual_second=frozenset({"Equal", "NotEqual", "EqualValues", "InDelta", "InEpsilon", "IsType", "JSONEq"}),
)

JAVA = Language(
    tokens=_pattern(_BRACE_TOKENS),
    case=_pattern(
        r"^[ \t]*(?:@[\w.]+(?:\((?:[^()]|\([^()]*\))*\))?\s+)*@(?:Test|ParameterizedTest|RepeatedTest|TestFactory)\b"
        r"(?:\((?:[^()]|\([^()]*\))*\))?\s+(?:@[\w.]+(?:\((?:[^()]|\([^()]*\))*\))?\s+)*(?:[\w<>\[\], ]+\s)?"
        r"(?P<name>`[^`]+`|\w+)\s*(?=\()"
    ),
    suite=_pattern(r"\bclass\s+(?P<name>\w+)"),
    assertion=_pattern(r"(?<![\w.])(?:(?:Assertions?|Assert)\.)?(?:assert\w+|verify|fail)\s*\("),
    weak={
        **dict.fromkeys(("assertNotNull", "isNotNull", "assertDoesNotThrow", "assertNotEquals", "isNotEmpty"), 0),
        **dict.fromkeys(("assertTrue", "assertFalse", "isTrue", "isFalse", "assertNotSame", "isNotEqualTo"), 1),
        **dict.fromkeys(("contains", "isInstanceOf", "assertInstanceOf", "isGreaterThan", "isLessThan", "hasSize"), 2),
        **dict.fromkeys(("containsAll", "isCloseTo", "startsWith", "endsWith", "matches"), 3),
    },
    skip=_pattern(
        r"@(?:Disabled|Ignore|EnabledIf|DisabledIf|DisabledOn|EnabledOn|Timeout|RetryingTest|Flaky|RepeatedTest)\w*"
        r"|\bAssum(?:e|ptions?)\.\w+|(?<![\w.])assume(?:True|False|That|NotNull)\(|\bThread\.sleep\("
        r"|\bcatch\s*\([^)]*\)\s*\{\s*\}|\btimeout\s*=|\benabled\s*=\s*false"
    ),
    focus=_pattern(r"\bSystem\.exit\("),
    table=_pattern(r"@(?:CsvSource|ValueSource|EnumSource)\s*\([^{)]*(?=\{)"),
    local=_pattern(r"^\s*(?:final\s+)?(?:[\w.<>\[\], ?]+\s+)(?P<name>\w+)\s*=\s*(?P<value>[^;\n]+);"),
    mock=_pattern(
        r"\bwhen\(\s*\w+\.(?P<member>\w+)\(|\bdo(?:Return|Answer|Throw)\([^;]*\)\.when\(\s*\w+\s*\)\.(?P<assigned>\w+)"
    ),
    actual_second=frozenset(
        {"assertEquals", "assertNotEquals", "assertSame", "assertArrayEquals", "assertIterableEquals"}
    ),
)

RUBY = Language(
    tokens=_pattern(_HASH_TOKENS),
    case=_pattern(
        r"^[ \t]*(?:(?:[xf]?(?:it|specify|example|scenario|test)|pending|skip)\b[ (]+(?=[\"'])|"
        r"def\s+(?P<name>test_\w+[?!]?))"
    ),
    suite=_pattern(r"^[ \t]*(?:RSpec\.)?[xf]?(?:describe|context|feature)\b[ (]+|^[ \t]*class\s+(?P<name>\w+)"),
    assertion=_pattern(r"(?<![\w.])(?:expect(?=\s*[({])|(?:assert|refute)\w*\b)"),
    weak={
        **dict.fromkeys(("not_to be_nil", "to_not be_nil", "refute_nil", "assert_not_nil", "not_to raise_error"), 0),
        **dict.fromkeys(("to be_truthy", "to be_falsey", "assert", "refute", "to be_present", "not_to eq"), 1),
        **dict.fromkeys(("to include", "to match", "to be_a", "to be_an", "to be_kind_of", "assert_includes"), 2),
        **dict.fromkeys(("assert_match", "assert_kind_of", "assert_instance_of", "to start_with", "to be"), 2),
        **dict.fromkeys(("to be_within", "assert_in_delta", "to contain_exactly", "to match_array"), 3),
    },
    skip=_pattern(
        r"(?<![\w.:])(?:x(?:it|describe|context|specify)\b|skip\b|pending\b|sleep\b)|:skip\b|\bskip:|\bretry:|\bretry\b"
        r"|\brescue\s*(?:=>\s*\w+\s*)?(?:nil\b|\n\s*end)"
    ),
    focus=_pattern(r"^[ \t]*f(?:it|describe|context)\b|:focus\b|\bfocus:|\bexit!?\b"),
    table=_pattern(r"(?<![\w\])])(?=\[\s*\[)|(?<![\w\])])(?=\{\s*[^|{}]+=>)"),
    local=_pattern(r"^\s*(?P<name>[a-z_]\w*)\s*=\s*(?P<value>[^=~\n][^\n]*)$"),
    mock=_pattern(
        r"(?:allow|allow_any_instance_of|expect)\([^)\n]*\)\.to\s+receive\(:(?P<member>\w+)|\.stubs?\(:(?P<name>\w+)"
    ),
    ends_with_word=True,
    actual_second=frozenset({"assert_equal", "refute_equal", "assert_in_delta", "assert_match", "assert_kind_of"}),
)

BY_SUFFIX: dict[str, Language] = {
    **dict.fromkeys((".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts"), JAVASCRIPT),
    ".go": GO,
    **dict.fromkeys((".java", ".kt", ".groovy", ".scala"), JAVA),
    ".rb": RUBY,
}
"""The language of a test by the suffix of its file."""
