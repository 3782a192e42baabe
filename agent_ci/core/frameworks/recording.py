"""How the lines that a framework's tests execute are recorded: what a step is given, and what it then leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from agent_ci.core.frameworks.framework import Place, Step


@dataclass(frozen=True, slots=True)
class Recording:
    """``prepared(step, place, prefix)`` is *step* so that it leaves files in the outbox, named *prefix* and more.

    The folder of that place is the copy's, of which all files are of interest. ``kind`` is what is in the files that
    are left, ``v8`` or ``go``.
    """

    kind: str
    prepared: Callable[[Step, Place, str], Step]


def _node(step: Step, place: Place, prefix: str) -> Step:
    """Every process of node that *step* starts counts by itself what it runs; no tool is needed for that."""
    told = {"root": str(place.folder), "prefix": f"{place.outbox}/{prefix}"}
    given = step.environment.get("NODE_OPTIONS", "")
    options = f'{given} --require="{place.desk}/v8_kit/record.cjs"'.strip()
    environment = {**step.environment, "NODE_OPTIONS": options, "AGENT_CI_COVERAGE": json.dumps(told)}
    return replace(step, kit="v8_kit", environment=environment)


def _go(step: Step, place: Place, prefix: str) -> Step:
    """The package is tested with all packages of the module counted; flags that stand later win."""
    if not step.tells:
        return step
    end = next((at for at, word in enumerate(step.argv) if word in ("-args", "--args")), len(step.argv))
    *before, package = step.argv[:end]
    ours = (f"-coverprofile={place.outbox}/{prefix}.txt", "-coverpkg=./...")
    return replace(step, argv=(*before, *ours, package, *step.argv[end:]))


RECORDINGS: Mapping[str, Recording] = {
    **dict.fromkeys(("jest", "vitest", "mocha"), Recording("v8", _node)),
    "go": Recording("go", _go),
}
"""By the name of the framework; of the others nobody knows which lines a test executes."""
