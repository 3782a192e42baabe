"""Reads what the search in the sandbox wrote: untrusted data, so every value is checked before it is used."""

from __future__ import annotations

import ast
import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular
from agent_ci.ports import Tree
from agent_ci.proposers.search.checkpoints import Checkpoint
from agent_ci.proposers.search.kit.clues import Clues
from agent_ci.proposers.search.kit.operators import EARLIER, KNOWN, PAIR, spelled
from agent_ci.sandbox_kit.source import Splice

_MAX_BYTES = 1_000_000
_MAX_LINES = 100
_MAX_REPLACEMENT = 4_000
_MAX_COUNT = 10**9
_LONGEST_QUOTE = 80
_SEVERAL = 2
_MOST_PARTS = 4
_NO_CLUES = Clues()
_WORDS = re.compile(r"\w+|\W")
_GUARD = re.compile(r"(?P<check>if [^:]+): (?P<does>(?:return|raise|continue)\b.*)$")
_GUARD_IN_BRACES = re.compile(r"(?P<check>if [^{}]+?) \{ (?P<does>return\b.*?);? \}$")

REASONS = {
    "found": "found",
    "exhausted": "exhausted",
    "time": "stopped by time",
    "count": "stopped by the limit on candidates",
    "not_reproduced": "the failing tests pass when they are run alone",
    "unstarted": "pytest could not be started",
    "": "it was ended before it could say more",
}
"""How a search ended, in words for the evidence."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """An edit that turned the red cases green in the sandbox, by its own account.

    ``tests`` run the edited line, ``refused`` is the number of other edits of the same function that they refused, and
    ``is_copied`` says that the edit holds a literal of a failing test that stood nowhere in the file. ``rivals`` are
    other edits that survived and are other programs, as far as that is known, and ``untold`` those of the same
    expression of which nothing tells whether they are; ``lost`` counts lines that passing cases ran and no case runs
    with the edit; ``function`` is where it is, if not in Python. An edit in several places has ``parts``, each of which
    is one that an operator makes.
    """

    path: str
    splice: Splice
    operator: str
    line: int
    tests: int = 0
    refused: int = 0
    is_copied: bool = False
    rivals: int = 0
    untold: int = 0
    lost: int = 0
    function: str = ""
    parts: tuple[Survivor, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """The edit itself as JSON-like values."""
        return {**spelled(self), "parts": [part.facts for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Answer:
    """The survivors, best first, and the figures: candidates tried, seconds of wall clock and of processor.

    ``trying_cpu_seconds`` is the part of the processor time in which candidates were tried. ``before`` is how many need
    no trial since an earlier search made it, ``fault`` why what one left could not be used, ``unread`` the files that
    are none in Python as the search knows it, and ``checkpoint`` where this one left off, where it came to no end.
    From ``clues``, what the failing tests gave away, the survivors can be made once more.
    """

    survivors: tuple[Survivor, ...] = ()
    reason: str = ""
    tried: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    trying_cpu_seconds: float = 0.0
    before: int = 0
    fault: str = ""
    unread: tuple[str, ...] = ()
    checkpoint: Checkpoint | None = None
    clues: Clues = _NO_CLUES

    @property
    def is_over(self) -> bool:
        """Whether it came to its end."""
        return self.reason in ("found", "exhausted")

    @property
    def summary(self) -> str:
        """What the search did, as one clause for the evidence."""
        before = f", after {self.before} that an earlier run was through with" if self.before else ""
        told = f"tried {self.tried} candidates in {self.seconds:.1f} s{before} ({REASONS[self.reason]})"
        unread = (
            f"{', '.join(self.unread)} cannot be read as Python in UTF-8 and was not searched" if self.unread else ""
        )
        return "; ".join(filter(None, (told, unread, self.fault)))


def read_answer(path: Path, *, tree: Tree, suspects: tuple[str, ...], root: Path) -> Answer:
    """The answer in *path*, below *root*; a line that breaks a rule is dropped, a file that does is no answer.

    A survivor counts where its path is among *suspects*, its splice lies inside the file as *tree* has it, and
    its operator is one of ours.
    """
    try:
        with open_regular(path, root=root, max_bytes=_MAX_BYTES) as file:
            lines = file.read(_MAX_BYTES).split(b"\n")[:_MAX_LINES]
    except UnsupportedError:
        return Answer()
    objects = list(_objects(lines))
    survivors = tuple(
        survivor for facts in objects if (survivor := _survivor(facts.get("survivor"), tree=tree, suspects=suspects))
    )
    summary = next((facts["summary"] for facts in objects if isinstance(facts.get("summary"), dict)), {})
    assert isinstance(summary, dict)  # noqa: S101 - tells the type checker what was just tested
    reason = summary.get("reason")
    return Answer(
        survivors,
        reason if isinstance(reason, str) and reason in REASONS else "",
        int(_number(summary.get("tried"))),
        _number(summary.get("seconds")),
        _number(summary.get("cpu_seconds")),
        _number(summary.get("trying_cpu_seconds")),
        unread=tuple(path for path in suspects if path in _listed(summary.get("unread"))),
        clues=next((Clues.read(facts["clues"]) for facts in objects if "clues" in facts), _NO_CLUES),
    )


def _listed(value: object) -> list[object]:
    return value[:_MAX_LINES] if isinstance(value, list) else []


def _objects(lines: list[bytes]) -> Iterator[Mapping[str, object]]:
    for line in lines:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def _number(value: object) -> float:
    """*value* between nothing and a cap; not a number counts as nothing."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        return 0.0
    return float(min(value, _MAX_COUNT))


