"""Damages reports at random, and looks for crashes, hangs and false greens among what is read of them."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass

from agent_ci.core.formats.table import parse
from agent_ci.errors import UnsupportedError
from bench.table import print_table
from tests.core.formats.samples import SAMPLES
from tests.core.xml.families import FAMILIES

SEEDS = {name: content.encode() for name, content in FAMILIES.items()} | {
    name: sample.red for name, sample in SAMPLES.items()
}
"""A small report of each format, with a red case in the middle."""

SLOWEST = 5.0  # seconds for a report of about a kilobyte
_CUT = 0.3
_PIECES = (
    *(
        b"<",
        b">",
        b"&",
        b'"',
        b"'",
        b"\0",
        b"\x1b[31m",
        b"\xff",
        b"\xef\xbb\xbf",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"-->",
    ),
    *(
        b"&#0;",
        b"&#x1b;",
        b"<?xml version='1.0'?>",
        b"</testcase>",
        b"<testsuite>",
        b"<x>",
        b"/>",
        b"\n",
        b"\xed\xa0\x80",
        b"9" * 5000,
        b'{"a" "b"}\n' * 50,
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What the damaged reports of one format came to."""

    format: str
    ways: int
    read: int  # without a doubt
    partial: int
    refused: int
    slowest: float
    bad: tuple[bytes, ...]  # what was taken for green, or raised


def damaged_once(content: bytes, chance: random.Random) -> bytes:
    """*content* cut at its end, or with one piece put in: what was there is there, and may not be taken for green."""
    place = chance.randrange(len(content))
    return content[:place] + (b"" if chance.random() < _CUT else chance.choice(_PIECES) + content[place:])


def damaged(content: bytes, chance: random.Random) -> bytes:
    """*content* cut, doubled, with pieces put in, left out or exchanged, up to four times."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(content) + 1)
        stop = start + chance.choice((0, 1, 1, 8, 64))
        piece = chance.choice((*_PIECES, b"", content[start : start + 40]))
        shapes = (content[:start] + piece + content[stop:], content[:start], content[start:], content + piece + content)
        content = chance.choice(shapes)
    return content


def fuzz(name: str, content: bytes, ways: int, seed: int) -> Found:
    """Read *content*, a report with a red case in the middle, damaged in so many *ways*."""
    chance = random.Random(f"{name} {seed}")  # noqa: S311 -- to be repeatable, not to be secret
    endings: Counter[str] = Counter()
    slowest, bad = 0.0, []
    for way in range(ways):
        is_there = way % 2 == 0
        tried = (damaged_once if is_there else damaged)(content, chance)
        begun = time.process_time()
        try:
            report = parse([tried[at : at + 97] for at in range(0, len(tried), 97)])
        except UnsupportedError:
            endings["refused"] += 1
        except Exception:  # noqa: BLE001 -- any other one is what is looked for
            bad.append(tried)
        else:
            endings["partial" if report.partial else "read"] += 1
            if is_there and report.is_green:
                bad.append(tried)
        slowest = max(slowest, time.process_time() - begun)
    return Found(name, ways, endings["read"], endings["partial"], endings["refused"], slowest, tuple(bad))


def run(ways: int, *, seed: int = 0) -> bool:
    """Damage a report of each format in so many *ways*, and print what came of it; whether nothing bad did."""
    found = [fuzz(name, content, ways, seed) for name, content in SEEDS.items()]
    print_table(
        "Damaged reports",
        ("format", "ways", "read", "partial", "refused", "crash or false green", "slowest s"),
        [(one.format, one.ways, one.read, one.partial, one.refused, len(one.bad), one.slowest) for one in found],
    )
    for one in found:
        for content in one.bad[:3]:
            print(f"{one.format}: {content!r}", file=sys.stderr)
    return not any(one.bad or one.slowest > SLOWEST for one in found)
