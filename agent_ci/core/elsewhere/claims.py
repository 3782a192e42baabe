"""What a test of JavaScript, TypeScript, Go or Java asserts and leans on, read from its text without running it."""

from __future__ import annotations

import re

from agent_ci.core.elsewhere.blocks import Block, TestsText
from agent_ci.core.worth.surroundings import MOST_LINES

_CLAIMS = {
    "javascript": re.compile(r"(?<![\w$])(?:expect|assert|should)\b(?:\.\w+)*\s*[(.]|\.should\b"),
    "go": re.compile(
        r"\bt\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\(|\b(?:assert|require|is|qt|cmp)\.\w+\(|\bcheck\w*\(t,"
    ),
    "java": re.compile(
        r"(?<![\w$])(?:assert\w*|fail|verify\w*)\s*\(|(?<![\w$])assert\s(?!\s*true\s*;)|@Test\s*\([^)]*\bexpected\w*\s*="
    ),
}
_VACUOUS = {
    "javascript": re.compile(
        r"expect\(\s*(?P<a>true|false|null|undefined|\d+|(?P<q>['\"`])[^'\"`]*(?P=q))\s*\)(?:\.\w+)*\.(?:toBe|toEqual|"
        r"toStrictEqual|equal|eql|to\.equal)\(\s*(?P=a)\s*\)|expect\(\s*(?:true|1)\s*\)\.(?:toBeTruthy|to\.be\.ok)\(?|"
        r"\.(?:toBeDefined|toBeTruthy)\(\)|\.not\.(?:toBeNull|toBeUndefined|toThrow)\(\)|\.to\.(?:exist|be\.ok)\b|"
        r"(?<![\w$])assert(?:\.ok|\.isOk|\.exists|\.isDefined)?\(\s*(?:true|1)\s*\)|\.toBeInstanceOf\([^)]*\)|"
        r"\.toBe(?:Called|HaveBeenCalled)\(\)|expect\.(?:assertions|hasAssertions)\("
    ),
    "go": re.compile(r"\b(?:assert|require)\.(?:True\(t,\s*true\b|NotNil\(|Equal\(t,\s*(\w+),\s*\1\s*\))"),
    "java": re.compile(
        r"\bassertTrue\(\s*true\b|\bassertFalse\(\s*false\b|\bassertNotNull\(|\bassertInstanceOf\(|\bassertDoesNotThrow\(|"
        r"\bassert(?:Equals|Same)\(\s*([\w.\"]+)\s*,\s*\1\s*[,)]|"
        r"\bassertThat\((?:[^()]|\([^()]*\))*\)\s*\.(?:isNotNull|isInstanceOf)\([^()]*\)\s*;"
    ),
}
_OF_MOCKS = re.compile(
    r"\.(?:toHaveBeenCalled\w*|toBeCalled\w*|toHaveReturned\w*|calledOnce|calledWith|called)\b|"
    r"\bverify(?:NoMoreInteractions|NoInteractions|ZeroInteractions)?\("
)
_SKIPS = re.compile(
    r"\bt\.(?:Skip|Skipf|SkipNow)\(|\bthis\.skip\(\)|@(?:Disabled|Ignore|EnabledIf|EnabledOn)\w*|\bassum(?:e|ing)\w*\("
)
_SKIPPING = (".skip", ".todo", ".only", ".failing", ".fails", ".skipIf", ".runIf")
_WAITS = re.compile(
    r"(?<![\w$.])(?:setTimeout|setInterval|sleep)\s*\(|\btime\.(?:Sleep|After|Tick)\(|"
    r"\b(?:Thread|TimeUnit\.\w+)\.sleep\("
)
_NETWORK = re.compile(
    r"(?<![\w$.])(?:fetch|XMLHttpRequest|axios|WebSocket)\s*[(.]|\b(?:https?)\.(?:get|request|createServer|Get|Post)\(|"
    r"\bnew\s+(?:URL|Socket|ServerSocket|DatagramSocket)\(|\bHttpClient\.new\w+\(|"
    r"\bnet\.(?:Dial|Listen|connect|createServer)\w*\("
)
_CLOCK = re.compile(
    r"\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.now\(|\btime\.(?:Now|Since)\(|"
    r"\bSystem\.(?:currentTimeMillis|nanoTime)\(|\b(?:Instant|Year|(?:Local|Zoned|Offset)\w*|Clock)\.(?:now|system\w*)\("
)
_CHANCE = re.compile(
    r"\bMath\.random\(|\bcrypto\.(?:randomUUID|randomBytes|getRandomValues)\(|\brand\.(?!New|Seed)\w+\(|"
    r"\bnew\s+Random\(\s*\)|\bThreadLocalRandom\b|\bUUID\.randomUUID\("
)
_PLACE = re.compile(r"(['\"`])(?:/(?:home|Users|root|tmp|var|private|mnt)/|[A-Za-z]:\\\\)")


def objection(test: Block, file: TestsText) -> str:
    """Why *test* of *file* could not fail in a way that means something (F4); empty where it could."""
    text, plain, language = file.body(test), file.plain(test), file.language.name
    if any(f"{word}" in (f".{part}" for part in test.how.split(".")) for word in _SKIPPING) or _SKIPS.search(plain):
        return "it is skipped, or keeps others from running"
    claims = len(_CLAIMS[language].findall(plain))
    vacuous = sum(1 for _ in _VACUOUS[language].finditer(_without_comments(text, plain)))
    waits, network = _WAITS.search(plain), _NETWORK.search(plain)
    faults = {
        "it asserts nothing": not claims,
        "what it asserts holds whatever the code does, or for every value of a kind": claims <= vacuous,
        "it asserts only that its own mocks were called": claims <= sum(1 for _ in _OF_MOCKS.finditer(plain)),
        f"it waits ({waits[0].strip('( ') if waits else ''})": waits,
        f"it speaks to the network ({network[0].strip('(. ') if network else ''})": network,
    }
    return next((sentence for sentence, is_so in faults.items() if is_so), "")


def dependence(test: Block, file: TestsText) -> str:
    """Why *test* of *file* would depend on where and when it runs, or be a burden to read (F7); empty else."""
    text, plain = file.body(test), file.plain(test)
    if (lines := text.count("\n") + 1) > MOST_LINES:
        return f"it has {lines} lines, and the limit is {MOST_LINES}"
    if found := _CLOCK.search(plain):
        return f"it reads the clock ({found[0].strip('( ')})"
    if found := _CHANCE.search(plain):
        return f"it depends on chance ({found[0].strip('( ')})"
    return "it names a folder of one machine" if _PLACE.search(text) else ""


def _without_comments(text: str, plain: str) -> str:
    """*text* with blanks where *plain* has them outside of strings."""
    lines = zip(text.split("\n"), plain.split("\n"), strict=True)
    return "\n".join(line if masked.strip() else "" for line, masked in lines)
