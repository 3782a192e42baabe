"""How to read a JUnit XML report: strictly where it is sound, with repairs and a warning where it is damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.parsers.expat import ExpatError, ParserCreate

from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.junit.events import CaseReader
from agent_ci.core.junit.report_format import name_of_head
from agent_ci.core.report import TestReport
from agent_ci.errors import UnsupportedError

_DEFAULT_LIMITS = Limits()


def parse(chunks: Iterable[bytes], *, keep: Keep = Keep.ALL, limits: Limits = _DEFAULT_LIMITS) -> TestReport:
    """Read the report whose bytes are *chunks*, in memory that does not grow with the cases not kept.

    *chunks* is gone through once more for each kind of repair, so hand over something that can be iterated
    again (an iterator is read into memory first). Characters that XML forbids are left out silently; where
    cases may have been lost, the report's ``partial`` says why. Raises UnsupportedError where nothing can be
    recognised as JUnit: damage never turns into a report of no failures.
    """
    again = tuple(chunks) if iter(chunks) is chunks else chunks
    for read in (_read_strictly, _read_cleaned):
        reader = CaseReader(keep, limits)
        try:
            read(again, reader, limits.tag)
        except (ExpatError, LookupError, ValueError) as error:  # the last two: an encoding expat cannot read
            _refuse_other_formats(again, reader)
            reason = str(error)
        else:
            return reader.report()
    return _recover(again, CaseReader(keep, limits), reason)


def _read_strictly(chunks: Iterable[bytes], reader: CaseReader, longest_tag: int) -> None:
    _feed(chunks, reader, encoding=None, longest_tag=longest_tag)


def _read_cleaned(chunks: Iterable[bytes], reader: CaseReader, longest_tag: int) -> None:
    from agent_ci.core.junit.xml_text import legal_text  # noqa: PLC0415 -- sound reports are read without it

    texts = (text.encode() for text in legal_text(chunks))
    _feed(texts, reader, encoding="utf-8", longest_tag=longest_tag)


def _feed(chunks: Iterable[bytes], reader: CaseReader, *, encoding: str | None, longest_tag: int) -> None:
    parser = ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse_doctype

    def listen(wanted: bool) -> None:  # noqa: FBT001 -- the shape of ``CaseReader.listen``
        parser.CharacterDataHandler = reader.text if wanted else None

    reader.listen = listen
    fed = 0
    for chunk in chunks:
        parser.Parse(chunk, False)  # noqa: FBT003 -- expat's own signature
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > longest_tag:
            raise UnsupportedError(f"the report holds a tag longer than {longest_tag:,} bytes")
    _finish(parser.Parse, reader)


def _finish(parse_last: Callable[[bytes, bool], int], reader: CaseReader) -> None:
    try:
        parse_last(b"", True)  # noqa: FBT003 -- expat's own signature
    except ExpatError as error:
        if not reader.has_root:
            raise
        reader.cut_short(f"the report ends in the middle, in line {error.lineno}")


def _recover(chunks: Iterable[bytes], reader: CaseReader, reason: str) -> TestReport:
    from agent_ci.core.junit.xml_recovery import TagFinder  # noqa: PLC0415 -- sound reports are read without it
    from agent_ci.core.junit.xml_text import legal_text  # noqa: PLC0415 -- the same

    finder = TagFinder(reader, _refuse_doctype)
    finder.read(legal_text(chunks))
    if not reader.has_root:
        raise UnsupportedError(f"this is not a JUnit report: no <testsuite> was found in it ({reason})")
    if finder.damage:
        reader.note(f"the XML is damaged ({reason}) and cases may be missing: {finder.damage}")
    return reader.report()


def _refuse_other_formats(chunks: Iterable[bytes], reader: CaseReader) -> None:
    """Raise UnsupportedError where the first bytes are known to belong to something else."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD_BYTES:
            break
    format_name = "" if reader.has_root else name_of_head(head[:_HEAD_BYTES])
    if format_name:
        raise UnsupportedError(f"this is not a JUnit report: it is {format_name}")


_HEAD_BYTES = 4096


def _refuse_doctype(*_declaration: object) -> None:
    raise UnsupportedError(
        "the report declares a document type, which no test runner needs and which can name other files; "
        "remove the DOCTYPE to have it read"
    )
