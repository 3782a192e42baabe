"""What a forge is told of a run: the comment, whether there is something to say, the check and its notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from agent_ci.core.loops import MOST_MENDED
from agent_ci.core.note import Note
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.markdown import sticky
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.views.account import read
from agent_ci.core.views.check import check_run
from agent_ci.core.views.comment import comment, issue
from agent_ci.core.views.reading import text

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_CHECK = "agent-ci"  # the name of our check of a commit, and the key of the comment of a job without a name


@dataclass(frozen=True, slots=True)
class Story:
    """What is told about a run where people look: *comment* is the one that is kept up to date, found by *marker*.

    ``marker`` is the first line of the comment and of no other. ``is_quiet`` is True where there is nothing to say
    unless something was said before. ``check`` is a check of its own by ``name``, ``conclusion``, ``title`` and
    ``text``, with ``notes`` on lines of the commit, empty where there is none. ``issue`` asks a person for help,
    and the issues about the failures that ``mended`` names are closed.
    """

    marker: str
    comment: str
    is_quiet: bool = False
    check: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[Note, ...] = ()
    issue: Issue | None = None
    mended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """What asks a person to look at the failure that *fingerprint* names; there is one for each such failure."""

    fingerprint: str
    title: str
    body: str


def story(document: Mapping[str, object], patch: str, outward: Outward) -> Story:
    """The story of *document*, the content of ``evidence.json``, and its *patch*; all of it fit to leave.

    There is one comment for each job of a pipeline, and about a build that is green nobody needs a word.
    """
    account = read(document)
    key = account.context.get("job", "") or _CHECK
    run = check_run(document, patch)
    return Story(
        marker=sticky(key),
        comment=outward.to(Sink.COMMENT, comment(document, patch, key=key)),
        is_quiet=account.known_outcome is Outcome.NOTHING_TO_DO,
        check={
            "name": _CHECK,
            "conclusion": run.conclusion,
            "title": outward.to(Sink.ANNOTATION, run.title),
            "text": outward.to(Sink.COMMENT, run.summary),
        },
        notes=tuple(_note(note, outward) for note in run.notes),
        issue=_issue(document, outward),
        mended=_mended(document) if account.known_outcome is Outcome.NOTHING_TO_DO else (),
    )


def _issue(document: Mapping[str, object], outward: Outward) -> Issue | None:
    """What a person is asked, where repairs that follow each other were stopped; the name is the failure's."""
    failure = text(document.get("escalate"))
    if not _FINGERPRINT.fullmatch(failure):
        return None
    title, body = (outward.to(Sink.COMMENT, part) for part in issue(document))
    return Issue(failure, title, body)


def _mended(document: Mapping[str, object]) -> tuple[str, ...]:
    """The failures that repairs of ours on the branch were about, now that it is green."""
    found = document.get("mended")
    names = (text(one) for one in found) if isinstance(found, list | tuple) else ()
    return tuple(dict.fromkeys(name for name in names if _FINGERPRINT.fullmatch(name)))[:MOST_MENDED]


def _note(note: Note, outward: Outward) -> Note:
    title, message = (outward.to(Sink.ANNOTATION, text) for text in (note.title, note.message))
    return Note(note.path, note.first, note.last, note.level, title, message)
