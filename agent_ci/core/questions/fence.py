"""What untrusted text is inside a prompt: data with a label, between fences that it cannot have foreseen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from enum import StrEnum

from agent_ci.core.outward.terminal import cleaned

_DIGITS = 16  # of a tag: decimal ones, as models read three of them as one token
_DATA = re.compile(r'<(data-[0-9a-f]{16}) origin="[a-z]+" name="([^"\n]*)">\n(.*?)\n</\1>', re.DOTALL)
_SMALLEST_BLOCK = 400
_LEFT_OUT = "[... {} characters left out ...]"


class Origin(StrEnum):
    """Where untrusted text comes from, as its fence says."""

    REPORT = "report"
    LOG = "log"
    SOURCE = "source"
    DIFF = "diff"
    CHANGE = "change"
    DRAFT = "draft"


def tag_for(texts: Iterable[str], nonce: str) -> str:
    """A tag name for one prompt, which none of *texts* holds and whose writer cannot have known.

    It is drawn from *nonce* and all of *texts*: the same prompt has the same one, and every other prompt another.
    """
    everything = "\0".join(texts)
    seed = hashlib.sha256(f"{nonce}\0{everything}".encode("utf-8", "surrogatepass"))
    while (tag := f"data-{int(seed.hexdigest(), 16) % 10**_DIGITS:0{_DIGITS}}") in everything.lower():
        seed.update(b"again")
    return tag


def fenced(name: str, text: str, *, tag: str, origin: Origin) -> str:
    """*text* between tags; *name*, which is untrusted as well, is reduced to what an attribute may hold."""
    label = re.sub(r'[<>"\s]+', " ", cleaned(name).text).strip()
    end = "" if text.endswith("\n") else "\n"
    return f'<{tag} origin="{origin}" name="{label}">\n{text}{end}</{tag}>'


def shrunk(question: str, allowance: int) -> str:
    """*question* with the middle of its longest data blocks left out until it has *allowance* characters.

    The same question always shrinks the same way. Empty where the blocks cannot give that much: the words
    around them are the question and are never cut.
    """
    while (surplus := len(question) - allowance) > 0:
        block = max(_DATA.finditer(question), key=lambda found: len(found[3]), default=None)
        if block is None or len(block[3]) <= _SMALLEST_BLOCK:
            return ""
        keep = max(_SMALLEST_BLOCK // 2, len(block[3]) - surplus - len(_LEFT_OUT) - 8, len(block[3]) // 2)
        question = question[: block.start(3)] + middle_cut(block[3], keep) + question[block.end(3) :]
    return question


def middle_cut(text: str, allowance: int) -> str:
    """*text* with its middle left out, at line ends where there are some, in about *allowance* characters."""
    if len(text) <= allowance:
        return text
    head, tail = text[: allowance // 2], text[len(text) - allowance // 2 :]
    head = head[: head.rfind("\n")] if "\n" in head else head
    tail = tail[tail.find("\n") + 1 :] if "\n" in tail else tail
    return "\n".join((head, _LEFT_OUT.format(len(text) - len(head) - len(tail)), tail))
