"""Knows how RSpec and minitest run, with a kit of ours that selects by id and writes the report."""

from __future__ import annotations

import json
from dataclasses import dataclass

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.kind import Kind, Manifest, after
from agent_ci.core.report import TestCase

_KIT = "ruby_kit"
_RAN = (0, 1)  # the kit ends with another code where a file could not be loaded
_TAKES_A_VALUE = frozenset({"-I", "-r", "--require", "-t", "--tag", "-P", "--pattern", "--seed", "--order", "-O"})
_OUTPUT = frozenset({"-f", "--format", "-o", "--out"})
_LAUNCHERS = (("bundle", "exec"), ("bin/spring",))


@dataclass(frozen=True, slots=True)
class Rspec:
    """https://rspec.info/features/3-12/rspec-core/command-line; *arguments* are what the user's command adds.

    An id is ``FILE::FULL DESCRIPTION``. An example that has no description of its own is named by its group's and its
    number in the file, since RSpec describes it only after it ran.
    """

    arguments: tuple[str, ...] = ()
    name = "rspec"

    @property
    def command(self) -> tuple[str, ...]:
        """The program that the gem brings."""
        return ("rspec", *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """Run everything, or the files of *only* with all other examples left out."""
        options, paths = _split(self.arguments)
        return (_step("rspec", place, only, (*options, *(_files(only) or paths))),)

    def id_of(self, case: TestCase, _place: Place) -> str:
        """The file and the description."""
        return f"{case.file}::{case.name}"


@dataclass(frozen=True, slots=True)
class Minitest:
    """https://docs.seattlerb.org/minitest; *arguments* are files, all below test/ where there is none.

    An id is ``FILE::CLASS#METHOD``; of what a class inherits, the file is that of the class.
    """

    arguments: tuple[str, ...] = ()
    name = "minitest"

    @property
    def command(self) -> tuple[str, ...]:
        """The task that runs them by habit."""
        return ("rake", "test", *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """Run everything, or the files of *only* with all other tests left out."""
        return (_step("minitest", place, only, _files(only) or self.arguments),)

    def id_of(self, case: TestCase, _place: Place) -> str:
        """The file, the class and the method."""
        return f"{case.file}::{case.classname}#{case.name}"


def _step(program: str, place: Place, only: tuple[str, ...], arguments: tuple[str, ...]) -> Step:
    report, wanted = f"{place.outbox}/{program}.xml", f"{place.desk}/{program}.json"
    return Step(
        ("ruby", "-I", "lib", f"{place.desk}/{_KIT}/{program}.rb", *arguments),
        (report,),
        builds=True,
        ran=_RAN,
        kit=_KIT,
        files={f"{program}.json": json.dumps(only)},
        environment={"AGENT_CI_REPORT": report, "AGENT_CI_WANTED": wanted, "RUBYOPT": "-W0", "LANG": "C.UTF-8"},
    )


def _files(only: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id_.partition("::")[0] for id_ in only))


def _split(arguments: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The options with their values, without those for output, and the paths."""
    options: list[str] = []
    paths: list[str] = []
    words = iter(arguments)
    for word in words:
        name = word.partition("=")[0]
        value = (next(words, ""),) if word in _TAKES_A_VALUE | _OUTPUT else ()
        if name not in _OUTPUT:
            (options if word.startswith("-") else paths).extend((word, *value))
    return tuple(options), tuple(paths)


def _launched(words: tuple[str, ...]) -> tuple[str, ...]:
    return next((words[len(start) :] for start in _LAUNCHERS if words[: len(start)] == start), words)


def _found_rspec(manifest: Manifest) -> Rspec | None:
    is_here = any(file.startswith("spec/") and file.endswith("_spec.rb") for file in manifest.files)
    return Rspec() if is_here else None


def _found_minitest(manifest: Manifest) -> Minitest | None:
    tests = (file.rpartition("/")[2] for file in manifest.files if file.startswith("test/") and file.endswith(".rb"))
    is_here = any(name.startswith("test_") or name.endswith("_test.rb") for name in tests)
    return Minitest() if is_here else None


def _read_rspec(words: tuple[str, ...]) -> Rspec | None:
    rest = after(_launched(words), ("rspec",), ("bin/rspec",))
    return None if rest is None else Rspec(rest)


def _read_minitest(words: tuple[str, ...]) -> Minitest | None:
    starts = (("rake", "test"), ("bin/rails", "test"), ("rails", "test"), ("bin/rake", "test"), ("ruby", "-Itest"))
    rest = after(_launched(words), *starts)
    return None if rest is None else Minitest(tuple(word for word in rest if word.endswith(".rb")))


_MANIFESTS = ("Gemfile", "Rakefile", ".rspec")
RSPEC = Kind("rspec", _MANIFESTS, _found_rspec, _read_rspec, programs=("ruby",))
MINITEST = Kind("minitest", _MANIFESTS, _found_minitest, _read_minitest, programs=("ruby",))
