"""Says which of the edits that a search told of are ones that the operators make, where no code of the repository ran.

The search runs in one process with the code that it repairs. What it tells of an edit can be that code's work, so that
the edit is made once more by a program that reads the repository's files and imports none of them.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from ....sandbox_kit.source import Source
from .clues import Clues
from .hints import Hints
from .operators import EARLIER, Candidate, candidates
from .ranked import earlier_edits, modules_of
from .spec import Spec

Facts = Mapping[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Write to ``arguments[2]``, for each edit in ``arguments[1]``, whether the spec ``arguments[0]`` leads to it."""
    spec, told, result = map(Path, arguments)
    facts = json.loads(told.read_text("utf-8"))
    maker = Maker(Spec.read(spec), Clues.read(facts["clues"]), Path.cwd())
    result.write_text(json.dumps([maker.makes(one) for one in facts["edits"]]), "utf-8")
    return 0


class Maker:
    """Makes edits of the files below *root* for the failing tests of *spec*, which gave *clues* away."""

    def __init__(self, spec: Spec, clues: Clues, root: Path) -> None:
        self._spec = spec
        self._clues = clues
        self._root = root

    def makes(self, edit: Facts) -> bool:
        """Whether the operator that *edit* names makes it; of an edit in several places, each of its ``parts``."""
        try:
            source = Source(str(edit["path"]), (self._root / str(edit["path"])).read_bytes())
        except (OSError, SyntaxError, ValueError, RecursionError):
            return False
        parts = edit["parts"] or [edit]
        return all(self._is_made(source, part) for part in parts) and _joined(source.data, parts) == _text(edit)

    @cached_property
    def _hints(self) -> Hints:
        return self._clues.hints(self._spec.messages, self._root)

    def _is_made(self, source: Source, edit: Facts) -> bool:
        made = (one for one in self._made(source, edit) if one.operator == edit["operator"])
        return any((one.splice.start, one.splice.end, one.splice.replacement) == _text(edit) for one in made)

    def _made(self, source: Source, edit: Facts) -> Iterator[Candidate]:
        """The edits of the line of *edit*, and those of all lines as they stood before where it says to be one."""
        if edit["operator"] == EARLIER:
            lines = dict.fromkeys(range(1, len(source.lines) + 1), 1.0)
            return earlier_edits({source.path: lines}, {source.path: source}, self._spec)
        nodes = (node for node in ast.walk(source.tree) if getattr(node, "lineno", 0) == edit["line"])
        lines = {statement.lineno: 1.0 for node in nodes if (statement := source.statement(node))}
        return candidates(source, lines, self._hints, modules_of(self._spec))


def _text(edit: Facts) -> tuple[int, int, str]:
    return edit["start"], edit["end"], edit["replacement"]


def _joined(data: bytes, parts: Sequence[Facts]) -> tuple[int, int, str]:
    """*parts*, which stand one after the other in *data*, as one."""
    text = str(parts[0]["replacement"])
    for one, other in pairwise(parts):
        text += data[one["end"] : other["start"]].decode() + str(other["replacement"])
    return parts[0]["start"], parts[-1]["end"], text
