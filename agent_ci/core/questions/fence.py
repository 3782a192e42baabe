"""What untrusted text is on its way into a prompt: cleaned of what cannot be seen, and fenced as data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_EMOJI = "[\u203c-\u3299\U0001f000-\U0001faff]"
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
    # a joiner or a variation selector belongs to an emoji before it, and to nothing else
    f"|(?<!{_EMOJI})(?<!{_EMOJI}\ufe0f)[\u200d\ufe00-\ufe0f]"
)
_TERMINAL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and cursor movements (ECMA-48, CSI)
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # window titles and links (OSC)
    r"|\x1b[@-_]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_DATA = re.compile(r'<(data\d*) name="([^"\n]*)">\n(.*?)\n</\1>', re.DOTALL)
_SMALLEST_BLOCK = 400
_LEFT_OUT = "[... {} characters left out ...]"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Text for a prompt, and how many invisible characters were taken out of it."""

    text: str
    invisible: int = 0


def cleaned(text: str) -> Cleaned:
    r"""*text* without terminal codes, control characters and characters that a reviewer could not see.

    The invisible ones are those of "Trojan Source" (CVE-2021-42574), zero-width characters, tags and
    variation selectors. Line ends become ``\n``.
    """
    plain = _CONTROL.sub("", _TERMINAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    visible, count = _INVISIBLE.subn("", plain)
    return Cleaned(visible, count)


def tag_for(texts: Iterable[str]) -> str:
    """A tag name that none of *texts* opens or closes: the same for the same texts, so prompts repeat."""
    everything = "\n".join(texts).lower()
    number = 0
    while f"data{number or ''}" in re.findall(r"</?\s*(data\d*)", everything):
        number += 1
    return f"data{number or ''}"


def fenced(name: str, text: str, *, tag: str) -> str:
    """*text* between tags; *name*, which is untrusted as well, is reduced to what an attribute may hold."""
    label = re.sub(r'[<>"\s]+', " ", cleaned(name).text).strip()
    end = "" if text.endswith("\n") else "\n"
    return f'<{tag} name="{label}">\n{text}{end}</{tag}>'


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
