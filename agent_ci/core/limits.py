"""How much of the machine one run of repository code may use."""

from __future__ import annotations

from dataclasses import dataclass

_GIBIBYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use at most; None is no limit. Seconds are of processor time, per process.

    ``memory_bytes`` is address space per process and has no limit by default: node and java reserve tens of
    gibibytes that they never touch. ``total_memory_bytes`` is what all processes of a run hold together.
    ``processes`` counts threads, as the kernel does. ``disk_bytes`` is for all files of a workspace together.
    """

    cpu_seconds: int | None = 3600
    memory_bytes: int | None = None
    total_memory_bytes: int | None = None
    file_bytes: int | None = 2 * _GIBIBYTE
    open_files: int | None = 4096
    processes: int | None = 1024
    disk_bytes: int | None = 4 * _GIBIBYTE

    @classmethod
    def of_machine(cls, memory_bytes: int) -> Limits:
        """The defaults, with three quarters of a machine's *memory_bytes* for all processes of a run together."""
        return cls(total_memory_bytes=memory_bytes * 3 // 4)

    def described(self, hard: frozenset[str]) -> dict[str, object]:
        """The limits by name, for the evidence. *hard* are those that the kernel keeps for all processes together."""
        by_name: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        return {**by_name, "total_memory": "hard" if "memory" in hard else "soft", "disk": "soft"}
