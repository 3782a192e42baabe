"""Git over HTTP for a bare repository, by git's own http-backend, with branches that are protected for real."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path

from tests.servers.bare import ENVIRONMENT

_HOOK = """#!/bin/sh
# Called by git for each ref that is pushed: name, old id, new id.
if grep -qxF "$1" protected 2>/dev/null; then
  echo "GH006: Protected branch update failed for $1." >&2
  exit 1
fi
case "$3" in 0000000*) exit 0 ;; esac
if [ -z "$FORGE_WORKFLOWS" ] && git log --name-only --format= "$3" --not --all | grep -q '^[.]github/workflows/'; then
  echo "refusing to allow a GitHub App to create or update workflow without workflows permission" >&2
  exit 1
fi
"""


@dataclass(frozen=True)
class GitRequest:
    """A request of git's for *path* below the repository's own address, made by *user*."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    user: str
    may_change_workflows: bool


@dataclass(frozen=True)
class Pushed:
    """What the program answered: status, headers, and the body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def prepare(directory: Path) -> None:
    """Have the bare repository in *directory* take pushes, and refuse those to protected branches."""
    hook = directory / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(_HOOK)
    hook.chmod(0o755)
    subprocess.run(["git", "config", "http.receivepack", "true"], cwd=directory, env=ENVIRONMENT, check=True)


def protect(directory: Path, branches: Iterable[str]) -> None:
    """Take no push to *branches*."""
    (directory / "protected").write_text("".join(f"refs/heads/{branch}\n" for branch in branches))


def answer(directory: Path, request: GitRequest) -> Pushed:
    """Have git answer *request* to the bare repository in *directory*."""
    place, _, query = request.path.partition("?")
    is_packed = request.headers.get("content-encoding") == "gzip"
    body = gzip.decompress(request.body) if is_packed else request.body
    environment = {
        **ENVIRONMENT,
        "GIT_PROJECT_ROOT": str(directory),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": place,
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": query,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "REMOTE_USER": request.user,
        "REMOTE_ADDR": "127.0.0.1",
        "FORGE_WORKFLOWS": "1" if request.may_change_workflows else "",
    }
    done = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True, check=False)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    found = BytesParser().parsebytes(head)
    status = int((found.get("Status") or "200").split(" ")[0])
    kept = tuple((name, value) for name, value in found.items() if name.lower() not in ("status", "content-length"))
    return Pushed(status, kept, content)
