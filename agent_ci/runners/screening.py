"""Tries many versions of the sources in one start of the tests: a cheap judge, and wrong only in what it costs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from agent_ci.core.frameworks.framework import Framework, Place, Step, by_file
from agent_ci.core.frameworks.jvm import JVM_KIT, Maven
from agent_ci.core.frameworks.screens import COPYING, Result, Start, class_paths, is_screened, methods, read_results
from agent_ci.errors import UnsupportedError
from agent_ci.files import make_folder, open_regular, write_new
from agent_ci.ports import Tree, Version, Workspace
from agent_ci.runners import installed
from agent_ci.runners.deadline import Deadline
from agent_ci.runners.starting import started

_MOST_BYTES = 20_000_000  # of what a start printed
_MOST_RESULTS = 2_000_000  # bytes
_MOST_COPIED = 6_000  # files in all copies of the tree
_MOST_COPIES, _LEAST_COPIES = 14, 4
_MOST_COMPILED = 40  # versions in one JVM
_MOST_STARTS = 8  # for one batch: each version that does not end costs one
_SECONDS = 5.0  # of the processor, that one file of tests may take at first, and four times as many of the clock
_LEAST_SECONDS = 0.5  # that it may take when the sources as they are, right after the start, took half of them or less

Started = Callable[[Mapping[int, Version], float, float], Mapping[int, Result]]


@dataclass(frozen=True)
class Screen:
    """Tries versions by *start*, which is given some by their numbers and says what became of each.

    It is told what one file of tests may take, in ``seconds`` of the processor, and the start, of the clock. ``parts``
    is the number of files of tests, ``most`` how many versions one start takes, and ``total`` the number of tests that
    the sources as they are have: no version may have fewer.
    """

    start: Started
    parts: int
    most: int
    total: int = 0
    seconds: float = _SECONDS

    def passing(self, versions: Sequence[Version], *, timeout: float) -> frozenset[int]:
        """Which of *versions*, by their place in the order, pass the tests; what is not known by then does not."""
        deadline = Deadline.after(timeout)
        found: dict[int, Result] = {}
        for first in range(0, len(versions), self.most):
            found |= self._judged(dict(enumerate(versions[first : first + self.most], first)), deadline)
        return frozenset(number for number, one in found.items() if self._is_green(one))

    def measured(self, *, green: int, deadline: Deadline) -> Screen:
        """This judge, where it finds the sources as they are red, and *green* tests green. Raises UnsupportedError."""
        result = self._judged({0: ("", b"")}, deadline).get(0, Result())
        if not result.failed or result.passed < green or result.ended != self.parts:
            raise UnsupportedError("the tests do otherwise where many versions are tried at once than they do alone")
        seconds = max(_LEAST_SECONDS, result.cpu / 1000 / 2)
        return replace(self, total=result.passed + result.failed, seconds=seconds)

    def _is_green(self, result: Result) -> bool:
        return not result.failed and result.passed >= self.total and result.ended == self.parts

    def _judged(self, versions: Mapping[int, Version], deadline: Deadline) -> Mapping[int, Result]:
        """What became of *versions*: one that does not end ends its start, and the next one is without it."""
        found: dict[int, Result] = {}
        for _ in range(_MOST_STARTS):
            left = {number: version for number, version in versions.items() if number not in found}
            if not left or deadline.is_over:
                break
            told = self.start(left, self.seconds, deadline.left())
            known = {
                number: one
                for number, one in told.items()
                if number in left and (one.ended >= self.parts or one.begun > one.ended)
            }
            if not known:
                break
            found |= known
        return found


@dataclass(frozen=True)
class Begun:
    """What a screen is made of: the *red* and *green* tests of the project in *folder*, by *framework* in *place*."""

    workspace: Workspace
    framework: Framework
    place: Place
    folder: str
    checkout: Path
    red: tuple[str, ...]
    green: tuple[str, ...]

    @property
    def only(self) -> tuple[str, ...]:
        """All of the tests."""
        return (*self.red, *self.green)

    @property
    def _place_of_its_own(self) -> Place:
        """The place with a desk that nothing was laid on."""
        return replace(self.place, desk=self.workspace.outbox / secrets.token_hex(8))

    def screen(self, tree: Tree, deadline: Deadline) -> Screen:
        """One that finds the *red* tests red, and the *green* ones green. Raises UnsupportedError."""
        if is_screened(self.framework):
            return self._by_copies(tree).measured(green=len(self.green), deadline=deadline)
        if isinstance(self.framework, Maven):
            green = {*methods(self.green)} - {*methods(self.red)}
            return self._by_classes(deadline).measured(green=len(green), deadline=deadline)
        raise UnsupportedError(f"{self.framework.name} takes one version at a time")

    def _by_copies(self, tree: Tree) -> Screen:
        """Copies of *tree* in the outbox, which are written anew for each start."""
        most = min(_MOST_COPIES, _MOST_COPIED // max(1, len(tree.paths())))
        if most < _LEAST_COPIES:
            raise UnsupportedError("there are too many files for copies of all of them")
        root = self.workspace.outbox / secrets.token_hex(8)
        make_folder(root, root=self.workspace.outbox)
        copies = [root / str(number) for number in range(most)]

        def start(versions: Mapping[int, Version], limit: float, seconds: float) -> Mapping[int, Result]:
            slots = dict(zip(versions, copies, strict=False))
            for number, copy in slots.items():
                if not copy.exists():
                    self._copied(tree, copy)
                self._write(copy, versions[number])
            told = self._told(
                lambda results: self._step_of_copies(tuple(slots.values()), Start((), str(root), str(results), limit)),
                seconds,
            )
            for number, copy in slots.items():
                path = versions[number][0]
                self._write(copy, (path, tree.read(path)) if path else versions[number])
            return {number: told[int(copy.name)] for number, copy in slots.items() if int(copy.name) in told}

        return Screen(start, len(by_file(self.only)), most)

    def _copied(self, tree: Tree, copy: Path) -> None:
        make_folder(copy, root=self.workspace.outbox)
        tree.export(copy)
        installed.link(self.checkout, copy)

    def _step_of_copies(self, copies: tuple[Path, ...], told: Start) -> tuple[Step, Place]:
        folders = tuple(str(copy / self.folder) for copy in copies)
        place = replace(self._place_of_its_own, folder=Path(folders[0]))
        return COPYING[self.framework.name](self.framework, place, self.only, replace(told, folders=folders)), place

    def _by_classes(self, deadline: Deadline) -> Screen:
        """The class path of Maven, and a JVM of ours in which each version is compiled in front of it."""
        wanted = methods(self.only)
        if not methods(self.red):
            raise UnsupportedError("the tests of the JVM cannot be told by their methods")
        known = {"path.txt": "\n".join(self._path(wanted, deadline)), "wanted.txt": "\n".join(wanted)}

        def start(versions: Mapping[int, Version], limit: float, seconds: float) -> Mapping[int, Result]:
            given = ((number, path, data) for number, (path, data) in versions.items() if path)
            files = {f"version-{number}/{PurePosixPath(path).name}": data.decode() for number, path, data in given}

            def made(results: Path) -> tuple[Step, Place]:
                place = self._place_of_its_own
                told = (str(place.desk), str(results), str(round(1000 * limit)), *map(str, versions))
                argv = ("sh", f"{place.desk}/{JVM_KIT}/screen.sh", *told)
                return Step(argv, kit=JVM_KIT, files=known | files), place

            return self._told(made, seconds)

        return Screen(start, 1, _MOST_COMPILED)

    def _path(self, wanted: Iterable[str], deadline: Deadline) -> tuple[str, ...]:
        """The class path of the module that has the classes of *wanted*, as one more start of Maven tells it."""
        place = self._place_of_its_own
        output = self.workspace.outbox / f"{secrets.token_hex(8)}.txt"
        for step in self.framework.steps(place, self.only):
            started(self.workspace, place, replace(step, argv=(*step.argv, "-X")), str(output), deadline.left())
        with open_regular(output, root=self.workspace.outbox, max_bytes=_MOST_BYTES) as file:
            paths = class_paths(file.read(_MOST_BYTES).decode("utf-8", "replace"))
        files = {f"{id_.partition('::')[0].replace('.', '/')}.class" for id_ in wanted}
        for path in paths:
            if any(Path(entry, file).is_file() for entry in path for file in files):
                return path
        raise UnsupportedError("Maven does not tell the class path of the tests")

    def _write(self, copy: Path, version: Version) -> None:
        path, data = version
        if path:
            write_new(copy / path, data, root=self.workspace.outbox)

    def _told(self, made: Callable[[Path], tuple[Step, Place]], seconds: float) -> Mapping[int, Result]:
        """What a start wrote of each version, whatever became of it."""
        results = self.workspace.outbox / f"{secrets.token_hex(8)}.jsonl"
        step, place = made(results)
        started(self.workspace, place, step, "", seconds)
        if not results.exists():
            return {}
        with open_regular(results, root=self.workspace.outbox, max_bytes=_MOST_RESULTS) as file:
            return read_results(file.read(_MOST_RESULTS).decode("utf-8", "replace").splitlines())
