"""How many versions of the sources are tried in one start of a framework: what is started, and what it then says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from agent_ci.core.frameworks.framework import Framework, Place, Step, by_file
from agent_ci.core.frameworks.javascript import Jest, Vitest, any_of
from agent_ci.core.frameworks.jvm import METHOD, method_of

SCREEN_KIT = "screen_kit"
"""The folder of our reporters, which tell how each version did."""

_CLASS_PATH = re.compile(r"\b(?:test|provider) classpath: (?P<entries>.*)$", re.MULTILINE)
_OWN_PLACES = frozenset({"--config", "-c", "--projects", "--rootDir", "--roots", "--root", "-r", "--project", "--dir"})
_MOST_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Result:
    """How one version did in all files of tests: its tests that ``passed`` and ``failed``, in ``cpu`` milliseconds.

    ``begun`` and ``ended`` count the files: where one was begun and did not end, it went on for too long.
    """

    passed: int = 0
    failed: int = 0
    begun: int = 0
    ended: int = 0
    cpu: int = 0


def read_results(lines: Iterable[str]) -> Mapping[int, Result]:
    """The results by the number of the version; what is no line of ours is left out, since tests can write there."""
    found: dict[int, Result] = {}
    for _, line in zip(range(_MOST_LINES), lines, strict=False):
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(told, dict) or not all(type(value) is int for value in told.values()) or "number" not in told:
            continue
        old = found.get(told["number"], Result())
        if "passed" in told and "failed" in told:
            counts = {name: getattr(old, name) + told.get(name, 0) for name in ("passed", "failed", "cpu")}
            found[told["number"]] = replace(old, ended=old.ended + 1, **counts)
        else:
            found[told["number"]] = replace(old, begun=old.begun + 1)
    return found


@dataclass(frozen=True, slots=True)
class Start:
    """One start in which the versions in *folders*, the roots of copies of the tree below *root*, are tried.

    *results* is the file for the lines, and *seconds* of the processor are what one file of tests of one version may
    take; the first has four times as many.
    """

    folders: tuple[str, ...]
    root: str
    results: str
    seconds: float

    @property
    def environment(self) -> Mapping[str, str]:
        """What our reporters read."""
        told = {"root": self.root, "results": self.results, "limit": round(1000 * self.seconds)}
        return {"AGENT_CI_SCREEN": json.dumps({**told, "folders": self.folders}), "CI": "true"}


Screening = Callable[[Framework, Place, tuple[str, ...], Start], Step]


def _jest(framework: Framework, place: Place, only: tuple[str, ...], start: Start) -> Step:
    """One project of jest for each version, all in one process, since a start of one is what costs."""
    pattern = ("--testNamePattern", any_of(titles)) if (titles := _titles(only)) else ()
    argv = (
        *("npx", "--no-install", "jest", *_options(framework), "--ci", "--runInBand", *pattern),
        *("--reporters", f"{place.desk}/{SCREEN_KIT}/jest.cjs", "--projects", *start.folders),
        *("--runTestsByPath", *_files(only, start.folders)),
    )
    return Step(argv, kit=SCREEN_KIT, environment=start.environment)


def _vitest(framework: Framework, place: Place, only: tuple[str, ...], start: Start) -> Step:
    """One project of vitest for each version, one after the other in one thread."""
    titles = _titles(only)
    pattern = ("--testNamePattern", any_of(titles).replace(" > ", "(?: >)? ")) if titles else ()
    argv = (
        *("npx", "--no-install", "vitest", "run", *_options(framework), *pattern),
        *("--config", f"{place.desk}/{SCREEN_KIT}/vitest.config.mjs", "--root", start.root),
        *("--no-file-parallelism", "--pool=threads", "--no-isolate", *_files(only, start.folders)),
    )
    return Step(argv, kit=SCREEN_KIT, environment=start.environment)


COPYING: Mapping[str, Screening] = {"jest": _jest, "vitest": _vitest}
"""By the name of the framework: those that try versions in copies of the tree, and take several of these at once."""


def is_screened(framework: Framework) -> bool:
    """Whether versions can be tried by copies: not where the user's command says where settings or sources are."""
    return framework.name in COPYING and not {word.partition("=")[0] for word in _options(framework)} & _OWN_PLACES


def class_paths(output: str) -> tuple[tuple[str, ...], ...]:
    """What Maven, told to say all, prints of the class path of each module's tests, with what starts the tests."""
    found = [tuple(filter(None, one["entries"].strip().split("  "))) for one in _CLASS_PATH.finditer(output)]
    return tuple(
        tuple(dict.fromkeys((*tests, *starts))) for tests, starts in zip(found[::2], found[1::2], strict=False)
    )


def methods(only: Iterable[str]) -> tuple[str, ...]:
    """The ids of tests of the JVM as ``CLASS::METHOD``, each once, without those that have a name for people."""
    split = [id_.partition("::") for id_ in only]
    return tuple(dict.fromkeys(f"{class_}::{method_of(name)}" for class_, _, name in split if METHOD.fullmatch(name)))


def _options(framework: Framework) -> tuple[str, ...]:
    """What the user's command adds, without what chooses tests."""
    return framework.options if isinstance(framework, Jest | Vitest) else ()


def _titles(only: tuple[str, ...]) -> tuple[str, ...]:
    """The titles wanted of any file; none where some file is wanted as a whole."""
    chosen = by_file(only).values()
    return tuple(dict.fromkeys(title for titles in chosen for title in titles)) if all(chosen) else ()


def _files(only: tuple[str, ...], folders: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{folder}/{file}" for folder in folders for file in by_file(only))
