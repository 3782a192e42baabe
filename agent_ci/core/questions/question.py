"""What a model is told: evidence, sources and earlier attempts, turned into one bounded text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.paths import is_test_path
from agent_ci.core.questions.answer import offer
from agent_ci.core.questions.fence import Origin, fenced, middle_cut, tag_for
from agent_ci.core.questions.frames import named_lines, suspects
from agent_ci.core.questions.prompt import Template
from agent_ci.core.questions.window import windowed
from agent_ci.core.report import TestCase
from agent_ci.core.run import Attempt, Evidence

__all__ = ["ALLOWANCE", "fix_question", "shares", "suspects"]

ALLOWANCE = 60_000
"""The characters of data in one question, about four to a token."""

_WEIGHTS = {"failures": 25, "tests": 20, "sources": 40, "attempts": 15}
_SMALLEST_FILE = 400  # characters; less of a file explains nothing
_SMALLEST_ATTEMPT = 200
_MOST_GROUPS = 8
_MOST_IDS = 20
_MOST_FINDINGS = 30
_MOST_OBJECTIONS = 12
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


_Part = Callable[[_Page, int], str]


def fix_question(  # noqa: PLR0913 - what one question is made from
    template: Template,
    evidence: Evidence,
    sources: Mapping[str, str],
    attempts: tuple[Attempt, ...],
    *,
    nonce: str = "",
    allowance: int = ALLOWANCE,
) -> str:
    """The text that asks for a repair. *sources* are whole files by path, the most suspect first.

    *nonce* goes into the name of the fences, and *allowance* is in characters of data. Failures, tests, other
    sources and earlier attempts have fixed shares of it, and what one part does not need goes to the others. What is
    left out is listed at the end.
    """
    shown = {path: cleaned(text) for path, text in sources.items()}
    files = {path: file.text for path, file in shown.items()}
    lines = named_lines(evidence, files)
    groups = _groups(evidence.targets)
    said = _said_by_logs(evidence)
    tried = [_attempt(number, attempt) for number, attempt in enumerate(attempts, start=1)]
    tests = {path: text for path, text in files.items() if is_test_path(path)}
    code = {path: text for path, text in files.items() if path not in tests}
    parts: dict[str, _Part] = {
        "failures": lambda page, room: _failures(page, groups, said, room),
        "tests": lambda page, room: _files(page, tests, lines, room),
        "sources": lambda page, room: _files(page, code, lines, room),
        "attempts": lambda page, room: _attempts(page, tried, room),
    }
    texts = (*files.values(), *files, *(text for _, text in tried), *_texts(groups), *said, *said.values())
    tag = tag_for(texts, f"{nonce} {template.id}")
    page = _Page(tag)
    values = _rendered(parts, page, allowance)
    page.left_out += _invisible({path: file.invisible for path, file in shown.items()})
    page.left_out += _invisible_elsewhere(evidence, attempts)
    return template.render(left_out="\n".join(page.left_out) or "Nothing was left out.", **values)


def _rendered(parts: Mapping[str, _Part], page: _Page, allowance: int) -> dict[str, str]:
    needs = [len(part(_Page(page.tag), _PLENTY)) for part in parts.values()]
    rooms = shares(needs, [_WEIGHTS[name] for name in parts], allowance)
    return {name: part(page, room) for (name, part), room in zip(parts.items(), rooms, strict=True)}


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
        key = message or trace[-_SMALLEST_ATTEMPT:]
        ids.setdefault(key, []).append(cleaned(case.id).text)
        first_line = message.split("\n", 1)[0]
        texts.setdefault(key, trace if first_line in trace else f"{message}\n\n{trace}".strip())
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
    names = "\n".join(group.ids[:_MOST_IDS])
    page.leave_out(group.ids[_MOST_IDS:], "tests that fail in the same way")
    if len(group.text) > room:
        page.left_out.append(f"the middle of the traceback of {group.ids[0]}")
    said = middle_cut(group.text, room) or "(it says nothing)"
    return f"{page.block(Origin.REPORT, 'failing', names)}\n{page.block(Origin.REPORT, 'what they say', said)}"


def _files(page: _Page, files: Mapping[str, str], lines: Mapping[str, tuple[int, ...]], room: int) -> str:
    weights = [1000 // rank for rank in range(1, len(files) + 1)]
    rooms = shares([len(text) for text in files.values()], weights, room)
    blocks: list[str] = []
    for (path, text), share in zip(files.items(), rooms, strict=True):
        if share < min(len(text), _SMALLEST_FILE):
            page.left_out.append(f"the file {path}")
            continue
        if len(text) > share:
            page.left_out.append(f"parts of {path}, where the gaps are marked")
        blocks.append(page.block(Origin.SOURCE, path, windowed(text, lines.get(path, ()), share)))
    return "\n\n".join(blocks) or "None is shown."


def _attempt(number: int, attempt: Attempt) -> tuple[str, str]:
    """The name of an attempt, and what it offered and why that was refused."""
    offered = attempt.patch.diff if attempt.patch else offer(attempt.reply.text)
    objections = "\n".join(f"- {sentence}" for sentence in attempt.objections[:_MOST_OBJECTIONS])
    said = f"{offered.strip() or '(no change)'}\n\nRefused, because:\n{objections}"
    return f"attempt {number} by {attempt.reply.proposer}", cleaned(said).text


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
