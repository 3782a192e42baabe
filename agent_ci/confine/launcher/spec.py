"""What the launcher is told: read by it from an inherited file, never from its arguments or environment."""

from __future__ import annotations

from typing import TypedDict


class Spec(TypedDict):
    """One run. ``user`` is whose rights the command gets, None for ours; ``capabilities`` are bits that it keeps.

    ``namespaces`` are flags of unshare(2), 0 for none. ``scratch`` is the folder above the writable ones, and with
    ``own_tmp``, one of those is shown as /tmp; the ``hidden`` folders are shown empty. ``limits`` are resources of
    setrlimit(2) with their soft and hard values, ``groups`` the files that a
    process joins a control group through, and ``filter`` is a program for seccomp.
    """

    parent: int
    argv: list[str]
    environment: dict[str, str]
    folder: str
    scratch: str
    own_tmp: str
    hidden: list[str]
    readable: list[str]
    writable: list[str]
    devices: list[str]
    namespaces: int
    memory_folder_bytes: int
    user: int | None
    capabilities: int
    limits: list[tuple[int, int, int]]
    groups: list[str]
    filter: bytes
