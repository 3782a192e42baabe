"""The program in the sandbox that searches: with the suite collected, for the edits that a spec asks for."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from . import suite
from .bench import Bench
from .localise import Files
from .nearby import narrowed
from .processes import Cold, ColdLine, at_root, with_collected
from .search import Results, Search
from .spec import Spec, files_of


def main(arguments: Sequence[str]) -> int:
    """Search as ``arguments[0]`` (a spec) says and write survivors and a summary to ``arguments[1]``."""
    root, started = at_root(), time.monotonic()
    spec, result = narrowed(Spec.read(Path(arguments[0]))), Path(arguments[1])

    def search(session: pytest.Session, recorder: suite.Recorder, line: ColdLine) -> None:
        named = {suite.id_of(item, root): item for item in session.items}
        bench = Bench(named, recorder, line, Files(root, spec.suspects))
        Search(spec, bench, Results(result), started=started).run()

    cold, files = Cold(root, spec.suspects), files_of((*spec.targets, *spec.passing))
    if with_collected(cold, spec.arguments, files, search, deadline=started + spec.seconds):
        return 0
    with result.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"summary": {"reason": "unstarted", "tried": 0}}) + "\n")
    return 1
