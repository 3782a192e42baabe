"""Tells the steps that follow in a job how a run ended, in the file that a runner of workflows names for that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any

from agent_ci.core.outward.variables import assignment
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.sealing import digest_of
from agent_ci.errors import AgentCIError
from agent_ci.files import append_regular

VARIABLE = "GITHUB_OUTPUT"
"""Names the file. Source: "Setting an output parameter" in GitHub's documentation; Gitea and Forgejo have it, too."""

NAMES = ("outcome", "patch", "pull-request", "cost", "evidence", "evidence-sha256")
"""Every output of a run, as `action.yml` declares them."""

OF_CHAT = ("command", "head", "change")
"""The outputs of `chat`."""


def outputs(document: Mapping[str, Any], out: Path, workspace: Path) -> dict[str, str]:
    """The outputs of the run that wrote *document* into *out*: texts, empty where there is nothing to tell.

    Files are named from *workspace* where they lie below it, so that a name also holds outside of a container. The
    cost is in US$, empty where it is not known. The digest is that of the text that was written, in hexadecimal.
    """
    patch, delivery = document.get("patch_file") or {}, document.get("delivery") or {}
    usd = (document.get("cost") or {}).get("usd")
    return {
        "outcome": str(document["outcome"]),
        "patch": _named(out / patch["name"], workspace) if patch.get("name") == "fix.patch" else "",
        "pull-request": _address(delivery.get("reference")) if delivery.get("rung") == "pull-request" else "",
        "cost": "" if usd is None else f"{usd:.4f}",
        "evidence": _named(out / "evidence.json", workspace),
        "evidence-sha256": digest_of(document),
    }


def write(values: Mapping[str, str], environment: Mapping[str, str], outward: Outward) -> str:
    """Append *values* to the file that *environment* names, if it names one; why not, as a sentence, else empty.

    The run has ended when this is called, so that nothing in here may change how. A file that is a link, a pipe or
    another name of something is not written.
    """
    path = environment.get(VARIABLE, "")
    if not path:
        return ""
    try:
        lines = (_line(name, outward.to(Sink.VARIABLE, value)) for name, value in values.items())
        append_regular(Path(path), "".join(lines).encode("utf-8", "replace"))
    except (OSError, ValueError, AgentCIError) as error:
        return f"the outputs of this step could not be written to {path} ({error}); the files of the run have them"
    return ""


def _line(name: str, value: str) -> str:
    return assignment(name, value, delimiter=token_hex(16))


def _named(path: Path, workspace: Path) -> str:
    return str(path.relative_to(workspace)) if path.is_relative_to(workspace) else str(path)


def _address(reference: object) -> str:
    text = str(reference or "")
    return text if text.startswith(("https://", "http://")) else ""
