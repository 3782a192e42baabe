"""Knows how `dotnet test` runs the tests of a solution, and selects one of them by its full name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.homes import packages
from agent_ci.core.frameworks.kind import Kind, Manifest, after
from agent_ci.core.frameworks.options import Options, with_more
from agent_ci.core.report import TestCase

_SIGNS = re.compile(r"[\\()&|=!~]")
_TESTS = re.compile(r"Microsoft\.NET\.Test\.Sdk|MSTest\.Sdk", re.IGNORECASE)
# What is ours to say, and where a selection stands: https://learn.microsoft.com/dotnet/core/tools/dotnet-test
_OURS = frozenset({"-l", "--logger", "--results-directory", "--nologo", "--no-build"})
# What `dotnet build` does not know, or is told by us.
_NOT_OF_BUILD = _OURS | {
    *("--filter", "--collect", "-s", "--settings", "-d", "--diag", "-e", "--environment", "-t", "--list-tests"),
    *("--test-adapter-path", "--blame", "--blame-crash", "--blame-crash-collect-always", "--blame-crash-dump-type"),
    *("--blame-hang", "--blame-hang-dump-type", "--blame-hang-timeout", "-v", "--verbosity", "--"),
}
_OPTIONS = Options(frozenset({
    "-l", "--logger", "--results-directory", "--filter", "--collect", "-s", "--settings", "-d", "--diag", "-e",
    "--environment", "--test-adapter-path", "--blame-crash-dump-type", "--blame-hang-dump-type",
    "--blame-hang-timeout", "-v", "--verbosity",
}))  # fmt: skip


@dataclass(frozen=True, slots=True)
class DotNet:
    """https://learn.microsoft.com/dotnet/core/testing/selective-unit-tests; *arguments* are the user's.

    An id is ``NAMESPACE.CLASS::NAME``, with the arguments of a parametrised case as the report shows them. xUnit and
    MSTest know such a case by its method alone: all of the method's are run, and the others left out of the report.
    """

    arguments: tuple[str, ...] = ()
    name = "dotnet"

    @property
    def command(self) -> tuple[str, ...]:
        """For the project or the solution of the folder."""
        return ("dotnet", "test", *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """Compile, then run all or some; each test project writes a report of its own."""
        folder = f"{place.outbox}/trx"
        around = _environment(place)
        compiles = ("dotnet", "build", *_OPTIONS.without(self.arguments, _NOT_OF_BUILD), "--nologo", "-v", "quiet")
        given = _OPTIONS.without(self.arguments, _OURS | {"--filter"} if only else _OURS)
        chosen = ("--filter", any_of(only)) if only else ()
        ours = ("--no-build", "--nologo", "--logger", "trx", "--results-directory", folder, *chosen)
        return (
            Step(compiles, builds=True, environment=around),
            Step(("dotnet", "test", *with_more(given, ours)), (f"{folder}/*.trx",), environment=around),
        )

    def id_of(self, case: TestCase, _place: Place) -> str:
        """The class and the name, which some frameworks report with the class in front."""
        name = case.name.removeprefix(f"{case.classname}.")
        return "::".join(filter(None, (case.classname, name)))


def any_of(only: tuple[str, ...]) -> str:
    """A filter that matches *only*: a parametrised case both as NUnit names it and by its method."""
    names: dict[str, None] = {}
    for id_ in only:
        class_, _, name = id_.partition("::")
        full = f"{class_}.{name}"
        names |= dict.fromkeys((full, f"{class_}.{name.partition('(')[0]}"))
    return "|".join(f"FullyQualifiedName={_SIGNS.sub(lambda sign: f'{_BACKSLASH}{sign[0]}', name)}" for name in names)


_BACKSLASH = "\\"


def _environment(place: Place) -> Mapping[str, str]:
    """A home that can be written, and the job's downloaded packages."""
    quiet = {"DOTNET_CLI_TELEMETRY_OPTOUT": "1", "DOTNET_NOLOGO": "1", "DOTNET_CLI_UI_LANGUAGE": "en"}
    return {**quiet, "DOTNET_CLI_HOME": f"{place.outbox}", **packages(place.environment)}


def _found(manifest: Manifest) -> DotNet | None:
    return DotNet() if _TESTS.search(manifest.text) else None


def _read(words: tuple[str, ...]) -> DotNet | None:
    rest = after(words, ("dotnet", "test"))
    return None if rest is None else DotNet(tuple(word for word in rest if word not in ("--no-build", "--no-restore")))


KIND = Kind("dotnet", ("*.csproj", "*.fsproj", "*.vbproj"), _found, _read, programs=("dotnet",))
