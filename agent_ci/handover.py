"""What one process of agent-ci hands to another: evidence and patch, read with care and held against each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent_ci.core.document import SCHEMA, broken_seal
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular

_MAX_BYTES = 200_000_000


@dataclass(frozen=True)
class HandedOver:
    """The evidence *document* as it was written, its text's digest, and the bytes of the patch that it tells of.

    ``patch`` is None where nothing was proven; ``tree`` and ``base_tree`` are then not there.
    """

    document: Mapping[str, Any] = field(repr=False)
    patch: bytes | None = field(repr=False)
    sha256: str = ""

    @property
    def tree(self) -> str:
        """The id of the tree that was proven."""
        return str(self.document["patch"]["tree"])

    @property
    def base_tree(self) -> str:
        """The id of the tree that the patch applies to."""
        return str(self.document["patch"]["base_tree"])

    @property
    def commit(self) -> str:
        """The id of the commit that was judged; empty where the run ended before it knew."""
        return str(self.document["context"].get("commit") or "")

    @property
    def text(self) -> str:
        """The patch as text that keeps every byte; empty where there is none."""
        return (self.patch or b"").decode("utf-8", "surrogateescape")


class DamagedError(UnsupportedError):
    """A *file* of a hand-over is not as it was written, or not the one that was told."""

    def __init__(self, file: Path, fault: str) -> None:
        """Say that *file* is damaged, and how."""
        super().__init__(f"{file} cannot be believed: {fault}; take the files of the run as they were written")
        self.file = file


def read(evidence: Path, patch: Path | None = None, *, sha256: str = "") -> HandedOver:
    """The hand-over in the file *evidence*, with *patch* or, where a change was proven, ``fix.patch`` beside it.

    Raises DamagedError where a file was changed after it was written or is not the one with the digest *sha256*, and
    UnsupportedError where one cannot be read, or is no evidence.
    """
    raw = _bytes(evidence)
    digest = hashlib.sha256(raw).hexdigest()
    if sha256 and digest != sha256.strip().lower():
        raise DamagedError(evidence, f"its sha256 is {digest}, and {sha256} was told")
    text = raw.decode("utf-8", "surrogateescape")
    if fault := broken_seal(text):
        raise DamagedError(evidence, fault)
    document = json.loads(text)
    if fault := _is_none(document):
        raise UnsupportedError(f"{evidence} is no evidence that this release reads: {fault}")
    if not document["patch"]:
        return HandedOver(document, None, digest)
    path = patch or evidence.with_name("fix.patch")
    content = _bytes(path)
    if hashlib.sha256(content).hexdigest() != document["patch_file"]["sha256"]:
        raise DamagedError(path, f"its digest is not the one that {evidence.name} tells")
    return HandedOver(document, content, digest)


def proven(evidence: Path, patch: Path | None = None) -> HandedOver:
    """The same where it has a patch. Raises UnsupportedError where it claims no proven change."""
    handed = read(evidence, patch)
    if handed.patch is None:
        raise UnsupportedError(f"{evidence} claims no proven change (its outcome is {handed.document['outcome']!r})")
    return handed


def _is_none(document: Mapping[str, Any]) -> str:
    """Why *document* is no evidence that can be read, as a sentence; empty where it is."""
    if document.get("schema") != SCHEMA:
        return f"its schema is {document.get('schema')!r}"
    names = {"": ("outcome", "reason"), "context": ("forge",), **(_OF_A_PATCH if document.get("patch") else {})}
    try:
        told = [(document[part] if part else document)[name] for part, each in names.items() for name in each]
    except (KeyError, TypeError) as error:
        return f"a part of it is missing ({error})"
    return "" if all(isinstance(value, str) and value for value in told) else "a part of it has another type"


_OF_A_PATCH = {
    "patch": ("sha256", "base_tree", "tree"),
    "patch_file": ("sha256", "name"),
    "context": ("forge", "commit"),
}


def _bytes(path: Path) -> bytes:
    with open_regular(path, max_bytes=_MAX_BYTES) as file:
        return file.read(_MAX_BYTES)
