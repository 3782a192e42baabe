"""How the lines that a framework's tests execute are recorded: what a step is given, and what it then leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.jvm import JVM_KIT


@dataclass(frozen=True, slots=True)
class Recording:
    """``prepared(step, place, prefix)`` is *step* so that it leaves files in the outbox, named *prefix* and more.

    The folder of that place is the copy's, of which all files are of interest, and its ``tools`` are those that the
    ``kind`` needs. That is what is in the files that are left: ``v8``, ``go`` or ``jacoco``, which needs the jar of the
    agent and the class path of the core.
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


def _jacoco(tool: str) -> Callable[[Step, Place, str], Step]:
    """The tests' JVMs count, and what they leave is made the report of lines once they ended; *tool* starts them."""

    def prepared(step: Step, place: Place, prefix: str) -> Step:
        told = (tool, *place.tools, str(place.folder), f"{place.outbox}/{prefix}.xml")
        argv = ("sh", f"{place.desk}/{JVM_KIT}/record.sh", *told, *step.argv)
        return replace(step, argv=(*argv, *_OTHER_AGENT[tool]), kit=JVM_KIT)

    return prepared


# A class that the project counts by itself would be changed twice, which JaCoCo refuses. Gradle is told by its script.
_OTHER_AGENT = {"maven": ("-Djacoco.skip=true",), "gradle": ()}

RECORDINGS: Mapping[str, Recording] = {
    **dict.fromkeys(("jest", "vitest", "mocha"), Recording("v8", _node)),
    "go": Recording("go", _go),
    **{tool: Recording("jacoco", _jacoco(tool)) for tool in ("maven", "gradle")},
}
"""By the name of the framework; of the others nobody knows which lines a test executes."""
