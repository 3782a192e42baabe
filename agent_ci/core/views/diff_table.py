"""A diff as tables of HTML, one per file: line numbers, signs and colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from agent_ci.core.views.markup import Markup, element, scrolling, shown, together

_MOST_LINES = 2_000
_MOST_CHARACTERS = 200_000
_LONGEST_LINE = 400
_HUNK = re.compile(r"@@ -(\d{1,9})(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@")
_KINDS = {"+": "added", "-": "gone", " ": "same"}


@dataclass
class _File:
    """One file of the diff while it is read: its name as the diff says it, and its rows."""

    name: str
    rows: list[Markup] = field(default_factory=list)
    old: int = 0
    new: int = 0
    is_in_hunk: bool = False


def diff_tables(diff: str) -> Iterator[Markup]:
    """A table for each file of *diff*, as far as 2,000 lines and 200,000 characters go; then how much is left out."""
    lines = diff.split("\n")
    shown_lines = _within(lines)
    file = _File("the change")
    for line in shown_lines:
        if line.startswith("diff --git "):
            yield from _table(file)
            file = _File(line.removeprefix("diff --git ").partition(" b/")[2] or "the change")
        else:
            _read(file, line)
    yield from _table(file)
    if len(shown_lines) < len(lines):
        yield element(
            "p", f"… {len(lines) - len(shown_lines)} more lines are in the file of the patch.", class_="quiet"
        )


def _within(lines: list[str]) -> list[str]:
    left, kept = _MOST_CHARACTERS, 0
    for line in lines[:_MOST_LINES]:
        left -= min(len(line), _LONGEST_LINE)
        if left < 0:
            break
        kept += 1
    return lines[:kept]


def _read(file: _File, line: str) -> None:
    hunk = _HUNK.match(line)
    if hunk:
        file.old, file.new, file.is_in_hunk = int(hunk[1]), int(hunk[2]), True
        file.rows.append(_row("hunk", "", "", line))
    elif file.is_in_hunk and line[:1] in _KINDS:
        sign = line[0]
        file.rows.append(
            _row(_KINDS[sign], str(file.old) if sign != "+" else "", str(file.new) if sign != "-" else "", line)
        )
        file.old += sign != "+"
        file.new += sign != "-"
    elif line.startswith(("\\", "new file mode", "deleted file mode", "Binary files")):
        file.rows.append(_row("hunk", "", "", line))


def _row(kind: str, old: str, new: str, line: str) -> Markup:
    numbers = (element("td", number) if not number else element("th", number, scope="row") for number in (old, new))
    return element("tr", *numbers, element("td", shown(line, _LONGEST_LINE)), class_=kind)


def _table(file: _File) -> Iterator[Markup]:
    if file.rows:
        heads = (element("th", name, scope="col") for name in ("old", "new", "line"))
        head = element("thead", element("tr", *heads))
        caption = element("caption", element("code", shown(file.name, _LONGEST_LINE)))
        body = element("tbody", together(file.rows))
        yield scrolling(element("table", caption, head, body, class_="diff"), f"Change of {file.name}"[:200])
