"""Knows how the Swift package manager runs the tests of a package, and selects one of them by its full name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.kind import Kind, Manifest, after
from agent_ci.core.report import TestCase

_SIGNS = re.compile(r"[\\^$.|?*+(){}\[\]]")


@dataclass(frozen=True, slots=True)
class Swift:
    """https://docs.swift.org/swiftpm/documentation/packagemanagerdocs/swifttest; *arguments* are the user's.

    An id is ``TARGET.CLASS::METHOD``, as a report has it.
    """

    arguments: tuple[str, ...] = ()
    name = "swift"

    @property
    def command(self) -> tuple[str, ...]:
        """All tests of the package."""
        return ("swift", "test", *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """Compile, then run all or some; a report is only written by a run in parallel."""
        report = f"{place.outbox}/swift.xml"
        chosen = tuple(word for id_ in only for word in ("--filter", pattern(id_)))
        run = ("swift", "test", "--skip-build", "--skip-update", "--parallel", "--xunit-output", report)
        return (
            Step(("swift", "build", "--build-tests", "--skip-update"), builds=True),
            Step((*run, *self.arguments, *chosen), (report,)),
        )

    def id_of(self, case: TestCase, _place: Place) -> str:
        """The target with the class, and the method."""
        return "::".join(filter(None, (case.classname, case.name)))


def pattern(id_: str) -> str:
    """A regular expression that matches the name ``TARGET.CLASS/METHOD`` alone."""
    class_, _, name = id_.partition("::")
    full = f"{class_}/{name}" if name else class_
    return f"^{_SIGNS.sub(lambda sign: _BACKSLASH + sign[0], full)}{'$' if name else '/'}"


_BACKSLASH = "\\"


def _found(manifest: Manifest) -> Swift | None:
    return Swift() if ".testTarget(" in manifest.text else None


def _read(words: tuple[str, ...]) -> Swift | None:
    rest = after(words, ("swift", "test"))
    return None if rest is None else Swift(rest)


KIND = Kind("swift", ("Package.swift",), _found, _read, programs=("swift",))
