"""Which bytes of a sound XML document an XML parser need not see, since nobody reads what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator


def thinned(chunks: Iterable[bytes], is_ignored: Callable[[], bool]) -> Iterator[bytes]:
    """*chunks* without those that hold nothing but empty elements of what is ignored, handed out as they are asked for.

    *is_ignored* says whether nothing is read of what is open where the chunks handed out so far end.
    """
    rest = b""
    for chunk in chunks:
        buffer, rest = rest + chunk, b""
        after_tag = buffer.rfind(b">") + 1 if is_ignored() else 0
        if after_tag:  # cut there, so that the next begins between tags
            buffer, rest = buffer[:after_tag], buffer[after_tag:]
        if not (after_tag and _holds_empty_elements_alone(buffer)):
            yield buffer
    yield rest


def _holds_empty_elements_alone(markup: bytes) -> bool:
    """Whether each tag of *markup* is one of an empty element: any other, and any comment, ends without a slash."""
    return markup.count(b"<") == markup.count(b">") == markup.count(b"/>") and b"\0" not in markup  # as UTF-16 has
