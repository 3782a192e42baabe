"""What rspec's JSON formatter writes: https://rspec.info/features/3-13/rspec-core/formatters/json-formatter/."""

from __future__ import annotations

from typing import Any

from agent_ci.core.formats import json_values as values
from agent_ci.core.formats.collected import Collected, first_line, joined_id
from agent_ci.core.formats.places import place_in_stack
from agent_ci.core.report import Status, TestCase

_STATUSES = {"passed": Status.PASSED, "failed": Status.FAILED, "pending": Status.SKIPPED}


def read(document: Any, collected: Collected) -> None:
    """Add the examples of *document*; errors outside of them are errored cases."""
    before = collected.tally
    for example in values.objects(document["examples"]):
        status = _STATUSES.get(values.text(example.get("status")))
        if status is None:
            collected.note(f"the example {values.text(example.get('id'))[:200]!r} has no status that rspec knows")
        else:
            collected.add(_case(example, status))
    summary = values.mapping(document.get("summary"))
    total, failed = values.count(summary.get("example_count")), values.count(summary.get("failure_count"))
    collected.compare(before, total=total, red=failed)
    if errors := values.count(summary.get("errors_outside_of_examples_count")):
        text = "\n".join(values.texts(document.get("messages")))
        case = TestCase("(rspec)", Status.ERRORED, message=_message(text), traceback=text)
        for _ in range(min(errors, _MOST_ERRORS)):
            collected.add(case)


_MOST_ERRORS = 1_000  # a header can claim anything


def _case(example: values.Object, status: Status) -> TestCase:
    file = values.text(example.get("file_path"))
    name = values.text(example.get("full_description"))
    failure = values.mapping(example.get("exception"))
    frames = "\n".join(values.texts(failure.get("backtrace")))
    message = values.text(failure.get("message")).strip() or values.text(example.get("pending_message"))
    kind = values.text(failure.get("class"))
    place, line = place_in_stack("\n".join(frame for frame in frames.splitlines() if "_spec.rb" in frame))
    is_here = bool(place) and file.endswith(place.removeprefix("./"))
    return TestCase(
        id=values.text(example.get("id")) or joined_id(file, name),
        status=status,
        message=first_line([message]) or kind,
        traceback="\n".join(filter(None, (f"{kind}: {message}" if kind else message, frames))) if status.is_red else "",
        classname=file,
        name=name,
        file=file.removeprefix("./"),
        line=line if is_here and status.is_red else values.line(example.get("line_number")),
        seconds=values.seconds(example.get("run_time")),
    )


def _message(text: str) -> str:
    return first_line([text]) or "an error occurred outside of the examples"
