"""How to read an XML report: strictly where it is sound, with repairs and a warning where it is damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.parsers.expat import ExpatError, ParserCreate

from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.junit.report_format import name_of_head
from agent_ci.core.report import TestReport
from agent_ci.core.xml.roots import BEGINNING, REPORT_TAG, Reader, reader_for
from agent_ci.core.xml.thinning import thinned
from agent_ci.errors import UnsupportedError

_DEFAULT_LIMITS = Limits()


def parse(chunks: Iterable[bytes], *, keep: Keep = Keep.ALL, limits: Limits = _DEFAULT_LIMITS) -> TestReport:
    """Read the report whose bytes are *chunks*, in memory that does not grow with the cases not kept.

    *chunks* is gone through once more for each kind of repair, so hand over something that can be iterated
    again (an iterator is read into memory first). Characters that XML forbids are left out silently; where
    cases may have been lost, the report's ``partial`` says why. Raises UnsupportedError where nothing can be
    recognised as a report of tests: damage never turns into a report of no failures.
    """
    again = tuple(chunks) if iter(chunks) is chunks else chunks
    for read in (_read_strictly, _read_cleaned):
        document = _Document(keep, limits)
        try:
            read(again, document)
        except (ExpatError, LookupError, ValueError) as error:  # the last two: an encoding expat cannot read
            _refuse_other_formats(again, document)
            reason = str(error)
        else:
            return document.reader.report()
    return _recover(again, _Document(keep, limits), reason)


class _Document:
    """A document, whose first element says who reads the rest."""

    def __init__(self, keep: Keep, limits: Limits) -> None:
        self.limits = limits
        self._keep = keep
        self._reader: Reader | None = None

    @property
    def has_root(self) -> bool:
        """Whether a root was seen that somebody can read."""
        return self._reader is not None

    @property
    def reader(self) -> Reader:
        """Who reads it. Raises UnsupportedError where no element was seen."""
        if self._reader is None:
            raise UnsupportedError("this is no test report that can be read: no element of one was found in it")
        return self._reader

    @property
    def is_ignored(self) -> bool:
        """Whether nothing is read of the element that is open."""
        return self._reader is not None and self._reader.is_ignored

    def begin(self, name: str, attributes: dict[str, str]) -> Reader:
        """Choose the reader, by the first element."""
        self._reader = reader_for(name, attributes, self._keep, self.limits)
        return self._reader

    # What follows is for sources of events that do not ask for the reader, and call it through the document.

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        (self._reader or self.begin(name, attributes)).start(name, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        self.reader.end(name)

    def text(self, data: str) -> None:
        """Characters of the element that is open."""
        self.reader.text(data)

    def cut_short(self, reason: str) -> None:
        """The document stops in the middle."""
        if self._reader is not None:
            self._reader.cut_short(reason)

    def means(self, name: str) -> bool:
        """Whether an element *name* means something in this format."""
        return self._reader is not None and self._reader.means(name)


def _read_strictly(chunks: Iterable[bytes], document: _Document) -> None:
    _feed(chunks, document, encoding=None)


def _read_cleaned(chunks: Iterable[bytes], document: _Document) -> None:
    from agent_ci.core.xml.text import legal_text  # noqa: PLC0415 -- sound reports are read without it

    texts = (text.encode() for text in legal_text(chunks, BEGINNING, REPORT_TAG))
    _feed(texts, document, encoding="utf-8")


def _feed(chunks: Iterable[bytes], document: _Document, *, encoding: str | None) -> None:
    parser = ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype

    def first(name: str, attributes: dict[str, str]) -> None:
        # From here on the reader is called without a detour: there can be millions of elements.
        reader = document.begin(name, attributes)
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        reader.listen = listen
        reader.start(name, attributes)

    def listen(heard: Callable[[str], None] | None) -> None:
        parser.CharacterDataHandler = heard

    parser.StartElementHandler = first
    fed = 0
    longest_tag = document.limits.tag
    for chunk in thinned(chunks, lambda: document.is_ignored):
        parser.Parse(chunk, False)  # noqa: FBT003 -- expat's own signature
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > longest_tag:
            raise UnsupportedError(f"the report holds a tag longer than {longest_tag:,} bytes")
    _finish(parser.Parse, document)


def _finish(parse_last: Callable[[bytes, bool], int], document: _Document) -> None:
    try:
        parse_last(b"", True)  # noqa: FBT003 -- expat's own signature
    except ExpatError as error:
        if not document.has_root:
            raise
        document.cut_short(f"the report ends in the middle, in line {error.lineno}")


def _recover(chunks: Iterable[bytes], document: _Document, reason: str) -> TestReport:
    from agent_ci.core.xml.recovery import TagFinder  # noqa: PLC0415 -- sound reports are read without it
    from agent_ci.core.xml.text import legal_text  # noqa: PLC0415 -- the same

    finder = TagFinder(document, _refuse_doctype)
    finder.read(legal_text(chunks, BEGINNING, REPORT_TAG))
    if not document.has_root:
        raise UnsupportedError(
            "this is no test report that can be read: no <testsuite> and no other root of one was found in it "
            f"({reason})"
        )
    if finder.damage:
        document.reader.note(f"the XML is damaged ({reason}) and cases may be missing: {finder.damage}")
    return document.reader.report()


def _refuse_other_formats(chunks: Iterable[bytes], document: _Document) -> None:
    """Raise UnsupportedError where the first bytes are known to belong to something else."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD_BYTES:
            break
    format_name = "" if document.has_root else name_of_head(head[:_HEAD_BYTES])
    if format_name:
        raise UnsupportedError(f"this is no test report that can be read: it is {format_name}")


_HEAD_BYTES = 4096
_HARMLESS = "CUNIT_"  # CUnit declares the type of all its reports; nothing outside of the file is ever read


def _refuse_doctype(name: str, _system: str | None, _public: str | None, has_more: int) -> None:
    if name.startswith(_HARMLESS) and not has_more:
        return
    raise UnsupportedError(
        "the report declares a document type, which no test runner needs and which can name other files; "
        "remove the DOCTYPE to have it read"
    )
