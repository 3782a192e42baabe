"""Knows which versions of Python packages a change pins anew, and how its files look with the old version again."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FILE = re.compile(r"^diff --git a/(?P<path>.+) b/(?P=path)$", re.MULTILINE)
_NAMED = re.compile(r"(?:^|/)(?:[\w.-]*(?:requirements|constraints)[\w.-]*|requirements/[\w.-]+)\.(?:txt|in)$")
_PIN = re.compile(
    r"^(?P<sign>[-+])(?P<pin>(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[\w., -]*\])?\s*==\s*(?P<version>[\w.!+-]+))",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Moved:
    """The package *name* that the file at *path* pins by the text *new*, and pinned by *old* before."""

    path: str
    name: str
    old: str
    new: str

    def back(self, text: str) -> str:
        """*text* with the old version; the same where it does not hold the new one as it was."""
        whole = re.compile(rf"^{re.escape(self.new)}(?![\w.!+-])", re.MULTILINE)
        return whole.sub(lambda _found: self.old, text, count=1)


def moved(diff: str) -> tuple[Moved, ...]:
    """The pins that git's *diff* changes, in its order. Those with hashes are left out: two lines belong together."""
    found = []
    parts = _FILE.split(diff)
    for path, part in zip(parts[1::2], parts[2::2], strict=True):
        if not _NAMED.search(path) or "--hash=" in part:
            continue
        pins = {(pin["sign"], pin["name"].lower()): pin["pin"] for pin in _PIN.finditer(part)}
        for (sign, name), new in pins.items():
            if sign == "+" and (old := pins.get(("-", name))) and old != new:
                found.append(Moved(path, name, old, new))
    return tuple(found)
