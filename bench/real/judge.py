"""Knows how a proposed patch is measured, and when it is the change that people made themselves."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import unidiff

from agent_ci.errors import UnsupportedError

SAME = "same as the human fix"
PLAUSIBLE = "plausible"
BEYOND = "beyond the offline proposer"
NOT_MEASURED = "not measured"

_FIXED = frozenset({"fixed", "delivered"})
_TRIED = frozenset({"no_fix", "budget_exhausted", "policy_refused"})
_COUNT = re.compile(r"\btried ([\d,]+) candidates?\b")
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Size:
    """Lines added and removed."""

    added: int = 0
    removed: int = 0

    @property
    def lines(self) -> int:
        """Both together."""
        return self.added + self.removed

    def __str__(self) -> str:
        return f"+{self.added} -{self.removed}"


def patch_size(patch: str) -> Size:
    """How many lines *patch* adds and removes. Raises UnsupportedError where it is not a unified diff."""
    try:
        files = unidiff.PatchSet(patch)
    except unidiff.UnidiffParseError as error:
        raise UnsupportedError(f"the patch is not a unified diff: {error}") from error
    return Size(files.added, files.removed)


def candidates_tried(document: Mapping[str, object]) -> int | None:
    """The largest number of candidates that any attempt in *document* says it tried; None where none says so."""
    counts = [int(count.replace(",", "")) for count in _COUNT.findall(json.dumps(document))]
    return max(counts, default=None)


def grade(document: Mapping[str, Any]) -> str:
    """What the proof in *document* is good for: `commit`, or `suggest` where it carries a doubt; empty without one."""
    proof = document.get("proof")
    return "" if not proof else "suggest" if proof.get("doubts") else "commit"


def is_same_fix(before: str, patched: str, human: str) -> bool:
    """Whether each definition that the patch changed reads, as syntax, as in the fixing release.

    The arguments are the text of one Python file. Comments, layout and docstrings do not count. A patch that
    makes a part of the human fix, definition by definition, is the same as far as it goes.
    """
    try:
        old, new, wanted = (_definitions(text) for text in (before, patched, human))
    except SyntaxError:
        return False
    changed = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name)]
    return bool(changed) and all(new.get(name) == wanted.get(name) for name in changed)


def classify(outcome: str, *, same: bool) -> str:
    """The class of a case: what *outcome* and the comparison with people's fix amount to."""
    if outcome in _FIXED:
        return SAME if same else PLAUSIBLE
    return BEYOND if outcome in _TRIED else NOT_MEASURED


def _definitions(text: str) -> dict[str, str]:
    """The syntax of each function and class by qualified name, without what is defined inside it."""
    found: defaultdict[str, str] = defaultdict(str)
    for name, syntax in _walk(ast.parse(text), ""):
        found[name] += syntax  # a property and its setter share one name
    return found


def _walk(node: ast.Module | _Definition, name: str) -> Iterator[tuple[str, str]]:
    inner = [child for child in node.body if isinstance(child, _Definition)]
    node.body = _without_docstring([child for child in node.body if not isinstance(child, _Definition)])
    yield name, ast.dump(node)
    for child in inner:
        yield from _walk(child, f"{name}.{child.name}")


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return body
