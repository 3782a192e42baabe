"""What a text-based proposer of tests is told: what is untested, how tests are written here, what was wrong before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent_ci.core.run import Attempt, Evidence

_MOST_CHARACTERS = 60_000
_MOST_ATTEMPTS = 3


def tests_question(evidence: Evidence, sources: Mapping[str, str], attempts: tuple[Attempt, ...]) -> str:
    """The question about *evidence* of one module; *sources* are its text and that of the nearest tests, by path."""
    return "\n\n".join((*_asked(evidence), *_shown(sources), *_tried(evidence, attempts))) + "\n"


def _asked(evidence: Evidence) -> Iterator[str]:
    style = evidence.style
    yield "Write tests for these lines, which no test runs. Answer with a unified diff that adds one new file."
    yield "\n".join(f"- {target.name}, lines {', '.join(map(str, target.lines))}" for target in evidence.untested)
    if style:
        told = (
            f"The file is {style.path}, for {style.framework}; import {style.module} as the tests there do.",
            f"Lines have at most {style.line_length} columns. Fixtures: {', '.join(style.fixtures) or 'none'}.",
        )
        yield "\n".join(told)
    yield (
        "Each test must pass in any order and at any time, run a line of the list, and fail when that line is slightly "
        "wrong. Assert exact values. Do not use the network, the clock, chance, sleeps, or mocks of the code itself."
    )


def _shown(sources: Mapping[str, str]) -> Iterator[str]:
    for path, text in sources.items():
        yield f"{path}:\n\n{text[:_MOST_CHARACTERS]}"


def _tried(evidence: Evidence, attempts: tuple[Attempt, ...]) -> Iterator[str]:
    own = [attempt for attempt in attempts if attempt.group == evidence.group]
    for attempt in own[-_MOST_ATTEMPTS:]:
        yield "Tried before, and why it was not enough:\n" + "\n".join(f"- {one}" for one in attempt.objections)
