"""The Test Anything Protocol, versions 12 to 14: points, plans, subtests, YAML blocks, bailing out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agent_ci.core.formats.collected import Collected
from agent_ci.core.formats.limits import Excerpt, Keep, Limits
from agent_ci.core.formats.tap_diagnosis import read_diagnosis
from agent_ci.core.formats.text_lines import lines
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.errors import UnsupportedError

_DEFAULT_LIMITS = Limits()
# https://testanything.org/tap-version-14-specification.html, and what producers make of it: a dash without
# blanks, no number, the time behind a "#", a brace that opens a buffered subtest.
_POINT = re.compile(r"(?P<not>not )?ok\b(?:[ \t]+(?P<number>\d+)(?![\w.]))?[ \t]*(?:-[ \t]*)?(?P<rest>.*)$")
_DIRECTIVE = re.compile(r"(?<!\S)#[ \t]*(?P<what>skip|todo)\S*[ \t]*(?P<why>.*)$", re.IGNORECASE)
_UNSURE = re.compile(r"(?<!\S)#[ \t]*(todo\w+)", re.IGNORECASE)  # tap-parser and TAP::Parser disagree on it
_TIME = re.compile(r"[ \t]*# time=(?P<time>\d{1,9}(?:\.\d{1,9})?)(?P<unit>ms|s)?[ \t]*$")
_PLAN = re.compile(r"(\d{1,9})\.\.(\d{1,9})\s*(?:$|#|todo\b)", re.IGNORECASE)
_VERSION = re.compile(r"TAP version \d+\s*$", re.IGNORECASE)
_CHILD_FAILED = re.compile(r"\s+not ok\b(?!.*#[ \t]*(?:skip|todo(?!\w)))", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\#])")
_SUMMARY = re.compile(
    r"#\s*(Subtest|tests|pass|fail|skip|skipped|todo|cancelled|suites|ok|duration_ms|time=|failed \d+ of|\{)\b"
)
_SUBTEST_INDENT = 4  # https://testanything.org/tap-version-14-specification.html
_BAIL_OUT = "bail out!"


@dataclass(slots=True)
class _Point:
    """A test point of the outermost level, to which more lines may belong."""

    is_ok: bool
    name: str
    directive: str = ""
    why: str = ""
    seconds: float | None = None
    block: Excerpt | None = None
    comments: Excerpt | None = None
    inside: Excerpt | None = None

    @property
    def status(self) -> Status:
        """Skipped also where it is expected to fail: https://testanything.org/tap-version-14-specification.html."""
        if self.directive:
            return Status.SKIPPED
        return Status.PASSED if self.is_ok else Status.FAILED


def parse(chunks: Iterable[bytes], *, keep: Keep = Keep.ALL, limits: Limits = _DEFAULT_LIMITS) -> TestReport:
    """Read TAP. Cases are the points of the outermost level; a subtest's lines are in its parent's traceback.

    Raises UnsupportedError where neither a point nor a plan is found.
    """
    collected = Collected(keep, limits)
    reader = _Reader(collected)
    for line in lines(chunks, collected):
        reader.line(line.rstrip("\r"))
    reader.close()
    return collected.report()


