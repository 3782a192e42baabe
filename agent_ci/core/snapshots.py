"""Knows the failures of a stored snapshot, and the command by which a person has it stored anew."""

from __future__ import annotations

import re

_COMMANDS = tuple(
    (re.compile(pattern), command)
    for pattern, command in (
        (r"--snapshot-update\b", "pytest --snapshot-update"),
        (r"--inline-snapshot=", "pytest --inline-snapshot=fix"),
        (r"--force-regen\b", "pytest --force-regen"),
        (r"\bSnapshot `[^`]{1,300}` mismatched", "npx vitest run -u"),
        (r"\btoMatch(?:Inline)?Snapshot\(|\btoThrowErrorMatching(?:Inline)?Snapshot\(", "npx jest -u"),
        (r"\bcargo insta\b|\binsta::assert_", "cargo insta review"),
        (r"\bUPDATE_SNAPS=true\b", "UPDATE_SNAPS=true go test ./..."),
    )
)


def storing(text: str) -> str:
    """The command that stores anew the snapshot which the failure *text* is about; empty where it is about none."""
    return next((command for pattern, command in _COMMANDS if pattern.search(text)), "")


def suggestion(command: str) -> str:
    """What a person is told instead of a change: nothing here can know that the new output is the one that is meant."""
    return f"a stored snapshot differs from what the code makes; if that is what is meant, store it with `{command}`"
