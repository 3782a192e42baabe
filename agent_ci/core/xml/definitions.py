"""How TRX says the class and the method of a case: apart from its result, joined by an id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agent_ci.core.report import TestCase


class Definitions:
    """The definitions of at most *most* cases; they stand behind the results, or, in old versions, in front of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._methods: dict[str, tuple[str, str]] = {}
        self._waiting: list[tuple[int, str]] = []
        self._wanted: set[str] = set()
        self._id = ""

    def wait(self, position: int, id_: str) -> None:
        """The case at *position* is defined by *id_*."""
        self._waiting.append((position, id_))
        self._wanted.add(id_)

    def open(self, id_: str, *, has_results: bool) -> bool:
        """A definition begins, and is wanted; where *has_results*, results stand in front, and only theirs are."""
        self._id = id_
        return id_ in self._wanted or not has_results

    def method(self, attributes: Mapping[str, str]) -> None:
        """What the definition that is open, and wanted, says."""
        if len(self._methods) < self._most and (classname := attributes.get("className")):
            self._methods[self._id] = (classname, attributes.get("name", ""))

    def apply(self, cases: list[TestCase]) -> None:
        """Give the class to each of *cases* that waits for one."""
        for position, id_ in self._waiting:
            if id_ in self._methods:
                cases[position] = _with(cases[position], *self._methods[id_])


def _with(case: TestCase, classname: str, method: str) -> TestCase:
    classname = classname.partition(",")[0].strip()  # MSTest writes the assembly behind it
    name = case.name.removeprefix(f"{classname}.") or method
    method = method.removeprefix(f"{classname}.")
    properties = case.properties if name.startswith(method) else (*case.properties, ("method", method))
    return replace(case, id=f"{classname}::{name}", classname=classname, name=name, properties=properties)
