"""How a change becomes suggestions: whole lines of a file, and what a person may put in their place with one click."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent_ci.core.change import ChangedFile, Patch

_FILE = re.compile(r"^(?=diff --git )", re.MULTILINE)
_RANGES = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@.*")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """That the lines *first* to *last*, from 1, of *path* as it was proven on become *lines*, without line ends."""

    path: str
    first: int
    last: int
    lines: tuple[str, ...]

    @property
    def block(self) -> str:
        """The lines as the inside of a code block."""
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def fence(self) -> str:
        """Backticks that no line of the inside can end."""
        return "`" * max(3, 1 + max((len(run) for line in self.lines for run in re.findall("`+", line)), default=0))


def suggestions(patch: Patch) -> tuple[Suggestion, ...]:
    """*patch* as suggestions that make the same change together.

    Raises ValueError, with a sentence, for what no suggestion can say exactly: files that appear, go or change their
    mode, what is no text, carriage returns, invisible characters, and the end of a file without a newline.
    """
    sections = [text for text in _FILE.split(patch.diff) if text.startswith("diff --git ")]
    if len(sections) != len(patch.files):
        raise ValueError("a file changes its kind, which no suggestion can say")
    found: list[Suggestion] = []
    for file, section in zip(patch.files, sections, strict=True):
        _check(file)
        for made in _of_section(file.path, section):
            if found and found[-1].path == made.path and made.first <= found[-1].last:
                raise ValueError(f"two changes of {file.path} meet on one line, which no suggestion can say")
            found.append(made)
    return tuple(found)


def shown_lines(diff: str) -> dict[int, int | None]:
    """The lines, from 1, of the new file that the hunks of *diff* show, each with its number in the old one if it had.

    *diff* is what a forge gives for one file; what is no hunk in it is left out.
    """
    shown: dict[int, int | None] = {}
    old = new = left_old = left_new = 0
    for line in diff.split("\n"):
        mark = line[:1] or " "
        if (left_old > 0 or left_new > 0) and mark in " +-":
            if mark != "-":
                shown[new] = old if mark == " " else None
            new, left_new = new + (mark != "-"), left_new - (mark != "-")
            old, left_old = old + (mark != "+"), left_old - (mark != "+")
        elif ranges := _RANGES.match(line):
            old, left_old, new, left_new = int(ranges[1]), _count(ranges[2]), int(ranges[3]), _count(ranges[4])
    return shown


def are_shown(suggestion: Suggestion, shown: Mapping[int, int | None]) -> bool:
    """Whether every line that *suggestion* replaces is among those of ``shown_lines``."""
    return all(number in shown for number in range(suggestion.first, suggestion.last + 1))


def _check(file: ChangedFile) -> None:
    if file.is_binary:
        raise ValueError(f"{file.path} is no text, which no suggestion can say")
    if file.status != "M" or file.old_mode != file.new_mode:
        raise ValueError(f"{file.path} appears, goes or changes its mode, which no suggestion can say")


def _of_section(path: str, section: str) -> Iterator[Suggestion]:
    lines = section.split("\n")
    at = next((index for index, line in enumerate(lines) if line.startswith("@@ ")), len(lines))
    while at < len(lines) and (ranges := _RANGES.fullmatch(lines[at])):
        body, at = _body(lines, at + 1, _count(ranges[2]), _count(ranges[4]))
        yield from _of_hunk(path, int(ranges[1]), body)


def _body(lines: list[str], at: int, old: int, new: int) -> tuple[list[str], int]:
    """The marked lines of the hunk that starts at *at* and has *old* and *new* lines, and where it ends."""
    body: list[str] = []
    while old > 0 or new > 0 or (at < len(lines) and lines[at].startswith("\\")):
        line = lines[at]
        body.append(line)
        old -= line[:1] in (" ", "-")
        new -= line[:1] in (" ", "+")
        at += 1
    return body, at


def _of_hunk(path: str, start: int, body: list[str]) -> Iterator[Suggestion]:
    number, at = start, 0
    while at < len(body):
        if body[at][:1] == " ":
            number, at = number + 1, at + 1
            continue
        end = next((index for index in range(at, len(body)) if body[index][:1] == " "), len(body))
        run = body[at:end]
        removed = [line[1:] for line in run if line[:1] == "-"]
        added = [line[1:] for line in run if line[:1] == "+"]
        if any(line.startswith("\\") for line in run):
            if not (removed or added):  # only the file's last line, unchanged, has no newline
                return
            raise ValueError(f"the end of {path} has no newline, which no suggestion can say")
        around = body[max(0, at - 1) : end + 1]
        if any("\r" in line for line in around):
            raise ValueError(f"lines of {path} hold carriage returns, which no suggestion can say")
        if not all(line.replace("\t", "").isprintable() for line in added):  # nor are bytes that are no UTF-8
            raise ValueError(f"lines of {path} hold characters that nobody sees, which no suggestion can say")
        if removed:
            yield Suggestion(path, number, number + len(removed) - 1, tuple(added))
        elif at:
            yield Suggestion(path, number - 1, number - 1, (body[at - 1][1:], *added))
        elif end < len(body):
            yield Suggestion(path, number, number, (*added, body[end][1:]))
        else:
            raise ValueError(f"{path} was empty, so there is no line to put a suggestion on")
        number, at = number + len(removed), end


def _count(text: str | None) -> int:
    return 1 if text is None else int(text)
