"""In what a Python test file became weaker, case by case."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent_ci.core.change import ChangedText
from agent_ci.core.names import parse
from agent_ci.core.review.oracle_claims import Claim, pattern_is_as_strict, unmet
from agent_ci.core.review.oracle_fixtures import weaker_surroundings
from agent_ci.core.review.oracle_mocks import called, imported, is_same, known_in, replaced
from agent_ci.core.review.oracle_reading import Function, claims_of_case
from agent_ci.core.review.oracle_steps import new_steps, new_values
from agent_ci.core.review.oracle_suite import Case, Suite
from agent_ci.core.rules import MOCKED_SUBJECT, REWRITTEN_SNAPSHOT, WEAKENED_TEST

_SHOWN = 90
_SNAPSHOT_NAMES = ("snapshot(", "external(")


def python_weakenings(change: ChangedText) -> Iterator[str]:
    """Every objection to *change* of a Python file of the tests; both sides are texts, or the file is gone."""
    before, after = parse(change.before or ""), parse(change.after or "")
    if before is None or after is None:
        yield from _by_lines(change)
        return
    old, new = Suite(before), Suite(after)
    if change.before is None:
        yield from _of_new_file(change.path, new)
        return
    yield from _lost_cases(change, old, new)
    is_same_around = old.environment == new.environment
    for name in old.cases.keys() & new.cases.keys() if not is_same_around else _touched(old, new):
        yield from _Pair(change.path, old, new, old.cases[name], new.cases[name]).objections()
    yield from weaker_surroundings(change.path, old, new)


def _touched(old: Suite, new: Suite) -> list[str]:
    def text(case: Case) -> str:
        return "\n".join((ast.dump(case.function), *map(ast.dump, case.decorators), *case.scope))

    return [name for name, case in old.cases.items() if name in new.cases and text(case) != text(new.cases[name])]


def _by_lines(change: ChangedText) -> Iterator[str]:
    """What the lines tell where one side is no Python, for one: each line that asserts must still be there."""
    if change.after is not None and parse(change.after) is None:
        sentence = f"{change.path}:1: the file cannot be read as Python after the change; write one that can"
        yield WEAKENED_TEST.objection(sentence)
        return
    left = Counter(line.strip() for line in (change.after or "").splitlines())
    for number, line in enumerate((change.before or "").splitlines(), 1):
        text = line.strip()
        if text.startswith(("assert", "self.assert", "def test", "async def test", "with pytest.raises")):
            left[text] -= 1
            if left[text] < 0:
                yield WEAKENED_TEST.objection(f"{change.path}:{number}: the line `{_short(text)}` is gone; keep it")


def _of_new_file(path: str, suite: Suite) -> Iterator[str]:
    cases = suite.cases.values()
    if cases and all(any("skip" in mark for mark in case.marks) for case in cases):
        yield WEAKENED_TEST.objection(f"{path}:1: every case of this new file is skipped; add tests that run")
    yield from weaker_surroundings(path, Suite(ast.Module([], [])), suite)


def _lost_cases(change: ChangedText, old: Suite, new: Suite) -> Iterator[str]:
    lost = [case for name, case in old.cases.items() if name not in new.cases]
    if lost and not new.cases:
        yield WEAKENED_TEST.objection(
            f"{change.path}:1: all {len(lost)} cases of the file are gone, `{lost[0].name}` for one; keep them"
        )
        return
    bodies = {_body(case.function): name for name, case in new.cases.items() if name not in old.cases}
    for case in lost:
        other = bodies.get(_body(case.function))
        what = f"was renamed to `{other}`; results are compared by name" if other else "was deleted"
        yield WEAKENED_TEST.objection(
            f"{change.path}:{case.function.lineno}: the case `{case.name}` {what}; keep it as it was"
        )


def _body(function: Function) -> str:
    return "\n".join(map(ast.dump, function.body))


@dataclass(frozen=True)
class _Pair:
    """One case before and after the change."""

    path: str
    before: Suite
    after: Suite
    old: Case
    new: Case

    def objections(self) -> Iterator[str]:
        yield from self._marks()
        rows = list(self._rows())
        lost = [] if rows else list(self._claims())
        yield from (*rows, *lost)
        yield from self._steps()
        yield from self._mocks()
        if not rows and not lost:
            found = new_values(self.old.function, self.new.function)
            yield from (
                self._weaker(line, f"starts from {new} where it started from {old}") for line, old, new in found
            )

    def _weaker(self, line: int, what: str) -> str:
        return WEAKENED_TEST.objection(f"{self.path}:{line}: the case `{self.new.name}` {what}")

    @property
    def _line(self) -> int:
        return self.new.function.lineno

    def _marks(self) -> Iterator[str]:
        for mark in self.new.marks - self.old.marks:
            yield self._weaker(self._line, f"is newly marked `{_short(mark)}`; leave it to run as it did")
        for condition in set(self.new.scope) - set(self.old.scope):
            yield self._weaker(self._line, f"is only defined if `{_short(condition)}`; define it always")

    def _rows(self) -> Iterator[str]:
        for key in self.old.tables.keys() & self.new.tables.keys():
            old, new = self.before.rows(self.old, key), self.after.rows(self.new, key)
            if old is None or new is None:
                texts = (ast.unparse(self.old.tables[key]), ast.unparse(self.new.tables[key]))
                if texts[0] != texts[1]:
                    yield self._weaker(self._line, f"takes `{key}` from `{_short(texts[1])}`, not `{_short(texts[0])}`")
                continue
            yield from self._lost_rows(key, Counter(map(ast.unparse, old)), Counter(map(ast.unparse, new)))

    def _lost_rows(self, key: str, old: Counter[str], new: Counter[str]) -> Iterator[str]:
        lost, added = list((old - new).elements()), list((new - old).elements())
        if not lost:
            return
        if new.total() >= old.total() and added:
            what = f"expects `{_short(added[0])}` for `{key}` where the row was `{_short(lost[0])}`"
            yield self._weaker(self._line, f"{what}: the expected value was changed; keep the row")
            return
        count = f"{new.total()} rows of `{key}` where it had {old.total()}"
        yield self._weaker(self._line, f"has {count}: `{_short(lost[0])}` is gone; keep it")

    def _claims(self) -> Iterator[str]:
        is_same_table = self.old.tables.keys() == self.new.tables.keys()
        rows = ([{}], [{}]) if is_same_table else (self.before.bindings(self.old), self.after.bindings(self.new))
        old = claims_of_case(self.old.function, self.before.setting, rows[0])
        new = claims_of_case(self.new.function, self.after.setting, rows[1])
        seen: set[str] = set()
        for claim, other in unmet(old, new):
            sentence = sentence_of(claim, other)
            if sentence not in seen:
                seen.add(sentence)
                line = other.line if other else self._line
                is_snapshot = bool(other) and claim.expected.startswith(_SNAPSHOT_NAMES)
                rule = REWRITTEN_SNAPSHOT if is_snapshot else WEAKENED_TEST
                yield rule.objection(f"{self.path}:{line}: in `{self.new.name}` {sentence}")

    def _steps(self) -> Iterator[str]:
        for line, what in new_steps(self.old.function, self.new.function):
            yield self._weaker(line, what)

    def _mocks(self) -> Iterator[str]:
        old_names, new_names = imported(self.before.tree), imported(self.after.tree)
        subjects = called(self.old.function, known_in(self.old.function, old_names))
        had = {name for name, _ in replaced([self.old.function], known_in(self.old.function, old_names))}
        for target, node in replaced([self.new.function], known_in(self.new.function, new_names)):
            subject = next((name for name in sorted(subjects) if is_same(target, name)), None)
            if target not in had and subject:
                where = f"{self.path}:{getattr(node, 'lineno', self._line)}"
                sentence = f"{where}: the case `{self.new.name}` puts a mock in place of `{target}`, which it tests"
                yield MOCKED_SUBJECT.objection(f"{sentence}; call the real one")


def sentence_of(claim: Claim, other: Claim | None) -> str:
    """What became of *claim*, given the claim that took its place."""
    was = f"`{_short(claim.shown)}`"
    if other is None:
        return f"the assertion {was} is gone; keep it"
    now = f"`{_short(other.shown)}`"
    if added := sorted(other.guards - claim.guards):
        return f"the assertion {was} is only reached under `{_short(added[0])}`; assert it always"
    return next((say(was, now, claim, other) for fits, say in _REASONS if fits(claim, other)), _loosened(was, now))


def _loosened(was: str, now: str) -> str:
    return f"the assertion {was} was loosened to {now}; keep the stricter one"


_Fits = Callable[[Claim, Claim], bool]
_Say = Callable[[str, str, Claim, Claim], str]
_REASONS: tuple[tuple[_Fits, _Say], ...] = (
    (
        lambda old, new: old.relation in {"raises", "warns"} and old.expected != new.expected,
        lambda _was, _now, old, new: (
            f"the exception `{old.expected}` was changed to `{new.expected}`, which may be broader; keep it"
        ),
    ),
    (
        lambda old, new: old.relation in {"raises", "warns"} and not pattern_is_as_strict(new.pattern, old.pattern),
        lambda _was, _now, old, _new: f"the message is no longer matched with `{_short(old.pattern)}`; keep `match=`",
    ),
    (
        lambda old, new: (old.subject, old.relation, old.expected) == (new.subject, new.relation, new.expected),
        lambda was, now, _old, _new: f"the tolerance of {was} is wider in {now}; keep the narrower one",
    ),
    (
        lambda old, new: (old.subject, old.relation) == (new.subject, new.relation),
        lambda _was, _now, old, new: (
            f"the expected value of `{_short(old.subject)}` was changed from `{_short(old.expected)}` "
            f"to `{_short(new.expected)}`; repair the code instead"
        ),
    ),
    (
        lambda old, new: old.subject != new.subject,
        lambda was, now, _old, _new: f"the assertion {was} was replaced by {now}; keep the first one",
    ),
)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 3]}..."
