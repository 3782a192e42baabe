"""What a search tried, for one that goes on after it: edits by digest, stepping stones, and what each place refused."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....sandbox_kit.source import Source, Splice
from .operators import PAIR, Candidate

if TYPE_CHECKING:  # the trusted side reads the names above, and has no pytest
    from .bench import Prepared

MOST_DONE, WIDTH = 60_000, 12  # edits, and the hexadecimal digits of each
MOST_STONES, MOST_PLACES = 400, 2_000
FILE_NAME = "progress.json"


def digest(path: str, start: int, end: int, replacement: str) -> str:
    """The name of an edit: the same text in the same place has the same one, whatever operator made it."""
    named = f"{path}\0{start}\0{end}\0{replacement}"
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:WIDTH]


def digests(text: str) -> Iterator[str]:
    """Those that stand in *text* one after the other."""
    return (text[start : start + WIDTH] for start in range(0, len(text), WIDTH))


@dataclass
class Progress:
    """The edits that are *done*, by digest; ``before`` is what an earlier search of the same tree and tests left."""

    before: Mapping[str, Any]
    done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin where the earlier search ended."""
        self.done.update(digests(str(self.before.get("done", ""))))

    def has(self, candidate: Candidate) -> bool:
        """Whether *candidate* needs no trial any more."""
        return bool(self.done) and _name(candidate) in self.done

    def add(self, candidates: Iterable[Candidate]) -> None:
        """*candidates* need none."""
        for candidate in candidates:
            if len(self.done) < MOST_DONE:
                self.done.add(_name(candidate))

    def refused(self) -> Counter[object]:
        """How many edits of each place the tests refused before."""
        return Counter({tuple(place): int(count) for *place, count in self.before.get("refused", ())})

    def stones(
        self,
        red: frozenset[str],
        sources: Mapping[str, Source],
        prepare: Callable[[Source, Candidate], Prepared | None],
    ) -> Iterator[tuple[Prepared, frozenset[str]]]:
        """The stepping stones of the earlier search, compiled, with those of the *red* cases that each repairs.

        Not those that are pairs: it is not known any more what they were put together from.
        """
        for one in self.before.get("stones", ()):
            repaired, source = frozenset(one["repaired"]), sources.get(one["path"])
            if source and repaired < red and one["operator"] != PAIR:
                splice = Splice(one["start"], one["end"], one["replacement"])
                candidate = Candidate(source.path, splice, one["operator"], one["line"], one["rank"])
                if prepared := prepare(source, candidate):
                    yield prepared, repaired

    def write(self, into: Path, stones: Sequence[Mapping[str, Any]], refused: Mapping[object, int]) -> None:
        """Leave it in *into*, as much as the trusted side keeps; of each stepping stone, what ``stones`` reads."""
        places = [[*place, count] for place, count in refused.items() if isinstance(place, tuple)]
        content = {
            "done": "".join(sorted(self.done)),
            "stones": stones[:MOST_STONES],
            "refused": places[:MOST_PLACES],
        }
        into.write_text(json.dumps(content), "utf-8")


def _name(candidate: Candidate) -> str:
    splice = candidate.splice
    return digest(candidate.path, splice.start, splice.end, splice.replacement)
