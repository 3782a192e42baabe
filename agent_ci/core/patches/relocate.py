"""What a file becomes by an edit: its hunks found by their lines, every byte outside them as it was."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from agent_ci.core.patches.diff import FileEdit, Hunk
from agent_ci.core.patches.headers import RejectedPatch
from agent_ci.core.patches.misfit import ambiguity, misfit, standing_change
from agent_ci.core.patches.places import Finder, Place, settled
from agent_ci.core.patches.text_lines import Lines


def relocate(edit: FileEdit, old: bytes | None) -> bytes | None:
    """The bytes of *edit*'s file after it, given those before; None stands for no file, on both sides.

    Raises RejectedPatch where a hunk stands nowhere, or could stand in several places.
    """
    _refuse_reversed(edit)
    if old is None:
        return _created(edit)
    if edit.is_new:
        raise RejectedPatch(_already_there(edit, old))
    if edit.is_deleted and not edit.hunks:
        return None
    if b"\0" in old:
        raise RejectedPatch(f"{edit.path} is binary; only text can be changed by a patch")
    new = _changed(edit, old)
    if edit.is_deleted and new:
        raise RejectedPatch(
            f"the diff deletes {edit.path} but does not remove all of its lines; "
            "remove every line, or send only the header with 'deleted file mode 100644'"
        )
    return None if edit.is_deleted else new


def _created(edit: FileEdit) -> bytes:
    if edit.is_deleted:
        raise RejectedPatch(f"{edit.path} cannot be deleted: the repository has no such file")
    hunk = edit.hunks[0] if edit.hunks else Hunk("", ())
    is_creation = edit.is_new or (hunk.old_start == 0 and not hunk.old)
    if not is_creation:
        raise RejectedPatch(
            f"the repository has no file {edit.path}; correct the path, or create it with --- /dev/null"
        )
    if len(edit.hunks) > 1 or any(line.strip() for line in hunk.old):
        raise RejectedPatch(
            f"the diff creates {edit.path} but holds lines that an old file would have; "
            "start every line of a new file with +"
        )
    content = "".join(line + "\n" for line in hunk.new)
    return _encoded(content[:-1] if hunk.final_newline is False else content)


def _already_there(edit: FileEdit, old: bytes) -> str:
    if _created(edit) == old:
        return f"{edit.path} exists already with exactly this content; the change is made"
    return f"{edit.path} exists already; change it with hunks against its present lines instead of creating it"


def _refuse_reversed(edit: FileEdit) -> None:
    marks = {mark for hunk in edit.hunks for mark in hunk.marks}
    if (edit.is_new and marks == {"-"}) or (edit.is_deleted and marks == {"+"}):
        raise RejectedPatch(
            f"the diff of {edit.path} is reversed: a new file's lines start with + and a deleted one's with -"
        )


def _changed(edit: FileEdit, old: bytes) -> bytes:
    byte_order_mark = codecs.BOM_UTF8 if old.startswith(codecs.BOM_UTF8) else b""
    lines = Lines.of(old.removeprefix(byte_order_mark))
    finder = Finder(lines)
    if edit.functions:
        edit = replace(edit, hunks=(*edit.hunks, *(one.hunk(edit.path, lines.bodies) for one in edit.functions)))
    candidates = [_places(edit, number, finder) for number in range(len(edit.hunks))]
    chosen: list[Place] = []
    for number, places in enumerate(settled(candidates)):
        if len(places) > 1:
            raise RejectedPatch(ambiguity(edit, number, places))
        chosen.append(places[0])
    text = _text(lines, _replacements(edit.path, chosen), final_newline=_final_newline(chosen, lines))
    new = byte_order_mark + _encoded(text).removeprefix(byte_order_mark) if text else b""
    if new == old:
        raise RejectedPatch(f"the diff of {edit.path} changes nothing: the file is like that already")
    return new


def _places(edit: FileEdit, number: int, finder: Finder) -> tuple[Place, ...]:
    hunk = edit.hunks[number]
    if not finder.lines.bodies and not hunk.old:
        return (Place(0, hunk),)
    if places := finder.places(hunk):
        return places
    if sentence := standing_change(edit, number, finder):
        raise RejectedPatch(sentence)
    loose = () if hunk.is_exact else finder.loose_places(hunk)
    if len(loose) == 1:
        return loose
    raise RejectedPatch(misfit(edit, number, finder))


@dataclass(frozen=True, slots=True)
class _Replacement:
    """The lines from *start* up to *stop*, from 0, and what stands there instead."""

    start: int
    stop: int
    added: tuple[str, ...]


def _replacements(path: str, places: Sequence[Place]) -> list[_Replacement]:
    """What all hunks replace, in the order of the file. Raises RejectedPatch where two want the same lines."""
    found = sorted(
        (change for place in places for change in _changes(place)), key=lambda change: (change.start, change.stop)
    )
    for above, below in pairwise(found):
        if below.start < above.stop or (below.start, below.stop) == (above.start, above.stop):
            raise RejectedPatch(f"two hunks of {path} change line {below.start + 1}; send one hunk for it")
    return found


def _changes(place: Place) -> Iterator[_Replacement]:
    start = stop = place.at
    added: list[str] = []
    for mark, line in zip(place.hunk.marks, place.hunk.lines, strict=True):
        if mark == "+":
            added.append(place.reindent.of(line) or line)
        elif mark == "-":
            stop += 1
        else:
            if added or stop > start:
                yield _Replacement(start, stop, tuple(added))
            start = stop = stop + 1
            added = []
    if added or stop > start:
        yield _Replacement(start, stop, tuple(added))


def _final_newline(places: Sequence[Place], lines: Lines) -> bool | None:
    """Whether the hunk that reaches the end of the file asks for a newline there; None where it says nothing."""
    at_end = (place.hunk for place in places if place.at + len(place.hunk.old) == len(lines.bodies))
    return next((hunk.final_newline for hunk in at_end if hunk.final_newline is not None), None)


def _text(lines: Lines, changes: Sequence[_Replacement], *, final_newline: bool | None) -> str:
    pieces: list[tuple[str, str]] = []
    position = 0
    for change in changes:
        pieces.extend(lines.pairs(position, change.start))
        ends = (lines.end_near(change.start, change.stop, offset) for offset in range(len(change.added)))
        pieces.extend(zip(change.added, ends, strict=True))
        position = change.stop
    pieces.extend(lines.pairs(position, len(lines.bodies)))
    usual = next((end for _, end in reversed(pieces) if end), "\n")
    if final_newline is None:
        is_rewritten = bool(changes) and changes[-1].stop == len(lines.bodies) and bool(changes[-1].added)
        final_newline = False if is_rewritten and not lines.is_terminated else None
    return _joined(pieces, usual, final_newline=final_newline)


def _joined(pieces: Sequence[tuple[str, str]], usual: str, *, final_newline: bool | None) -> str:
    """All *pieces* as text: a line that was the last one and no longer is gets the *usual* terminator."""
    if not pieces:
        return ""
    body, end = pieces[-1]
    if final_newline is not None:
        end = (end or usual) if final_newline else ""
    return "".join(f"{line}{ending or usual}" for line, ending in pieces[:-1]) + body + end


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
