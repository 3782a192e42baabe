"""How to find the tags of an XML document that no XML parser accepts."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol


class Events(Protocol):
    """Whoever listens to the elements of a document."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Characters of the element that is open."""

    def cut_short(self, reason: str) -> None:
        """The document stops here although elements are open."""

    def means(self, name: str) -> bool:
        """Whether an element *name* means something here, so that a tag of it between quotes is a sign of damage."""


# Nothing follows the repetition, so it is never tried again, however long the tag (possessive repetitions are
# faulty before Python 3.11.5, see python/cpython#106052).
_TAG_HEAD = re.compile(r"<(/?)([^\W\d][\w:.-]*)((?:[^<>\"']+|\"[^\"]*\"|'[^']*')*)")
# A name begins where none goes on: of a long run of letters only the first is tried.
_ATTRIBUTE = re.compile(r"(?<![^\s=<>\"'/])([^\s=<>\"'/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_TAG_NAME = re.compile(r"</?([A-Za-z][\w.-]*)")
_DOCTYPE = re.compile(r"<!DOCTYPE\s+([\w:.-]+)[^>\[]{0,1000}(.?)")
_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7})));")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_SECTIONS = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))
_LONGEST_OPENER = 9
_DECLARATION = re.compile(r"<\?xml\s")

# A tag longer than this is taken for a stray "<": what is held and looked at again stays bounded. Beyond that
# the work is linear: of all scans that run over a position, no two can agree about which quote is open there.
_LONGEST_TAG = 2**18
# Linear is still an hour for a hostile gigabyte; nobody's damaged report has more broken tags than this.
_MAX_BROKEN = 10_000


class TagFinder:
    """Reports every tag of a damaged document to *events*, in one pass and without recursion.

    ``damage`` says, after ``read``, how elements in the middle may have been lost (a document that stops is
    told to ``events.cut_short``). It is empty where what was wrong cannot have hidden one: stray ampersands,
    an unescaped ``<`` between quotes, text after the end, several documents in one file.
    """

    def __init__(self, events: Events, on_doctype: Callable[[str, None, None, int], None]) -> None:
        self.damage = ""
        self._events = events
        self._on_doctype = on_doctype
        self._stack: list[str] = []
        self._open: Counter[str] = Counter()
        self._section = ""  # what ends the comment, CDATA section or instruction that we are in
        self._is_text = False
        self._broken = 0

    def read(self, texts: Iterable[str]) -> None:
        """Report the tags of *texts*, the pieces of one document in order."""
        rest = ""
        for text in texts:
            buffer = rest + text
            rest = buffer[self._consume(buffer, is_last=False) :]
            if self._broken > _MAX_BROKEN:
                self._cut("so many tags are broken that the rest was not read")
                return
        self._consume(rest, is_last=True)
        if self._stack or self._section:
            inside = f"<{self._stack[-1]}>" if self._stack else "a comment or CDATA section"
            self._cut(f"the report ends inside {inside}")

    def _consume(self, buffer: str, *, is_last: bool) -> int:
        """Report what is complete in *buffer*; the position from which more is needed."""
        position = 0
        while position < len(buffer):
            step = self._in_section if self._section else self._in_content
            after = step(buffer, position, is_last)
            if after == position:
                break
            position = after
        return position

    def _in_section(self, buffer: str, position: int, is_last: bool) -> int:  # noqa: FBT001 -- one of two steps
        end = buffer.find(self._section, position)
        # A part of the end mark may stand at the end of the buffer.
        stop = end if end >= 0 else len(buffer) if is_last else max(position, len(buffer) - 2)
        if self._is_text and stop > position:
            self._events.text(buffer[position:stop])
        if end < 0:
            return stop
        length, self._section = len(self._section), ""
        return end + length

    def _in_content(self, buffer: str, position: int, is_last: bool) -> int:  # noqa: FBT001 -- one of two steps
        tag = buffer.find("<", position)
        stop = tag if tag >= 0 else len(buffer)
        if stop > position:
            return self._characters(buffer, position, stop, may_wait=tag < 0 and not is_last)
        if len(buffer) - position < _LONGEST_OPENER and not is_last:
            return position
        for opener, closer in _SECTIONS:
            if buffer.startswith(opener, position):
                return self._open_section(buffer, position, opener, closer)
        if buffer.startswith("<!DOCTYPE", position) and not self._stack:
            declared = _DOCTYPE.match(buffer, position)
            self._on_doctype(declared[1] if declared else "", None, None, not declared or declared[2] != ">")
        return self._tag(buffer, position, is_last=is_last)

    def _characters(self, buffer: str, position: int, stop: int, *, may_wait: bool) -> int:
        if may_wait:
            reference = buffer.find("&", max(position, stop - _LONGEST_OPENER))
            stop = reference if reference >= 0 else stop
        if self._stack and stop > position:
            self._events.text(_resolved(buffer[position:stop]))
        return stop

    def _open_section(self, buffer: str, position: int, opener: str, closer: str) -> int:
        if opener == "<?" and self._stack and _DECLARATION.match(buffer, position):
            self._cut("another document begins before the one in front of it ends")
        self._section, self._is_text = closer, opener == "<![CDATA["
        return position + len(opener)

    def _tag(self, buffer: str, position: int, *, is_last: bool) -> int:
        head = _TAG_HEAD.match(buffer, position)
        if head and buffer.startswith(">", head.end()):
            self._element(*head.groups())
            return head.end() + 1
        # At the end of the buffer, or in a value whose quote is not closed in it: more may come.
        is_open = head and (head.end() == len(buffer) or buffer[head.end()] in "\"'")
        if is_open and not is_last and len(buffer) - position < _LONGEST_TAG:
            return position
        if head:
            self._broken += 1
            self._note(f"the tag <{head[1]}{head[2]}> is not closed")
        if self._stack:
            self._events.text("<")
        return position + 1

    def _element(self, slash: str, name: str, inside: str) -> None:
        if slash:
            self._end(name)
            return
        attributes = {key: _resolved(double or single) for key, double, single in _ATTRIBUTE.findall(inside)}
        if _ATTRIBUTE.sub("", inside).strip(" \t\r\n/"):
            self._note(f"the attributes of <{name}> are not well-formed")
        if "<" in inside and any(map(self._events.means, _TAG_NAME.findall(inside))):
            self._note(f"an attribute of <{name}> holds other tags")
        self._stack.append(name)
        self._open[name] += 1
        self._events.start(name, attributes)
        if inside.rstrip().endswith("/"):
            self._end(name)

    def _end(self, name: str) -> None:
        if not self._open[name]:
            self._note(f"</{name}> ends nothing")
            return
        if self._stack[-1] != name:
            self._note(f"<{self._stack[-1]}> is not closed")
        ended = ""
        while ended != name:
            ended = self._stack.pop()
            self._open[ended] -= 1
            self._events.end(ended)

    def _cut(self, reason: str) -> None:
        self._events.cut_short(reason)
        self._stack.clear()
        self._open.clear()
        self._section = ""

    def _note(self, damage: str) -> None:
        self.damage = self.damage or damage


def _resolved(text: str) -> str:
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return _ENTITIES[match[1]]
    number = int(match[2], 16) if match[2] else int(match[3])
    return chr(number) if number <= sys.maxunicode else match[0]
