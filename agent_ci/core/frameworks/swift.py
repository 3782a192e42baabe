"""Knows how the Swift package manager runs the tests of a package, and selects one of them by its full name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.kind import Kind, Manifest, after
from agent_ci.core.frameworks.options import Options
from agent_ci.core.report import TestCase

_SIGNS = re.compile(r"[\\^$.|?*+(){}\[\]]")
_CHOOSES = frozenset({"--filter", "-s", "--specifier"})
# What is ours to say. Coverage would have to be said to both steps, and not every `swift build` knows it.
_COVERAGE = frozenset({"--enable-code-coverage", "--disable-code-coverage"})
_OURS = _COVERAGE | {"--xunit-output", "--parallel", "--no-parallel", "--skip-build", "--skip-update"}
# What `swift build` does not know: "OVERVIEW: Build and run tests" of `swift test --help`.
_NOT_OF_BUILD = _OURS | _CHOOSES | {
    *("--skip", "--num-workers", "--test-product", "-l", "--list-tests", "--show-codecov-path"),
    *("--show-code-coverage-path", "--show-coverage-path", "--enable-testable-imports", "--disable-testable-imports"),
    *("--attachments-path", "--event-stream-output-path"),
}  # fmt: skip
_VALUED = {"--xunit-output", "--skip", "--num-workers", "--test-product", "--attachments-path"}
_OPTIONS = Options(_CHOOSES | _VALUED | {"--event-stream-output-path"})


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
        given = _OPTIONS.without(self.arguments, _OURS | _CHOOSES if only else _OURS)
        ours = ("--skip-build", "--skip-update", "--parallel", "--xunit-output", report)
        shared = _OPTIONS.without(self.arguments, _NOT_OF_BUILD)
        return (
            Step(("swift", "build", *shared, "--build-tests", "--skip-update"), builds=True),
            Step(("swift", "test", *given, *ours, *chosen), (report,)),
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
