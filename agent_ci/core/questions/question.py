"""What a model is told: evidence, sources and earlier attempts, turned into one bounded text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from agent_ci.core.budget import CHARACTERS_PER_TOKEN
from agent_ci.core.localising.ranking import Place
from agent_ci.core.outward.terminal import Cleaned, cleaned
from agent_ci.core.questions.context import Allowance, Context
from agent_ci.core.questions.excerpts import change_near, excerpts, without_differences, without_foreign_frames
from agent_ci.core.questions.fence import Origin, fenced, middle_cut, tag_for
from agent_ci.core.questions.frames import named_lines
from agent_ci.core.questions.prompt import Template
from agent_ci.core.questions.tried import ideas, told
from agent_ci.core.questions.window import windowed
from agent_ci.core.report import TestCase
from agent_ci.core.run import Attempt, Evidence

_USUAL = Allowance()
_SMALLEST_FILE = 400  # characters; less of a file explains nothing
_SMALLEST_ATTEMPT = 200
_MOST_GROUPS = 8
_MOST_IDS = 8
_MOST_NAMED = 12
_MOST_FINDINGS = 30
_SHORTENED = "full report in element text"  # pytest 9 says so of a message that the traceback has whole
_PLENTY = 10_000_000


@dataclass(slots=True)
class _Page:
    """The data blocks of one question: the tag they share, and what did not fit on it."""

    tag: str
    left_out: list[str] = field(default_factory=list)

    def block(self, origin: Origin, name: str, text: str) -> str:
        return fenced(name, text, tag=self.tag, origin=origin)

    def leave_out(self, names: Sequence[str], what: str) -> None:
        if names:
            more = f" and {len(names) - _MOST_IDS} more" if len(names) > _MOST_IDS else ""
            self.left_out.append(f"{what}: {', '.join(names[:_MOST_IDS])}{more}")


def fix_question(  # noqa: PLR0913 - what one question is made from
    template: Template,
    evidence: Evidence,
    texts: Mapping[str, str],
    attempts: tuple[Attempt, ...],
    *,
    nonce: str = "",
    allowance: Allowance = _USUAL,
    is_fresh: bool = False,
) -> str:
    """The text that asks for a repair. *texts* are the files of the repository by path, read when they are asked for.

    *nonce* goes into the name of the fences. Each part has its own *allowance*, in which the likeliest is shown first;
    what the failures do not need, earlier attempts get. What is left out is listed at the end.
    A question that *is_fresh* tells of the earlier attempts in one line each, and shows nothing of them.
    """
    context = Context(evidence, texts, allowance)
    groups = _groups(evidence.targets)
    said = _said_by_logs(evidence)
    tried = ideas(attempts) if is_fresh else told(attempts, evidence)
    code = [(Origin.SOURCE, path, cleaned(text)) for path, text in excerpts(texts, context.sources).items()]
    shown = _test_texts(context)
    tests = [(Origin.SOURCE, path, cleaned(text)) for path, text in shown.items()]
    around = [(origin, name, cleaned(text)) for origin, name, text in _around(context)]
    files = [*code, *tests, *around]
    known = (*(text.text for *_, text in files), *(name for _, name, _ in files))
    tag = tag_for(
        (*known, *(text for _, text in tried), *_texts(groups), *said, *said.values()), f"{nonce} {template.id}"
    )
    page = _Page(tag)
    room = min(len(_failures(_Page(tag), groups, said, _PLENTY)), allowance.failures * CHARACTERS_PER_TOKEN)
    left = (allowance.failures + allowance.attempts) * CHARACTERS_PER_TOKEN - room
    values = {
        "failures": _failures(page, groups, said, room),
        "tests": _files(page, tests) or "None is shown.",
        "sources": _files(page, code) or "None is shown.",
        "around": "\n\n".join(filter(None, (_files(page, around), context.conventions()))) or "Nothing is known.",
        "attempts": _attempts(page, tried, left),
    }
    hidden = (*context.hidden_tests, *(path for path in context.unread_tests if path not in shown))
    page.leave_out([cleaned(name).text for name in hidden], "failing tests whose code is not shown")
    page.left_out += _not_shown(context)
    page.left_out += _invisible({name: text.invisible for _, name, text in files})
    page.left_out += _invisible_elsewhere(evidence, attempts)
    return template.render(left_out="\n".join(page.left_out) or "Nothing was left out.", **values)


def _test_texts(context: Context) -> dict[str, str]:
    """The failing tests by path: their functions where these can be told, else what is around the lines named."""
    found = excerpts(context.texts, context.tests)
    named = named_lines(context.evidence, context.unread_tests)
    room = context.allowance.tests * CHARACTERS_PER_TOKEN // max(1, len(context.unread_tests))
    for path in context.unread_tests if room >= _SMALLEST_FILE else ():
        found[path] = windowed(context.texts[path], named.get(path, ()), room)
    return found


def _around(context: Context) -> Iterator[tuple[Origin, str, str]]:
    """What stands around the code that is shown, by where it comes from and what it is."""
    if callers := "\n".join(context.callers()):
        yield Origin.SOURCE, "who calls it", callers
    passing: dict[str, list[str]] = {}
    for path, lines in context.passing():
        rows = context.texts[path].split("\n")
        passing.setdefault(path, []).append("\n".join(rows[line - 1] for line in sorted(lines)))
    for path, tests in passing.items():
        yield Origin.SOURCE, f"what passes in {path}", "\n\n".join(tests)
    if context.evidence.diff:
        change = change_near(context.evidence.diff, context.sources)
        yield (
            Origin.DIFF,
            "since the last green commit",
            middle_cut(change, context.allowance.change * CHARACTERS_PER_TOKEN),
        )


def _files(page: _Page, files: Iterable[tuple[Origin, str, Cleaned]]) -> str:
    return "\n\n".join(page.block(origin, name, text.text) for origin, name, text in files)


def _not_shown(context: Context) -> Iterator[str]:
    """What a reader may miss: parts of long functions, and the functions that come next."""
    for place in context.chosen.parts:
        yield f"parts of {_name_of(place)}, where the gaps are marked"
    named: dict[str, list[str]] = {}
    functions = (place for place in context.chosen.others if place.score > 0 and place.block.is_function)
    for place in islice(functions, _MOST_NAMED):
        named.setdefault(cleaned(place.path).text, []).append(cleaned(place.block.name).text)
    for path, names in named.items():
        yield f"less suspect in {path}: {', '.join(dict.fromkeys(names))}"


def _name_of(place: Place) -> str:
    name = place.block.name or f"lines {place.block.first} to {place.block.last}"
    return f"{cleaned(place.path).text}::{name}"


def shares(needs: Sequence[int], weights: Sequence[int], allowance: int) -> tuple[int, ...]:
    """How much of *allowance* each part gets: by weight, never more than its need, the surplus shared again."""
    given = [0] * len(needs)
    hungry = [index for index, need in enumerate(needs) if need]
    while hungry and allowance > 0:
        total = sum(weights[index] for index in hungry)
        rations = {index: allowance * weights[index] // total for index in hungry}
        for index, ration in rations.items():
            served = min(ration, needs[index] - given[index])
            given[index] += served
            allowance -= served
        still = [index for index in hungry if given[index] < needs[index]]
        if still == hungry:
            break
        hungry = still
    return tuple(given)


@dataclass(frozen=True, slots=True)
class _Group:
    """Failing tests that say the same, shown once."""

    ids: tuple[str, ...]
    text: str


def _groups(targets: Iterable[TestCase]) -> list[_Group]:
    ids: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    for case in targets:
        message, trace = cleaned(case.message).text.strip(), cleaned(case.traceback).text.strip()
        trace = without_foreign_frames(trace)
        key = message or trace[-_SMALLEST_ATTEMPT:]
        ids.setdefault(key, []).append(cleaned(case.id).text)
        first_line = message.split("\n", 1)[0]
        is_said = first_line in trace or (bool(trace) and _SHORTENED in message)
        text = trace if is_said else f"{message}\n\n{trace}".strip()
        texts.setdefault(key, without_differences(text))
    return [_Group(tuple(dict.fromkeys(names)), texts[key]) for key, names in ids.items()]


def _texts(groups: Iterable[_Group]) -> Iterable[str]:
    return (text for group in groups for text in (group.text, *group.ids))


def _said_by_logs(evidence: Evidence) -> dict[str, str]:
    """What the logs say by the names of the blocks: the errors in them first, then what is worth reading of each."""
    blocks = {"errors found in the logs": _findings(evidence)}
    for log in evidence.logs:
        failed = f"{log.failed}\n\n" if log.failed else ""
        blocks[f"from the log {cleaned(log.name).text}"] = cleaned(f"{failed}{log.excerpt}").text
    return {name: text for name, text in blocks.items() if text}


def _findings(evidence: Evidence) -> str:
    lines = [
        f"{finding.file}:{finding.line or '?'}: {finding.message}" + (f" [{finding.code}]" if finding.code else "")
        for finding in evidence.findings[:_MOST_FINDINGS]
    ]
    return cleaned("\n".join(lines)).text


def _failures(page: _Page, groups: Sequence[_Group], said: Mapping[str, str], room: int) -> str:
    shown = groups[:_MOST_GROUPS]
    page.leave_out([name for group in groups[_MOST_GROUPS:] for name in group.ids], "failing tests not shown")
    texts = [*said.values(), *(group.text for group in shown)]
    rooms = iter(shares([len(text) for text in texts], [1] * len(texts), room))
    blocks = [page.block(Origin.LOG, name, middle_cut(text, next(rooms))) for name, text in said.items()]
    blocks += [_failure(page, group, next(rooms)) for group in shown]
    return "\n\n".join(blocks) or "No test is named; the code above and below is all there is."


def _failure(page: _Page, group: _Group, room: int) -> str:
    page.leave_out(group.ids[_MOST_IDS:], "tests that fail in the same way")
    if len(group.text) > room:
        page.left_out.append(f"the middle of the traceback of {group.ids[0]}")
    said = middle_cut(group.text, room) or "(it says nothing)"
    return page.block(Origin.REPORT, "failing", "\n".join([*group.ids[:_MOST_IDS], "", said]))


def _attempts(page: _Page, tried: Sequence[tuple[str, str]], room: int) -> str:
    """The attempts in order; where there is no room for all, the latest are kept."""
    blocks: list[str] = []
    for name, text in reversed(tried):
        if room < min(len(text), _SMALLEST_ATTEMPT):
            page.left_out.append(name)
            continue
        if len(text) > room:
            page.left_out.append(f"the middle of {name}")
        blocks.append(page.block(Origin.DIFF, name, middle_cut(text, room)))
        room -= min(len(text), room)
    return "\n\n".join(reversed(blocks)) or "Nothing yet."


def _invisible(counts: Mapping[str, int]) -> list[str]:
    return [
        f"{count} invisible characters in {path}: a hunk must not touch the lines that hold them"
        for path, count in counts.items()
        if count
    ]


def _invisible_elsewhere(evidence: Evidence, attempts: tuple[Attempt, ...]) -> list[str]:
    """What was taken out of texts that are no files, and that nobody has to quote."""
    texts = {
        "the test report": "".join(f"{case.id}{case.message}{case.traceback}" for case in evidence.targets),
        "the logs": "".join(f"{finding.file}{finding.message}" for finding in evidence.findings)
        + "".join(f"{log.name}{log.failed}{log.excerpt}" for log in evidence.logs),
        "earlier attempts": "".join("".join((attempt.reply.text, *attempt.objections)) for attempt in attempts),
    }
    counts = {name: cleaned(text).invisible for name, text in texts.items()}
    return [f"{count} invisible characters in {name}" for name, count in counts.items() if count]
