"""What a text-based proposer of tests is told: what is untested, how tests are written here, what was wrong before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.questions.answer import offer
from agent_ci.core.questions.fence import Origin, fenced, middle_cut, tag_for
from agent_ci.core.questions.prompt import Template
from agent_ci.core.questions.question import shares
from agent_ci.core.questions.window import windowed
from agent_ci.core.run import Attempt, Evidence
from agent_ci.core.untested import Target
from agent_ci.core.worth.account import unnoticed
from agent_ci.core.worth.selection import Reach

ALLOWANCE = 60_000
"""The characters of data in one question, about four to a token."""

_WEIGHTS = {"code": 40, "callers": 10, "change": 10, "tests": 25, "attempts": 15}
_MOST_ATTEMPTS = 3
_MOST_SENTENCES = 15
_MOST_ALIVE = 12
_MOST_TARGETS = 40
_PLENTY = 10_000_000


@dataclass(frozen=True)
class Shown:
    """What is shown beside the evidence, by path: the module's own text, those that call it, and tests with fixtures.

    ``lines`` are those (1-based) of each caller that matter, and ``change`` is what the change does to the module.
    """

    code: Mapping[str, str] = field(default_factory=dict)
    callers: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    change: str = ""
    tests: Mapping[str, str] = field(default_factory=dict)


def question_of_tests(  # noqa: PLR0913 - what one question is made from
    template: Template,
    evidence: Evidence,
    shown: Shown,
    attempts: tuple[Attempt, ...],
    *,
    nonce: str = "",
    allowance: int = ALLOWANCE,
) -> str:
    """The question about *evidence* of one module, with what became of the *attempts* at it.

    *nonce* goes into the name of the fences, and *allowance* is in characters of data. What is left out is listed.
    """
    own = [attempt for attempt in attempts if attempt.group == evidence.group]
    reach = reach_of(own)
    wanted = sorted({line for target in evidence.untested for line in target.guarded})
    missing = {target.name: _missing(target.name, target.lines, reach) for target in evidence.untested}
    marked = {line for lines in missing.values() for line in lines}
    blocks = (
        _Part("code", Origin.SOURCE, {path: _numbered(text, marked) for path, text in shown.code.items()}, wanted),
        _Part("callers", Origin.SOURCE, shown.callers, lines=shown.lines),
        _Part("change", Origin.DIFF, {"what the change does to it": shown.change} if shown.change.strip() else {}),
        _Part("tests", Origin.SOURCE, shown.tests),
        _Part("attempts", Origin.DIFF, dict(_tried(own))),
    )
    skipped = {target.name: _untaken(target, reach) for target in evidence.untested}
    told = {"targets": "\n".join(_targets(missing, skipped, own)), "conventions": "\n".join(_conventions(evidence))}
    invisible = sum(cleaned(text).invisible for part in blocks for text in part.texts.values())
    parts = [part.cleaned() for part in blocks]
    told = {name: cleaned(text).text for name, text in told.items()}
    everything = (*told.values(), *(text for part in parts for each in part.texts.items() for text in each))
    tag = tag_for(everything, f"{nonce} {template.id}")
    rooms = shares([part.size for part in parts], [_WEIGHTS[part.name] for part in parts], allowance)
    left_out = [f"{invisible} invisible characters"] if invisible else []
    values = {part.name: part.rendered(tag, room, left_out) for part, room in zip(parts, rooms, strict=True)}
    values["targets"] = fenced("lines that no test runs", told["targets"], tag=tag, origin=Origin.REPORT)
    values["conventions"] = fenced("the file to write", told["conventions"], tag=tag, origin=Origin.REPORT)
    return template.render(left_out="\n".join(left_out) or "Nothing was left out.", **values)


def reach_of(attempts: Sequence[Attempt]) -> Reach:
    """What the tests that were kept of *attempts* do."""
    kept = (one for attempt in attempts if attempt.is_proven and attempt.written for one in attempt.written.delivered)
    return Reach().after(kept)


@dataclass(frozen=True)
class _Part:
    """Data of one kind, by what it is called; the *wanted* lines of each, or those in *lines*, are shown first."""

    name: str
    origin: Origin
    texts: Mapping[str, str]
    wanted: Sequence[int] = ()
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(map(len, self.texts.values()))

    def cleaned(self) -> _Part:
        texts = {cleaned(name).text: cleaned(text).text for name, text in self.texts.items()}
        return _Part(self.name, self.origin, texts, self.wanted, self.lines)

    def rendered(self, tag: str, room: int, left_out: list[str]) -> str:
        """The blocks, in *room* characters; what does not fit is said in *left_out*."""
        rooms = shares([len(text) for text in self.texts.values()], [1] * len(self.texts), room)
        blocks: list[str] = []
        for (name, text), share in zip(self.texts.items(), rooms, strict=True):
            if len(text) > share:
                left_out.append(f"parts of {name}, where the gaps are marked")
            blocks.append(fenced(name, self._cut(name, text, share), tag=tag, origin=self.origin))
        return "\n\n".join(blocks) or "Nothing."

    def _cut(self, name: str, text: str, share: int) -> str:
        lines = self.lines.get(name, self.wanted)
        return windowed(text, lines, share) if lines else middle_cut(text, share)


def _missing(name: str, lines: Sequence[int], reach: Reach) -> tuple[int, ...]:
    return tuple(line for line in lines if (name, line) not in reach.lines)


def _untaken(target: Target, reach: Reach) -> tuple[str, ...]:
    """What is told of the branches of *target* that are not taken yet, where its lines do not say it."""
    left = (branch for branch in target.branches if (target.name, branch.line) not in reach.branches)
    return tuple(branch.words for branch in left if not branch.head & {*_missing(target.name, target.lines, reach)})


def _targets(
    missing: Mapping[str, tuple[int, ...]], skipped: Mapping[str, tuple[str, ...]], own: Sequence[Attempt]
) -> Iterator[str]:
    for name, lines in [*missing.items()][:_MOST_TARGETS]:
        if lines:
            yield f"- {name}: no test runs line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}"
        yield from (f"- {name}: {words}" for words in skipped[name])
        if not lines and not skipped[name]:
            yield f"- {name}: its lines are run now"
    for alive in unnoticed(own)[:_MOST_ALIVE]:
        yield f"- no test notices this small fault in line {alive.line} of {alive.target}: {alive.description}"


def _conventions(evidence: Evidence) -> Iterator[str]:
    style = evidence.style
    if style is None:
        return
    yield f"path of the new file: {style.path}"
    yield f"framework: {style.framework}"
    if style.module:
        how = "names of it" if style.imports == "from" else "it as a module"
        yield f"the code is imported as {style.module}; tests here import {how}"
    if style.framework in ("pytest", "unittest"):
        yield f"a test of f is called {style.naming.format('f')}; {'in classes' if style.in_class else 'no classes'}"
    yield f"at most {style.line_length} columns; {'single' if style.quotes == chr(39) else 'double'} quotes"
    if style.fixtures:
        yield f"fixtures: {', '.join(style.fixtures)}"


def _numbered(text: str, marked: Collection[int]) -> str:
    lines = text.removesuffix("\n").split("\n")
    width = len(str(len(lines)))
    return "\n".join(
        f"{'>' if number in marked else ' '} {number:>{width}} | {line}" for number, line in enumerate(lines, 1)
    )


def _tried(own: Sequence[Attempt]) -> Iterator[tuple[str, str]]:
    """The name of each attempt, with what it offered and what became of that."""
    for number, attempt in [*enumerate(own, 1)][-_MOST_ATTEMPTS:]:
        offered = attempt.patch.diff if attempt.patch else offer(attempt.reply.text) or attempt.reply.text
        yield f"attempt {number} by {attempt.reply.proposer}", "\n\n".join((offered.strip(), *_became(attempt)))


def _became(attempt: Attempt) -> Iterator[str]:
    judged = attempt.written.judged if attempt.written else ()
    if kept := [one.id for one in judged if not one.rejected_by]:
        yield "Kept:\n" + "\n".join(f"- {name}" for name in kept[:_MOST_SENTENCES])
    refused = [f"{one.id}: {one.reason} ({one.rejected_by})" for one in judged if one.rejected_by]
    said = refused or list(attempt.objections)
    if said:
        more = f"\n- and {len(said) - _MOST_SENTENCES} more" if len(said) > _MOST_SENTENCES else ""
        yield "Refused, because:\n" + "\n".join(f"- {sentence}" for sentence in said[:_MOST_SENTENCES]) + more
