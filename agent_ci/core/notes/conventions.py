"""Knows what authors wrote for users about a change: in a fragment, in its request, or in the changelog itself.

Read are fragments of towncrier, scriv, changesets and of folders like `changelog.d`, the ```release-note blocks of
Kubernetes and Terraform, release-please's BEGIN_COMMIT_OVERRIDE, and entries that a change adds to a changelog.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from agent_ci.core.notes import audience, habits
from agent_ci.core.notes.values import Section, Unit
from agent_ci.core.outward.markdown import without_comments

_SECTIONS: Mapping[str, Section] = {
    **dict.fromkeys(("added", "add", "feature", "feat", "features", "enhancement", "new", "minor"), Section.ADDED),
    **dict.fromkeys(
        (
            "changed",
            "change",
            "improvement",
            "note",
            "breaking",
            "breaking-change",
            "api",
            "perf",
            "performance",
            "major",
        ),
        Section.CHANGED,
    ),
    **dict.fromkeys(("deprecated", "deprecation", "deprecations"), Section.DEPRECATED),
    **dict.fromkeys(("removed", "removal", "removals"), Section.REMOVED),
    **dict.fromkeys(("fixed", "fix", "bugfix", "bug", "bugs", "patch"), Section.FIXED),
    "security": Section.SECURITY,
    **dict.fromkeys(("misc", "doc", "docs", "internal", "trivial", "contrib", "other"), Section.INTERNAL),
}
_BREAKING = ("breaking", "breaking-change", "major")
_FRAGMENT = re.compile(r"/(?:[^/]*\.)?([a-z-]+)(?:\.\d+)?\.(?:md|rst|txt)$", re.IGNORECASE)
_FRONT = re.compile(r"\A\s*---\n(.*?)\n---\n", re.DOTALL)
_BUMP = re.compile(r":\s*[\"']?(major|minor|patch)\b")
_BLOCK = re.compile(r"^```release-notes?(?::([a-z-]+))?[ \t]*\r?$", re.MULTILINE)
_OVERRIDE = re.compile(r"^BEGIN_COMMIT_OVERRIDE[ \t]*\r?$", re.MULTILINE)
_ITEM = re.compile(r"^([ \t]*)[-*+][ \t]+(\S.*)$")
_HEADING = re.compile(r"^(?:#{1,6}\s+)?(?:\W*\s)?(\w+)\s*:?\s*#*$")
_CITED = re.compile(
    r"[\s,;]*(?:\(\s*)?(?:see\s+|by\s+@[\w-]+\s*(?:in\s+)?)?"
    r"(?:\[?#\d+\]?(?:\([^)]*\))?|[:{](?:pr|issue|gh|user)[:}]`[^`]*`|`#\d+ <[^>]*>`_*|"
    r"<?https?://\S+/(?:pull|issues|merge_requests)/\d+>?)\s*\)?\Z"
)  # one of them at the end
_ROLE = re.compile(r"(?<![`:\w])[:{][\w:+-]{1,100}[:}]`~?([^`<]+?)(?:\s*<[^`]*>)?`")
_LINK = re.compile(r"(?<!`)\[([^\]\[]+)\]\([^()\s]*\)")  # its words are told; addresses lead away from the notes
_MOST_LINES = 60
_LONGEST_HEADING = 60
_TAIL = 500
_LONGEST = 10_000  # characters of an entry that are read; a line of the notes tells fewer


@dataclass(frozen=True, slots=True)
class Note:
    """*text* for users, and the section that its author chose, None where nothing says it; ``source`` names its place.

    ``is_entry`` is that of the changelog itself, which people also mend; everything else is written about one change.
    """

    text: str
    section: Section | None
    source: str
    is_breaking: bool = False
    is_entry: bool = False


def written(unit: Unit, added: Mapping[str, str]) -> tuple[Note, ...]:
    """What the author of *unit* wrote: each fragment, else one note from another place; empty where nothing.

    *added* are the lines that it added to files, by path.
    """
    files = [(path, text) for path, text in sorted(added.items()) if habits.is_changelog(path)]
    fragments = tuple(
        one for path, text in files if habits.is_fragment(path) and (one := _of_fragment(path, text)) is not None
    )
    entries = (_of_changelog(text) for path, text in files if not habits.is_fragment(path))
    found = (one for one in (_of_block(unit.body), _of_override(unit.body), *entries) if one)
    return fragments or tuple(islice(found, 1))


def _of_fragment(path: str, text: str) -> Note | None:
    front = _FRONT.match(text)
    bumps = set(_BUMP.findall(front[1])) if front else set()
    bump = next((one for one in ("major", "minor", "patch") if one in bumps), "")
    kind = _FRAGMENT.search(path)
    word = bump or (kind[1].lower() if kind else "")
    written = without_comments(text[front.end() :] if front else text)
    said, section = _entry(written)
    if not said:
        return None
    chosen = _SECTIONS.get(word) or section
    return Note(said, chosen, "a fragment of the changelog", is_breaking=word in _BREAKING)


def _of_block(body: str) -> Note | None:
    found, inside = _between(body, _BLOCK, "\n```")
    if found is None:
        return None
    word, said = (found[1] or "").lower(), in_one_line(without_comments(inside).splitlines())
    if said.strip("\"' .").casefold() in ("", "none", "n/a"):
        return Note("", Section.INTERNAL, "a release-note block that says NONE")
    return Note(said, _SECTIONS.get(word), "a release-note block", is_breaking=word in _BREAKING)


def _of_override(body: str) -> Note | None:
    _, inside = _between(body, _OVERRIDE, "\nEND_COMMIT_OVERRIDE")
    titles = [line.strip() for line in inside.splitlines() if audience.conventional(line.strip())[0]]
    if not titles:
        return None
    types = [audience.conventional(title) for title in titles]
    section = _SECTIONS.get(types[0][0], Section.INTERNAL)
    said = "; ".join(map(audience.without_type, titles))
    return Note(said, section, "BEGIN_COMMIT_OVERRIDE", is_breaking=any(is_breaking for _, is_breaking in types))


def _between(text: str, first: re.Pattern[str], last: str) -> tuple[re.Match[str] | None, str]:
    """The line that *first* finds, and what stands between it and *last*; nothing where one of both is missing."""
    found = first.search(text)
    end = text.find(last, found.end()) if found else -1
    return (found, text[found.end() : end]) if found and end >= 0 else (None, "")


def _of_changelog(text: str) -> Note | None:
    """The one entry that was added; a rewritten changelog, and several entries, tell nothing of one change."""
    if text.count("\n") >= _MOST_LINES or sum(bool(_ITEM.match(line)) for line in text.split("\n")) != 1:
        return None
    said, section = _entry(text)
    return Note(said, section, "the entry that it adds to the changelog", is_entry=True) if said else None


def _entry(text: str) -> tuple[str, Section | None]:
    """The first entry of *text* in one line, and the section that a heading before it names."""
    section: Section | None = None
    gathered: list[str] = []
    is_list = any(map(_ITEM.match, text.split("\n")))
    for line in text.split("\n"):
        item = _ITEM.match(line)
        heading = _HEADING.match(line.strip()) if len(line) < _LONGEST_HEADING else None
        if item and not gathered:
            gathered = [item[2]]
        elif item or (gathered and (not line.strip() or line.startswith("#"))):
            break
        elif gathered:
            gathered.append(line)
        elif heading:
            named = _SECTIONS.get(heading[1].lower())
            section = None if named is Section.INTERNAL else named  # a changelog tells users also of its documentation
        elif not is_list and line.strip() and not re.fullmatch(r"\W+|#.*", line.strip()):
            gathered = [line]
    return in_one_line(gathered), section


def in_one_line(lines: Iterable[str]) -> str:
    """*lines* as one, without the numbers at the end, which the line of the notes has itself."""
    whole = " ".join(" ".join(lines).split())[:_LONGEST]
    said = _LINK.sub(r"\1", whole[:-_TAIL] + _without_citations(whole[-_TAIL:]))
    return _ROLE.sub(r"`\1`", said).replace("``", "`").strip()


def _without_citations(text: str) -> str:
    """*text* without what it cites at its end, taken off one by one: no repetition, so that the time is bounded."""
    said = text.rstrip().removesuffix(".")
    found = _CITED.search(said)
    if found is None:
        return text
    while found is not None:
        said = said[: found.start()]
        found = _CITED.search(said)
    return said
