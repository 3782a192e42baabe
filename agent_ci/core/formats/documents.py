"""How to get at the JSON documents of a file: whole, several in a row, behind log lines, or cut off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from json import JSONDecoder
from typing import Any, NamedTuple

from agent_ci.core.formats.limits import Limits
from agent_ci.core.xml.text import decoded
from agent_ci.errors import UnsupportedError

_decode = JSONDecoder(strict=False).raw_decode
_BEGINNING = re.compile(r"^[ \t]*(?:(\{)(?=\s*[\"}])|(\[)(?=\s*[{\[\"\]]))", re.MULTILINE)
_NEXT = re.compile(r"\s*[{\[]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]+|\s+', re.DOTALL)
_MOST_TIMES = 4  # that as many characters are read as there are, before it is given up
_DEEPEST = 500
_CLOSERS = {"{": "}", "[": "]"}
_SCALAR = re.compile(r"-?\d|true\Z|false\Z|null\Z|NaN\Z|-?Infinity\Z")


class Document(NamedTuple):
    """A value, and why something of it may be missing."""

    value: Any
    damage: str = ""


def documents(chunks: Iterable[bytes], limits: Limits) -> Iterator[Document]:
    """The JSON documents of *chunks*, in order. Raises UnsupportedError where there is too much of it.

    Text in front, between and behind is passed over. One that stops, or is broken, gives what stands in front of
    that place without the element of a list that is open there.
    """
    content = "".join(decoded(_bounded(chunks, limits.document))).removeprefix("\ufeff")
    position = unread = 0
    has_found = False
    while (start := _beginning(content, position, has_found=has_found)) is not None:
        try:
            value, position = _decode(content, start)
        except RecursionError:
            raise UnsupportedError("it is JSON that is nested too deeply to be read") from None
        except ValueError as error:
            document, seen = _recovered(content, start)
            if document is not None:
                yield document
                return
            if has_found:
                yield Document(None, "text behind it begins like JSON and cannot be read")
                return
            position = start + 1
            unread += max(seen, getattr(error, "pos", seen)) - start
            if unread > _MOST_TIMES * len(content):
                return
        else:
            has_found = True
            yield Document(value)


def _beginning(content: str, position: int, *, has_found: bool) -> int | None:
    """Where the next document may begin: on a line of its own, or right behind another."""
    if has_found and (found := _NEXT.match(content, position)):
        return found.end() - 1
    found = _BEGINNING.search(content, position)
    return found.end() - 1 if found else None


def _bounded(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise UnsupportedError(
                f"it is a JSON document of more than {most // 2**20} MiB, which would have to be held whole; "
                "have the runner write JUnit XML instead"
            )
        yield chunk


def _recovered(content: str, start: int) -> tuple[Document | None, int]:
    """What stands in front of the first place that is no JSON, None where nothing of worth does; and that place."""
    stack: list[str] = []
    safe: tuple[int, str] | None = None
    position = start
    while found := _TOKEN.match(content, position):
        piece = found[0]
        if piece in ("{", "["):
            stack.append(piece)
            if len(stack) > _DEEPEST:
                raise UnsupportedError("it is JSON that is nested too deeply to be read")
        elif piece in ("}", "]"):
            if not stack or _CLOSERS[stack.pop()] != piece:
                break
        elif piece not in (",", ":") and piece[0] not in ' \t\r\n"' and not _SCALAR.match(piece):
            break
        position = found.end()
        if stack and stack[-1] == "[" and piece != ",":
            safe = position, "".join(stack)
    if safe is None:
        return None, position
    end, open_ = safe
    closing = "".join(_CLOSERS[opener] for opener in reversed(open_))
    try:
        value, _ = _decode(content[start:end].rstrip().rstrip(",") + closing)
    except (ValueError, RecursionError):
        return None, position
    is_cut = position >= len(content) - 1 or content[position] == '"'  # or a string does not end
    where = "it ends in the middle of the document" if is_cut else "it is broken in the middle"
    return Document(value, f"{where}; what follows character {end:,} was not read"), position
