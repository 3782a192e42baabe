"""How the indentation of a hunk relates to the file's, so that added lines can follow the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent_ci.core.patches.hunk import Hunk
from agent_ci.core.patches.text_lines import visible


@dataclass(frozen=True, slots=True)
class Reindent:
    """A change of indentation: the leading text ``old`` becomes ``new``, once or in each level."""

    old: str = ""
    new: str = ""
    is_per_level: bool = False

    def of(self, line: str) -> str | None:
        """*line* with its indentation changed; None where it does not start as the rule asks."""
        if not line.strip():
            return line
        if self.is_per_level:
            indent, text = _split(line)
            return indent.replace(self.old, self.new) + text
        return self.new + line[len(self.old) :] if line.startswith(self.old) else None


SAME = Reindent()


def reindent(hunk: Hunk, there: Sequence[str]) -> Reindent | None:
    """The change that turns the hunk's indentation into that of *there*, the file's lines at its place.

    None where no single change does, or an added line cannot take it.
    """
    marked = [(mark, line) for mark, line in zip(hunk.marks, hunk.lines, strict=True) if mark != "+"]
    pairs = [(mark, line, old) for (mark, line), old in zip(marked, there, strict=True) if line.strip()]
    if _is_only_context_off(pairs):
        return SAME
    added = [line for mark, line in zip(hunk.marks, hunk.lines, strict=True) if mark == "+"]
    return next((way for way in _ways(pairs) if _fits(way, pairs) and None not in map(way.of, added)), None)


def _is_only_context_off(pairs: Sequence[tuple[str, str, str]]) -> bool:
    """Whether the lines that say how added ones are meant are right.

    Those are the removed lines, and without any the context, which may have lost the space that marks it.
    """
    removed = [(line, old) for mark, line, old in pairs if mark == "-"]
    if removed:
        return all(visible(line) == visible(old) for line, old in removed)
    return all(visible(old) in {visible(line), visible(" " + line)} for _, line, old in pairs)


def _ways(pairs: Sequence[tuple[str, str, str]]) -> Iterator[Reindent]:
    indents = [(_split(line)[0], _split(old)[0]) for _, line, old in pairs]
    ours, theirs = next((pair for pair in indents if pair[0] != pair[1]), ("", ""))
    shared = _shared_tail(ours, theirs)
    yield Reindent(ours[: len(ours) - shared], theirs[: len(theirs) - shared])
    if ours and theirs and not set(ours) & set(theirs):  # spaces for tabs, or tabs for spaces
        level = max(len(ours), len(theirs)) // min(len(ours), len(theirs))
        yield (
            Reindent(ours[:level], "\t", is_per_level=True)
            if theirs[0] == "\t"
            else Reindent("\t", theirs[:level], is_per_level=True)
        )


def _fits(way: Reindent, pairs: Sequence[tuple[str, str, str]]) -> bool:
    return all(visible(way.of(line) or "") == visible(old) for _, line, old in pairs)


def _split(line: str) -> tuple[str, str]:
    text = line.lstrip(" \t")
    return line[: len(line) - len(text)], text


def _shared_tail(one: str, other: str) -> int:
    size = min(len(one), len(other))
    return next((count for count in range(size) if one[-1 - count] != other[-1 - count]), size)
