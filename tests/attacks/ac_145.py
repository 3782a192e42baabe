"""AC-145: the archive with a job's logs names files outside, links, the same file twice, or unpacks to gigabytes."""

from __future__ import annotations

import json
import shutil
import tracemalloc
from collections.abc import Mapping

from agent_ci import fetched
from agent_ci.core.red_run import RedRun
from agent_ci.forges.github import runs
from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, GREW, REACHED, READ
from bench.attacks.stages.context import FORK, OWN, Scene, Seen
from tests.archives import HOSTILE, REPORT, packed
from tests.servers.github import TOKEN, ForgeServer

_LEFT_OUT = "each is left out, and what is honest beside it is read"
_MOST_BYTES = 160_000_000  # of memory: what all artifacts may have together, and the packed ones
_RUN, _HONEST = 5, 1


def _fetched(scene: Scene, archives: Mapping[int, bytes]) -> RedRun:
    """What is kept of a fork's red run that left *archives* as its artifacts."""
    origin = scene.folder / "forge.git"
    shutil.copytree(scene.folder / "origin.git", origin, dirs_exist_ok=True)
    with ForgeServer(origin, name=OWN) as server:
        head = scene.commits["head"]
        server.state.red_run(_RUN, head, repository=FORK)
        server.state.artifacts[_RUN] = [{"id": number, "name": f"of {number}"} for number in archives]
        server.store.update({f"actions/artifacts/{number}/zip": packed for number, packed in archives.items()})
        payload = {**scene.pull_request(FORK), "workflow_run": {"id": _RUN, "head_sha": head}}
        job = {**server.variables, "GITHUB_TOKEN": TOKEN}
        found = runs.red_run(scene.environment("workflow_run", payload, **job))
    fetched.keep(found, scene.folder / "red-run")
    return found


def _attempt(scene: Scene) -> Seen:
    honest = packed({"junit.xml": REPORT})
    tracemalloc.start()
    found = _fetched(scene, {_HONEST: honest, **dict(enumerate(HOSTILE.values(), _HONEST + 1))})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    kept = [path for path in (scene.folder / "red-run").rglob("*") if not path.is_dir()]
    is_plain = all(path.is_file() and not path.is_symlink() for path in kept)
    is_right = (len(found.reports), len(found.logs), len(found.notes), len(kept)) == (1, 0, len(HOSTILE), 2)
    said = json.dumps([str(found), *(path.read_text(encoding="utf-8") for path in kept)])
    return Seen(_LEFT_OUT if is_right and is_plain else f"{found}", (GREW,) if peak > _MOST_BYTES else (), said)


ATTACK = Attack(
    id="AC-145",
    stage="context",
    what="the archive with a job's logs names files outside, links, the same file twice, or unpacks to gigabytes",
    forbidden=(READ, CHANGED, REACHED, GREW),
    promised=_LEFT_OUT,
    attempt=_attempt,
    twin=lambda scene: len(_fetched(scene, {_HONEST: packed({"a.xml": REPORT, "b.log": b"x"})}).logs) == 1,
)
