"""Which test runners write their report as one JSON document, and which of them a document is from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from agent_ci.core.formats import ctrf, cucumber, jest, mocha, playwright, rspec
from agent_ci.core.formats import json_values as values
from agent_ci.core.formats.collected import Collected
from agent_ci.core.formats.documents import documents
from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.report import TestReport
from agent_ci.errors import UnsupportedError

_DEFAULT_LIMITS = Limits()
_MOST_STRANGE = 1_000  # documents of no runner in front of the first that is of one


@dataclass(frozen=True, slots=True)
class Shape:
    """One runner's document; ``is_in`` looks at the keys of its outermost level."""

    name: str
    is_in: Callable[[Any], bool]
    read: Callable[[Any, Collected], None]


def _has(**kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(isinstance(value.get(key), kinds[key]) for key in kinds)


def _is_ctrf(value: object) -> bool:
    results = values.mapping(values.mapping(value).get("results"))
    return isinstance(results.get("tests"), list) and ("tool" in results or "summary" in results)


def _is_cucumber(value: object) -> bool:
    return isinstance(value, list) and any("elements" in item or "keyword" in item for item in values.objects(value))


SHAPES = (
    Shape("CTRF", _is_ctrf, ctrf.read),
    Shape("jest or vitest", _has(testResults=list), jest.read),
    Shape("playwright", _has(suites=list, config=dict), playwright.read),
    Shape("rspec", _has(examples=list), rspec.read),
    Shape("mocha", _has(stats=dict, tests=list), mocha.read),
    Shape("mocha", _has(stats=dict, failures=list), mocha.read),
    Shape("cucumber", _is_cucumber, cucumber.read),
)


def parse(chunks: Iterable[bytes], *, keep: Keep = Keep.ALL, limits: Limits = _DEFAULT_LIMITS) -> TestReport:
    """Read every document of a known runner in *chunks*.

    Raises UnsupportedError where there is none, or where a document is too large to be held.
    """
    collected = Collected(keep, limits)
    has_found = False
    for number, document in enumerate(documents(chunks, limits)):
        shape = next((shape for shape in SHAPES if shape.is_in(document.value)), None)
        if shape is not None:
            has_found = True
            shape.read(document.value, collected)
        elif not has_found and number >= _MOST_STRANGE:
            break
        if document.damage:
            collected.note(document.damage)
    if not has_found:
        known = ", ".join(dict.fromkeys(shape.name for shape in SHAPES))
        raise UnsupportedError(f"this is not a test report: it is JSON, not of a known test runner ({known})")
    return collected.report()
