"""Knows how cargo runs the tests of Rust packages, and selects one of them by its package, its target and its name."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.homes import own_homes
from agent_ci.core.frameworks.kind import Kind, Manifest, after
from agent_ci.core.frameworks.options import Options
from agent_ci.core.report import TestCase

_CLASS = re.compile(r"^(?P<package>.+?) \((?P<kind>lib|bin|test|example|bench|doc)(?: (?P<target>.+))?\)$")
_EXAMPLE = re.compile(r"^.* - (?P<item>.*?)(?: #\d+)?$")
# Which of cargo's options say what is tested: a selection replaces them.
_CHOOSES_ONE = frozenset({"-p", "--package", "--exclude", "--bin", "--test", "--example", "--bench"})
_CHOOSES = _CHOOSES_ONE | {"--workspace", "--all", "--lib", "--bins", "--tests", "--examples", "--benches", "--doc"}
_OURS = frozenset({"--no-fail-fast", "--no-run", "--message-format"})  # cargo refuses to be told twice
_OF_CARGO = Options(
    _CHOOSES_ONE | {
        *("-F", "--features", "-j", "--jobs", "--profile", "--target", "--target-dir", "--manifest-path", "--config"),
        *("-Z", "-C", "--color", "--message-format", "--lockfile-path"),
    }
)  # fmt: skip
# https://doc.rust-lang.org/rustc/tests/index.html
_OF_TESTS = Options(frozenset({"--test-threads", "--skip", "--logfile", "--color", "--format", "--shuffle-seed", "-Z"}))


@dataclass(frozen=True, slots=True)
class Cargo:
    """https://doc.rust-lang.org/cargo/commands/cargo-test.html; *arguments* are what the user's command adds.

    *toolchain* is the one that the user named for it, as ``+nightly``, and empty where none was.
    An id is ``PACKAGE (lib)::NAME``, ``PACKAGE (bin TARGET)::NAME``, ``PACKAGE (doc)::FILE - ITEM``. Examples in the
    documentation are selected by the word that names their item, and so with those of items whose names hold it:
    rustdoc takes no pattern with a blank in it, and its names have some.
    """

    arguments: tuple[str, ...] = ("--workspace",)
    toolchain: tuple[str, ...] = ()
    name = "cargo"

    @property
    def command(self) -> tuple[str, ...]:
        """All packages of the workspace, where the user named none."""
        return (*self._test, *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """Compile everything; then run all, or each target that holds a wanted test."""
        cargo, own = self._split()
        job = place.environment
        compiled = (*self._test, "--no-run", *cargo)
        build = Step(compiled, builds=True, environment=_ENVIRONMENT, start=own_homes(job))
        if not only:
            return (build, self._run(job, cargo, ("--no-fail-fast", *cargo), own))
        common = _OF_CARGO.alone(cargo, _CHOOSES)
        wanted: dict[str, tuple[str, ...]] = {}
        for id_ in only:
            target, _, name = id_.partition("::")
            wanted[target] = (*wanted.get(target, ()), name)
        options = _OF_TESTS.alone(own, frozenset({"--exact"}))
        runs = (
            self._run(job, cargo, ("--no-fail-fast", *common, *choice), (*options, *filters))
            for target, names in wanted.items()
            if (choice := _choice(target))
            for filters in [_filters(names, is_documentation=choice[-1] == "--doc")]
        )
        return (build, *runs)

    def id_of(self, case: TestCase, _place: Place) -> str:
        """As it is read."""
        return case.id

    def _split(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The arguments for cargo but for those that we set, and those for the test binaries."""
        at = self.arguments.index("--") if "--" in self.arguments else len(self.arguments)
        return _OF_CARGO.without(self.arguments[:at], _OURS), self.arguments[at + 1 :]

    @property
    def _test(self) -> tuple[str, ...]:
        return ("cargo", *self.toolchain, "test")

    def _run(self, job: Mapping[str, str], listed: tuple[str, ...], run: tuple[str, ...], own: tuple[str, ...]) -> Step:
        """Tell which file is which target, as only cargo's artifacts do, and run the tests."""
        listing = shlex.join((*self._test, "--no-run", "--message-format=json", *listed))
        script = f'{listing} 2>/dev/null | grep \'"executable":"\'\nexec "$@"'
        argv = ("sh", "-c", script, "sh", *self._test, *run, "--", *own)
        return Step(argv, tells=True, environment=_ENVIRONMENT, start=own_homes(job))


def _choice(target: str) -> tuple[str, ...]:
    """The options that choose one target; none where *target* is not one of ours."""
    found = _CLASS.match(target)
    if not found:
        return ()
    named = (found["target"],) if found["target"] else ()
    return ("-p", found["package"], f"--{found['kind']}", *named)


def _filters(names: tuple[str, ...], *, is_documentation: bool) -> tuple[str, ...]:
    """What a test binary is told: exactly *names*; nothing where the whole target is wanted."""
    if "" in names:
        return ()
    if not is_documentation:
        return ("--exact", *dict.fromkeys(names))
    items = [found["item"] if (found := _EXAMPLE.match(name)) else "" for name in names]
    return () if any(not item or " " in item for item in items) else tuple(dict.fromkeys(items))


_ENVIRONMENT = {
    "CARGO_NET_OFFLINE": "true",
    "CARGO_TERM_COLOR": "never",
    "CARGO_INCREMENTAL": "0",
    "RUST_BACKTRACE": "0",
}


def _found(manifest: Manifest) -> Cargo | None:
    """A package or a workspace."""
    return Cargo() if re.search(r"^\s*\[(?:package|workspace)[\].]", manifest.text, re.MULTILINE) else None


def _holds(outer: Manifest, folder: str, inner: Manifest) -> bool:
    """Whether ``--workspace`` reaches the package in *folder*; one that is a workspace itself is never part of another.

    A path that is excluded is part of it all the same where a member is named by it or a folder above it.
    Source: https://doc.rust-lang.org/cargo/reference/workspaces.html#the-members-and-exclude-fields
    """
    workspace = _workspace(outer)
    if workspace is None or _workspace(inner) is not None:
        return False
    path = PurePosixPath(folder)
    named, excluded = (any(map(path.is_relative_to, _paths(workspace.get(key)))) for key in ("members", "exclude"))
    return named or not excluded


def _workspace(manifest: Manifest) -> Mapping[str, object] | None:
    """The table of the workspace whose root *manifest* is; None where it is none, or cannot be read."""
    try:
        table = tomllib.loads(manifest.text).get("workspace")
    except (ValueError, RecursionError):
        return None
    return table if isinstance(table, dict) else None


def _paths(value: object) -> tuple[PurePosixPath, ...]:
    return tuple(PurePosixPath(str(path)) for path in value) if isinstance(value, list) else ()


def _read(words: tuple[str, ...]) -> Cargo | None:
    """``cargo test`` and ``cargo t``, with or without a toolchain."""
    rest = after(words, ("cargo",)) or ()
    toolchain = rest[:1] if rest and rest[0].startswith("+") else ()
    given = after(rest[len(toolchain) :], ("test",), ("t",))
    return None if given is None else Cargo(given, toolchain)


KIND = Kind("cargo", ("Cargo.toml",), _found, _read, programs=("cargo",), holds=_holds)
