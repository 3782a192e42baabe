"""The evidence document as typed values: what is missing there, or of another kind, is empty and never an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent_ci.core.claims import NO_CLAIMS, Claims
from agent_ci.core.document import Phase
from agent_ci.core.outcome import REVERTED, Outcome, headline
from agent_ci.core.views.reading import item, items, number, text, texts, whole

_STATUSES = ("failed", "errored", "skipped", "passed")


@dataclass(frozen=True, slots=True)
class Place:
    """Something to look at: *line* is 1-based, None where it is not known."""

    file: str
    line: int | None
    message: str
    name: str = ""
    group: str = ""

    @property
    def words(self) -> str:
        """What it is called, and why it is named."""
        return ": ".join(part for part in (self.name, self.message) if part)

    @property
    def is_inside(self) -> bool:
        """Whether it names a line of a file below the repository's root."""
        parts = self.file.replace("\\", "/").split("/")
        is_path = bool(self.file) and ":" not in parts[0] and not {"", ".", ".."} & {*parts}
        return is_path and self.line is not None and self.line > 0


@dataclass(frozen=True, slots=True)
class Cause:
    """Failing tests with one root cause; ``excerpt`` is the end of the first one's traceback."""

    fingerprint: str
    title: str
    cases: tuple[str, ...]
    excerpt: str


