"""Reads which lines of a workspace's files each test executed, from what a tool, or our own recorder, left there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.coverage_formats.ours import MAX_BYTES, read_ours
from agent_ci.errors import UnsupportedError
from agent_ci.files import chunks, open_regular
from agent_ci.ports import Workspace
from agent_ci.runners.kit import Kit
from agent_ci.runners.places import Files


def recorded(kit: Kit, workspace: Workspace, id_of: Callable[[str], str] = str) -> Coverage:
    """What the recorder in *kit* wrote, with the ids that *id_of* makes of its own; partial where it cannot be read.

    The process that wrote it ran code of the repository: lines of files that are not in the workspace are left out.
    """
    known = frozenset(Files(workspace.root, workspace.root).names)
    try:
        with open_regular(kit.report, root=workspace.outbox, max_bytes=MAX_BYTES) as file:
            found = read_ours(chunks(file, max_bytes=MAX_BYTES), lambda name: name if name in known else "")
    except UnsupportedError as error:
        return Coverage(partial=(f"which lines the tests executed is not known: {error}",))
    tests = {id_of(id_) if id_ != IMPORTS else id_: files for id_, files in found.tests.items()}
    return replace(found, tests=tests)
