"""How GitHub's files of outputs are written, so that no value can end itself and begin another variable."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_DELIMITER = re.compile(r"[A-Za-z0-9_-]{16,}")


def assignment(name: str, value: str, *, delimiter: str) -> str:
    """The lines that give the variable *name* its *value* in the file ``GITHUB_OUTPUT``.

    *delimiter* is drawn at random for each value, so that who wrote the value cannot know it. Raises ValueError for a
    name that is none, a delimiter that could be guessed, and a value that holds NUL or the delimiter.
    Source: "Setting an output parameter" in GitHub's documentation.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a variable; use letters, digits, - and _")
    if not _DELIMITER.fullmatch(delimiter):
        raise ValueError("the delimiter is shorter than 16 letters and digits; draw it at random")
    if "\0" in value or delimiter in value:
        raise ValueError(f"the value of {name} holds NUL or its own delimiter and is not written; draw another one")
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
