"""What an assertion of a Python test claims, and which of two claims is the stronger."""

from __future__ import annotations

import ast
import builtins
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

EXACT = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a test claims: ``subject relation expected``, as canonical source texts.

    ``relation`` is an operator of Python, or a word: contains, true, false, isinstance, either, raises, warns, call,
    fails, runs. For ``raises`` the subject is the code that raises, ``expected`` the exceptions, separated by commas,
    and ``pattern`` what the message must match. ``tolerance`` is (absolute, relative). ``guards`` are the conditions
    under which it is checked at all. ``line`` is 1-based, ``shown`` is what the person wrote.
    """

    subject: str
    relation: str
    expected: str
    line: int
    shown: str
    guards: frozenset[str] = frozenset()
    tolerance: tuple[float, float] = EXACT
    pattern: str = field(default="")

    @property
    def meaning(self) -> tuple[object, ...]:
        """All that decides what is claimed: not where it stands, nor how it is spelt."""
        return (self.subject, self.relation, self.expected, self.guards, self.tolerance, self.pattern)


_Comparison = Callable[[Any, Any], object]
_COMPARISONS: dict[str, _Comparison] = {
    "==": operator.eq,
    "is": operator.eq,
    "!=": operator.ne,
    "is not": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, group: operator.contains(group, value),
    "not in": lambda value, group: not operator.contains(group, value),
    "contains": operator.contains,
    "lacks": lambda group, value: not operator.contains(group, value),
}
_EQUALITIES = frozenset({"==", "is"})
_EXCEPTIONS = frozenset({"raises", "warns"})
_NOT_NONE = frozenset({("is not", "None"), ("!=", "None")})
_BOUNDS = {">": (">", ">=", "!="), ">=": (">=",), "<": ("<", "<=", "!="), "<=": ("<=",)}
_CALLED = ("assert_called", "assert_called_once", "assert_any_call", "assert_called_with", "assert_called_once_with")
_WEAKER_CALLS = {
    "assert_called_once_with": frozenset(_CALLED[:4]),
    "assert_called_with": frozenset({"assert_called", "assert_any_call"}),
    "assert_any_call": frozenset({"assert_called"}),
    "assert_called_once": frozenset({"assert_called"}),
    "assert_awaited_once_with": frozenset({"assert_awaited", "assert_awaited_once", "assert_awaited_with"}),
    "assert_awaited_with": frozenset({"assert_awaited"}),
    "assert_awaited_once": frozenset({"assert_awaited"}),
}
_UNKNOWN = object()


def implies(new: Claim, old: Claim) -> bool:
    """Whether a test that claims *new* needs no *old* any more: it is at least as strong, wherever it is checked."""
    if not new.guards <= old.guards:
        return False
    if new.relation in _EXCEPTIONS:
        return old.relation == new.relation and old.subject == new.subject and _is_narrower(new, old)
    if old.relation == "either":
        return new.shown in old.expected.split("\n")
    if new.subject == old.subject:
        return _implies_of_same(new, old)
    if _sides(new) == _sides(old) and new.relation in _EQUALITIES:
        return _is_as_tight(new, old)
    return new.relation in _EQUALITIES and _implies_of_part(new, old)


def _sides(claim: Claim) -> tuple[str, frozenset[str]]:
    return claim.relation, frozenset({claim.subject, claim.expected})


def _is_as_tight(new: Claim, old: Claim) -> bool:
    return _spread(new) <= _spread(old) * (1 + 1e-9)


def _spread(claim: Claim) -> float:
    absolute, relative = claim.tolerance
    value = _value(claim.expected)
    size = abs(value) if isinstance(value, (int, float)) else 1.0
    return max(absolute, relative * size)


def _implies_of_same(new: Claim, old: Claim) -> bool:
    if (new.relation, new.expected) == (old.relation, old.expected):
        return _is_as_tight(new, old)
    if new.relation in _EQUALITIES:
        return _equality_implies(new, old)
    if (old.relation, old.expected) in _NOT_NONE:
        return new.relation in {"true", "isinstance", "contains", *_BOUNDS}
    same = _OF_SAME_RELATION.get(new.relation) if new.relation == old.relation else None
    return same(new, old) if same else _bound_implies(new, old)


def _equality_implies(new: Claim, old: Claim) -> bool:
    if old.relation == "==" and new.relation == "is" and new.expected == old.expected:
        return True
    held = _holds(old, _value(new.expected))
    if old.relation in _EQUALITIES:
        return held is True and new.relation == "is"
    return held is not False


def _holds(claim: Claim, value: object) -> bool | None:
    """Whether *value* fulfils *claim*; None where that cannot be said."""
    if value is _UNKNOWN:
        return None
    if claim.relation in {"true", "false"}:
        return bool(value) is (claim.relation == "true")
    if claim.relation == "isinstance":
        kind = getattr(builtins, claim.expected, None)
        return isinstance(value, kind) if isinstance(kind, type) else None
    compare, expected = _COMPARISONS.get(claim.relation), _value(claim.expected)
    if compare is None or expected is _UNKNOWN:
        return None
    try:
        return bool(compare(value, expected))
    except TypeError:
        return False


def _value(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return _UNKNOWN


def _implies_of_part(new: Claim, old: Claim) -> bool:
    """Whether an equality of the whole covers what was claimed of a part of it."""
    if old.subject == f"len({new.subject})" and old.relation in _COMPARISONS:
        value = _value(new.expected)
        return isinstance(value, (str, bytes, list, tuple, dict, set)) and _holds(old, len(value)) is True
    is_part = old.subject.startswith((f"{new.subject}.", f"{new.subject}["))
    return is_part and old.relation in {*_EQUALITIES, "contains"} and old.expected in new.expected


def _bound_implies(new: Claim, old: Claim) -> bool:
    if old.relation not in _BOUNDS.get(new.relation, ()):
        return False
    is_upwards, new_value, old_value = new.relation.startswith(">"), _value(new.expected), _value(old.expected)
    if new_value is _UNKNOWN or old_value is _UNKNOWN:
        return new.expected == old.expected
    return _compare(operator.ge if is_upwards else operator.le, new_value, old_value)


def _compare(compare: _Comparison, left: object, right: object) -> bool:
    try:
        return bool(compare(left, right))
    except TypeError:
        return False


def _call_implies(new: Claim, old: Claim) -> bool:
    new_name, _, new_arguments = new.expected.partition("(")
    old_name, _, old_arguments = old.expected.partition("(")
    return old_name in _WEAKER_CALLS.get(new_name, ()) and old_arguments in {")", new_arguments}


_OF_SAME_RELATION: dict[str, Callable[[Claim, Claim], bool]] = {
    "contains": lambda new, old: _holds(old, _value(new.expected)) is True,
    "isinstance": lambda new, old: _is_subclass(new.expected, old.expected),
    "call": _call_implies,
}


def _is_narrower(new: Claim, old: Claim) -> bool:
    kinds = all(any(_is_subclass(kind, wide) for wide in old.expected.split(", ")) for kind in new.expected.split(", "))
    return kinds and pattern_is_as_strict(new.pattern, old.pattern)


def _is_subclass(narrow: str, wide: str) -> bool:
    if narrow == wide or wide in {"BaseException", "object"}:
        return True
    narrow_type, wide_type = getattr(builtins, narrow, None), getattr(builtins, wide, None)
    if isinstance(narrow_type, type) and isinstance(wide_type, type):
        return issubclass(narrow_type, wide_type)
    return wide in {"Exception", "Warning"} and not isinstance(narrow_type, type)


def pattern_is_as_strict(new: str, old: str) -> bool:
    """Whether a message that matches *new* matches *old*, as far as the texts of both tell."""
    if new == old or not old:
        return True
    start = new.find(old)
    return start >= 0 and not re.search(r"[|*?{]", new[:start] + new[start + len(old) :])


def unmet(old: Iterable[Claim], new: Iterable[Claim]) -> list[tuple[Claim, Claim | None]]:
    """Each of *old* that nothing in *new* stands up for, with the one of *new* that took its place, if any.

    A claim is met by one of the same meaning, each of them once, or by any stronger one.
    """
    rest = list(new)
    open_claims = [claim for claim in old if not _take(claim, rest)]
    lost = [claim for claim in open_claims if not any(implies(other, claim) for other in rest)]
    return [(claim, _nearest(claim, rest)) for claim in lost]


def _take(claim: Claim, rest: list[Claim]) -> bool:
    found = next((index for index, other in enumerate(rest) if other.meaning == claim.meaning), None)
    if found is not None:
        del rest[found]
    return found is not None


def _nearest(claim: Claim, rest: list[Claim]) -> Claim | None:
    likeness = (
        lambda other: (other.subject, other.relation, other.expected),
        lambda other: (other.subject, other.relation),
        lambda other: other.subject,
        lambda other: (other.relation, other.expected),
    )
    for key in likeness:
        found = next((other for other in rest if key(other) == key(claim)), None)
        if found is not None:
            return found
    return None