def _survivor(facts: object, *, tree: Tree, suspects: tuple[str, ...]) -> Survivor | None:
    match facts:
        case {
            "path": str(path),
            "start": int(start),
            "end": int(end),
            "replacement": str(replacement),
            "operator": str(operator),
            "line": int(line),
            **more,
        } if path in suspects and operator in KNOWN:
            size = len(tree.read(path))
            if 0 <= start <= end <= size and 0 < line <= size and _is_text(replacement):
                found = Survivor(path, Splice(start, end, replacement), operator, line)
                parts = [_survivor(part, tree=tree, suspects=(path,)) for part in _listed(more.get("parts"))]
                return _with_standing(replace(found, parts=tuple(filter(None, parts[:_MOST_PARTS]))), more)
    return None


def _with_standing(survivor: Survivor, facts: Mapping[object, object]) -> Survivor:
    """*survivor* with what *facts* say of it; what they do not say speaks against it."""
    names = ("tests", "refused", "rivals", "untold", "lost")
    tests, refused, rivals, untold, lost = (int(_number(facts.get(name))) for name in names)
    counted = replace(survivor, tests=tests, refused=refused, rivals=rivals, untold=untold, lost=lost)
    return replace(counted, is_copied=facts.get("copied") is not False)


def _is_text(replacement: str) -> bool:
    try:
        replacement.encode()
    except UnicodeEncodeError:
        return False
    return len(replacement) <= _MAX_REPLACEMENT and "\0" not in replacement


def unified_diff(path: str, before: bytes, after: bytes) -> str:
    """The change of *path* as git reads it. Raises UnicodeDecodeError where the file is no UTF-8."""
    old, new = (_lines(data.decode()) for data in (before, after))
    rows = difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")
    return "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)


def _lines(text: str) -> list[str]:
    """Lines as git counts them: only a line feed ends one."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def cause_of(survivor: Survivor, before: bytes) -> str:
    """One sentence that says where the fault is and what the failing test needs in its place."""
    splice = survivor.splice
    if survivor.operator == PAIR:
        return _cause_of_both(survivor, before)
    old = " ".join(before[splice.start : splice.end].decode("utf-8", "replace").split())
    new = " ".join(splice.replacement.split())
    function = survivor.function or (_function_at(before, survivor.line) if survivor.path.endswith(".py") else "")
    place = f"`{survivor.path}:{survivor.line}`" + (f" (`{function}`)" if function else "")
    if not old and (found := _GUARD.match(new) or _GUARD_IN_BRACES.match(new)):
        needed = _short(found["does"])
        return f"{place} lacks the check `{_short(found['check'])}`; the failing test needs it to `{needed}`."
    if not new or new == "pass":
        return f"{place} has `{_short(old)}`, and the failing test needs it gone."
    if not old:
        return f"{place} lacks `{_short(new)}`, which the failing test needs."
    return f"{place} {_exchanged(old, new, survivor.operator)}."


def _exchanged(old: str, new: str, operator: str) -> str:
    """What a place has and what it needs, in the words of the *operator* that put *new* for *old*."""
    if operator == EARLIER:
        return f"has `{_short(old)}`; the failing test needs `{_short(new)}`, as it was before the change"
    if renamed := _renamed(old, new):
        name, other, count = renamed
        return f"has the name `{name}`; the failing test needs `{other}`, in {count} places"
    verb = "compares with" if operator == "comparison" else "has"
    return f"{verb} `{_short(old)}`; the failing test needs `{_short(new)}`"


def _renamed(old: str, new: str) -> tuple[str, str, int] | None:
    """The name that *old* has in several places, the one that *new* has there, and in how many; None elsewhere."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    changed = [pair for pair in zip(before, after, strict=False) if pair[0] != pair[1]]
    if len(before) != len(after) or len(changed) < _SEVERAL or len(set(changed)) != 1:
        return None
    name, other = changed[0]
    return (name, other, len(changed)) if name.isidentifier() and other.isidentifier() else None


def _cause_of_both(survivor: Survivor, before: bytes) -> str:
    """The first two lines that an edit in two places changes, each with what it needs to be."""
    old, new = (data.decode("utf-8", "replace").splitlines() for data in (before, survivor.splice.applied_to(before)))
    changed = [
        (number, left.strip(), right.strip())
        for number, (left, right) in enumerate(zip(old, new, strict=False), 1)
        if left != right
    ]
    told = [
        f"`{survivor.path}:{number}` has `{_short(left)}` for `{_short(right)}`" for number, left, right in changed[:2]
    ]
    return f"Two places are wrong together: {', and '.join(told)}." if told else "Two places are wrong together."


def _short(text: str) -> str:
    text = text.replace("`", "'")
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}..."


def _function_at(data: bytes, line: int) -> str:
    """The name of the innermost function around *line*; empty where there is none, or the syntax is too new."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError):
        return ""
    around = [
        (node.lineno, node.name)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(around, default=(0, ""))[1]
