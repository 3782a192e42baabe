"""The kinds of problem that a red build names, in the words that people read."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The class of a finding."""

    COMPILE = "compile error"
    LINT = "lint error"
    TYPE = "type error"
    IMPORT = "import error"
    MISSING_DEPENDENCY = "missing dependency"
    DEPENDENCY_CONFLICT = "dependency conflict"
    OUT_OF_MEMORY = "out of memory"
    DISK_FULL = "disk full"
    TIME_OUT = "time-out"
    CANCELLED = "cancelled"
    INFRASTRUCTURE = "infrastructure"
    TEST = "test failure"
    OTHER = "other"
