"""Where the frames of a JavaScript, Dart or Ruby stack are."""

from __future__ import annotations

import re

PLACE_AT_END = re.compile(
    r"(?P<file>(?:file://)?[^\s():'\"]*[^\s():'\"/]|[A-Za-z]:\\[^\s():'\"]+):(?P<line>\d{1,9})(?::\d{1,9})?\)?['\"]?\s*$"
)
_FRAME = re.compile(
    r"(?P<file>(?:file://|package:|[A-Za-z]:\\)?[^\s():'\"]+\.\w{1,5})"
    r"(?::| (?=\d+:\d))(?P<line>\d{1,9})(?::\d{1,9})?(?![\w.])"
)
_NOT_OURS = re.compile(
    r"node_modules|node:|^internal/|/gems/|/rubygems/|\.pub-cache|^package:(test|flutter_test)|^https?"
)
_MOST_LINES = 200
_LONGEST = 500  # characters of a line that are looked at


def place_in_stack(stack: str) -> tuple[str, int | None]:
    """The file and line of the first frame that is not in an installed package; ``("", None)`` without one."""
    for line in stack.split("\n", _MOST_LINES)[:_MOST_LINES]:
        frame = _FRAME.search(line[:_LONGEST])
        if frame and not _NOT_OURS.search(frame["file"]):
            return frame["file"].removeprefix("file://"), int(frame["line"])
    return "", None
