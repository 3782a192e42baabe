"""Which changes of settings let fewer tests run, or let a red one pass: of pytest, jest, coverage and CI."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from agent_ci.core.change import ChangedText
from agent_ci.core.rules import MOCKED_SUBJECT, WEAKENED_TEST

_PATH = re.compile(
    r"(^|/)(pyproject\.toml|setup\.cfg|tox\.(ini|toml)|\.?pytest\.(ini|toml)|\.coveragerc|noxfile\.py|package\.json"
    r"|(jest|vitest|karma|playwright|cypress|babel)[\w.-]*\.(config|conf|setup)\.\w+|jest\.\w+\.\w+|\.mocharc[\w.]*|\.nycrc[\w.]*"
    r"|\.?codecov\.yml|phpunit\.xml[\w.]*|pom\.xml|build\.gradle[\w.]*|Makefile|justfile|Taskfile\.yml|\.rspec"
    r"|[\w.-]*gitlab-ci\.yml|Jenkinsfile[\w.]*|azure-pipelines[\w.-]*\.yml|\.travis\.yml)$"
    r"|(^|/)\.(github|gitlab|circleci|buildkite|woodpecker)/",
    re.IGNORECASE,
)
_BUILT = r"[\"']?\s*:\s*\[\s*(?:[\"'](?:<rootDir>)?/?(?:node_modules|dist|build|coverage|vendor)/?[\"']\s*,?\s*)+\]"
"""A list of folders that tools fill and nobody writes tests in."""
_LOOSER = tuple(
    (what, re.compile(pattern, re.IGNORECASE))
    for what, pattern in (
        (
            "leaves tests out",
            (
                r"--(?:deselect|ignore|ignore-glob|exclude|collect-only|co|lf|last-failed|testPathIgnorePatterns)\b"
                r"|addopts.*(?:\s|=|\"|')-[km]\b|\bpytest\b.*\s-[km]\b|(?:\s|\")-p[ =]?no:|--maxfail"
                r"|--bail\b|--exitfirst"
                r"|testPathIgnorePatterns(?!"
                + _BUILT
                + r")|testNamePattern|\bnorecursedirs\b|collect_ignore|-DskipTests|maven\.test\.skip"
                r"|skipTests|<exclude>|enabled\s*=\s*false|\bpassWithNoTests\b|--pass-with-no-tests"
            ),
        ),
        (
            "lets a red test or job pass",
            (
                r"continue-on-error:\s*true|allow_failure:\s*true|\|\|\s*(?:true|:|exit 0|echo)\b"
                r"|;\s*true\s*$|\bset \+e\b"
                r"|\bexit 0\b|testFailureIgnore|ignoreFailures|--reruns?\b|--retries\b|\bretryTimes\b|\bretries\b|flaky"
                r"|xfail_strict\s*=\s*(?:false|0)|if:\s*false|when:\s*never|--no-strict|--forceExit"
            ),
        ),
        ("hides warnings", r"^\s*[\"']?ignore\b.*(?:Warning|:)|-W\s*ignore|--disable-warnings|-p no:warnings"),
        ("leaves code out of coverage", r"\bomit\b|coveragePathIgnorePatterns|exclude_(?:lines|also)|--no-cov\b"),
    )
)
_THRESHOLD = re.compile(
    r"[\"']?(fail[_-]under|branches|functions|lines|statements|threshold|minimum|cov-fail-under"
    r"|testpaths|python_files|python_functions|python_classes|testMatch|testRegex|roots)[\"']?\s*[:=]\s*([^#\n]*)",
    re.IGNORECASE,
)
_MAPPED = re.compile(r"moduleNameMapper[\"']?\s*:\s*\{([^{}]{0,4000})\}")
_MAPPING = re.compile(r"[\"'](?P<module>[^\"'\n]+)[\"']\s*:\s*[\"'](?P<file>(?:<rootDir>|\.{0,2}/)[^\"'\n]*)[\"']")
_ASSET = re.compile(r"\\\.\(?(?:\?:)?(?:css|s[ac]ss|less|styl|svg|png|jpe?g|gif|webp|ico|woff2?|ttf|eot|mp[34]|md)\b")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def decides_how_tests_run(path: str) -> bool:
    """Whether *path* is a file that names tests, their options, thresholds, or the jobs that run them."""
    return bool(_PATH.search(path))


def looser_settings(change: ChangedText) -> Iterator[str]:
    """Every objection to *change* of such a file: a line that loosens something, or a threshold that fell."""
    before, after = (change.before or "").splitlines(), (change.after or "").splitlines()
    had = Counter(line.strip() for line in before)
    for number, line in enumerate(after, 1):
        had[line.strip()] -= 1
        if had[line.strip()] < 0:
            for what, pattern in _LOOSER:
                if (found := pattern.search(line)) and not any(
                    found[0] in old for old in before if old.strip() == line
                ):
                    sentence = f"{change.path}:{number}: `{found[0].strip()}` {what}; leave it out"
                    yield WEAKENED_TEST.objection(sentence)
    yield from _stand_ins(change)
    old, new = _values(before), _values(after)
    for name, values in old.items():
        for was, now in zip(values, new.get(name, []), strict=False):
            if _fell(was, now):
                sentence = f"{change.path}:1: `{name}` is `{now}` where it was `{was}`; keep it"
                yield WEAKENED_TEST.objection(sentence)
        if len(new.get(name, [])) < len(values) and (change.after is not None or _NUMBER.search(values[0])):
            yield WEAKENED_TEST.objection(f"{change.path}:1: `{name}` is gone; keep it")


def _stand_ins(change: ChangedText) -> Iterator[str]:
    """One objection per module of the repository that the tests now get another file for."""
    had = dict(_mappings(change.before or ""))
    for module, file in _mappings(change.after or ""):
        if had.get(module) != file:
            line = (change.after or "").partition(module)[0].count("\n") + 1
            what = f"`{module}` is replaced by `{file}` in every test"
            yield MOCKED_SUBJECT.objection(f"{change.path}:{line}: {what}; let the tests load what they are about")


def _mappings(text: str) -> Iterator[tuple[str, str]]:
    """What jest is told to load in place of what: neither another spelling of the same path, nor an asset."""
    for block in _MAPPED.finditer(text):
        for found in _MAPPING.finditer(block[1]):
            is_same = "$" in found["file"] or "node_modules/" in found["file"]
            if not is_same and not _ASSET.search(found["module"]):
                yield found["module"], found["file"]


def _values(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        for name, value in _THRESHOLD.findall(line):
            found.setdefault(name, []).append(value.strip().rstrip(",").strip())
    return found


def _fell(was: str, now: str) -> bool:
    """Whether *now* asks less than *was*: a smaller number, or other words."""
    numbers = _NUMBER.fullmatch(was.rstrip("%")), _NUMBER.fullmatch(now.rstrip("%"))
    if numbers[0] and numbers[1]:
        return float(numbers[1][0]) < float(numbers[0][0])
    return was != now
