"""What a red test said, in one paragraph, and on which line of its file it failed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from agent_ci.core.grouping import Group, said_of
from agent_ci.core.paths import is_test_path
from agent_ci.core.questions.excerpts import without_foreign_frames
from agent_ci.core.questions.frames import Frame, frames
from agent_ci.core.report import TestCase

_LONGEST = 600  # characters of a message
_READ = 4_000  # characters of a traceback, at each of its ends, that are searched for places
_EXCERPT_LINES = 30
_EXCERPT = 3_000
_PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Failure:
    """One red test: *message* is one paragraph, *line* is 1-based where it is known, *group* a fingerprint.

    ``file`` is relative to the repository's root, and empty where neither report nor traceback says it.
    """

    id: str
    file: str
    line: int | None
    message: str
    group: str


def failures(causes: Iterable[Group]) -> Iterator[Failure]:
    """The cases of *causes*, in their order."""
    for group in causes:
        for case in group.cases:
            file, line = _place(case)
            yield Failure(case.id, file, line, paragraph(case), group.fingerprint)


def paragraph(case: TestCase) -> str:
    """What was raised: the first paragraph of the message, or the one line of the traceback that holds it."""
    said, message = said_of(case), case.message.strip()
    text = _PARAGRAPH.split(message[: 2 * _LONGEST], maxsplit=1)[0] if message.startswith(said) else said
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def excerpt(case: TestCase) -> str:
    """The traceback of *case*, or its message, by its first and last lines: at most 3,000 characters."""
    text = without_foreign_frames(case.traceback.strip("\n")) or case.message.strip("\n")
    if len(text) > 2 * _EXCERPT:
        text = f"{text[:_EXCERPT]}\n…\n{text[-_EXCERPT:]}"
    lines = [line[: _EXCERPT // 10] for line in text.split("\n")]
    if len(lines) > _EXCERPT_LINES:
        lines = [*lines[: _EXCERPT_LINES // 2], "…", *lines[-_EXCERPT_LINES // 2 :]]
    return "\n".join(lines)[-_EXCERPT:]


def _place(case: TestCase) -> tuple[str, int | None]:
    """The line that failed, where the traceback names it in the test's own file, else where the test starts."""
    text = case.traceback
    found = frames(text if len(text) <= 2 * _READ else f"{text[:_READ]}\n{text[-_READ:]}")
    if case.file:
        named = (frame.line for frame in found if frame.line and _is_named(frame, case.file))
        return case.file, next(named, case.line)
    relative = (frame for frame in found if frame.line and _is_relative(frame.path) and is_test_path(frame.path))
    frame = next(relative, None)
    return (frame.path, frame.line) if frame else ("", None)


def _is_named(frame: Frame, file: str) -> bool:
    return frame.path == file or frame.path.endswith(f"/{file}")


def _is_relative(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return not path.startswith(("/", "~")) and ".." not in parts and "node_modules" not in parts
