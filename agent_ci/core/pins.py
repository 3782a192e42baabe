"""The actions that the workflows of `init` use, each by the full id of a commit, which cannot be moved as a tag can."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

PINS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "actions/checkout": ("08c6903cd8c0fde910a37f88322edcfb5dd907a8", "v5.0.0"),
        "actions/setup-python": ("e797f83bcb11b83ae66e0230d6156d7c80228e7c", "v6.0.0"),
        "actions/upload-artifact": ("b7c566a772e6b6bfb58ed0dc250532a479d7789f", "v6.0.0"),
        "actions/download-artifact": ("37930b1c2abaa49bbe596cd826c3c89aef350131", "v7.0.0"),
    }
)
"""Commit and version by the action's name."""

PINNED = re.compile(r"[\w.-]+/[\w./-]+@(?:[0-9a-f]{40}|[0-9a-f]{64})")
UNKNOWN = "OWNER/agent-ci@COMMIT"
"""Stands for this action where nobody said where it lives."""


def pinned(name: str) -> str:
    """The words after ``uses:`` for the action *name* of the table, its version in a comment."""
    commit, version = PINS[name]
    return f"{name}@{commit} # {version}"
