"""The one way to call git: no setting, hook, filter or program of anybody else takes part."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from agent_ci import process

_ENVIRONMENT: Mapping[str, str] = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    # A checkout that promises objects by a remote would otherwise start that remote's programs to look one up.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_GRAFT_FILE": f"{os.devnull}/none",  # grafts show other parents than the commits name
    "LC_ALL": "C",
    "HOME": os.devnull,
}
_HARDENED = (
    # a checkout may belong to another user (containers), and may have been tampered with
    "-c", "safe.directory=*", "-c", "safe.bareRepository=explicit",
    "-c", f"core.hooksPath={os.devnull}",
    "-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false",
    "-c", f"core.attributesFile={os.devnull}",
    "-c", "core.pager=cat", "-c", "commit.gpgSign=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
    "-c", "core.quotePath=true", "-c", "protocol.ext.allow=never", "-c", "submodule.recurse=false",
)  # fmt: skip
NAME = "agent-ci"
EMAIL = "agent-ci@users.noreply.github.com"
IDENTITY: Mapping[str, str] = MappingProxyType(
    {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", NAME), ("EMAIL", EMAIL))
    }
)
"""The variables that make us the author of a commit."""
NOTHING: Mapping[str, str] = MappingProxyType({})


def run(
    cwd: Path, *arguments: str, stdin: bytes = b"", settings: Mapping[str, str] = NOTHING, **variables: str
) -> bytes:
    """Run git in *cwd*, with *settings* on top of ours and *variables* in its environment. Raises ToolError."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), **_ENVIRONMENT, **_variables(settings), **variables}
    command = ("git", *_HARDENED, *arguments)
    return process.call(command, cwd=cwd, environment=environment, stdin=stdin, shown=" ".join(("git", *arguments)))


def _variables(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment variables that give git *settings*; in contrast to ``-c``, a name may hold any character."""
    names = {f"GIT_CONFIG_KEY_{index}": name for index, name in enumerate(settings)}
    values = {f"GIT_CONFIG_VALUE_{index}": value for index, value in enumerate(settings.values())}
    return {"GIT_CONFIG_COUNT": str(len(settings)), **names, **values}


def text(raw: bytes) -> str:
    """What git printed: UTF-8, and every other byte as a surrogate, so that nothing is lost."""
    return raw.decode("utf-8", "surrogateescape")


def create(folder: Path, message: str) -> None:
    """Make *folder* a repository with the branch ``main`` and one commit of all its files."""
    run(folder, "init", "--quiet", "--initial-branch=main", "--template=")
    commit_all(folder, message)


def commit_all(folder: Path, message: str) -> None:
    """Commit every file of *folder*, the ignored ones not."""
    run(folder, "add", "--all")
    identity = ("-c", f"user.name={NAME}", "-c", f"user.email={EMAIL}")
    run(folder, *identity, "commit", "--quiet", "--allow-empty", "--no-verify", "-m", message)
