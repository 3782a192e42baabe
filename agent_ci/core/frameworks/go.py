"""Knows how `go test` runs the packages of a module, and selects one test by its package and its path of names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.homes import modules
from agent_ci.core.frameworks.kind import Kind, Manifest, after, holds_none
from agent_ci.core.report import TestCase

# https://pkg.go.dev/regexp/syntax; a pattern of -run is cut at each "/" first.
_SIGNS = re.compile(r"[\\^$.*+?()\[\]{}|]")
# The flags of `go test` whose value may be a word of its own, with one dash or two.
_TAKES_A_VALUE = frozenset({
    "C", "asmflags", "bench", "benchtime", "blockprofile", "blockprofilerate", "buildmode", "compiler", "count",
    "covermode", "coverpkg", "coverprofile", "cpu", "cpuprofile", "exec", "fuzz", "fuzzminimizetime", "fuzztime",
    "gccgoflags", "gcflags", "installsuffix", "ldflags", "list", "memprofile", "memprofilerate", "mod", "modfile",
    "mutexprofile", "mutexprofilefraction", "o", "outputdir", "overlay", "p", "parallel", "pgo", "pkgdir", "run",
    "shuffle", "skip", "tags", "timeout", "toolexec", "trace", "vet",
})  # fmt: skip
_OURS = frozenset({"json", "count", "exec", "bench", "fuzz", "list", "o"})


@dataclass(frozen=True, slots=True)
class Go:
    """https://pkg.go.dev/cmd/go#hdr-Testing_flags; *arguments* are what the user's command adds.

    An id is ``PACKAGE::TestName/subtest``, with the names as go rewrites them; a package that could not be built, or
    ended without a word, is ``PACKAGE``. A test that has subtests is selected with all of them.
    """

    arguments: tuple[str, ...] = ("./...",)
    name = "go"

    @property
    def command(self) -> tuple[str, ...]:
        """All packages of the module, where the user named none."""
        return ("go", "test", *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """Compile everything, as a case of its own; then run all, or one pattern of each wanted package.

        Between the two, everything is compiled and vetted as the tests will be, which fills the cache with the standard
        library and other modules as well; not where a program of the user's takes part in it.
        """
        flags, packages, own = _split(self.arguments, _OURS | {"run"} if only else _OURS)
        around = environment(place.environment)
        compiled = ("go", "test", *flags, "-vet=off", "-exec=true", *packages)
        build = Step(compiled, builds=True, is_needed=False, environment=around)
        warm = Step(("go", "test", *flags, "-exec=true", *packages), warms="GOCACHE", environment=around)
        is_plain = "toolexec" not in " ".join((*flags, place.environment.get("GOFLAGS", "")))
        run = ("go", "test", "-json", "-count=1", *flags)
        patterns = [(*packages,)] if not only else [(*pattern, package) for package, pattern in _patterns(only)]
        tests = (Step((*run, *which, *own), tells=True, environment=around) for which in patterns)
        return (build, *((warm,) if is_plain else ()), *tests)

    def id_of(self, case: TestCase, _place: Place) -> str:
        """As it is read."""
        return case.id


def _patterns(only: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """The packages that hold *only*, each with a pattern of -run; several times where one cannot say it exactly."""
    by_parent: dict[str, dict[str, tuple[str, ...]]] = {}
    for id_ in only:
        package, _, test = id_.partition("::")
        parent, _, name = test.rpartition("/")
        parents = by_parent.setdefault(package, {})
        parents[parent] = (*parents.get(parent, ()), name)
    found: list[tuple[str, tuple[str, ...]]] = []
    for package, parents in by_parent.items():
        if "" in parents.get("", ()):
            found.append((package, ()))  # the whole package
            continue
        found += [(package, (f"-run={_pattern(parent, names)}",)) for parent, names in parents.items()]
    return found


def _pattern(parent: str, names: tuple[str, ...]) -> str:
    above = [f"^{_literal(name)}$" for name in parent.split("/")] if parent else []
    return "/".join((*above, f"^({'|'.join(map(_literal, dict.fromkeys(names)))})$"))


def _literal(name: str) -> str:
    return _SIGNS.sub(lambda sign: f"\\{sign[0]}", name)


def _split(
    arguments: tuple[str, ...], left_out: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The user's flags but for those *left_out*, the packages, and ``-args`` with what follows."""
    at = next((at for at, word in enumerate(arguments) if word in ("-args", "--args")), len(arguments))
    flags: list[str] = []
    packages: list[str] = []
    words = iter(arguments[:at])
    for word in words:
        if not word.startswith("-"):
            packages.append(word)
            continue
        name, has_value, _ = word.lstrip("-").partition("=")
        name = name.removeprefix("test.")
        whole = (word, *((next(words, ""),) if name in _TAKES_A_VALUE and not has_value else ()))
        if name not in left_out:
            flags += whole
    return tuple(flags), tuple(packages), arguments[at:]


def environment(job: Mapping[str, str]) -> Mapping[str, str]:
    """Where the job keeps downloaded modules, and how go is kept from asking a network."""
    return {
        **modules(job),
        "GOPROXY": "off",
        "GOSUMDB": "off",
        "GOTOOLCHAIN": "local",
        "GOTELEMETRY": "off",
    }


def _found(manifest: Manifest) -> Go | None:
    """A module with a test in it; ``./...`` ends where another module begins."""
    others = {file.rpartition("/")[0] for file in manifest.files if file.endswith("/go.mod")}
    tests = (PurePosixPath(file) for file in manifest.files if file.endswith("_test.go"))
    return Go() if any(others.isdisjoint(map(str, test.parents)) for test in tests) else None


def _read(words: tuple[str, ...]) -> Go | None:
    """``go test``, and gotestsum, which starts it with what follows ``--``."""
    given = after(words, ("go", "test"))
    if given is not None:
        return Go(given)
    program = " ".join(words).partition("@")[0]
    if not re.match(r"(go run gotest\.tools/|go tool )?gotestsum\b", program):
        return None
    return Go(words[words.index("--") + 1 :]) if "--" in words else Go()


KIND = Kind("go", ("go.mod",), _found, _read, programs=("go",), holds=holds_none)
