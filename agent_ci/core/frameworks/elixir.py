"""Knows how mix runs the tests of an Elixir project, and selects one of them by its file and its name."""

from __future__ import annotations

from dataclasses import dataclass

from agent_ci.core.frameworks.framework import Place, Step, by_file
from agent_ci.core.frameworks.homes import of_mix
from agent_ci.core.frameworks.kind import Kind, Manifest, after
from agent_ci.core.frameworks.options import Options
from agent_ci.core.report import TestCase

_KIT = "exunit_kit"
_FAILED = 2
# mix takes a file that is not there for a mistake: the tests of another commit may be in one.
_START = '[ -e "$1" ] || exit 0; shift; exec "$@"'
# What says which tests are run: a selection replaces it. A test that is included is run whatever is excluded.
_CHOOSES = frozenset({"--include", "--only", "--failed", "--stale", "--partitions", "--name-pattern"})
_OPTIONS = Options(frozenset({
    "--include", "--only", "--partitions", "--name-pattern", "--exclude", "--seed", "--formatter", "--timeout",
    "--max-cases", "--max-failures", "--max-requires", "--repeat-until-failure", "--slowest", "--slowest-modules",
    "--export-coverage", "--exit-status", "--profile-require",
}))  # fmt: skip
_FORMATTERS = ("--formatter", "ExUnit.CLIFormatter", "--formatter", "AgentCI.Formatter")


@dataclass(frozen=True, slots=True)
class ExUnit:
    """https://hexdocs.pm/mix/Mix.Tasks.Test.html; *arguments* are what the user's command adds.

    An id is ``FILE::MODULE::NAME``, the name with its kind in front (``test``, ``doctest`` ...). Two modules of one
    file that have a test of the same name are selected together, and one of the two is left out of the report.
    """

    arguments: tuple[str, ...] = ()
    name = "exunit"

    @property
    def command(self) -> tuple[str, ...]:
        """As mix has it."""
        return ("mix", "test", *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """Run everything, or each file that holds a wanted test, with a formatter of ours beside the usual one."""
        start = ("elixir", "-r", f"{place.desk}/{_KIT}/formatter.exs", "-S", "mix")
        options = _OPTIONS.alone(self.arguments, _CHOOSES)
        runs = [(file, (*options, *_chosen(names), file)) for file, names in by_file(only).items()]
        return tuple(
            Step(
                ("sh", "-c", _START, "sh", file, *start, "test", *_FORMATTERS, *arguments),
                (f"{report}-*.xml",),
                builds=True,
                build_alone=(*start, "compile"),
                ran=(0, _FAILED),
                kit=_KIT,
                environment={
                    "AGENT_CI_REPORT": report,
                    "MIX_ENV": "test",
                    "LANG": "C.UTF-8",
                    **of_mix(place.environment),
                },
            )
            for number, (file, arguments) in enumerate(runs or [(".", self.arguments)])
            for report in [f"{place.outbox}/exunit-{number}"]
        )

    def id_of(self, case: TestCase, _place: Place) -> str:
        """The file, the module and the name."""
        return f"{case.file}::{case.classname}::{case.name}"


def _chosen(names: tuple[str, ...]) -> tuple[str, ...]:
    """What leaves out all tests but *names*, which are ``MODULE::NAME``; nothing where the whole file is wanted."""
    wanted = (word for name in names for word in ("--include", f"test:{name.partition('::')[2]}"))
    return ("--exclude", "test", *wanted) if names else ()


def _found(manifest: Manifest) -> ExUnit | None:
    return ExUnit() if any(file.endswith("_test.exs") for file in manifest.files) else None


def _read(words: tuple[str, ...]) -> ExUnit | None:
    rest = after(words, ("mix", "test"))
    return None if rest is None else ExUnit(rest)


KIND = Kind("exunit", ("mix.exs",), _found, _read, programs=("mix",))
