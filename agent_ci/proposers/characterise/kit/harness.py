"""The programs in the sandbox: ``record`` what tests call, ``search`` for calls worth a test, ``replay`` them."""

from __future__ import annotations

import ast
import gc
import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import errors, exploring, recording
from .acts import Call
from .calling import Caller, Setting
from .guard import Guard
from .naming import Names
from .search import Results, Search
from .showing import Shower
from .spec import Spec
from .targets import targets_of


def main(arguments: Sequence[str]) -> int:
    """Do ``arguments[0]`` as the spec in ``arguments[1]`` says; the other arguments are files to read and to write."""
    mode, spec_file, *files = arguments
    spec = Spec.read(Path(spec_file))
    root = Path.cwd().resolve()
    path = root / spec.path
    source = path.read_text(encoding="utf-8-sig")
    tree = ast.parse(source)
    targets = targets_of(tree)
    if mode == "record":
        recording.record(path, targets, list(spec.tests), list(spec.arguments), Path(files[0]))
        return 0
    results = Results(Path(files[-1]))
    try:
        module = importlib.import_module(spec.module)
    except BaseException as error:  # noqa: BLE001 - whatever its import does, it is told
        results.write("unimported", {"error": f"{type(error).__name__}: {error}"[:300]})
        return 0
    if os.path.realpath(getattr(module, "__file__", "") or "") != str(path):
        results.write("unimported", {"error": f"{spec.module} is imported from elsewhere"})
        return 0
    names = Names()
    guard = Guard()
    shower = Shower(names)
    caller = Caller(
        str(getattr(module, "__file__", path)),
        targets,
        shower,
        guard=guard,
        namespace=vars(module),
        root=str(root),
        deciding=spec.deciding,
    )
    errors.prepare(str(root), caller.path)
    gc.freeze()  # what is there now is shared with every fork and never looked at again
    if mode == "search":
        recorded = _read(Path(files[0]))
        Search(spec, Setting(module, tree, source, targets, caller), recorded, results).run()
    else:
        _replay(_lines(Path(files[0])), caller, results)
    return 0


def _replay(lines: list[dict[str, Any]], caller: Caller, results: Results) -> None:
    """Make the calls that were found once more, the last one first."""
    for line in lines:
        if "names" in line:
            caller.shower.names.learn(line["names"])
    caller.shower.names.load()
    calls = [Call.read(line["case"]["call"]) for line in lines if "case" in line]
    numbered = list(enumerate(calls))[::-1]
    for start in range(0, len(numbered), exploring.BATCH):
        batch = numbered[start : start + exploring.BATCH]
        for (number, _), case in zip(batch, exploring.run([call for _, call in batch], caller), strict=False):
            results.write("again", {"number": number, "outcome": case.outcome.facts()})


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main(sys.argv[1:])
    os._exit(0)  # threads and exit handlers of the code under test have nothing to add
