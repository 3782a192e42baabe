"""Which characters XML allows, and how to get to them: any bytes in, text that an XML parser can take out."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterable, Iterator

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
# Only character sets: names like "zip", "idna" or "unicode_escape" are codecs as well.
_CHARACTER_SET = re.compile(
    r"(us-)?ascii|utf-?8|(iso|latin|windows|cp|koi8|mac|big5|gb|euc|shift|ms)[\w.-]*", re.IGNORECASE
)
_MOST_OF_A_DECLARATION = 1024  # bytes

# https://www.w3.org/TR/xml/#charsets
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]+")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_COLOUR = re.compile(r"(?:\x1b|&#(?:[xX]0{0,6}1[bB]|0{0,6}27);)\[[0-9;:?]{0,30}[A-Za-z]")
_UNDECODED = re.compile("[\udc80-\udcff]")
_LONGEST = 48  # characters that an escape sequence or a reference can take

_MAX_PREFACE = 2**20  # characters of log that may stand in front of a report


def legal_text(chunks: Iterable[bytes], beginning: re.Pattern[str], report_tag: re.Pattern[str]) -> Iterator[str]:
    """The text of *chunks* without what XML forbids, and without blanks or log lines in front of its *beginning*.

    Terminal colours, control characters and references to them are left out; bytes that are not of the
    document's encoding are read as Windows-1252. Where a *report_tag* stands in front, everything is kept.
    """
    return _from_the_beginning(_without_illegal(decoded(chunks)), beginning, report_tag)


def decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    """The text of *chunks* by byte order mark or declaration, else UTF-8; bad bytes are read as Windows-1252."""
    decoder: codecs.IncrementalDecoder | None = None
    head = b""
    for chunk in chunks:
        if decoder is None:
            head += chunk
            if b">" not in head and len(head) < _MOST_OF_A_DECLARATION:
                continue
            decoder, chunk = _decoder(head), head  # noqa: PLW2901 -- the first bytes are decoded with the rest
        yield _repaired(decoder.decode(chunk))
    decoder, rest = (_decoder(head), head) if decoder is None else (decoder, b"")
    yield _repaired(decoder.decode(rest, final=True))


def _repaired(text: str) -> str:
    return text if text.isascii() else _UNDECODED.sub(_as_windows_1252, text)


def _decoder(head: bytes) -> codecs.IncrementalDecoder:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), "")
    if not encoding:
        declared = _DECLARED.search(head[:_MOST_OF_A_DECLARATION])
        encoding = declared[1].decode("ascii") if declared else "utf-8"
        if not _CHARACTER_SET.fullmatch(encoding) or not _is_known(encoding):
            encoding = "utf-8"
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return codecs.getincrementaldecoder(encoding)(errors)


def _is_known(encoding: str) -> bool:
    try:
        return b"<?xml".decode(encoding) == "<?xml"
    except (LookupError, ValueError):
        return False


def _as_windows_1252(match: re.Match[str]) -> str:
    return bytes([ord(match[0]) - 0xDC00]).decode("cp1252", "replace")


def _without_illegal(texts: Iterable[str]) -> Iterator[str]:
    held = ""
    for text in texts:
        joined = held + text
        cut = max(joined.rfind("&", -_LONGEST), joined.rfind("\x1b", -_LONGEST))
        held = joined[cut:] if cut >= 0 else ""
        yield _clean(joined[:cut] if cut >= 0 else joined)
    yield _clean(held)


def plain(text: str) -> str:
    """*text* without terminal colours, control characters and halves of surrogate pairs."""
    return text if text.isascii() and text.isprintable() else _ILLEGAL.sub("", _COLOUR.sub("", text))


def _clean(text: str) -> str:
    text = _COLOUR.sub("", text)
    if "&#" in text:
        text = _REFERENCE.sub(_if_legal, text)
    return _ILLEGAL.sub("", text)


def _if_legal(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    is_legal = number <= sys.maxunicode and not _ILLEGAL.match(chr(number))
    return match[0] if is_legal else ""


def _from_the_beginning(texts: Iterator[str], beginning: re.Pattern[str], report_tag: re.Pattern[str]) -> Iterator[str]:
    preface = ""
    for text in texts:
        preface += text
        begins = beginning.search(preface)
        if begins or len(preface) > _MAX_PREFACE:
            has_tags = begins and report_tag.search(preface[: begins.start()])
            yield preface[begins.start() :] if begins and not has_tags else preface
            break
    else:
        yield preface
    yield from texts
