"""Knows which letters look alike: one spelling for dashes and wide forms, and words of several alphabets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_DASHES = re.compile(r"[\u00ad\u058a\u05be\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u301c\u3030\ufe58\ufe63\uff0d]")
_WORD = re.compile(r"[^\W\d_]+")
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
_UNIT = re.compile(r"[\u03bc\u03a9\u0394][A-Za-z]{0,3}|[A-Za-z]?\u03a9")  # micro, ohm, a difference


def plain(text: str) -> str:
    """*text* with every dash as ``-``, wide and joined letters as plain ones (NFKC), and nothing that is not seen."""
    if text.isascii():
        return text
    dashed = _DASHES.sub("-", unicodedata.normalize("NFKC", _DASHES.sub("-", text)))
    return "".join(sign for sign in dashed if unicodedata.category(sign) != "Cf")


def of_several_alphabets(text: str) -> Iterator[str]:
    """The words of *text* whose letters are of alphabets that look alike, such as Latin and Cyrillic."""
    if text.isascii():
        return
    for word in _WORD.findall(text):
        if len({_alphabet(letter) for letter in word} & _ALIKE) > 1 and not _UNIT.fullmatch(word):
            yield word


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
