"""Which of several patches to one tree are put together, and which is left out where two do not fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from agent_ci.core.cell_run import CellRun
from agent_ci.core.change import Patch

RULE = "the patch that repairs more root causes is kept, then the smaller one, then the one named first"


@dataclass(frozen=True, slots=True)
class Part:
    """What one cell contributes: its ``label`` for people, its ``run``, and its ``patch`` where that can be used.

    ``lost`` says why nothing of the cell can be believed; ``left_out`` says why its patch is not in the whole.
    ``kept_as`` is the name under which the patch was kept, and ``folder`` where all of it came from.
    """

    label: str
    folder: str = ""
    run: CellRun | None = None
    patch: Patch | None = None
    lost: str = ""
    left_out: str = ""
    kept_as: str = ""
    asked: frozenset[str] = frozenset()

    @property
    def is_in(self) -> bool:
        """Whether its patch is part of the whole."""
        return self.patch is not None and not self.left_out


Join = Callable[[str, Patch], str | None]
"""Puts a patch onto the tree with this id, as the tree with the id that it gives; None where the two do not fit."""


def ordered(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """*parts* as RULE prefers them."""
    return tuple(sorted(parts, key=_rank))


def _rank(part: Part) -> tuple[int, int]:
    assert part.run is not None  # noqa: S101 - only parts with a patch are ordered
    assert part.patch is not None  # noqa: S101 - as above
    return -len(part.run.repaired), part.patch.size


def joined(parts: tuple[Part, ...], base: str, join: Join) -> tuple[tuple[Part, ...], str]:
    """*parts*, each with the reason where it is left out, and the tree of those that are not, on top of *base*."""
    tree, judged = base, list[Part]()
    for part in ordered(parts):
        assert part.patch is not None  # noqa: S101 - as above
        inside = tuple(other for other in judged if other.is_in)
        if any(other.patch == part.patch for other in inside):
            judged.append(part)  # word for word the same change, which is in already
        elif (together := join(tree, part.patch)) is None:
            judged.append(replace(part, left_out=_conflict(part, inside, join)))
        else:
            tree = together
            judged.append(part)
    return tuple(judged), tree


def _conflict(part: Part, inside: tuple[Part, ...], join: Join) -> str:
    """The cells and files that *part* does not fit together with, as a sentence."""
    assert part.patch is not None  # noqa: S101 - as above
    ours = {file.path for file in part.patch.files}
    near = {other.label: _files(other) & ours for other in inside if other.patch and _files(other) & ours}
    clashing = [other for other in inside if other.patch and join(other.patch.tree, part.patch) is None]
    named = [other.label for other in clashing if other.label in near] or [*near] or [other.label for other in inside]
    files = sorted(set().union(*(near.get(label, ours) for label in named)))
    return f"conflict: {part.label} and {', '.join(named)} change {', '.join(files)} in ways that exclude each other"


def _files(part: Part) -> set[str]:
    return {file.path for file in part.patch.files} if part.patch else set()
