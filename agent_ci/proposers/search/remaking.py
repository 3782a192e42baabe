"""Has the edits that a search tells of made once more where no code of the repository ran, and drops the others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from agent_ci import kits
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular
from agent_ci.kits import PACKAGE
from agent_ci.ports import Command, Workbench
from agent_ci.proposers.search.answers import Answer

KIT = "proposers/search/kit"
_LAUNCHER = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    f"from {PACKAGE}.{KIT.replace('/', '.')}.made import main; sys.exit(main(sys.argv[2:]))"
)
_SECONDS, _MOST_BYTES = 60.0, 1_000


def made_again(answer: Answer, spec: Mapping[str, object], python: str, workbench: Workbench) -> Answer:
    """*answer* with those of its survivors alone that the operators make for the failing tests of *spec*.

    The search shares its process with the code that it repairs, which can tell of any edit in its name. *python* reads
    the files in a fresh copy, and imports none of them.
    """
    if not answer.survivors:
        return answer
    edits = [survivor.facts for survivor in answer.survivors]
    with workbench.open() as workspace:
        given, told, result = (workspace.outbox / name for name in ("spec.json", "told.json", "made.json"))
        kit = kits.lay(workspace.outbox, KIT)
        given.write_text(json.dumps({**spec, "before": {}}), "utf-8")
        told.write_text(json.dumps({"clues": answer.clues.facts, "edits": edits}), "utf-8")
        argv = (python, "-I", "-S", "-B", "-c", _LAUNCHER, str(kit), str(given), str(told), str(result))
        workspace.run(Command(argv, timeout=_SECONDS))
        try:
            with open_regular(result, root=workspace.outbox, max_bytes=_MOST_BYTES) as file:
                made = json.loads(file.read(_MOST_BYTES))
        except (UnsupportedError, ValueError, RecursionError):
            made = None
    if not isinstance(made, list) or len(made) != len(edits):  # it ended too early, or is no Python at all
        made = [False] * len(edits)
    kept = tuple(survivor for survivor, is_made in zip(answer.survivors, made, strict=True) if is_made is True)
    count = len(edits) - len(kept)
    fault = f"{count} of the edits that it told of are not its own, and were dropped" if count else ""
    return replace(answer, survivors=kept, fault="; ".join(filter(None, (answer.fault, fault))))
