"""How a reply says what to put in whose place: SEARCH/REPLACE blocks, and lines that become other lines."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent_ci.core.patches.headers import RejectedPatch
from agent_ci.core.patches.hunk import Hunk
from agent_ci.core.patches.text_lines import visible
from agent_ci.core.paths import path_objection

_SEARCH = re.compile(r"<{5,9} ?SEARCH>?\s*")
_DIVIDER = re.compile(r"={5,9}\s*")
_REPLACE = re.compile(r">{5,9} ?REPLACE\s*")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})[\w.+-]*\s*")
_LABEL = re.compile(r"(?i)^(file ?(name|path)?|path)\s*:\s*")
_MOST_COMPARED = 400  # lines; in longer ones only what is the same at both ends is told apart


@dataclass(frozen=True, slots=True)
class Replaced:
    """One SEARCH/REPLACE block: its file, and a hunk. Without any old line it makes a new file."""

    path: str
    hunk: Hunk

    @property
    def is_new(self) -> bool:
        """Whether the file does not exist before."""
        return not self.hunk.old


def holds_blocks(lines: Sequence[str]) -> bool:
    """Whether *lines* of a reply start a SEARCH/REPLACE block."""
    return any(_SEARCH.fullmatch(line) for line in lines)


def read_blocks(lines: Sequence[str]) -> tuple[tuple[Replaced, ...], tuple[str, ...]]:
    """The SEARCH/REPLACE blocks in *lines*, and the lines outside of them. Raises RejectedPatch for a broken block."""
    found: list[Replaced] = []
    outside: list[str] = []
    at = 0
    while at < len(lines):
        if not _SEARCH.fullmatch(lines[at]):
            outside.append(lines[at])
            at += 1
            continue
        path = _path_above(outside) or (found[-1].path if found else "")
        if objection := path_objection(path) if path else "a SEARCH block names no file":
            raise RejectedPatch(f"{objection}; put the path of the file on a line of its own above <<<<<<< SEARCH")
        end = _end_of(lines, at, path)
        found.append(Replaced(path, _hunk(lines[at + 1 : end], path)))
        at = end + 1
    return tuple(found), tuple(outside)


def _path_above(lines: Sequence[str]) -> str:
    """The path on the last line that says anything, a fence aside; empty where that is no path."""
    above = (line for line in reversed(lines) if line.strip() and not _FENCE.fullmatch(line))
    said = next(above, "").strip().strip("#*`: ")
    name = _LABEL.sub("", said).strip("`* ")
    return name if name and not re.search(r"\s", name) and re.search(r"[./]", name.rstrip(".")) else ""


def _end_of(lines: Sequence[str], start: int, path: str) -> int:
    for at in range(start + 1, len(lines)):
        if _REPLACE.fullmatch(lines[at]):
            return at
        if _SEARCH.fullmatch(lines[at]):
            break
    raise RejectedPatch(f"a SEARCH block of {path} has no end; close it with a line >>>>>>> REPLACE")


def _hunk(body: Sequence[str], path: str) -> Hunk:
    dividers = [at for at, line in enumerate(body) if _DIVIDER.fullmatch(line)]
    if len(dividers) != 1:
        raise RejectedPatch(
            f"a SEARCH block of {path} holds {len(dividers)} lines of = signs, and exactly one must part the old lines "
            "from the new ones; answer with a unified diff where the text itself holds such lines"
        )
    return replacement(body[: dividers[0]], body[dividers[0] + 1 :])


def replacement(old: Sequence[str], new: Sequence[str], *, at: int | None = None) -> Hunk:
    """The hunk that puts the lines *new* in the place of *old*, which begin at line *at* (1-based) where that is known.

    Lines that look the same stay as the file has them. All of *old* must be found.
    """
    marked = tuple(_marked(old, new))
    return Hunk("".join(mark for mark, _ in marked), tuple(line for _, line in marked), at, is_exact=True)


def _marked(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    before, after = [visible(line) for line in old], [visible(line) for line in new]
    head = next((at for at, (one, two) in enumerate(zip(before, after, strict=False)) if one != two), None)
    head = min(len(old), len(new)) if head is None else head
    tails = enumerate(zip(reversed(before[head:]), reversed(after[head:]), strict=False))
    tail = next((at for at, (one, two) in tails if one != two), min(len(old), len(new)) - head)
    yield from ((" ", line) for line in old[:head])
    yield from _changed(old[head : len(old) - tail], new[head : len(new) - tail])
    yield from ((" ", line) for line in old[len(old) - tail :])


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    if max(len(old), len(new)) > _MOST_COMPARED:
        steps = [("replace", 0, len(old), 0, len(new))]
    else:
        matcher = difflib.SequenceMatcher(None, [*map(visible, old)], [*map(visible, new)], autojunk=False)
        steps = [*matcher.get_opcodes()]
    for name, start, stop, first, last in steps:
        if name == "equal":
            yield from ((" ", line) for line in old[start:stop])
        else:
            yield from (("-", line) for line in old[start:stop])
            yield from (("+", line) for line in new[first:last])
