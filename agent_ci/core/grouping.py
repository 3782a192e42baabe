"""Which failures are one problem: the same exception, the same shape of message, the same place in the code."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from agent_ci.core.paths import is_test_path
from agent_ci.core.report import Status, TestCase

_OF_THE_RUN = (
    (re.compile(r"0x[0-9a-fA-F]+"), "<address>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"(?:/[\w.@+-]+){2,}"), "<path>"),
)
_VARYING = (
    (re.compile(r"\d+(?:[.:_,-]\d+)*"), "<number>"),
    (re.compile(r"\s+"), " "),
)
_ASSERTION = re.compile(r"^(?:AssertionError|assert\b|Failed\b|Expected\b|expect\()")
_EXCEPTION = re.compile(
    r"^((?:[A-Za-z_][\w$]*[.:]{1,2})*[A-Z][\w$]*(?:Error|Exception|Warning|Exit|Interrupt|Failure|Fault)?)\b"
)
_FRAME = re.compile(
    r'^\s*File "(?P<a>[^"\n]+)", line \d+(?:, in (?P<b>\S+))?|^(?P<c>[\w./+-]+\.\w+):\d+: in (?P<d>\S+)'
    r"|^\s*at (?P<e>[\w$.<>]+)\((?P<f>[\w$]+\.\w+):\d+\)"
    r"|^\s*at (?:(?P<g>[\w$.<>\[\] ]+) )?\(?(?P<h>[\w./@+-]+\.\w+):\d+",
    re.MULTILINE,
)
_FOREIGN = re.compile(
    r"(^|/)(site-packages|dist-packages|node_modules|lib/python3[.\d]*|<frozen)/|^<|^(node:|internal/)"
    r"|^(java|javax|jdk|sun|org\.junit|junit|org\.opentest4j|kotlin|scala|org\.gradle|org\.apache\.maven)\."
)
_NO_MESSAGE = ("collection failure", "failed on setup", "failed on teardown")
_LONGEST = 20_000  # characters of one traceback that are read; its ends name the failure
_TITLE = 120


@dataclass(frozen=True, slots=True)
class Group:
    """Failing *cases* with one root cause, in report order.

    ``fingerprint`` is sixteen hexadecimal digits, the same wherever lines, paths, numbers and addresses move.
    ``place`` is the innermost function of the repository that the failure passes, empty where none is named.
    """

    fingerprint: str
    title: str
    cases: tuple[TestCase, ...]
    exception: str = ""
    place: str = ""


def groups(cases: tuple[TestCase, ...]) -> tuple[Group, ...]:
    """*cases* by root cause: what could not even be imported first, then the largest group, then as reported."""
    found: dict[tuple[str, str, str], list[TestCase]] = {}
    for case in cases:
        found.setdefault(_cause(case), []).append(case)
    made = [_group(cause, tuple(members)) for cause, members in found.items()]
    return tuple(sorted(made, key=lambda group: (not _is_import(group), -len(group.cases))))


def shape(message: str) -> str:
    """The first line of *message* with everything that varies from run to run replaced by its kind."""
    line = next(iter(message.strip()[:_LONGEST].splitlines()), "")
    for pattern, kind in (*_OF_THE_RUN, *_VARYING):
        line = pattern.sub(kind, line)
    return line


def settled(text: str) -> str:
    """*text* with what is another in every run, such as addresses and folders, replaced by its kind; values stay."""
    for pattern, kind in _OF_THE_RUN:
        text = pattern.sub(kind, text[:_LONGEST])
    return text


def _cause(case: TestCase) -> tuple[str, str, str]:
    """What makes the failure of *case* the same as another's: exception, shape of the message, place.

    An assertion that fails in the test itself compares values of its own, so there the test is the place and
    the shape counts for nothing: the rows of one parametrised test are one problem.
    """
    said = said_of(case)
    exception = found[1] if (found := _EXCEPTION.match(said)) else ""
    text = (
        case.traceback
        if len(case.traceback) <= _LONGEST
        else case.traceback[: _LONGEST // 2] + case.traceback[-_LONGEST // 2 :]
    )
    source, test = _places(text)
    if source:
        return exception, "" if _ASSERTION.match(said) else shape(said), source
    if _ASSERTION.match(said) or not said:
        return "AssertionError", "", case.id.partition("[")[0]
    return exception, shape(said), "" if _is_collection(case) else test or case.id.partition("[")[0]


def _places(traceback: str) -> tuple[str, str]:
    """The innermost function of the code, and that of the tests, as "file::function"; empty where there is none."""
    places = [_place(found) for found in _FRAME.finditer(traceback)]
    own = [(path, name) for path, name in places if path and not _FOREIGN.search(path) and not _FOREIGN.search(name)]
    is_python = any(path.endswith(".py") for path, _ in own)
    inner = list(reversed(own)) if is_python else own  # Python prints the innermost frame last, the others first
    source = next((f"{path}::{name}" for path, name in inner if not is_test_path(path)), "")
    test = next((f"{path}::{name}" for path, name in inner if is_test_path(path)), "")
    return source, test


def _place(found: re.Match[str]) -> tuple[str, str]:
    path = found["a"] or found["c"] or found["f"] or found["h"] or ""
    name = found["b"] or found["d"] or found["e"] or found["g"] or ""
    return _relative(path), name.rstrip(":")


def _relative(path: str) -> str:
    """*path* without the folder of a throw-away copy, which differs from run to run."""
    return re.sub(r"^.*/agent-ci-\w+/repository/", "", path)


def said_of(case: TestCase) -> str:
    """The first line of what was raised; pytest puts a fixture's and an import's error in the traceback only."""
    first = next(iter(case.message.strip()[:_LONGEST].splitlines()), "")
    if first and not first.startswith(_NO_MESSAGE):
        return first
    lines = [line.strip() for line in case.traceback[-_LONGEST:].splitlines() if line.strip()]
    raised = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")]
    return raised[-1] if raised else (lines[-1] if lines else first)


def _is_collection(case: TestCase) -> bool:
    return case.status is Status.ERRORED and (case.message.startswith(_NO_MESSAGE[0]) or "::" not in case.id)


def _is_import(group: Group) -> bool:
    return any(_is_collection(case) for case in group.cases)


def _group(cause: tuple[str, str, str], cases: tuple[TestCase, ...]) -> Group:
    exception, _, place = cause
    said = said_of(cases[0]) or "no message"
    title = said if len(said) <= _TITLE else said[: _TITLE - 1].rstrip() + "…"
    digest = hashlib.sha256("\n".join(cause).encode("utf-8", "surrogateescape")).hexdigest()
    return Group(digest[:16], f"{title} in {place}" if place else title, cases, exception, place)
