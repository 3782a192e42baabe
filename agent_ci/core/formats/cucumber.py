"""What cucumber's JSON formatters write: https://github.com/cucumber/cucumber-json-schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent_ci.core.formats import json_values as values
from agent_ci.core.formats.collected import Collected, first_line, joined_id, titled
from agent_ci.core.report import Status, TestCase

# An undefined or ambiguous step fails a run: https://cucumber.io/docs/cucumber/api/#step-results
_RED = frozenset({"failed", "undefined", "ambiguous"})
_SKIPPED = frozenset({"skipped", "pending"})
_KNOWN = _RED | _SKIPPED | {"passed"}


def read(document: Any, collected: Collected) -> None:
    """Add the scenarios of *document*, each with the steps of the background in front of it."""
    for feature in values.objects(document):
        if not isinstance(feature.get("elements"), list):
            collected.note("a feature has no list of scenarios")
        background: list[values.Object] = []
        for element in values.objects(feature.get("elements")):
            steps = [*_steps(element)]
            if element.get("type") == "background":
                background = steps
            else:
                collected.add(_case(feature, element, [*background, *steps]))
                if not isinstance(element.get("steps"), list) or any(_said(step) not in _KNOWN for step in steps):
                    name = values.text(element.get("name"))[:200]
                    collected.note(f"{name!r} has no steps, or one with no status that cucumber knows")
                background = []
        if any(_said(step) in _RED for step in background):
            collected.note("a background with a failed step belongs to no scenario")


def _steps(element: values.Object) -> Iterator[values.Object]:
    for key in ("before", "steps", "after"):
        for step in values.objects(element.get(key)):
            yield step
            for hook in ("before", "after"):
                yield from values.objects(step.get(hook))


def _said(step: values.Object) -> str:
    return values.text(values.mapping(step.get("result")).get("status")).lower()


def _case(feature: values.Object, element: values.Object, steps: list[values.Object]) -> TestCase:
    said = [_said(step) for step in steps]
    red = next((step for step, status in zip(steps, said, strict=True) if status in _RED), None)
    status = Status.FAILED if red else Status.SKIPPED if _SKIPPED.intersection(said) else Status.PASSED
    uri, line = values.text(feature.get("uri")), values.line(element.get("line"))
    names = (values.text(feature.get("name")), values.text(element.get("name")))
    error = values.text(values.mapping(red.get("result")).get("error_message")) if red else ""
    step = f"{values.text(red.get('keyword'))}{values.text(red.get('name'))}".strip() if red else ""
    times = (values.seconds(values.mapping(step.get("result")).get("duration"), per_second=1e9) for step in steps)
    return TestCase(
        id=f"{uri}:{line}" if uri and line else joined_id(uri, titled(*names)),
        status=status,
        message=(first_line([error]) or f"the step {step!r} is {_said(red)}") if red else "",
        traceback="\n".join(filter(None, (step, error))),
        classname=uri,
        name=titled(*names),
        file=uri,
        line=line,
        seconds=sum(time for time in times if time is not None) or None,
        suite=(names[0],) if names[0] else (),
    )
