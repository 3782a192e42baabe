"""Whether two proven changes behave the same on inputs that no test has: both are called, and the outcomes compared."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from agent_ci.clone import Texts
from agent_ci.core.change import Patch
from agent_ci.core.paths import is_test_path
from agent_ci.core.run import Evidence
from agent_ci.jobs.beside import Program
from agent_ci.pipeline import Tools
from agent_ci.sandbox_kit.calls import Bounds, bounds_in

_MOST_INPUTS = 300  # calls of one function
_MOST_TESTS = 60  # beside the failing ones, to record calls from
_MOST_DIFFERENCES = 5
_LEAST_SECONDS = 1.0
_FIELDS = 3  # of one line: function, input, outcome


@dataclass(frozen=True)
class Comparison:
    """How two changes compare: *inputs* are the calls that both answered, *functions* what was called.

    *differences* are sentences, at most five. *note* says why nothing was compared, where nothing was.
    """

    inputs: int = 0
    functions: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    note: str = ""


def compare(one: Patch, other: Patch, evidence: Evidence, tools: Tools, *, seconds: float) -> Comparison:
    """Call what either change touches, with inputs like those of the tests, on both trees.

    *seconds* of wall clock are shared by the two. What repository code does in a call is an outcome and never an
    error here.
    """
    if evidence.toolchain.get("runner") != "pytest" or seconds < _LEAST_SECONDS:
        return Comparison(note="only functions that pytest reaches can be compared")
    functions = tuple(dict.fromkeys((*_changed(one, tools), *_changed(other, tools))))
    if not functions:
        return Comparison(note="neither change touches a function")
    program, spec = Program("probe", evidence, tools, seconds / 2), spec_of(functions, evidence)
    spec = {**spec, "bounds": _bounds(one, functions, tools)}
    mine, theirs = (dict(_calls(program.rows(patch.tree, spec))) for patch in (one, other))
    both = [call for call in mine if call in theirs]
    names = tuple(dict.fromkeys(function for function, _ in both))
    if not both:
        return Comparison(note="no call could be made on both")
    found = (_sentence(call, mine[call], theirs[call]) for call in both if mine[call] != theirs[call])
    return Comparison(len(both), names, tuple(islice(found, _MOST_DIFFERENCES)))


def spec_of(functions: tuple[tuple[str, str], ...], evidence: Evidence) -> Mapping[str, object]:
    """What the probe is told: the *functions* to call, as (path, qualified name), and the tests that call them."""
    files = {id_.partition("::")[0] for id_ in evidence.target_ids}
    near = [id_ for id_ in evidence.before.ids() if id_.partition("::")[0] in files and "::" in id_]
    tests = dict.fromkeys((*evidence.target_ids, *near[:_MOST_TESTS]))
    return {"functions": functions, "tests": list(tests), "most": _MOST_INPUTS}


def _calls(rows: tuple[object, ...]) -> Iterator[tuple[tuple[str, str], str]]:
    """The outcome of each call by function and input; repository code may have written a row: others are left out."""
    for row in rows:
        if isinstance(row, list) and len(row) == _FIELDS and all(isinstance(part, str) for part in row):
            yield (row[0], row[1]), row[2]


def _changed(patch: Patch, tools: Tools) -> Iterator[tuple[str, str]]:
    """The functions that *patch* changes, as (path, qualified name)."""
    old, new = (Texts(tools.clone.tree(tree)) for tree in (patch.base_tree, patch.tree))
    for file in patch.files:
        if file.path.endswith(".py") and not is_test_path(file.path):
            before, after = (dict(_functions(texts.get(file.path, ""))) for texts in (old, new))
            yield from ((file.path, name) for name, text in after.items() if before.get(name) != text)


def _bounds(patch: Patch, functions: tuple[tuple[str, str], ...], tools: Tools) -> Bounds:
    """The numbers and texts that *functions* hold before *patch*: both trees are called with the same."""
    texts = Texts(tools.clone.tree(patch.base_tree))
    found = {(path, name): node for path, _ in functions for name, node in _nodes(texts.get(path, ""))}
    return bounds_in(found[function] for function in functions if function in found)


def _functions(source: str) -> Iterator[tuple[str, str]]:
    """Each function and method in *source* by qualified name, with its syntax as text."""
    return ((name, ast.dump(node)) for name, node in _nodes(source))


def _nodes(source: str) -> Iterator[tuple[str, ast.AST]]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    yield from _within(tree, "")


def _within(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    """Each function and method below *node* by qualified name."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _within(child, f"{prefix}{child.name}.")


def _sentence(call: tuple[str, str], mine: str, theirs: str) -> str:
    function, given = call
    return f"{function}({given}) {mine} with this change and {theirs} with another that proves as well"
