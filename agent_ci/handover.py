"""What one process of agent-ci hands to another: evidence and patch, read with care and held against each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent_ci.core.document import FIX, PARTIAL, SCHEMA
from agent_ci.core.sealing import broken_seal
from agent_ci.core.untrusted import text, texts
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular
from agent_ci.memory import Idea, told

_MAX_BYTES = 200_000_000


@dataclass(frozen=True)
class HandedOver:
    """The evidence *document* as it was written, its text's digest, and the bytes of the patch that it tells of.

    ``patch`` is None where nothing was proven. ``tree`` and ``base_tree`` are there where ``is_whole``: where the patch
    repairs all there is to repair, and not some root causes only.
    """

    document: Mapping[str, Any] = field(repr=False)
    patch: bytes | None = field(repr=False)
    sha256: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether there is a proven change that repairs everything."""
        return self.patch is not None and bool(self.document["patch"])

    @property
    def job(self) -> str:
        """The job that made the change."""
        return str(self.document["job"])

    @property
    def targets(self) -> tuple[str, ...]:
        """The ids of the tests that are to be repaired."""
        return tuple(self.document["targets"])

    @property
    def causes(self) -> int:
        """How many root causes are told, at least one."""
        return max(1, len(self.document["groups"]))

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks for a person to look at the change first."""
        return tuple((self.document["proof"] or {}).get("doubts", ()))

    @property
    def is_revert(self) -> bool:
        """Whether the change takes back a commit of ours, and repairs nothing."""
        return bool(self.document.get("takes_back"))

    @property
    def is_notes(self) -> bool:
        """Whether the change adds notes to a changelog, so that no test was run and none is told of."""
        return self.job == "changelog"

    @property
    def is_repair(self) -> bool:
        """Whether the change repairs failing tests, and neither adds some nor takes something back."""
        return not (self.is_notes or self.is_revert or self.job == "tests")

    @property
    def cause(self) -> str:
        """What was said to be the cause by the attempt that was proven; empty where none was named."""
        told = self.document.get("attempts")
        rows = [row for row in told if isinstance(row, dict)] if isinstance(told, list) else []
        proven = (row for row in rows if row.get("patch") == self.document["patch"]["sha256"])
        return next((text(row.get("cause")) for row in proven if not row.get("objections")), "")

    def tried(self, through: Callable[[str], str]) -> tuple[Idea, ...]:
        """What a model offered in vain, each text passed *through*; of a repair alone, as what it proposes is."""
        return told(self.document.get("tried"), through) if self.is_repair else ()

    @property
    def taken_out(self) -> str:
        """The delivery of tests that the change takes out again; empty where it is no such change."""
        told = self.document.get("tests")
        name = told.get("reverts") if isinstance(told, dict) and self.job == "tests" else ""
        return name if isinstance(name, str) else ""

    @property
    def message(self) -> str:
        """The message of the commit that the change would be; empty where it is not told."""
        return str((self.document.get("patch_file") or {}).get("message") or "")

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


def read(evidence: Path, patch: Path | None = None, *, sha256: str = "", root: Path | None = None) -> HandedOver:
    """The hand-over in the file *evidence*, with *patch*, or the file beside it that its evidence tells of.

    With *root*, no link may lead out of that folder. Raises DamagedError where a file was changed after it was written
    or is not the one with the digest *sha256*, and UnsupportedError where one cannot be read, or is no evidence.
    """
    raw = _bytes(evidence, root)
    digest = hashlib.sha256(raw).hexdigest()
    if sha256 and digest != sha256.strip().lower():
        raise DamagedError(evidence, f"its sha256 is {digest}, and {sha256} was told")
    written = raw.decode("utf-8", "surrogateescape")
    if fault := broken_seal(written):
        raise DamagedError(evidence, fault)
    document = json.loads(written)
    try:
        name, told = _patch_file(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        fault = f"a part of it is missing or of another type ({type(error).__name__}: {error})"
        raise UnsupportedError(f"{evidence} is no evidence that this release reads: {fault}") from error
    if not name:
        return HandedOver(document, None, digest)
    path = patch or evidence.with_name(name)
    content = _bytes(path, root)
    if hashlib.sha256(content).hexdigest() != told:
        raise DamagedError(path, f"its digest is not the one that {evidence.name} tells")
    return HandedOver(document, content, digest)


def proven(evidence: Path, patch: Path | None = None) -> HandedOver:
    """The same where its patch repairs everything. Raises UnsupportedError where it claims no such change."""
    handed = read(evidence, patch)
    if not handed.is_whole:
        raise UnsupportedError(f"{evidence} claims no proven change (its outcome is {handed.document['outcome']!r})")
    return handed


def _patch_file(document: Mapping[str, Any]) -> tuple[str, str]:
    """The name and the digest of the file with the patch, empty where there is none, once every part that is read fits.

    Raises KeyError, TypeError, ValueError, AttributeError where one does not.
    """
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is {document['schema']!r:.60}")
    texts(document["targets"])
    texts([group["fingerprint"] for group in document["groups"]])
    text(document["job"])
    _filled(document["outcome"], document["reason"], document["context"]["forge"])
    whole, file = document["patch"], document.get("patch_file")
    if not whole and not file:
        return "", ""
    if whole:
        texts(document["proof"]["doubts"])
        _filled(document["context"]["commit"], whole["sha256"], whole["base_tree"], whole["tree"])
    told = document["patch_file"]
    if told["name"] != (FIX if whole else PARTIAL):
        raise ValueError(f"its patch is in a file named {told['name']!r:.60}")
    text(told.get("message", ""))
    return text(told["name"]), text(told["sha256"])


def _filled(*values: object) -> None:
    for value in values:
        if not text(value):
            raise ValueError("a text of it is empty")


def _bytes(path: Path, root: Path | None) -> bytes:
    with open_regular(path, root=root, max_bytes=_MAX_BYTES) as file:
        return file.read(_MAX_BYTES)
