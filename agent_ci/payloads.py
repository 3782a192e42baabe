"""Reads the file in which a forge tells a job of the event that started it; strangers wrote most of what is in it."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent_ci.errors import UnsupportedError

_MOST_BYTES = 10_000_000


def read_payload(path: Path, variable: str) -> Mapping[str, Any]:
    """The JSON object in the file *path*, which *variable* names. Raises UnsupportedError for anything else."""
    what = f"the event payload {path} ({variable})"
    try:
        payload = json.loads(_read_regular_file(path, what, variable).decode("utf-8-sig"))
    except OSError as error:
        raise UnsupportedError(f"{what} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UnsupportedError(
            f"{what} is not valid JSON; run agent-ci in the job's own environment, or unset {variable} to go by the "
            "other variables"
        ) from error
    if not isinstance(payload, dict):
        raise UnsupportedError(f"{what} is no JSON object")
    return payload


def part(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under *key*; empty where there is none."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def text(value: Mapping[str, Any], key: str) -> str:
    """The text under *key*; empty where there is none."""
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _read_regular_file(path: Path, what: str, variable: str) -> bytes:
    """The file's bytes; a pipe or a device would block or never end. Raises UnsupportedError, OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsupportedError(f"{what} is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise UnsupportedError(
            f"{what} is larger than {_MOST_BYTES // 1_000_000} MB; unset {variable} to go by the other variables"
        )
    return content
