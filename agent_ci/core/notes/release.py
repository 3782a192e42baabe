"""Knows what the page of a release says: the notes within the forge's limit, and a mark that they are ours."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

LIMIT = 125_000
"""Characters that GitHub takes for the page of a release; it answers more with 422."""

_MARK = re.compile(r"(?<!\n)\n*<!-- agent-ci:release sha256=([0-9a-f]{64}) -->\s*\Z")
_FOLD, _UNFOLD = "<details>", "</details>"
_ROOM = 500  # characters, for the mark and for what is said of a cut


@dataclass(frozen=True)
class Page:
    """The page of the release *tag*, made of the commit *target*; *body* is signed, *is_preview* is for a preview."""

    tag: str
    body: str
    target: str = ""
    is_preview: bool = False


def signed(notes: str, *, more: str = "", limit: int = LIMIT) -> str:
    """*notes* as a page says them, cut at a line where they are longer than *limit*, with a link to *more* then."""
    text = notes.strip("\n")
    if len(text) + _ROOM > limit:
        text = _cut(text, limit - _ROOM - len(more), more)
    return f"{text}\n\n<!-- agent-ci:release sha256={digest(text)} -->\n"


def is_ours(body: str) -> bool:
    """Whether *body* is a page that we made, whoever changed it since."""
    return bool(_MARK.search(_plain(body)))


def is_as_signed(body: str) -> bool:
    """Whether *body* is a page that we made and nobody changed; line ends do not count, since forges change them."""
    found = _MARK.search(_plain(body))
    return bool(found and digest(_plain(body)[: found.start()]) == found[1])


def digest(text: str) -> str:
    """What a mark says of *text*; line ends around it do not count."""
    return hashlib.sha256(text.strip("\n").encode("utf-8", "surrogateescape")).hexdigest()


def _cut(text: str, room: int, more: str) -> str:
    kept: list[str] = []
    for line in text.split("\n"):
        room -= len(line) + 1
        if room < len(_UNFOLD) + 2:
            break
        kept.append(line)
    said = "\n".join(kept).rstrip()
    if said.count(_FOLD) > said.count(_UNFOLD):
        said += f"\n\n{_UNFOLD}"
    rest = f"[The rest of these notes]({more})" if more else "The rest of these notes is in the changelog."
    return f"{said}\n\n{rest}"


def _plain(body: str) -> str:
    return body.replace("\r\n", "\n")
