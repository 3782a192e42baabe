"""The literals that a function and what it calls were written with: what decides between its branches."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .samples import inside_words, is_pattern, matching, quoted, with_numbers
from .targets import Target

_MOST = 40
_LONGEST = 200
_MOST_PLACES = 16  # that are tried one by one
_MOST_NUMBERS = 6  # that are put into a text that a pattern matches
_CASE = frozenset({"upper", "lower", "title", "capitalize", "casefold", "swapcase", "isupper", "islower", "IGNORECASE"})
_AFFIXES = {"startswith": "{1}{0}", "removeprefix": "{1}{0}", "endswith": "{0}{1}", "removesuffix": "{0}{1}"}
_SIMPLE = (str, int, float, bytes)
_NOTHING = object()


@dataclass
class Mined:
    """Values by where they were found: ``near`` what a parameter is compared with or handed to, ``far`` elsewhere.

    ``matching`` are texts that the function's regular expressions match, ``quoted`` those that docstrings quote.
    """

    near: dict[str, list[Any]] = field(default_factory=dict)
    far: list[Any] = field(default_factory=list)
    matching: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)

    def learn(self, earlier: Mined) -> None:
        """Add what the function was written with *earlier*, behind what it is written with now."""
        for name, values in earlier.near.items():
            self.near[name] = unique([*self.near.get(name, ()), *values])
        self.far = unique([*self.far, *earlier.far])
        self.matching = unique([*self.matching, *earlier.matching])

    def about(self, name: str) -> list[Any]:
        """All values, those near the parameter *name* first."""
        return unique([*self.near.get(name, ()), *self.matching, *self.far])[:_MOST]


def mine(
    target: Target,
    targets: Mapping[str, Target],
    globals_: Mapping[str, ast.expr],
    live: Mapping[str, Any],
    called: Sequence[Any] = (),
) -> Mined:
    """What *target* and the targets that it reaches were written with; *live* are the module's variables as they are.

    *called* is what the module itself hands to its functions while it is imported.
    """
    found = Mined()
    matched: list[list[str]] = []
    for name in [target.name, *sorted(target.reaches - {target.name})]:
        node = targets[name].node
        names = {parameter.name for parameter in targets[name].parameters}
        if name == target.name:
            for parameter in names:
                found.near[parameter] = unique(_near(node, parameter, globals_))
        else:  # what a function that is called compares with often comes from its caller's parameter of that name
            for parameter in names & found.near.keys():
                found.near[parameter] = unique([*found.near[parameter], *_near(node, parameter, globals_)])
        found.far += _constants(node)
        found.quoted += quoted(ast.get_docstring(node) or "")
        used = [one.id for one in ast.walk(node) if isinstance(one, ast.Name) and one.id in globals_]
        for other in unique(used):
            found.far += _constants(globals_[other])
            value = live.get(other)
            found.far += _computed(value)
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                matched.append(matching(value.pattern, value.flags))
    found.far = [*called, *found.far]
    texts = [one for one in found.far if isinstance(one, str)]
    patterns = [one for one in unique(texts) if is_pattern(one)]
    matched += [matching(pattern) for pattern in patterns]
    numbers = unique(one for one in found.far if type(one) is int)[:_MOST_NUMBERS]
    matched += [with_numbers(one, numbers) for one in matched]
    found.matching = unique(alternately(matched))[: 3 * _MOST]
    found.far = [one for one in unique(found.far) if one not in patterns]
    found.far += inside_words(one for one in found.far if isinstance(one, str))
    found.quoted = unique(found.quoted)[:_MOST]
    for parameter, values in found.near.items():
        found.near[parameter] = unique(other for one in values for other in _without_syntax(one))
    return found


def mine_attribute(tree: ast.Module, name: str, globals_: Mapping[str, ast.expr]) -> Mined:
    """What the attribute *name* of any object is compared with in the module."""
    return Mined(near={name: unique(_near(tree, name, globals_))[:_MOST]})


def module_values(tree: ast.Module) -> dict[str, ast.expr]:
    """What the module's variables are assigned, by name."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
            found[node.target.id] = node.value
    return found


def _without_syntax(value: Any) -> list[Any]:
    """*value*, and in the place of a regular expression, which nobody would pass, texts that it matches."""
    return matching(value) if isinstance(value, str) and is_pattern(value) else [value]


