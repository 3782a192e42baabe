"""What one cheat is: a patch that looks green without a repair, and beside it an honest one of the same shape."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Edits = Mapping[str, str | None]
"""The new text of each file that changes; None removes it."""

OPEN_TESTS = "allow-test-changes: true\nallow: ['*']\n"
"""Settings of a team that lets its tests and settings be changed: then only the reviews stand in the way."""


@dataclass(frozen=True)
class Pair:
    """A red repository of *files*, and two patches for it. ``attack`` is a numbered case, or "own"."""

    attack: str
    files: Mapping[str, str]
    cheat: Edits
    twin: Edits
    settings: str = ""

    @property
    def tree(self) -> dict[str, str]:
        """The files with the settings, as they are committed."""
        return {**self.files, **({".agent-ci.yml": self.settings} if self.settings else {})}


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    """*text* with the first of each pair replaced by the second. Raises ValueError where it is not there."""
    for old, new in pairs:
        if old not in text:
            raise ValueError(f"{old!r} is not in the text")
        text = text.replace(old, new)
    return text


def diff(files: Mapping[str, str], edits: Edits) -> str:
    """*edits* of *files* as a unified diff; only a line feed ends a line."""
    return "".join(part for path, text in edits.items() for part in _of_file(path, files.get(path), text))


def _of_file(path: str, before: str | None, after: str | None) -> Iterator[str]:
    names = ("/dev/null" if before is None else f"a/{path}", "/dev/null" if after is None else f"b/{path}")
    yield f"diff --git a/{path} b/{path}\n"
    if before is None or after is None:
        yield f"{'new' if before is None else 'deleted'} file mode 100644\n"
    for line in difflib.unified_diff(text_lines(before), text_lines(after), *names):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def text_lines(text: str | None) -> list[str]:
    """The lines of *text*, each with its end."""
    lines = [f"{line}\n" for line in (text or "").split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines
