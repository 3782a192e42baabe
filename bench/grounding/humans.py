"""What maintainers wrote about changes, and the same changes as the checks see them, without the changelog itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent_ci.core.notes.conventions import in_one_line
from agent_ci.core.notes.grounding import Check, Inventory, Line
from agent_ci.core.notes.habits import is_changelog
from agent_ci.core.notes.rendering import FOR_USERS, USUAL
from agent_ci.core.notes.retelling import sections
from agent_ci.core.notes.sources import Sources, worth_reading
from agent_ci.core.notes.values import Entry
from agent_ci.core.notes.versions import released
from bench.changelog.humans import Human
from bench.changelog.measure import Project, Release, named_by

_CREDIT = re.compile(
    r"^\W*(?:[Bb]reaking(?: change)?|[Bb]ackwards?-incompatible)\W*:\W*|"  # the code says that
    r"\s*https?://[\w.-]+/[\w./-]+/(?:pull|issues|merge_requests)/\d+/?(?![\w#])|\s*[Tt]hanks (?:to )?[`@][^.]*\.?|"
    r"\s*-\s+#\d+ (?:PR|issue|MR) by @[\w-]+.*$|\s*(?:Many )?[Tt]hanks to .*$|"
    r"\s*by @[\w-]+(?: and @[\w-]+)*(?: in https?://\S+.*| in)$|"
    r",? ?\(?(?:(?:issue|as agreed in|[Ss]ee|PR|and) )*#\d+(?:,? (?:and )?#\d+)*\)?|"
    r",? ?\(?(?:(?:[Ss]ee|PR|and|by) )*(?<![\w`/])@[A-Za-z][\w-]*(?![\w/-])\)?|"
    r"\s*\(?\d\d/\d\d/\d\d\)?$|\s*\([0-9a-f]{7} by .*$|\s*\((?:PR )?:pr:.*$|\(?`\s*<https?://[^>]*>`_{1,2}\)?:?\s*|"
    r"\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])|\s*`\d{3,}`(?: `\d+`)*\.?"
)


@dataclass(frozen=True)
class Found:
    """One entry that people wrote, as a line, and the checks that it fails."""

    text: str
    checks: frozenset[Check]


def found(project: Project) -> Iterator[Found]:
    """Every entry of *project* about changes that our notes tell users of, judged by what else is said of these."""
    for release in project.releases():
        before = released(project.log.tags(f"refs/tags/{release.tag}"), before=release.before)
        for human in release.counted:
            if entries := _about(release, human):
                yield _judged(project, release, before, entries, plain(human.text))


def plain(text: str) -> str:
    """*text* without the credits and numbers that notes have beside their lines."""
    return _without_credits(in_one_line([_without_credits(text)]))


def _without_credits(text: str) -> str:
    return _CREDIT.sub(lambda found: found[1] or "", text)


def _about(release: Release, human: Human) -> list[Entry]:
    """The entries for users that *human* cites: by their own numbers, or where there are none by those of a commit."""
    every = release.ledger.entries
    own = [entry for entry in every if entry.units[0].id[1:] in human.numbers]
    cited = own or [entry for entry in every if _named(release, entry) & human.numbers]
    return [entry for entry in cited if entry.section in FOR_USERS]


def _named(release: Release, entry: Entry) -> frozenset[str]:
    return frozenset[str]().union(*(named_by(release.range.commits[commit]) for commit in entry.commits))


def _judged(project: Project, release: Release, before: frozenset[str], about: list[Entry], text: str) -> Found:
    entries = {entry.units[0].id: entry for entry in about}
    sources = {id_: _sources(project, release, entry) for id_, entry in entries.items()}
    inventory = Inventory(
        entries,
        sources,
        sections(USUAL),
        (release.before, release.tag),
        before,
        {unit.id: unit.title for entry in release.ledger.entries for unit in entry.units},
        lambda names: frozenset(name for name in names if project.log.holds(f"refs/tags/{release.tag}", name)),
    )
    line = Line(tuple(entries), str(about[0].section), text)
    left = inventory.judged((line,)).left
    return Found(text, frozenset(one.check for ones in left.values() for one in ones))


def _sources(project: Project, release: Release, entry: Entry) -> Sources:
    commits = [release.range.commits[commit] for commit in entry.commits]
    messages = tuple(commit.message for commit in commits if len(commit.parents) == 1)
    return Sources(entry.units[0], _patch(project, entry), messages, is_breaking=entry.is_breaking)


def _patch(project: Project, entry: Entry) -> str:
    """What the change did, beside its own entry in the changelog, which is what is judged."""
    unit = entry.units[0]
    paths = [path for path in worth_reading(unit) if not is_changelog(path)]
    return project.log.patch((unit.head,), paths)
