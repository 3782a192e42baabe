r"""What text looks like without what a terminal obeys and a reader cannot see: codes, controls, hidden characters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_EMOJI = "[\u203c-\u2049\u20e3\u2100-\u2bff\u3030-\u303d\u3297\u3299\U0001f000-\U0001faff]"
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U000e0000-\U000e0fff]"
    # a joiner or a variation selector belongs to an emoji before it, and to nothing else
    f"|(?<!{_EMOJI})(?<!{_EMOJI}\ufe0f)[\u200d\ufe00-\ufe0f]"
)
_CODE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and cursor movements (ECMA-48, CSI)
    # titles, links, pictures and a CI's own marks (OSC, DCS, SOS, PM, APC), up to their end or that of the line
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c|(?=[\x1b\n])|\Z)"
    r"|\x1b[ -/]*[0-~]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE_END = re.compile(r"\r\n?")
_NO_CHARACTER = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Text without what cannot be seen, and how many invisible characters were taken out of it."""

    text: str
    invisible: int = 0


def cleaned(text: str) -> Cleaned:
    r"""*text* without terminal codes, control characters and characters that a reader could not see.

    The invisible ones are those of "Trojan Source" (CVE-2021-42574), zero-width characters, fillers, tags and
    variation selectors. Line ends become ``\n``: what a lone carriage return would hide is a line of its own.
    """
    plain = _CONTROL.sub("", _CODE.sub("", _LINE_END.sub("\n", text)))
    visible, count = _INVISIBLE.subn("", plain)
    return Cleaned(visible, count)


def one_line(text: str) -> str:
    """*text* on one line, with single blanks and without any character that has no shape of its own."""
    line = "".join(" " if sign.isspace() else _shown(sign) for sign in _CODE.sub("", text))
    return " ".join(line.split())


def _shown(sign: str) -> str:
    return "" if unicodedata.category(sign) in _NO_CHARACTER else sign
