"""What a raw job log says is wrong: each failure once, in order, with its place where its lines have one."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent_ci.core.kinds import Kind
from agent_ci.core.logs.classes import kind_of
from agent_ci.core.logs.cleaning import Line, Mark
from agent_ci.core.logs.matchers import UNREAD, Matcher, Tracker, place
from agent_ci.core.run import Finding

HINT = re.compile(
    r"[Ee][Rr][Rr]|[Ff][Aa][Ii][Ll]|[Ff]atal|FATAL|xception|[Pp]anic|not found|No such|denied|No space|memory"
    r"|open files|[Cc]annot|Could not|[Mm]issing|\.\w+:\d+:|e: |\u25cf|Interrupt|Warning|Exit|undefined reference"
    r"|would reformat|\[warn\]|Diff in|rspec |, line \d|\.rb:\d"
)
"""What every line that ends a problem of one line has in it; cheaper to look for than all patterns."""

_NOISE = re.compile(
    r"\[ERROR\] \[Help \d+\]|re-run Maven|Re-run Maven|For more information about the errors|After "
    r"correcting the problems"
    r"|\[ERROR\]\s*$|\[ERROR\]\s+mvn |Process completed with exit code|BUILD FAIL|BUILD FAILURE|Build step '"
    r"|Finished: FAILURE|stack ?trace|ref HEAD is not a symbolic ref|<<< (?:FAILURE|ERROR)!\s+-- in"
    r"|There were failing tests|There are test failures|Run with --|Please refer to|Tests run:"
    r"|ERROR: Job failed|aborting due to|error: could not compile"
)  # lines that speak of a failure and say nothing of its cause
_FRAME = re.compile(r"\s+at [\w$.]|\s+\.{3} \d+ more")  # a call of a trace, of which there can be thousands
_ASIDE = frozenset({"shell"})  # tools whose complaints often break nothing: they are named after all others
_ERROR = re.compile(r"\b(?:error|fatal|failed|failure|exception|panic(?:ked)?|traceback)\b", re.IGNORECASE)
_NO_ERROR = re.compile(r"\b(?:0 (?:errors?|failures?|failed)|no errors?|without errors?)\b", re.IGNORECASE)
_HELP = re.compile(r"\s*->\s*\[Help \d+\]\s*$")
_HARMLESS = frozenset({"warning", "notice", "note", "info", "hint", "debug"})
_NO_PROBLEM = frozenset({Mark.GROUP, Mark.COMMAND, Mark.WARNING, Mark.OTHER})
_SYNTAX = ("SyntaxError", "IndentationError", "TabError")
_MOST = 50
_LONGEST = 600  # characters of one line that are read
_TOGETHER = 12  # lines between what says that something failed, and what says where
_LAST = 10


def findings(lines: Sequence[Line], name: str, matchers: Sequence[Matcher]) -> tuple[Finding, ...]:
    """What *lines* of the log *name* say is wrong, the first cause first, at most fifty.

    A line is read by the first of *matchers* that fits. A finding without a place of its own has the log as its file.
    Where no line has a known form, the last ten that name an error are taken.
    """
    found: dict[tuple[str, str, int | None, str], Finding] = {}
    last: deque[Line] = deque(maxlen=_LAST)
    for line, finding in _read(lines, name, matchers):
        if finding is None:
            last.append(line)
        elif len(found) < _MOST:
            found.setdefault((finding.file, finding.code, finding.line, finding.message), finding)
    if found:
        return tuple(sorted(_placed([*found.values()], name), key=lambda finding: finding.tool in _ASIDE))
    once = {line.text: line for line in reversed(last)}
    return tuple(_bare(line, name, UNREAD[0]) for line in reversed(once.values()))


def _read(lines: Sequence[Line], name: str, matchers: Sequence[Matcher]) -> Iterator[tuple[Line, Finding | None]]:
    """Each line that names an error, with what it says where its form is known."""
    single = [matcher for matcher in matchers if len(matcher.patterns) == 1]
    several = [Tracker(matcher) for matcher in matchers if len(matcher.patterns) > 1]
    told: dict[str, _Told] = {}  # the same line says the same again, and many logs repeat themselves
    is_waiting = False
    for line in lines:
        text = line.text[:_LONGEST]
        if text not in told:
            told[text] = _told(text, single, several)
        alone = told[text]
        said = None
        if is_waiting or alone.may_begin:
            said = next((found for found in [_fed(tracker, alone.text) for tracker in several] if found), None)
            is_waiting = any(tracker.is_waiting for tracker in several)
        said = said or alone.said
        if alone.is_noise or line.mark in _NO_PROBLEM:
            continue
        if said is not None:
            if said[0].get("severity", said[1].severity).lower() not in _HARMLESS:
                yield line, _finding(line, name, *said)
        elif line.mark is Mark.ERROR:
            yield line, _bare(line, name, UNREAD[1])
        elif alone.is_error:
            yield line, None


_Said = tuple[Mapping[str, str], Matcher]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a line says by itself: what a matcher of one line reads, and whether one of several may begin with it."""

    text: str
    is_noise: bool
    may_begin: bool
    said: _Said | None = None
    is_error: bool = False


def _told(raw: str, single: Sequence[Matcher], several: Sequence[Tracker]) -> _Told:
    text = _HELP.sub("", raw)
    is_noise = bool(_NOISE.search(text))
    may_begin = any(tracker.matcher.patterns[0].read(text) is not None for tracker in several)
    if is_noise:
        return _Told(text, is_noise, may_begin)
    is_hinted = bool(HINT.search(text) and not _FRAME.match(text))  # what our own have in common; others may differ
    read = ((one.patterns[0].read(text), one) for one in single if is_hinted or not one.is_ours)
    said = next(((parts, matcher) for parts, matcher in read if parts is not None), None)
    is_error = is_hinted and bool(_ERROR.search(text) and not _NO_ERROR.search(text))
    return _Told(text, is_noise, may_begin, said, is_error=is_error)


def _fed(tracker: Tracker, text: str) -> _Said | None:
    parts = tracker.feed(text)
    return None if parts is None else (parts, tracker.matcher)


def _bare(line: Line, name: str, tool: str) -> Finding:
    said = line.text[:500]
    kind = kind_of(Kind.OTHER, said)
    return Finding(name, None, said, tool=tool, kind=kind, log=name, log_line=line.number, step=line.step)


def _finding(line: Line, name: str, parts: Mapping[str, str], matcher: Matcher) -> Finding:
    message, code = (parts.get("message") or line.text).strip()[:500], parts.get("code", "")
    return Finding(
        file=place(parts, matcher) or name,
        line=_number(parts.get("line", "")),
        message=message,
        code=code,
        tool=matcher.owner,
        kind=Kind.COMPILE if code in _SYNTAX else kind_of(matcher.kind, message),
        column=_number(parts.get("column", "")),
        log=name,
        log_line=line.number,
        step=line.step,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < len("1000000000") and int(text) else None


def _placed(found: list[Finding], name: str) -> Iterator[Finding]:
    """*found* without those that name no place and whose place a line nearby gives."""
    placed = {(finding.message, finding.log_line or 0) for finding in found if finding.file != name}
    lines: dict[str, list[int]] = {}
    for message, number in placed:
        lines.setdefault(message, []).append(number)
    for finding in found:
        number = finding.log_line or 0
        near = any(abs(other - number) <= _TOGETHER for other in lines.get(finding.message, ()))
        if finding.file != name or not near:
            yield finding
