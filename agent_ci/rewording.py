"""Has a model put the lines of a draft into words for users, and keeps what holds; every other line is as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_ci.commits import Log
from agent_ci.console import Console
from agent_ci.core.budget import Budget, tokens_of
from agent_ci.core.environment import forge_tokens, secrets
from agent_ci.core.notes.breaks import Broken
from agent_ci.core.notes.drafted import Answer, Drafted
from agent_ci.core.notes.grounding import Check, Inventory, Judgement, Kept, Line, Objection
from agent_ci.core.notes.rendering import Style
from agent_ci.core.notes.retelling import (
    ENTRY_TOKENS,
    SCHEMA,
    Asked,
    UnreadableError,
    batches,
    question,
    read,
    retold,
    sections,
    wanted,
)
from agent_ci.core.notes.sources import Sources, worth_reading
from agent_ci.core.notes.values import Entry, Ledger, Unit
from agent_ci.core.notes.versions import released
from agent_ci.core.outward.writer import Outward
from agent_ci.core.run import MODEL, Attempt, Reply, total_cost
from agent_ci.errors import AgentCIError, CancelledError, UsageError
from agent_ci.kept import door
from agent_ci.model import remote as remote_model
from agent_ci.model.answering import Answering, Model, Recording
from agent_ci.model.asking import Prompts
from agent_ci.model.endpoint import Endpoint
from agent_ci.model.recording import recorded
from agent_ci.model.transport import call_with
from agent_ci.ports import Journal
from agent_ci.process import ToolError
from agent_ci.settings import Settings
from agent_ci.templates import template

_AGAIN = 2  # times that a change is asked about anew
_SYSTEM, _QUESTION = "notes-system.v1", "notes.v1"
_REPLAY = "replay"


def is_asked_for(settings: Settings) -> bool:
    """Whether *settings* name a model or a recording of one."""
    return bool(settings.models) or bool({_REPLAY, MODEL} & {*settings.proposer})


@dataclass
class Rewording:
    """One draft in words for users. ``seconds_left`` is what remains of the run's time.

    ``environment`` holds the keys of models, or where the keeper is, *log* the history that the draft tells of.
    """

    settings: Settings
    environment: Mapping[str, str]
    log: Log
    journal: Journal
    outward: Outward
    seconds_left: Callable[[], float]
    console: Console
    attempts: tuple[Attempt, ...] = ()
    answers: tuple[Answer, ...] = ()
    kept: tuple[Kept, ...] = ()
    left: dict[str, tuple[Objection, ...]] = field(default_factory=dict)
    looked_for: dict[str, bool] = field(default_factory=dict)

    def of(self, ledger: Ledger, style: Style, *, release: str, broken: tuple[Broken, ...]) -> Drafted:
        """*ledger* in the model's words, line by line where they hold; *broken* is what its interface lost.

        *release* is its version, "" for none yet. Raises UsageError where a recording cannot be used.
        Whatever else goes wrong with a model is told, and leaves the lines as they are.
        """
        if not (self._is_replayed or self.settings.models):
            raise UsageError("the proposer 'model' needs a model; name one with --model")
        entries = wanted(ledger)
        name = (
            f"the recording {self.settings.cassette}" if self._is_replayed else f"the model {self.settings.models[0]}"
        )
        drafted = Drafted(ledger, name, tuple(one.units[0].id for one in entries), prompts=_digests())
        if not entries:
            self.console.say(drafted.sentence)
            return drafted
        others = {unit.id: unit.title for entry in ledger.entries for unit in entry.units}
        range_ = ledger.range
        before = released(self.log.tags(range_.until), before=range_.since)
        facts = _Facts(ledger, style, (range_.since, release), before, others, _lost(broken))
        with self.console.phase("ask the model"):
            failure = self._asked(entries, facts)
        drafted = replace(
            drafted,
            ledger=retold(ledger, self.kept),
            kept=self.kept,
            left=self.left,
            answers=self.answers,
            attempts=self.attempts,
            failure=failure,
        )
        self.console.say(drafted.sentence)
        if failure:
            self.console.warn(drafted.warning)
        return drafted

    @property
    def _is_replayed(self) -> bool:
        return _REPLAY in self.settings.proposer

    def _asked(self, entries: tuple[Entry, ...], facts: _Facts) -> str:
        """Ask about all *entries*; why that came to no end, as a sentence, else empty."""
        answering: Answering | None = None
        try:
            answering = self._answering()
            budget = self._budget
            self.console.say(
                f"asking about {len(entries)} changes within {budget.tokens} tokens and US$ {budget.cost:.2f}, with no "
                f"more than {ENTRY_TOKENS} tokens of each"
            )
            for batch in batches(self._known(entries, facts)):
                if fault := self._answered(batch, facts, answering):
                    return fault
        except CancelledError:
            raise
        except AgentCIError as error:
            if self._is_replayed and isinstance(error, UsageError):
                raise
            if answering and answering.cost.calls:
                self._count(answering, "", (str(error),))
            return str(error)
        return ""

    def _answering(self) -> Answering:
        chosen = self.settings
        if self._is_replayed:
            if not chosen.cassette:
                raise UsageError("the proposer 'replay' needs recorded replies; name their file with --cassette")
            return Recording(iter(tuple(recorded(Path(chosen.cassette)))), self.journal, self.outward)
        key = self.environment.get("AGENT_CI_API_KEY", "").strip() or None
        keys = {
            name: value
            for name, value in secrets(self.environment).items()
            if name not in forge_tokens(self.environment)
        }
        keeper = door(self.environment)
        asked = remote_model.Asked(chosen.models[:1], chosen.api_base or None, chosen.seed)
        remote = remote_model.Remote.opened(keeper, asked, self._budget) if keeper else None
        endpoint = Endpoint(chosen.models[0], asked.api_base, key, asked.seed, is_keyed=remote is not None)
        prompts = Prompts(template(_SYSTEM), template("continue.v1"), schema=SCHEMA)
        return Model(endpoint, prompts, self.journal, self.outward, call=remote.call if remote else call_with(keys))

    @property
    def _budget(self) -> Budget:
        chosen = self.settings
        return Budget(chosen.max_attempts, chosen.max_cost, chosen.max_tokens, chosen.time_limit)

    def _known(self, entries: tuple[Entry, ...], facts: _Facts) -> Iterator[Asked]:
        """Each of *entries* with what is known of its change."""
        for entry in entries:
            unit = entry.units[0]
            yield Asked(entry, facts.sources(entry, self._patch(unit, facts)))

    def _patch(self, unit: Unit, facts: _Facts) -> str:
        main_line = frozenset(facts.ledger.range.main_line)
        commits = dict.fromkeys((unit.head, *(commit for commit in unit.commits if commit in main_line)))
        try:
            return self.log.patch(commits, worth_reading(unit))
        except ToolError:  # what cannot be read supports nothing
            return ""

    def _answered(self, batch: tuple[Asked, ...], facts: _Facts, answering: Answering) -> str:
        """Ask about *batch* until its lines hold or were refused often enough; why nothing more can be asked."""
        inventory = facts.inventory(batch, lambda names: self._holding(facts.ledger.range.until, names))
        is_readable = False
        for _ in range(1 + _AGAIN):
            asked = question(template(_QUESTION), batch, facts.style, nonce=facts.ledger.range.until)
            if limit := self._limit(asked):
                self.left |= {one.id: one.objections for one in batch}
                return limit
            judgement = self._heard(asked, replace(inventory, entries=_entries(batch)), answering)
            is_readable = is_readable or judgement is not None
            batch = _again(batch, judgement, self.answers[-1].fault)
            if not batch:
                return ""
        self.left |= {one.id: one.objections for one in batch}
        return "" if is_readable else f"no answer could be read: {self.answers[-1].fault}; check --model"

    def _holding(self, revision: str, names: frozenset[str]) -> frozenset[str]:
        """Which of *names* stand in the files of *revision*; each is looked for once, and none after the time limit."""
        for name in sorted(names - {*self.looked_for}):
            if self.seconds_left() <= 0:
                break
            self.looked_for[name] = self.log.holds(revision, name)
        return frozenset(name for name in names if self.looked_for.get(name))

    def _heard(self, asked: str, inventory: Inventory, answering: Answering) -> Judgement | None:
        """What the answer to a question is worth; None where it cannot be read."""
        usd = total_cost(self.attempts).usd
        said = answering.ask(
            asked,
            tokens_left=self._budget.tokens - self._tokens,
            seconds_left=self.seconds_left,
            usd_left=None if usd is None else self._budget.cost - usd,
        )
        lines: tuple[Line, ...] = ()
        fault = said.objection
        try:
            lines = () if fault else read(said.text)
        except UnreadableError as error:
            fault = str(error)
        judgement = None if fault else inventory.judged(lines)
        self.answers += (Answer(judgement, fault),)
        if judgement is None:
            self._count(answering, said.text, (fault,))
            return None
        against = dict.fromkeys((*judgement.strange, *(one for ones in judgement.left.values() for one in ones)))
        self._count(answering, said.text, tuple(one.text for one in against))
        self.kept += judgement.kept
        self.journal.record(
            "notes.judged",
            kept=[list(one.ids) for one in judgement.kept],
            refused={id_: [f"{one.check}: {one.text}" for one in ones] for id_, ones in judgement.left.items()},
        )
        return judgement

    def _count(self, answering: Answering, text: str, objections: tuple[str, ...]) -> None:
        name = _REPLAY if self._is_replayed else MODEL
        cause = "put the lines into words for users"
        self.attempts += (Attempt(Reply(name, text, answering.cost, cause=cause), objections=objections),)

    @property
    def _tokens(self) -> int:
        return total_cost(self.attempts).tokens

    def _limit(self, asked: str) -> str:
        """Why *asked* must not be asked any more: a limit is reached, or this question would go beyond it."""
        budget, spent = self._budget, total_cost(self.attempts)
        if said := budget.objection(self.attempts, elapsed=budget.seconds - self.seconds_left()):
            return said
        prompt = tokens_of(template(_SYSTEM).text) + tokens_of(asked)
        if spent.usd and spent.usd * (1 + prompt / max(spent.prompt_tokens, 1)) > budget.cost:
            return f"the next question would go beyond the limit of US$ {budget.cost:.2f} (US$ {spent.usd:.4f} spent)"
        return ""


@dataclass(frozen=True)
class _Facts:
    """What is the same for all questions about a draft; ``lost`` is what changes took from the interface, by id."""

    ledger: Ledger
    style: Style
    versions: tuple[str, ...]
    released: frozenset[str]
    titles: Mapping[str, str]
    lost: Mapping[str, tuple[str, ...]]

    def sources(self, entry: Entry, diff: str) -> Sources:
        unit, every = entry.units[0], self.ledger.range.commits
        messages = tuple(every[commit].message for commit in unit.commits if len(every[commit].parents) == 1)
        return Sources(unit, diff, messages, is_breaking=entry.is_breaking, breaks=self.lost.get(unit.id, ()))

    def inventory(self, batch: tuple[Asked, ...], holds: Callable[[frozenset[str]], frozenset[str]]) -> Inventory:
        sources = {one.id: one.sources for one in batch}
        known = sections(self.style)
        return Inventory(_entries(batch), sources, known, self.versions, self.released, self.titles, holds)


def _entries(batch: tuple[Asked, ...]) -> dict[str, Entry]:
    return {one.id: one.entry for one in batch}


def _again(batch: tuple[Asked, ...], judgement: Judgement | None, fault: str) -> tuple[Asked, ...]:
    """The part of *batch* that has no line yet, with what was said against the last one."""
    if judgement is None:
        unread = Objection(Check.FORM, fault)
        return tuple(replace(one, before="", objections=(unread,)) for one in batch)
    texts = {id_: line.text for line, _ in judgement.lines for id_ in line.ids}
    return tuple(
        replace(one, before=texts.get(one.id, ""), objections=judgement.left[one.id])
        for one in batch
        if one.id in judgement.left
    )


def _lost(broken: tuple[Broken, ...]) -> dict[str, tuple[str, ...]]:
    hard = [one for one in broken if one.is_hard]
    return {id_: tuple(one.text for one in hard if id_ in one.changes) for two in hard for id_ in two.changes}


def _digests() -> dict[str, str]:
    return {name: template(name).sha256 for name in (_SYSTEM, _QUESTION)}
