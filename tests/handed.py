"""What a job that proved a change hands over, as tests make, change and forge it; and `publish`, as a process."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.sealing import sealed, text_of
from bench.repositories import git
from tests.red import RedRepository

Handed = Callable[[Path], tuple[RedRepository, Path]]
"""Makes the red repository in a folder, and beside it one with the two files that are handed over."""


@dataclass(frozen=True)
class Published:
    code: int
    document: dict[str, Any]
    stderr: str


def copied(proof: RedRepository, scratch: Path) -> tuple[RedRepository, Path]:
    shutil.copytree(proof.path, scratch / "repository")
    folder = scratch / "handed"
    folder.mkdir()
    for name in ("evidence.json", "fix.patch"):
        shutil.copy(proof.scratch / "out" / name, folder)
    return RedRepository(scratch / "repository", scratch), folder


def publish(red: RedRepository, folder: Path, *more: str, **variables: str) -> Published:
    out = red.scratch / "published"
    argv = [sys.executable, "-m", "agent_ci", "publish", str(folder / "evidence.json"), "--repository", str(red.path)]
    done = subprocess.run(
        [*argv, "--out", str(out), "--json", *more],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return Published(done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr)


def resealed(folder: Path, **changes: object) -> None:
    path = folder / "evidence.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["seal"]
    path.write_text(text_of(sealed({**document, **changes})), encoding="utf-8")


def part(folder: Path, name: str, **changes: object) -> dict[str, object]:
    document = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    return {name: {**document[name], **changes}}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def forged(folder: Path, patch: str) -> None:
    """Have the evidence tell of *patch*, digests and seal included, as a process that was taken over could."""
    (folder / "fix.patch").write_text(patch, encoding="utf-8")
    resealed(folder, **part(folder, "patch_file", sha256=hashlib.sha256(patch.encode()).hexdigest()))


def tampered(red: RedRepository, folder: Path, files: Mapping[str, str]) -> None:
    """Have all of the hand-over tell of a commit with *files*, as if that had been proven."""
    red.commit(files)
    patch = git(red.path, "format-patch", "--stdout", "--full-index", "--binary", "--no-renames", "-1")
    base, head = git(red.path, "rev-parse", "HEAD^", "HEAD").split()
    with Clone.of(Repository.at(red.path)) as clone:
        change = clone.patch(clone.tree(base).id, clone.tree(head).id)
    git(red.path, "reset", "-q", "--hard", "HEAD^")
    resealed(folder, **part(folder, "patch", tree=change.tree, sha256=change.sha256))
    forged(folder, f"{patch}\n")


GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_REPOSITORY": "owner/name",
}


def event(folder: Path, head: str, base: str, number: int = 7) -> str:
    path = folder / "event.json"
    request = {"number": number, "head": {"sha": head, "ref": "topic"}, "base": {"sha": base, "ref": "main"}}
    path.write_text(json.dumps({"number": number, "pull_request": request}), encoding="utf-8")
    return str(path)
