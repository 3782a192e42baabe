"""Knows what is said about a change, and by whom: the words that a line of the notes may repeat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agent_ci.core.notes import letters
from agent_ci.core.notes.audience import is_shipped
from agent_ci.core.notes.habits import is_changelog
from agent_ci.core.notes.values import Unit
from agent_ci.core.origins import is_generated, is_vendored
from agent_ci.core.outward.markdown import without_comments
from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.review.instructions import speaks_to_a_model

_MOST = 400_000  # characters of one change's patch that count
_LONGEST = 50_000  # characters of its description
_FILES = 80
_COMMITS = 50
_DOCUMENT = re.compile(r"\.(md|rst|adoc|txt)$|(^|/)(docs?|README)\b", re.IGNORECASE)
_TASK = re.compile(r"^\s*[-*+]\s+\[[ xX]\]")
_HEADING = re.compile(r"^(?:#{1,6}\s+\S|\*\*[^*]+\*\*:?\s*$)")
_OF_A_TEMPLATE = re.compile(
    r"^\W*(?:(?:pr |pull request |author.s |reviewer.s )?check ?list|type of change|how (?:has this|was this|to) |"
    r"test(?:ing|s| plan| strategy)\b|screen ?shots?|notes? (?:for|to) reviewers?|before submitting|"
    r"contribut(?:ing|or) |ai (?:usage|disclosure|assistance))",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"^\W*(?:generated (?:with|by)|created (?:with|by) \[|made with|co-authored-by:|signed-off-by:|reviewed-by:|"
    r"acked-by:|tested-by:|change-id:|pull-request-url:|summary by coderabbit|"
    r"this pr was (?:generated|opened|created) by)",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"\[?!\[[^\]\n]{0,300}\]\([^)\n]{0,500}\)(?:\]\([^)\n]{0,500}\))?"
    r"|</?(?:details|summary|br|img|p|div)\b[^>\n]{0,500}>"
)


@dataclass(frozen=True)
class Hunks:
    """What a change did to one file: its lines without their marks; ``changed`` are those that are new or gone."""

    path: str
    lines: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Sources:
    """Everything that is known of *unit*: *diff* is its patch as git prints it, *breaks* what the interface lost by it.

    *messages* are those of its commits, and ``is_breaking`` is what its author says.
    """

    unit: Unit
    diff: str = ""
    messages: tuple[str, ...] = ()
    is_breaking: bool = False
    breaks: tuple[str, ...] = ()

    @cached_property
    def firm(self) -> str:
        """What those say who decide on the change: its title, unless that speaks to a model, and its labels."""
        titles = () if speaks_to_a_model(self.unit.title) else (self.unit.title,)
        return letters.plain("\n".join((*titles, *self.unit.labels)))

    @cached_property
    def body(self) -> str:
        """Its description, without what a template or a program put there, and what else its commits say."""
        known = {line.strip() for line in self.unit.body.split("\n")}
        lines = (line for message in self.messages[:_COMMITS] for line in message.split("\n"))
        more = (one for one in lines if one.strip() not in known and not one.startswith(self.unit.title or "\n"))
        return plain("\n".join((self.unit.body, *more)))

    @cached_property
    def said(self) -> str:
        """What people say about it; a line that speaks to a model supports nothing."""
        believed = (line for line in self.body.split("\n") if not speaks_to_a_model(line))
        more = (*believed, *(issue.title for issue in self.unit.issues), *self.breaks)
        return "\n".join((self.firm, letters.plain("\n".join(more))))

    @cached_property
    def files(self) -> tuple[Hunks, ...]:
        """What it did to each file."""
        return tuple(hunks(self.diff[:_MOST]))

    @cached_property
    def documents(self) -> str:
        """What it did to documents for people, file by file."""
        found = (one for one in self.files if is_changelog(one.path) or _DOCUMENT.search(one.path))
        return "\n".join(f"{one.path}\n" + "\n".join(f"  {line}" for line in one.changed) for one in found)

    @cached_property
    def changed(self) -> str:
        """The lines that it changed, and the names of its files."""
        return letters.plain("\n".join((*self.unit.paths, *(line for one in self.files for line in one.changed))))

    @cached_property
    def whole(self) -> str:
        """All of it, in lower case."""
        surroundings = "\n".join(line for one in self.files for line in one.lines)
        return "\n".join((self.said, self.changed, letters.plain(surroundings))).casefold()


def worth_reading(unit: Unit) -> tuple[str, ...]:
    """The files of *unit* whose patches say something about it, what is for people first, and no more than 80."""
    paths = [path for path in unit.paths if not (is_generated(path) or is_vendored(path))]
    return tuple(sorted(paths, key=_rank)[:_FILES])


def _rank(path: str) -> int:
    return 0 if is_changelog(path) or _DOCUMENT.search(path) else 1 if is_shipped(path) else 2


def plain(body: str) -> str:
    """*body* without comments, check lists, sections of a template, trailers and the advertisements of programs."""
    text = _PICTURE.sub("", without_comments(cleaned(body[:_LONGEST]).text))
    kept: list[str] = []
    heading = ""
    is_left_out = False
    for line in text.split("\n"):
        if _HEADING.match(line):
            heading, is_left_out = line, bool(_OF_A_TEMPLATE.match(line.strip("#* ")))
        elif line.strip() and not is_left_out and not _TASK.match(line) and not _FOOTER.match(line):
            kept += (heading,) if heading else ()
            kept.append(line.rstrip())
            heading = ""
    return "\n".join(kept)


def hunks(diff: str) -> Iterator[Hunks]:
    """The files of *diff*, a patch as git prints it; a line of a hunk cannot begin like one of its headers."""
    path, lines, changed = "", list[str](), list[str]()
    is_inside = False
    for line in diff.split("\n"):
        if line.startswith("diff --git "):
            if lines:
                yield Hunks(path, tuple(lines), tuple(changed))
            path, lines, changed, is_inside = "", [], [], False
        elif line.startswith("@@ "):
            is_inside = True
        elif not is_inside and line.startswith(("+++ b/", "--- a/")):
            path = line[6:].rstrip("\t")
        elif is_inside and line[:1] in ("+", "-", " "):
            lines.append(line[1:])
            changed += (line[1:],) if line[:1] != " " else ()
    if lines:
        yield Hunks(path, tuple(lines), tuple(changed))