class _Reader:
    def __init__(self, collected: Collected) -> None:
        self._collected = collected
        self._has_seen = False
        self._begin()

    def _begin(self) -> None:
        """Begin a document; there may be several in one file."""
        self._point: _Point | None = None
        self._promised: int | None = None
        self._last = 0  # the number that the plan gives the last point
        self._seen = 0
        self._highest = 0
        self._bailed_out = False
        self._block_indent = ""
        self._child_block = ""
        self._child_failed = False
        self._is_told = False  # whether the failed point in front is told in indented lines that are no subtest
        self._inside = Excerpt(self._collected.limits.text)
        self._has_lone_not = False
        self._is_buffered = False

    def line(self, line: str) -> None:
        """One line, without its end."""
        if line[:1] in ("", " ", "\t") or line == "{":
            self._indented(line)
            return
        self._block_indent = self._child_block = ""
        self._is_told = False
        point = _POINT.match(line) if line[0] in "no" else None
        if point:
            self._add(point, line)
        elif line[0] == "#":
            self._comment(line)
        elif line == "}":
            self._end_of_subtest()
        else:
            self._other(line)

    def close(self) -> None:
        """No more lines follow."""
        self._end()
        if not self._has_seen:
            raise UnsupportedError("it looks like TAP and holds neither a test point nor a plan")

    def _other(self, line: str) -> None:
        lowered = line[: len(_BAIL_OUT)].lower()
        if plan := _PLAN.match(line):
            self._plan(int(plan[1]), int(plan[2]))
        elif lowered == _BAIL_OUT:
            self._has_seen = self._bailed_out = True
            self._collected.note(f"the run bailed out: {line[len(_BAIL_OUT) :].strip()[:200] or 'no reason given'}")
        elif lowered.startswith("tap") and _VERSION.match(line):
            if self._seen or self._bailed_out:
                self._end()
                self._begin()
        elif line.rstrip() == "not":
            self._has_lone_not = True

    def _add(self, found: re.Match[str], line: str) -> None:
        if self._bailed_out:
            return
        self._finish_point()
        self._has_seen = True
        if self._has_lone_not:
            self._collected.note(f"a line 'not' stands in front of {line[:100]!r}; the point may have failed")
            self._has_lone_not = False
        self._seen += 1
        self._highest = max(self._highest, int((found["number"] or "0")[:9]))
        rest = found["rest"].rstrip()
        is_buffered = rest.endswith("{")
        rest = rest.removesuffix("{")[: self._collected.limits.text].rstrip()
        self._point = _read_point(rest, is_ok=not found["not"])
        if found["not"] and (unsure := _UNSURE.search(rest)):
            self._collected.note(f"{unsure[1][:100]!r} is TODO to some readers and no directive to others")
        # The lines of a streamed subtest stand in front of its point, those of a buffered one behind it.
        if is_buffered:
            self._is_buffered = True
        else:
            self._take_subtest()

    def _indented(self, line: str) -> None:
        text = line.strip()
        if self._block_indent:
            self._in_block(line, text)
        elif line == "{":
            self._is_buffered = True
        elif not text:
            return
        elif self._is_told or self._begins_to_tell(line):
            self._is_told = True
            self._tell(line)
        elif self._child_block:
            self._in_child_block(line, text)
        elif text == "---" and self._point is not None and not self._is_buffered and self._is_before_subtest(line):
            self._block_indent = line[: len(line) - len(line.lstrip())]
            self._point.block = self._point.block or Excerpt(self._collected.limits.text)
        else:
            if text == "---":
                self._child_block = line[: len(line) - len(line.lstrip())]
            elif _CHILD_FAILED.match(line):
                self._child_failed = True
            self._inside.add(line + "\n")

    def _is_before_subtest(self, line: str) -> bool:
        # A block of the point itself is indented by less than a subtest is.
        return len(line) - len(line.lstrip()) < _SUBTEST_INDENT and not str(self._inside)

    def _begins_to_tell(self, line: str) -> bool:
        is_failed = self._point is not None and not self._point.is_ok and not self._is_buffered
        return is_failed and self._is_before_subtest(line) and line.strip() != "---" and not _CHILD_FAILED.match(line)

    def _tell(self, line: str) -> None:
        if self._point is not None:
            self._point.comments = self._point.comments or Excerpt(self._collected.limits.text)
            self._point.comments.add(line + "\n")

    def _in_block(self, line: str, text: str) -> None:
        if text == "..." and line.startswith(self._block_indent):
            self._block_indent = ""
        elif self._point is not None and self._point.block is not None:
            self._point.block.add(line + "\n")

    def _in_child_block(self, line: str, text: str) -> None:
        indent = len(self._child_block)
        if text == "..." or len(line) - len(line.lstrip()) < indent:
            self._child_block = ""
        self._inside.add(line + "\n")

    def _comment(self, line: str) -> None:
        if self._point is not None and not self._point.is_ok and not _SUMMARY.match(line):
            self._tell(line[1:].strip())

    def _end_of_subtest(self) -> None:
        self._take_subtest()
        self._is_buffered = False

    def _take_subtest(self) -> None:
        """The subtest whose lines were seen last is that of the point."""
        point = self._point
        if point is None:
            return
        if self._child_failed and point.status is Status.PASSED:
            self._collected.note(f"{point.name[:200] or 'a point'!r} is ok although a point inside it is not")
        if not point.is_ok:
            point.inside = self._inside
        self._inside = Excerpt(self._collected.limits.text)
        self._child_failed = False

    def _plan(self, first: int, last: int) -> None:
        self._has_seen = True
        if self._promised is not None:
            self._collected.note("it holds more than one plan")
        self._promised, self._last = max(0, last - first + 1), last

    def _end(self) -> None:
        self._finish_point()
        if self._child_failed:
            self._collected.note("a subtest with a failed point belongs to no point")
        if not self._has_seen or self._bailed_out:
            return
        if self._promised is None:
            self._collected.note("it holds no plan, so it may have been cut off")
        elif self._promised != self._seen:
            self._collected.note(f"its plan promises {self._promised:,} points and it holds {self._seen:,}")
        elif self._highest > self._last:
            self._collected.note(f"a point has the number {self._highest:,} and its plan ends at {self._last:,}")

    def _finish_point(self) -> None:
        if self._is_buffered:
            self._end_of_subtest()
        point, self._point = self._point, None
        if point is None:
            return
        if self._collected.holds(point.status) and not self._collected.is_full:
            self._collected.add(_case(point, self._seen))
        else:
            self._collected.count(point.status)


def _read_point(rest: str, *, is_ok: bool) -> _Point:
    directive = _DIRECTIVE.search(rest) if "#" in rest else None
    why = ""
    if directive:
        rest, why = rest[: directive.start()], directive["why"]
    seconds = None
    if "# time=" in rest and (time := _TIME.search(rest)):
        rest = rest[: time.start()]
        seconds = float(time["time"]) / (1000 if time["unit"] == "ms" else 1)
    name = _ESCAPED.sub(r"\1", rest).strip()
    return _Point(is_ok, name, directive["what"].lower() if directive else "", why.strip(), seconds)


def _case(point: _Point, number: int) -> TestCase:
    name = point.name or f"test {number}"
    if point.status is not Status.FAILED:
        return TestCase(name, point.status, message=point.why, name=name, seconds=point.seconds)
    block, comments = str(point.block or ""), str(point.comments or "")
    found = read_diagnosis(block, comments)
    parts = (block, comments, str(point.inside or ""))
    return TestCase(
        name,
        Status.FAILED,
        message=found.message or "not ok",
        traceback="\n\n".join(filter(None, parts)),
        name=name,
        file=found.file,
        line=found.line,
        seconds=point.seconds if point.seconds is not None else found.seconds,
    )
