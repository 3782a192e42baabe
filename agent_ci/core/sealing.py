"""How evidence is spelled in its file, and the seal by which a change of it is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

_SEAL = "seal"


def text_of(document: Mapping[str, object]) -> str:
    """*document* as it is written to a file: the one spelling that ``broken_seal`` accepts."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def digest_of(document: Mapping[str, object]) -> str:
    """The SHA-256 of the file that holds *document*, in hexadecimal digits."""
    return hashlib.sha256(text_of(document).encode("utf-8", "replace")).hexdigest()


def sealed(document: Mapping[str, object]) -> dict[str, object]:
    """*document* with a digest of each of its parts, so that a change of one is noticed and named."""
    return {**document, _SEAL: {key: _digest(value) for key, value in document.items()}}


def broken_seal(text: str) -> str:
    """Which part of the evidence *text* is not as it was written, as a sentence; empty where all of it is."""
    try:
        document = json.loads(text)
        seal = document.pop(_SEAL)
        parts = {*document, *seal}
        broken = [key for key in sorted(parts) if key not in document or seal.get(key) != _digest(document[key])]
        spelling = text_of({**document, _SEAL: seal})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return f"it is not evidence that agent-ci wrote ({type(error).__name__}: {error})"
    if broken:
        return f"its part {broken[0]!r} was changed after it was written"
    return "" if spelling == text else "its spacing or the order of its parts was changed after it was written"


def _digest(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
