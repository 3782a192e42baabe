"""Which formats of test reports there are, and which of them a file is in: by its content, never by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from agent_ci.core.formats import dart, go_json, json_shapes, libtest, signs, tap
from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.report import TestReport
from agent_ci.core.xml import reader as xml

HEAD_BYTES = 64 * 1024


class Read(Protocol):
    """Turns the bytes of one report into its cases. Raises UnsupportedError where it is something else."""

    def __call__(self, chunks: Iterable[bytes], *, keep: Keep, limits: Limits) -> TestReport:
        """*chunks* can be iterated more than once, each time from the beginning."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """One family of reports. ``says_so`` is given the first HEAD_BYTES bytes of a file."""

    name: str
    says_so: Callable[[bytes], bool]
    read: Read


# In the order in which they are asked. What no other format says to be its own is read as XML, whose reader knows
# the roots of many formats and names the one that it refuses.
FORMATS: tuple[Format, ...] = (
    Format("go test", signs.shows("go test -json", "go test text"), go_json.parse),
    Format("dart test JSON", signs.shows("dart test JSON"), dart.parse),
    Format("the output of cargo test", libtest.says_so, libtest.parse),
    Format("JSON", signs.shows("JSON"), json_shapes.parse),
    Format("TAP", signs.shows("TAP"), tap.parse),
    Format("XML", lambda _head: True, xml.parse),
)
_DEFAULT_LIMITS = Limits()


def parse(chunks: Iterable[bytes], *, keep: Keep = Keep.ALL, limits: Limits = _DEFAULT_LIMITS) -> TestReport:
    """Read the report whose bytes are *chunks*, in whichever format it is; an iterator is read into memory first.

    Raises UnsupportedError, which names what it was taken for, where no format can be recognised: damage never
    turns into a report of no failures.
    """
    again = tuple(chunks) if iter(chunks) is chunks else chunks
    head = _head(again)
    chosen = next(format_ for format_ in FORMATS if format_.says_so(head))
    return chosen.read(again, keep=keep, limits=limits)


def _head(chunks: Iterable[bytes]) -> bytes:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= HEAD_BYTES:
            break
    return head[:HEAD_BYTES]
