"""Reads which lines of a workspace's files each test executed, from what a tool, or our own recorder, left there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from agent_ci.core.coverage import IMPORTS, Coverage, Lines
from agent_ci.core.coverage_formats.gathering import MAX_BYTES, Place, among
from agent_ci.core.coverage_formats.go_profile import in_module, read_go_profile
from agent_ci.core.coverage_formats.jacoco import read_jacoco
from agent_ci.core.coverage_formats.ours import read_ours
from agent_ci.core.coverage_formats.v8 import read_v8
from agent_ci.core.proof import is_within
from agent_ci.core.report import TestReport
from agent_ci.errors import AgentCIError, InfrastructureError, UnsupportedError
from agent_ci.files import chunks, open_regular
from agent_ci.ports import Workspace
from agent_ci.runners.deadline import Deadline
from agent_ci.runners.kit import Kit
from agent_ci.runners.places import Texts

_MOST_FILES = 200  # that one run left, one for each of its processes
_LONGEST = 300  # characters of a reason
_DECIDING = "deciding.json"  # where our recorder looks for the lines that decide


def recorded(
    workspace: Workspace,
    run: Callable[[Kit], TestReport],
    id_of: Callable[[str], str] = str,
    *,
    deciding: Lines,
) -> Coverage:
    """What our recorder, which *run* is given, wrote while that ran the tests; *id_of* makes our ids of its own.

    Of the *deciding* lines, by path, it tells what ran after them as well.

    It is partial where it cannot be read, or the report is. The process that wrote it ran code of the repository:
    lines of files that are not in the workspace are left out.
    """
    kit = Kit.unpacked(workspace, "coverage")
    asked = {path: sorted(lines) for path, lines in deciding.items() if lines}
    (kit.package / _DECIDING).write_text(json.dumps(asked), encoding="utf-8")
    report = run(kit)
    known = frozenset(Texts(workspace.root))
    try:
        with open_regular(kit.report, root=workspace.outbox, max_bytes=MAX_BYTES) as file:
            found = read_ours(chunks(file, max_bytes=MAX_BYTES), lambda name: name if name in known else "")
    except UnsupportedError as error:
        found = Coverage(partial=(f"which lines the tests executed is not known: {error}",))
    ids = {id_: id_of(id_) if id_ != IMPORTS else id_ for id_ in found.tests}
    tests = {ids[id_]: files for id_, files in found.tests.items()}
    arcs = {ids[id_]: files for id_, files in found.arcs.items()}
    return replace(found, tests=tests, arcs=arcs, partial=(*found.partial, *report.partial))


@dataclass(frozen=True)
class Left:
    """What runs in *workspace*, each of one test of the project in *folder* ("" for the root), left in its outbox."""

    workspace: Workspace
    folder: str

    def read(self, kind: str, prefix: str, test: str) -> Coverage:
        """The lines that *test* executed, in the files whose names begin with *prefix*, which are of *kind*."""
        found = Coverage({test: {}})
        files = sorted(self.workspace.outbox.glob(f"{prefix}*"))
        if not files:
            return Coverage(partial=(f"nothing tells which lines {test[:_LONGEST]} executed",))
        if len(files) > _MOST_FILES:
            found = replace(found, partial=(f"what more than {_MOST_FILES} processes executed was not read",))
        for path in files[:_MOST_FILES]:
            try:
                with open_regular(path, root=self.workspace.outbox, max_bytes=MAX_BYTES) as file:
                    found |= self._parsed(kind, chunks(file, max_bytes=MAX_BYTES), test)
            except UnsupportedError as error:
                found = replace(found, partial=(*found.partial, str(error)))
        return found

    def _parsed(self, kind: str, content: Iterable[bytes], test: str) -> Coverage:
        if kind == "v8":
            return read_v8(content, self._place, lambda path: self._texts.get(path, ""), test=test)
        if kind == "jacoco":
            return read_jacoco(content, self._place, test=test)
        return read_go_profile(content, self._place_in_module, test=test)

    @cached_property
    def _texts(self) -> Texts:
        return Texts(self.workspace.root)

    @cached_property
    def _place(self) -> Place:
        root = self.workspace.root
        return among(self._texts.keys(), str(root), str(root.resolve()))

    @cached_property
    def _place_in_module(self) -> Place:
        place = in_module(self._texts.get(f"{self.folder}/go.mod".lstrip("/"), ""), self.folder)
        known = frozenset(self._texts)
        return lambda name: path if (path := place(name)) in known else ""


def one_by_one(ids: Iterable[str], cover: Callable[[str], tuple[TestReport, Coverage]], deadline: Deadline) -> Coverage:
    """What ``cover(id)`` finds for each of *ids*, until the *deadline* for all of them.

    A test that cannot be run is told of; raises what the first one raised where none could be.
    """
    found = Coverage()
    first: AgentCIError | None = None
    for id_ in ids:
        if deadline.is_over:
            found |= Coverage(partial=(f"time ran out before {id_[:_LONGEST]} was run",))
            break
        try:
            report, lines = cover(id_)
        except (InfrastructureError, UnsupportedError) as error:
            first = first or error
            found |= Coverage(partial=(str(error)[:_LONGEST],))
            continue
        if any(is_within(case.id, id_) for case in report.cases):
            found |= lines
        else:
            found |= Coverage(partial=(f"{id_[:_LONGEST]} was asked for and did not run",))
    if first and not found.tests:
        raise first
    return found
