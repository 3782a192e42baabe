"""A remark on lines of a file, as forges show them beside the change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on lines of *path*, *first* to *last*, 1-based; *level* is ``notice``, ``warning`` or ``failure``."""

    path: str
    first: int
    last: int
    level: str
    title: str
    message: str
