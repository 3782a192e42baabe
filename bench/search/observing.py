"""Watches the tests of a case as the search does before its first edit: a program for a case's interpreter.

``python -m bench.search.observing SPEC RESULT`` writes what the failing and the passing tests did, as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from pathlib import Path

import pytest

from agent_ci.proposers.search.kit import suite
from agent_ci.proposers.search.kit.bench import Bench
from agent_ci.proposers.search.kit.localise import Files
from agent_ci.proposers.search.kit.observing import observe
from agent_ci.proposers.search.kit.processes import Cold, ColdLine, at_root, with_collected
from agent_ci.proposers.search.kit.spec import Spec, files_of


def main(arguments: list[str]) -> int:
    """Observe as ``arguments[0]`` says, into ``arguments[1]``."""
    root, spec = at_root(), Spec.read(Path(arguments[0]))

    def work(session: pytest.Session, recorder: suite.Recorder, line: ColdLine) -> None:
        named = {suite.id_of(item, root): item for item in session.items}
        seen = observe(spec, Bench(named, recorder, line, Files(root, spec.suspects)))
        Path(arguments[1]).write_text(json.dumps(dataclasses.asdict(seen)), "utf-8")

    files = files_of((*spec.targets, *spec.passing))
    deadline = time.monotonic() + spec.seconds
    return not with_collected(Cold(root, spec.suspects), spec.arguments, files, work, deadline=deadline)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
