"""The change request that somebody asked about, as one job tells the next of it: in letters that no shell minds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from agent_ci.core.context import read_commit_id, read_number
from agent_ci.errors import UnsupportedError

VARIABLE = "AGENT_CI_CHANGE"
"""Names the change request in a job that a comment started, whose own variables speak of the default branch."""

_FIELDS = ("number", "head", "base", "branch", "target", "fork")
_MAX_TEXT = 4000
_NO_BRANCH = re.compile(r"^[-/.]|[\0-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|[/.]$|\.lock(?:/|$)|^@$")
_MAX_BRANCH = 250


@dataclass(frozen=True, slots=True)
class AskedChange:
    """An open change request: the commit at the end of *branch*, and where it goes.

    ``base`` is a commit of the branch *target*. ``from_fork`` is True where *branch* is one of another repository.
    Raises ValueError for values that cannot be those of a change request.
    """

    number: int
    head: str
    base: str
    branch: str
    target: str
    from_fork: bool

    def __post_init__(self) -> None:
        """Look at the values, which come from a forge."""
        if not (self.number > 0 and read_commit_id(self.head) and read_commit_id(self.base)):
            raise ValueError("a change request has a number and two commits")
        for name in (self.branch, self.target):
            if not name or len(name) > _MAX_BRANCH or _NO_BRANCH.search(name):
                raise ValueError(f"{name!r} is no name of a branch")

    @property
    def encoded(self) -> str:
        """Everything as one word of letters, digits and ``%&+-._=``, for `read_change`."""
        fork = "yes" if self.from_fork else "no"
        values = (self.number, self.head, self.base, self.branch, self.target, fork)
        return urlencode(dict(zip(_FIELDS, values, strict=True))).replace("~", "%7E")


def read_change(text: str) -> AskedChange:
    """The change that was ``encoded`` as *text*. Raises UnsupportedError for any other text."""
    try:
        return _read(text)
    except ValueError as error:
        raise UnsupportedError(f"{VARIABLE} does not name a change request as `agent-ci chat` does: {error}") from error


def _read(text: str) -> AskedChange:
    if len(text) > _MAX_TEXT or not text.isascii():
        raise ValueError("it is longer than a change request can be, or no ASCII")
    pairs = parse_qsl(text, strict_parsing=True, errors="strict")
    if tuple(name for name, _ in pairs) != _FIELDS:
        raise ValueError(f"it does not have the fields {', '.join(_FIELDS)}")
    found = dict(pairs)
    number = read_number(found["number"])
    if number is None or found["fork"] not in ("yes", "no"):
        raise ValueError("its number or its field fork is none")
    return AskedChange(number, found["head"], found["base"], found["branch"], found["target"], found["fork"] == "yes")