def called_values(tree: ast.Module) -> list[Any]:
    """The constants that statements of the module hand to functions: ``_irregular("person", "people")``.

    Where the module makes letters large or small, or looks at that, each text also with a large one.
    """
    plain = (node for node in tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
    found = unique(value for node in plain for one in node.value.args for value in _constants(one))  # type: ignore[attr-defined]
    is_about_case = any(isinstance(node, ast.Attribute) and node.attr in _CASE for node in ast.walk(tree))
    return [*found, *(one.title() for one in found if is_about_case and isinstance(one, str))]


def _near(node: ast.AST, name: str, globals_: Mapping[str, ast.expr]) -> Iterator[Any]:
    """The constants in comparisons, calls and look-ups that have the parameter *name* in them."""
    messages = _messages(node)
    for one in ast.walk(node):
        if one in messages:
            continue
        if isinstance(one, ast.Compare | ast.Call | ast.Subscript | ast.BinOp) and _mentions(one, name):
            yield from _constants(one)
            yield from _affixed(one, name)
            yield from _places(one, name, globals_)
            for other in ast.walk(one):
                if isinstance(other, ast.Name) and other.id in globals_:
                    yield from _constants(globals_[other.id])
        elif isinstance(one, ast.Match) and _mentions(one.subject, name):
            yield from (value for case in one.cases for value in _constants(case.pattern))


def _affixed(node: ast.AST, name: str) -> Iterator[str]:
    """Texts with more than the beginning or end that *node* asks the parameter *name* for, and one that is a number."""
    match node:
        case ast.Call(func=ast.Name(id="int"), args=[ast.Name(id=found), *_]) if found == name:
            yield "10"  # to every base
        case ast.Call(func=ast.Attribute(value=ast.Name(id=found), attr=way), args=[text]) if found == name:
            given = (one for one in _constants(text) if isinstance(one, str) and way in _AFFIXES)
            yield from (_AFFIXES[way].format(more, one) for one in given for more in ("10", "name"))


def _places(node: ast.AST, name: str, globals_: Mapping[str, ast.expr]) -> Iterable[int]:
    """Each number that *node* tells apart: the remainders of a small divisor, the places of a short table."""
    match node:
        case ast.BinOp(left=left, op=ast.Mod(), right=ast.Constant(value=int(size))) if _mentions(left, name):
            pass
        case ast.Subscript(value=table, slice=place) if _mentions(place, name):
            shown = globals_.get(table.id, table) if isinstance(table, ast.Name) else table
            size = len(shown.elts) if isinstance(shown, ast.Tuple | ast.List) else 0
        case _:
            return ()
    return range(size) if size <= _MOST_PLACES else ()


def _mentions(node: ast.AST, name: str) -> bool:
    return any(
        (isinstance(one, ast.Name) and one.id == name) or (isinstance(one, ast.Attribute) and one.attr == name)
        for one in ast.walk(node)
    )


def _constants(node: ast.AST) -> list[Any]:
    """The numbers and texts in *node*, without docstrings; a negative number as one."""
    inert = {one.value for one in ast.walk(node) if isinstance(one, ast.Expr)}
    messages = _messages(node)
    found = [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and type(one.value) in _SIMPLE and one not in inert and one not in messages
    ]
    return [one for one in found if not isinstance(one, str) or len(one) <= _LONGEST]


def _computed(value: Any) -> list[Any]:
    """The simple values that a variable holds, or its items or keys: what its source may only compute."""
    items = value if type(value) in (list, tuple, dict) else [value]
    simple = (one for one in itertools.islice(items, _MOST) if type(one) in _SIMPLE)
    return [one for one in simple if not isinstance(one, str | bytes) or len(one) <= _LONGEST]


def _messages(node: ast.AST) -> set[ast.AST]:
    """What errors are raised with: nobody passes that."""
    return {below for one in ast.walk(node) if isinstance(one, ast.Raise) for below in ast.walk(one)}


def literal_value(text: str) -> Any:
    """The number or text that the source *text* is; None where it is anything else."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return value if type(value) in _SIMPLE else None


def elements(text: str) -> list[ast.expr]:
    """The items of the list or tuple that the source *text* is; none where it is anything else."""
    try:
        body = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return []
    return body.elts if isinstance(body, ast.List | ast.Tuple) else []


def unique(values: Iterable[Any]) -> list[Any]:
    """*values* without repetitions, in order; 1, 1.0 and True are three."""
    return list({(type(value), value): value for value in values}.values())


def alternately(columns: Iterable[Iterable[Any]]) -> Iterator[Any]:
    """The first of each, then the second of each, and so on."""
    left = [iter(column) for column in columns]
    while left:
        heads = [(column, next(column, _NOTHING)) for column in left]
        yield from (head for _, head in heads if head is not _NOTHING)
        left = [column for column, head in heads if head is not _NOTHING]
