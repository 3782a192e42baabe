"""Knows which frameworks test the projects of a repository, by its files or by the words of a command."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agent_ci.core.frameworks import cargo, cmake, dotnet, elixir, go, jvm, packages, php, ruby, swift
from agent_ci.core.frameworks.framework import Framework
from agent_ci.core.frameworks.kind import Kind, Manifest

Read = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Project:
    """A folder of the repository, "" for its root, and the framework of the tests in it."""

    folder: str
    framework: Framework
    kind: Kind
    manifest: Manifest


KINDS: tuple[Kind, ...] = (
    *packages.KINDS,
    go.KIND,
    cargo.KIND,
    jvm.MAVEN,
    jvm.GRADLE,
    ruby.RSPEC,
    ruby.MINITEST,
    php.KIND,
    cmake.KIND,
    elixir.KIND,
    dotnet.KIND,
    swift.KIND,
)
_NEVER_IN = frozenset({"node_modules", "vendor", "third_party", "testdata", "fixtures", "examples"})


def projects(paths: Iterable[str], read: Read) -> tuple[Project, ...]:
    """The projects whose files are *paths*, outermost first, without those that are part of another of their kind."""
    every = sorted(paths)
    found: list[Project] = []
    by_name = {name: [kind for kind in KINDS if name in kind.manifests] for kind in KINDS for name in kind.manifests}
    for path in sorted(every, key=lambda path: (path.count("/"), path)):
        folder, _, name = path.rpartition("/")
        name = name if name in by_name else f"*.{name.rpartition('.')[2]}"
        if name not in by_name or not _NEVER_IN.isdisjoint(folder.split("/")):
            continue
        manifest = Manifest(name, read(path), _below(folder, every))
        for kind in by_name[name]:
            framework = kind.found(manifest)
            if framework and not _is_part(folder, kind, manifest, found):
                found.append(Project(folder, framework, kind, manifest))
    return tuple(found)


def _below(folder: str, every: list[str]) -> tuple[str, ...]:
    """Those of *every* file, which are sorted, that lie in *folder*, relative to it."""
    if not folder:
        return tuple(every)
    start, after = (bisect_left(every, f"{folder}{sign}") for sign in "/0")  # "0" is the sign that comes after "/"
    return tuple(file.removeprefix(f"{folder}/") for file in every[start:after])


def _is_part(folder: str, kind: Kind, manifest: Manifest, found: list[Project]) -> bool:
    """Whether the project in *folder* is a part of the innermost of those *found* around it."""
    around = (known for known in reversed(found) if known.kind.name == kind.name and _is_inside(folder, known.folder))
    known = next(around, None)
    if known is None or known.folder == folder:
        return known is not None
    inner = folder.removeprefix(f"{known.folder}/") if known.folder else folder
    return kind.holds(known.manifest, inner, manifest)


def _is_inside(folder: str, outer: str) -> bool:
    return not outer or folder == outer or folder.startswith(f"{outer}/")


def of_command(words: tuple[str, ...]) -> Framework | None:
    """The framework that the command *words* starts, None where it is none that we know."""
    return next((found for kind in KINDS if (found := kind.read(words))), None)
