"""What git, its hosts and their hooks say where they refuse a push, and what that means for a delivery."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_SHOWN = 300  # characters of what a host said


class Refusal(StrEnum):
    """Why a push did not happen, as far as that can be told from what was said."""

    MOVED = "moved"
    PROTECTED = "protected"
    WORKFLOW = "workflow"
    SIZE = "size"
    RIGHTS = "rights"
    LOGIN = "login"
    MISSING = "missing"
    HOOK = "hook"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Refused:
    """*kind* of refusal, and the *words* of the host in one line, which are text from outside."""

    kind: Refusal
    words: str


def read_refusal(said: str) -> Refused:
    """What git's standard error, in English, says about a push that failed."""
    kind = next((kind for kind, pattern in _SIGNS if pattern.search(said)), Refusal.UNKNOWN)
    return Refused(kind, _words(said))


def _words(said: str) -> str:
    """What the host said, else what git said last; git's advice left out."""
    remote = [line[1].strip() for line in _REMOTE.finditer(said)]
    told = [line for line in remote if line.strip("- =*")]
    own = [
        line.strip() for line in said.splitlines() if line.strip() and not line.startswith(("hint:", "error: failed"))
    ]
    return " ".join(" ".join(told or own[-1:]).split())[:_SHOWN]


_REMOTE = re.compile(r"^remote: ?(.*?)(?:\x1b\[K)?$", re.MULTILINE)
# The first that fits counts. A line of git itself begins with ` ! `, `fatal:` or `error:`, one of the host with
# `remote:`. Sources: git's builtin/send-pack.c and receive-pack.c; GitHub's and GitLab's pages on push errors.
_SIGNS = tuple(
    (kind, re.compile(pattern, re.MULTILINE))
    for kind, pattern in (
        (Refusal.MOVED, r"^ ?! \[rejected\] .*\((?:stale info|fetch first|non-fast-forward|needs force|remote ref)"),
        (Refusal.MOVED, r"^ ?! \[remote rejected\] .*\((?:cannot lock ref|failed to update ref|failed to lock)"),
        (Refusal.MOVED, r"^ ?! \[remote rejected\] .*\((?:incorrect old value|fetch first|non-fast-forward)"),
        (Refusal.MOVED, r"^ ?! \[remote rejected\] .*\(reference already exists|^remote: error: cannot lock ref "),
        (Refusal.WORKFLOW, r"(?i)refusing to allow an? .* to create or update workflow"),
        (Refusal.PROTECTED, r"\bGH006\b|\bGH013\b|(?i:protected branch|repository rule violations|TF402455)"),
        (Refusal.SIZE, r"\bGH001\b|HTTP 413|error: 413|pack exceeds maximum|exceeds .*(?:size limit|limit of)"),
        (Refusal.SIZE, r"larger than the allowed size|exceeded its size limit"),
        (Refusal.RIGHTS, r"The requested URL returned error: 403|^remote: Permission to .* denied"),
        (Refusal.RIGHTS, r"^remote: (?:Write access to repository not granted|.*not allowed to push)"),
        (Refusal.LOGIN, r"^fatal: (?:Authentication failed for|could not read (?:Username|Password) for)"),
        (Refusal.LOGIN, r"The requested URL returned error: 401|^remote: HTTP Basic: Access denied"),
        (Refusal.MISSING, r"^remote: (?:Repository not found|The project you were looking for could not be found)"),
        (Refusal.MISSING, r"^fatal: repository '.*' not found|The requested URL returned error: 404"),
        (Refusal.HOOK, r"^ ?! \[remote rejected\] "),
    )
)
