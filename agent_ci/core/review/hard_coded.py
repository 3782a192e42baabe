"""Where Python source answers the failing test alone: with its own literals instead of a computation."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from agent_ci.core.review.added import Finding
from agent_ci.core.review.expectations import TRIVIAL, Expectations, canonical
from agent_ci.core.review.literals import copied_text, moved_number
from agent_ci.core.review.outcomes import (
    Outcome,
    answers,
    as_test,
    compared,
    comparisons,
    conditions,
    functions,
    is_prefix,
    is_true,
    outcomes,
)
from agent_ci.core.review.python_names import Function, last_name, parameters
from agent_ci.core.rules import HARD_CODED

_ADVICE = "compute it from the arguments"
_SHORT = 4
_LONGEST_QUOTE = 60
_FEW = 2
_SEPARATOR = re.compile(r"(?<=\d)_(?=\d)")
_NUMBERS = re.compile(r"-?[\d.]+|[\[({].*")
_FEWEST = frozenset(map(repr, (0, 1, -1)))
_HASHES = frozenset({"hash", "id", "crc32", "adler32", "md5", "sha1", "sha256", "hexdigest"})


def findings(before: ast.Module, after: ast.Module, source: str, told: Expectations) -> Iterator[Finding]:
    """Every answer in *after* that is not in *before* and fits only what the tests are *told* to expect.

    *source* is the whole text before, of which *before* may be the part that changes.
    """
    old = dict(functions(before))
    kept = {ast.dump(function) for function in old.values()}
    source = _SEPARATOR.sub("", source)
    siblings = _siblings(before)
    for name, function in functions(after):
        if ast.dump(function) in kept:
            continue
        review = _Review(function, old.get(name), told, source, siblings)
        for node, what in review.faults():
            yield _finding(node, what)
    for node, what in (*_tables(before, after, told), *_literals(before, after, source, told)):
        yield _finding(node, what)


def _finding(node: ast.AST, what: str) -> Finding:
    return Finding(HARD_CODED, getattr(node, "lineno", 1), what, f"{what}; {_ADVICE}")


@dataclass(frozen=True)
class _Review:
    """One function that changed, beside what it was; ``source`` and ``siblings`` are those of the old file."""

    function: Function
    old: Function | None
    told: Expectations
    source: str
    siblings: Counter[str]

    def faults(self) -> Iterator[tuple[ast.AST, str]]:
        known = Counter(outcome.key for outcome in outcomes(self.old)) if self.old else Counter[str]()
        tests = {ast.unparse(test) for test in conditions(self.old)} if self.old else set()
        for outcome in outcomes(self.function):
            if known[outcome.key]:
                known[outcome.key] -= 1
            elif test := next((test for test in outcome.tests if test and self._fits_only(test, outcome, tests)), None):
                yield test, f"`{_brief(ast.unparse(test))}` asks for what the failing test passes in"
            elif self._is_early_number(outcome):
                yield outcome.node, f"`{_brief(outcome.literal)}`, which the failing test expects, is returned as it is"
        if fault := self._whole() or self._early():
            yield fault

    def _fits_only(self, test: ast.expr, outcome: Outcome, known: set[str]) -> bool:
        """Whether *test*, which is new, asks for the failing test's own input."""
        if ast.unparse(test) in known:
            return False
        asked = [part for part in comparisons(test) if self._asks_for_input(part, outcome)]
        plain = [literals for part in comparisons(test) if (literals := compared(part)[1])]
        inputs = [literals for literals in plain if literals <= self.told.inputs]
        several = len(inputs) >= _FEW and outcome.literal in self.told.expected - TRIVIAL
        return bool(asked) or several

    def _asks_for_input(self, part: ast.expr, outcome: Outcome) -> bool:
        operand, literals = compared(part)
        telling = literals - TRIVIAL
        if not telling:
            return self._is_length(part, outcome)
        if self._is_habit(operand, telling):
            return False
        if not all(map(self.told.takes, literals)):
            return self._is_fingerprint(part, outcome)
        if all(map(self._is_known, telling)) or (outcome.literal in TRIVIAL and _are_short(telling)):
            return False
        if outcome.raises:
            return not _are_short(telling)
        return not is_prefix(part) or outcome.literal in self.told.expected - TRIVIAL

    def _is_told(self, literal: str) -> bool:
        return literal in self.told.expected - TRIVIAL and not self._is_known(literal)

    def _is_known(self, literal: str) -> bool:
        """Whether the source before holds *literal*."""
        inner, ends = (literal[1:-1], "['\"]") if literal[:1] in "'\"" else (literal, r"(?![\w.])")
        begin = ends if literal[:1] in "'\"" else r"(?<![\w.])"
        return bool(re.search(begin + re.escape(inner) + ends, self.source))

    def _is_habit(self, operand: str, literals: frozenset[str]) -> bool:
        """Whether the source already told several such values apart: then one more is a missing case."""
        least = 1 if all(literal[:1] in "'\"" for literal in literals) else _FEW
        return self.siblings[operand] >= least

    def _is_length(self, part: ast.expr, outcome: Outcome) -> bool:
        """Whether an expected number answers how many there are; none or one is a case of its own."""
        _, literals = compared(part)
        is_count = bool(literals) and literals.isdisjoint(_FEWEST) and _measures(part)
        return is_count and bool(_NUMBERS.fullmatch(outcome.literal)) and self._is_told(outcome.literal)

    def _is_fingerprint(self, part: ast.expr, outcome: Outcome) -> bool:
        """Whether a digest or a length of the argument stands in for the argument."""
        hashes = any(
            isinstance(node, ast.Name | ast.Attribute) and last_name(node) in _HASHES for node in ast.walk(part)
        )
        return hashes or (_measures(part) and self._is_told(outcome.literal))

    def _is_early_number(self, outcome: Outcome) -> bool:
        """Whether an expected number is returned for as good as every argument, before what is computed."""
        if not self._is_told(outcome.literal) or not outcome.tests:
            return False
        if not _NUMBERS.fullmatch(outcome.literal) or len(set(answers(self.function))) < _FEW:
            return False
        names = parameters(self.function)
        return all(test is not None and _is_weak(test, names) for test in outcome.tests)

    def _whole(self) -> tuple[ast.AST, str] | None:
        """What is wrong where all that the function does is to return one literal."""
        if self.old and _only_raises(self.function) and any(True for _ in answers(self.old)):
            return self.function, f"`{self.function.name}` now raises whatever it is given"
        given = set(answers(self.function))
        if len(given) != 1 or not (literal := next(iter(given))):
            return None
        is_told = literal in self.told.expected - TRIVIAL
        if self.old is None or _is_stub(self.old) or set(answers(self.old)) <= TRIVIAL:
            is_fault = is_told and bool(parameters(self.function))
        else:
            computed = set(answers(self.old))
            is_fault = (len(computed) > 1 or computed == {""}) and (is_told or _is_idle(self.function))
        node = self.function
        return (node, f"`{node.name}` now returns `{_brief(literal)}` whatever it is given") if is_fault else None

    def _early(self) -> tuple[ast.AST, str] | None:
        """What is wrong where a literal is returned before the rest of the body."""
        found = _dead(self.function)
        if found is None or (self.old and _dead(self.old)):
            return None
        return found, f"`{self.function.name}` returns a literal before it comes to its own code"


