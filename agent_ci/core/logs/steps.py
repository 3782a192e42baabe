"""Which step of a job failed, and which command with which exit code, where its log says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent_ci.core.logs.cleaning import Line, Mark

_AFTER = re.compile(r"after_script|cleanup|upload_artifacts|^Post |^Complete job", re.IGNORECASE)
_CALL = re.compile(r"^\s{0,4}\$ (\S.*)")  # a command as GitLab and Travis print it before they run it
_TRACED = re.compile(r"^\++ (\S.*)")  # and as a shell does that was told to
_CALLS = ("$", "+", " ")


@dataclass(frozen=True, slots=True)
class FailingStep:
    """The end of the first step that failed.

    ``line`` is the number in the raw log of the line that says so. ``step`` and ``command`` are empty and
    ``exit_code`` is None where the log does not name them. ``inner`` is what failed inside of the command, as a build
    tool calls it: a target, a goal, a task, a script.
    """

    line: int
    step: str = ""
    command: str = ""
    exit_code: int | None = None
    inner: str = ""

    @property
    def words(self) -> str:
        """For a person: ``step "Run make": make ended with exit code 2, in target all``."""
        what = self.command or "a command"
        ended = "failed" if self.exit_code is None else f"ended with exit code {self.exit_code}"
        where = f'step "{self.step}": ' if self.step else ""
        return f"{where}{what} {ended}" + (f", in {self.inner}" if self.inner else "")


def _all(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, patterns))


_ENDS = _all(
    r"^Process completed with exit code (?P<code>\d{1,5})\.",
    r"^The process '(?P<command>[^']{1,400})' failed with exit code (?P<code>\d{1,5})",
    r"^(?:Bash|PowerShell|Cmd\.exe) exited with code '(?P<code>\d{1,5})'",
    r"^ERROR: Job failed(?: \([^)]{1,80}\))?: (?:exit (?:code|status) (?P<code>\d{1,5}))?",
    r"^The command \"(?P<command>[^\n]{1,800})\" (?:failed and )?exited with (?P<code>\d{1,5})\b",
    r"^Build step '[^'\n]{1,100}' marked build as failure",
    r"^ERROR: script returned exit code (?P<code>-?\d{1,5})",
    r"^Exited with (?:code )?exit (?:code|status) (?P<code>\d{1,5})",
    r"^The (?:operation|job) (?:was canceled|running on runner .{1,200} has exceeded the maximum execution time)",
    r"^FATAL: command execution failed",
)
_INNER = _all(
    r"^(?:\w*make)(?:\[\d+\])?: \*\*\* \[(?:[^\]:]{1,200}:\d+: )?(?P<inner>[^\]]{1,200})\]"
    r" (?:Error (?P<code>\d{1,5}))?",
    r"^npm (?:ERR!|error) (?P<inner>\S{1,200} [\w:.-]{1,100}): `(?P<command>[^`]{1,400})`",
    r"^npm (?:ERR!|error) command (?:sh -c |failed )?(?P<command>\S.{0,400})",
    r"^npm (?:ERR!|error) Lifecycle script `(?P<inner>[^`]{1,100})` failed",
    r"^(?:error|\s?ELIFECYCLE\s+) ?Command failed with exit code (?P<code>\d{1,5})",
    r"^\[ERROR\] Failed to execute goal (?P<inner>\S{1,300}(?: \([\w.-]{1,100}\))?)",
    r"^Execution failed for task '(?P<inner>[^']{1,200})'",
    r"^> Task (?P<inner>:\S{1,200}) FAILED",
    r"^ERROR: (?:failed to solve: )?process \"(?P<command>[^\n]{1,800})\" did not complete successfully: "
    r"exit code: (?P<code>\d{1,5})",
    r"^(?P<inner>[\w.-]{1,60}): exit (?P<code>\d{1,5}) \(\d",
    r"^error: could not compile `(?P<inner>[^`]{1,100})`",
    r"^error: Recipe `(?P<inner>[^`]{1,100})` failed on line \d+ with exit code (?P<code>\d{1,5})",
)
_HINT = re.compile(r"rror|exit|failed|failure|\*\*\*|ERR!|FAILED|ERROR|cancel|exceeded|FATAL|ELIFECYCLE")


def failing_step(lines: Sequence[Line]) -> FailingStep | None:
    """The first step of *lines* that failed; None where nothing says that one did."""
    telling = {text for text in {line.text for line in lines} if _HINT.search(text)}
    hinted = [index for index, line in enumerate(lines) if line.text in telling]
    ends = [*_said(lines, hinted, _ENDS)]
    if not ends:
        inner = next(_said(lines, hinted, _INNER), None)
        return None if inner is None else _step(lines, inner[0], inner[1], inner[1])
    index, end = next((each for each in ends if not _AFTER.search(lines[each[0]].step)), ends[0])
    within = [
        found for at, found in _said(lines, hinted, _INNER) if at < index and _is_one_step(lines[at], lines[index])
    ]
    return _step(lines, index, end, within[0] if within else None)


def _said(
    lines: Sequence[Line], hinted: Iterable[int], patterns: tuple[re.Pattern[str], ...]
) -> Iterator[tuple[int, re.Match[str]]]:
    for index in hinted:
        found = next((found for pattern in patterns if (found := pattern.match(lines[index].text))), None)
        if found:
            yield index, found


def _is_one_step(line: Line, end: Line) -> bool:
    return (line.job, line.step) == (end.job, end.step)


def _step(lines: Sequence[Line], index: int, end: re.Match[str], inner: re.Match[str] | None) -> FailingStep:
    told, inside = end.groupdict(), inner.groupdict() if inner else {}
    code = told.get("code") or inside.get("code")
    step = lines[index].step
    command = told.get("command") or _before(lines, index) or inside.get("command") or ""
    return FailingStep(lines[index].number, step, command, int(code) if code else None, inside.get("inner") or "")


def _before(lines: Sequence[Line], index: int) -> str:
    """The last command that was printed before it ran, of the step that ends at *index*."""
    for line in reversed(lines[:index]):
        if line.mark is Mark.GROUP and line.text.startswith("Run "):
            return line.text.removeprefix("Run ")
        if line.text[:1] in _CALLS and line.mark is Mark.NONE and not _AFTER.search(line.step):
            called = _CALL.match(line.text) or _TRACED.match(line.text)
            if called:
                return called[1]
    return ""
