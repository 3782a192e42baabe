"""Which characters a reader cannot see, or takes for others: Trojan Source (CVE-2021-42574) and its relatives."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from agent_ci.core.review.added import Added, Finding
from agent_ci.core.rules import HIDDEN_CHARACTER

_EMOJI = "[#*0-9\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]"
_JOINING = "\u0600-\u08ff\u0900-\u0dff\u0e80-\u109f\u1780-\u18af\ufb50-\ufeff"
_HIDDEN = re.compile(
    "[\u202a-\u202e\u2066-\u2069\u00ad\u061c\u115f\u1160\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0100-\U000e01ef\u2028\u2029\u0085\x0b\x0c\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
    # a flag of a region is a black flag with tags; other tags are smuggled text
    "|(?<!\U0001f3f4)(?<![\U000e0020-\U000e007e])[\U000e0000-\U000e007f]"
    # joiners and selectors belong to an emoji, or to a script that joins its letters
    f"|(?<!{_EMOJI})(?<![\U0001f3fb-\U0001f3ff\ufe0f{_JOINING}])[\u200c\u200d]"
    f"|(?<!{_EMOJI})(?<![\u2190-\u2bff\u3000-\u9fff])[\ufe00-\ufe0f]"
)
# direction marks are how right-to-left text is typeset; in a line without such letters they only hide
_MARKS = re.compile("[\u200e\u200f]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_WORD = re.compile(r"[^\W\d_]+(?:[^\W_]|_)*")
_CONFUSABLE = frozenset(
    # Cyrillic and Greek letters that look like Latin ones (Unicode TR39)
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455\u0501\u0410\u0412\u0421\u0415\u041d\u041a\u041c"
    "\u041e\u0420\u0422\u0425\u0406\u0408\u0405\u04bb\u051b\u051d\u03bf\u03c1\u03bd\u0391\u0392\u0395\u0396\u0397"
    "\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u0261"
)
_CODE = frozenset({"python", "javascript", "go", "java", "ruby"})


def findings(added: Added) -> Iterator[Finding]:
    """Every new line that holds more such characters than the file did; text in other scripts is none."""
    if added.after.isascii() and not any(sign in added.after for sign in "\x00\x08\x0b\x0c\x1b\x7f"):
        return
    known = Counter(added.before)
    now = Counter(added.after)
    for number, line in added.lines.items():
        if strange := next((sign for sign in _strange(added, number, line) if now[sign] > known[sign]), ""):
            what = f"the character U+{ord(strange):04X}{_name(strange)} cannot be seen or reads as something else"
            yield Finding(HIDDEN_CHARACTER, number, strange, f"{what}; leave it out, or write it as an escape")
        elif word := next((word for word in _look_alikes(added, number, line) if word not in added.before), ""):
            what = f"{word!a} mixes letters that look alike from several scripts"
            yield Finding(HIDDEN_CHARACTER, number, word, f"{what}; spell it in one script")


def _strange(added: Added, number: int, line: str) -> Iterator[str]:
    start = 1 if number == 1 and line.startswith("\ufeff") else 0  # a byte order mark at the very beginning is one
    text = line[start:].removesuffix("\r")
    yield from (found[0] for found in _HIDDEN.finditer(text))
    if not _RIGHT_TO_LEFT.search(text):
        yield from _MARKS.findall(text)
    if added.language in _CODE:
        yield from _SPACE.findall(added.bare[number - 1])  # in a string or a comment it is typography


def _look_alikes(added: Added, number: int, line: str) -> Iterator[str]:
    if line.isascii():
        return
    for word in _WORD.findall(line[:2_000]):
        if _is_mixed(word):
            yield word
    if added.language in _CODE:  # a whole identifier of look-alikes, in code that is Latin
        words = _WORD.findall(added.bare[number - 1][:2_000])
        is_latin = any(word.isascii() for word in words)
        yield from (word for word in words if is_latin and not word.isascii() and _CONFUSABLE.issuperset(word))


def _is_mixed(word: str) -> bool:
    """Whether one unbroken run of letters is Latin in part, with a look-alike from elsewhere."""
    return any(
        any(sign in _CONFUSABLE for sign in run) and any(sign.isascii() for sign in run)
        for run in re.findall(r"[^\W\d_]+", word)
    )


def _name(sign: str) -> str:
    name = unicodedata.name(sign, "")
    return f" ({name.lower()})" if name else ""