def _are_short(literals: frozenset[str]) -> bool:
    return all(literal[:1] in "'\"" and len(literal) <= _SHORT + 2 for literal in literals)


def _is_weak(test: ast.expr, names: tuple[str, ...]) -> bool:
    """Whether *test* holds for as good as every argument: that there is one, or of which class it is."""
    if isinstance(test, ast.Call):
        return last_name(test.func) in ("isinstance", "len", "callable", "bool") and _is_argument(test.args[0], names)
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.IsNot | ast.NotEq):
        return _is_argument(test.left, names) and canonical(test.comparators[0]) in TRIVIAL
    return _is_argument(test, names)


def _is_argument(node: ast.expr, names: tuple[str, ...]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _is_stub(function: Function) -> bool:
    return all(
        isinstance(node, ast.Pass | ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in function.body
    )


def _measures(part: ast.expr) -> bool:
    return any(isinstance(node, ast.Call) and last_name(node.func) == "len" for node in ast.walk(part))


def _only_raises(function: Function) -> bool:
    """Whether *function* raises and does nothing else; an abstract one says so by its exception."""
    body = [node for node in function.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplemented" not in ast.unparse(body[0])


def _is_idle(function: Function) -> bool:
    """Whether *function* does nothing that anyone could notice but to return."""
    effects = ast.Call | ast.Await | ast.Raise | ast.Delete | ast.AugAssign
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    stores = any(isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store) for node in nodes)
    return not stores and not any(isinstance(node, effects) for node in nodes)


def _dead(function: Function) -> ast.AST | None:
    """A literal that *function* returns on its top level with code after it."""
    body = [inner for node in function.body for inner in _flat(node)]
    for node in body[:-1]:
        if isinstance(node, ast.Return) and (node.value is None or canonical(node.value)):
            return node
    return None


def _flat(node: ast.stmt) -> list[ast.stmt]:
    return node.body if isinstance(node, ast.If) and is_true(node.test) else [node]


def _siblings(tree: ast.Module) -> Counter[str]:
    """How many telling literals each expression of *tree* is compared with."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(tree):
        parts: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            parts = [node]
        elif isinstance(node, ast.Match):
            parts = [test for case in node.cases if (test := as_test(node.subject, case))]
        for part in parts:
            operand, literals = compared(part)
            found |= {(operand, literal) for literal in literals - TRIVIAL}
    return Counter(operand for operand, _ in found)


def _tables(before: ast.Module, after: ast.Module, told: Expectations) -> Iterator[tuple[ast.AST, str]]:
    """The new tables in *after* that hold what the tests pass in and expect, and nothing else."""
    known = [_entries(node) for node in ast.walk(before) if isinstance(node, ast.Dict)]
    for node in ast.walk(after):
        if not isinstance(node, ast.Dict):
            continue
        entries = _entries(node)
        told_all = entries and all(
            (told.takes(key) or key in told.expected) and value in told.expected for key, value in entries.items()
        )
        telling = any(_is_telling(key) for key in entries) and not TRIVIAL.issuperset(entries.values())
        if told_all and telling and not any(entries.keys() & table.keys() for table in known):
            yield node, "this table holds only what the failing test passes in and expects"


def _is_telling(key: str) -> bool:
    """Whether *key* is no single character: a table of those is how text is escaped or spelt."""
    return key not in TRIVIAL and not (key[:1] in "'\"" and len(key) <= len("'x'"))


def _entries(node: ast.Dict) -> dict[str, str]:
    pairs = zip(node.keys, node.values, strict=True)
    return {canonical(key) if key else "": canonical(value) for key, value in pairs}


def _literals(before: ast.Module, after: ast.Module, source: str, told: Expectations) -> Iterator[tuple[ast.AST, str]]:
    """The new numbers and texts in *after* that were fitted to the tests."""
    old_numbers = _of_kind(before, int)
    new_numbers = [node for node in _countable(after) if node.value not in old_numbers]
    gone = [old for old in old_numbers - _of_kind(after, int) if isinstance(old, int)]
    for node in new_numbers:
        if isinstance(node.value, int) and (old := moved_number(node.value, gone, told)) is not None:
            yield node, f"`{old}` was moved to `{node.value}`, just so far that the failing test's value fits"
    for node in _answering(after):
        if isinstance(node.value, str) and node.value not in source and copied_text(node.value, told):
            yield node, f"`{_brief(node.value)}` is the failing test's own answer for its own arguments"


def _of_kind(tree: ast.Module, kind: type) -> set[object]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is kind}


def _countable(tree: ast.Module) -> Iterator[ast.Constant]:
    """The numbers of *tree* that are not the end of a range."""
    ends = {
        id(part)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Call) and last_name(node.func) == "range") or isinstance(node, ast.Slice)
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is int and id(node) not in ends:
            yield node


def _answering(tree: ast.Module) -> Iterator[ast.Constant]:
    """The texts of *tree* that are assigned or returned: not those of errors, logs and documentation."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Return | ast.Assign | ast.AnnAssign | ast.Yield) and node.value is not None:
            yield from (part for part in ast.walk(node.value) if isinstance(part, ast.Constant))


def _brief(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 3] + "..."
