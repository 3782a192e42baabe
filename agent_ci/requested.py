"""The folder in which a process with the forge's token leaves what the forge said of requests, for one without."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from agent_ci.core.nesting import is_deep
from agent_ci.core.notes.requests import Request, read, values
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular

_FILE = "requests.json"
_MOST_BYTES = 64_000_000
_LONGEST = 50_000  # characters of a description; fewer of each where there are many
_BYTES_A_SIGN = 8  # a sign of JSON has at most six


def keep(requests: Mapping[str, Request], sentence: str, folder: Path) -> None:
    """Write what the forge told, and the *sentence* that says so, into the *folder*, which is new. Raises OSError."""
    folder.mkdir(mode=0o700)
    longest = min(_LONGEST, _MOST_BYTES // (_BYTES_A_SIGN * max(len(requests), 1)))
    told = {"sentence": sentence, "requests": values(requests, longest=longest)}
    (folder / _FILE).write_text(json.dumps(told), encoding="utf-8")


def of(folder: Path, ids: Collection[str]) -> tuple[Mapping[str, Request], str]:
    """What there is about *ids* in *folder*, and the sentence. Raises UnsupportedError where it cannot be read."""
    with open_regular(folder / _FILE, root=folder, max_bytes=_MOST_BYTES) as file:
        text = file.read(_MOST_BYTES).decode("utf-8", "replace")
    try:
        told = {} if is_deep(text) else json.loads(text)
        return read(told["requests"], ids), str(told["sentence"])[:1000]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnsupportedError(f"{folder / _FILE} is nothing that `agent-ci fetch` writes: {error}") from error