@dataclass(frozen=True, slots=True)
class Runs:
    """The control runs of one side: in *red* of *total* some of the failing tests were red."""

    side: str
    red: int
    total: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Control:
    """One control run, as the ids that were red and green in it."""

    side: str
    red: frozenset[str]
    green: frozenset[str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls, tokens in both directions, and US$, None where the price is not known."""

    calls: int = 0
    tokens: int = 0
    usd: float | None = None

    @property
    def words(self) -> str:
        """For a person: ``2 model calls, 1200 tokens, US$ 0.0031``."""
        if not self.calls:
            return "nothing: no model was called"
        price = "price not known" if self.usd is None else f"US$ {self.usd:.4f}"
        return f"{self.calls} model call{'s' * (self.calls != 1)}, {self.tokens} tokens, {price}"


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt; without objections it is proven."""

    proposer: str
    cause: str
    note: str
    objections: tuple[str, ...]
    rules: tuple[str, ...]
    patch: str
    group: str
    cost: Spent
    model: str = ""

    @property
    def source(self) -> str:
        """Who made it, in words: the proposer, and which model that asked."""
        return f"{self.proposer} ({self.model})" if self.model else self.proposer


@dataclass(frozen=True)
class Account:
    """One run as ``evidence.json`` tells it. Texts are as they stand there: hostile, and not yet fit for any page."""

    outcome: str
    reason: str
    job: str = ""
    summary: str = ""
    notes: tuple[str, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)
    causes: tuple[Cause, ...] = ()
    failures: tuple[Place, ...] = ()
    targets: tuple[str, ...] = ()
    findings: tuple[Place, ...] = ()
    suspects: tuple[Place, ...] = ()
    flaky: tuple[str, ...] = ()
    first_bad: str = ""
    takes_back: str = ""
    reproduce: str = ""
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    patch_sha256: str = ""
    patch_file: str = ""
    files: tuple[str, ...] = ()
    added: int = 0
    removed: int = 0
    repeats: int = 0
    scope: str = ""
    doubts: tuple[str, ...] = ()
    claims: Claims = NO_CLAIMS
    cells: tuple[tuple[str, str], ...] = ()
    attempts: tuple[Tried, ...] = ()
    cost: Spent = Spent()
    isolation: Mapping[str, str] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    delivery: str = ""
    told: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)
    timeline: tuple[Phase, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    tests: Mapping[str, object] = field(default_factory=dict)

    @property
    def known_outcome(self) -> Outcome | None:
        """The outcome where this version knows it: a file of a later one may hold another."""
        return Outcome(self.outcome) if self.outcome in Outcome.__members__.values() else None

    @property
    def is_revert(self) -> bool:
        """Whether the proven change takes back a repair of ours, and leaves the build red."""
        return bool(self.takes_back) and self.known_outcome in (Outcome.FIXED, Outcome.DELIVERED)

    @property
    def headline(self) -> str:
        """The verdict in a few words."""
        if self.is_revert:
            return REVERTED
        return headline(self.known_outcome, self.job) if self.known_outcome else self.outcome or "No verdict"

    @property
    def is_proven(self) -> bool:
        """Whether a proven change exists."""
        return bool(self.patch_sha256)

    @property
    def runs(self) -> tuple[Runs, ...]:
        """The control runs by side, the head first."""
        sides = {side: [run for run in self.controls if run.side == side] for side in ("head", "base")}
        return tuple(
            Runs(side, sum(bool(run.red) for run in made), len(made), sum(run.seconds for run in made))
            for side, made in sides.items()
            if made
        )


def read(document: Mapping[str, object]) -> Account:
    """*document* as an account."""
    patch, proof, isolation = item(document, "patch"), item(document, "proof"), item(document, "isolation")
    bad = item(document, "first_bad")
    return Account(
        outcome=text(document.get("outcome")),
        reason=text(document.get("reason")),
        job=text(document.get("job")),
        summary=text(document.get("summary")),
        notes=texts(document.get("notes")),
        context={key: text(value) for key, value in item(document, "context").items()},
        causes=tuple(_cause(row) for row in items(document, "groups")),
        failures=tuple(_place(row, name="id") for row in items(document, "failures")),
        targets=texts(document.get("targets")),
        findings=tuple(_place(row, name="code") for row in items(document, "findings")),
        suspects=tuple(_suspect(row) for row in items(document, "suspects")),
        flaky=tuple(_flake(row) for row in items(document, "flaky")),
        first_bad=text(bad.get("sentence")) or f"{text(bad.get('commit'))} {text(bad.get('subject'))}".strip(),
        takes_back=text(item(document, "takes_back").get("subject")),
        reproduce=text(document.get("reproduce")),
        before=_by_status(item(document, "before")),
        after=_by_status(item(document, "after")),
        controls=tuple(_control(row) for row in items(document, "controls")),
        patch_sha256=text(patch.get("sha256")),
        patch_file=text(item(document, "patch_file").get("name")),
        files=texts(patch.get("files")),
        added=whole(patch.get("added")),
        removed=whole(patch.get("removed")),
        repeats=whole(proof.get("repeats")),
        scope=text(proof.get("scope")),
        doubts=texts(proof.get("doubts")),
        claims=_claims(item(proof, "claims")),
        cells=tuple((text(row.get("name")), text(row.get("proof"))) for row in items(proof, "cells")),
        attempts=tuple(_attempt(row) for row in items(document, "attempts")),
        cost=_spent(item(document, "cost")),
        isolation={key: text(value) for key, value in isolation.items()},
        lacks=texts(isolation.get("lacks")),
        delivery=text(item(document, "delivery").get("sentence")),
        told=text(document.get("told")),
        timings={key: number(value) or 0.0 for key, value in item(document, "timings").items()},
        timeline=tuple(_phase(row) for row in items(document, "timeline")),
        versions={key: text(value) for key, value in item(document, "versions").items()},
        tests=item(document, "tests"),
    )


def _cause(row: Mapping[str, object]) -> Cause:
    return Cause(
        text(row.get("fingerprint")), text(row.get("title")), texts(row.get("cases")), text(row.get("excerpt"))
    )


def _place(row: Mapping[str, object], *, name: str) -> Place:
    line = number(row.get("line"))
    said, group = text(row.get("message")), text(row.get("group"))
    return Place(text(row.get("file")), None if line is None else int(line), said, text(row.get(name)), group)


def _suspect(row: Mapping[str, object]) -> Place:
    return Place(text(row.get("path")), whole(row.get("line")), text(row.get("why")), text(row.get("name")))


def _flake(row: Mapping[str, object]) -> str:
    flipped = text(row.get("flipped_by"))
    why = f"; {flipped} flips it" if flipped not in ("", "chance") else ""
    return f"{text(row.get('id'))}: passed in {whole(row.get('passed'))} of {whole(row.get('runs'))} runs{why}"


def _by_status(row: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    return {status: texts(row.get(status)) for status in _STATUSES} if row else {}


def _control(row: Mapping[str, object]) -> Control:
    red, green = frozenset(texts(row.get("red"))), frozenset(texts(row.get("green")))
    return Control(text(row.get("side")), red, green, number(row.get("seconds")) or 0.0)


def _attempt(row: Mapping[str, object]) -> Tried:
    return Tried(
        proposer=text(row.get("proposer")),
        cause=text(row.get("cause")),
        note=text(row.get("note")),
        objections=texts(row.get("objections")),
        rules=texts(row.get("rules")),
        patch=text(row.get("patch")),
        group=text(row.get("group")),
        cost=_spent(item(row, "cost")),
        model=text(row.get("model")),
    )


def _claims(row: Mapping[str, object]) -> Claims:
    return Claims(text(row.get("confidence")), text(row.get("risk")), text(row.get("test_further")))


def _phase(row: Mapping[str, object]) -> Phase:
    return Phase(
        text(row.get("name")), max(0.0, number(row.get("start")) or 0.0), max(0.0, number(row.get("seconds")) or 0.0)
    )


def _spent(row: Mapping[str, object]) -> Spent:
    tokens = whole(row.get("prompt_tokens")) + whole(row.get("completion_tokens"))
    return Spent(whole(row.get("calls")), tokens, number(row.get("usd")))
