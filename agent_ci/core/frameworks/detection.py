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
    """The projects whose files are *paths*, outermost first; one inside of another of the same kind is part of it."""
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
            if framework and not any(_holds(known, folder, framework) for known in found):
                found.append(Project(folder, framework, kind))
    return tuple(found)


def _below(folder: str, every: list[str]) -> tuple[str, ...]:
    """Those of *every* file, which are sorted, that lie in *folder*, relative to it."""
    if not folder:
        return tuple(every)
    start, after = (bisect_left(every, f"{folder}{sign}") for sign in "/0")  # "0" is the sign that comes after "/"
    return tuple(file.removeprefix(f"{folder}/") for file in every[start:after])


def _holds(known: Project, folder: str, framework: Framework) -> bool:
    is_inside = not known.folder or folder == known.folder or folder.startswith(f"{known.folder}/")
    return is_inside and known.framework.name == framework.name


def of_command(words: tuple[str, ...]) -> Framework | None:
    """The framework that the command *words* starts, None where it is none that we know."""
    return next((found for kind in KINDS if (found := kind.read(words))), None)
