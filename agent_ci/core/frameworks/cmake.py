"""Knows how CMake builds a project and CTest runs its tests, and selects one of them by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.kind import Kind, Manifest, after
from agent_ci.core.frameworks.options import Options
from agent_ci.core.report import TestCase

_SIGNS = re.compile(
    r"[\\^$.\[\]*+?|()-]"
)  # https://cmake.org/cmake/help/latest/command/string.html#regex-specification
_TESTS = re.compile(r"^\s*(?:enable_testing\s*\(|include\s*\(\s*CTest\b)", re.IGNORECASE | re.MULTILINE)
_BUILD = 'cmake -S . -B "$1" -DBUILD_TESTING=ON -Wno-dev && exec cmake --build "$1"'
_OURS = frozenset({"--test-dir", "--output-junit"})
_CHOOSES = frozenset({"-R", "--tests-regex"})
_OPTIONS = Options(_OURS | _CHOOSES)


@dataclass(frozen=True, slots=True)
class CTest:
    """https://cmake.org/cmake/help/latest/manual/ctest.1.html; *arguments* are what the user's command adds.

    An id is the test's name, which a project gives once. A test that needs a fixture runs with the tests that set it
    up; those are left out of the report of a selection.
    """

    arguments: tuple[str, ...] = ()
    name = "ctest"

    @property
    def command(self) -> tuple[str, ...]:
        """In the folder that CMake was told to build in."""
        return ("ctest", "--test-dir", "build", *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """Configure and compile in a folder of its own, then run all or some."""
        folder, report = f"{place.outbox}/cmake", f"{place.outbox}/ctest.xml"
        given = _OPTIONS.without(self.arguments, _CHOOSES) if only else self.arguments
        chosen = ("--tests-regex", any_of(only)) if only else ()
        run = ("ctest", "--test-dir", folder, "--output-on-failure", "--no-tests=ignore", *given)
        return (
            Step(("sh", "-c", _BUILD, "sh", folder), builds=True),
            Step((*run, *chosen, "--output-junit", report), (report,)),
        )

    def id_of(self, case: TestCase, _place: Place) -> str:
        """The name."""
        return case.name or case.id


def any_of(only: tuple[str, ...]) -> str:
    """A regular expression of CMake that matches exactly *only*."""
    escaped = (_SIGNS.sub(lambda sign: f"\\{sign[0]}", id_) for id_ in only)
    return f"^({'|'.join(escaped)})$"


def _found(manifest: Manifest) -> CTest | None:
    return CTest() if _TESTS.search(manifest.text) else None


def _read(words: tuple[str, ...]) -> CTest | None:
    rest = after(words, ("ctest",))
    return None if rest is None else CTest(_OPTIONS.without(rest, _OURS))


KIND = Kind("ctest", ("CMakeLists.txt",), _found, _read, programs=("ctest",))
