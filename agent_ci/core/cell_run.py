"""What one cell of a plan hands to the merge: how it ended, what it repaired, what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent_ci.core.outcome import Outcome
from agent_ci.core.run import Cost
from agent_ci.core.untrusted import amount, count, text, texts


@dataclass(frozen=True, slots=True)
class CellRun:
    """The evidence of one cell, read and not believed.

    ``asked`` and ``repaired`` are fingerprints of root causes, ``cases`` the ids of the tests that were repaired.
    ``patch_name`` is the file with the patch, empty where there is none. ``base_tree``, ``tree`` and ``diff_sha256``
    are told of a whole fix only.
    """

    outcome: Outcome
    reason: str
    commit: str
    asked: frozenset[str]
    repaired: frozenset[str]
    cases: tuple[str, ...]
    cost: Cost
    patch_name: str = ""
    base_tree: str = ""
    tree: str = ""
    diff_sha256: str = ""


def read_cell_run(document: Mapping[str, Any]) -> CellRun:
    """The run that *document*, the content of ``evidence.json``, tells of. Raises ValueError."""
    try:
        return _read(document)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a part of it is missing or of another type ({type(error).__name__}: {error})") from error


def _read(document: Mapping[str, Any]) -> CellRun:
    if document["job"] != "fix":
        raise ValueError(f"it is no evidence of a fix, but of {document['job']!r:.40}")
    groups = {text(row["fingerprint"]): texts(row["cases"]) for row in document["groups"]}
    patch, file = document["patch"], document.get("patch_file")
    asked = frozenset(texts(document["only_groups"]) or groups)
    names = frozenset(groups) if patch else _repaired(document)
    run = CellRun(
        outcome=Outcome(text(document["outcome"])),
        reason=text(document["reason"]),
        commit=text(document["context"]["commit"]),
        asked=asked,
        repaired=(asked if patch else names) if file else frozenset(),
        cases=tuple(dict.fromkeys(id_ for name in groups if name in names for id_ in groups[name])) if file else (),
        cost=_cost(document["cost"]),
    )
    return _with_patch(run, patch, file) if file else run


def _with_patch(run: CellRun, patch: Mapping[str, Any] | None, file: Mapping[str, Any]) -> CellRun:
    told = {name: text(patch[name]) for name in ("base_tree", "tree", "sha256")} if patch else {}
    return replace(
        run,
        patch_name=text(file["name"]),
        base_tree=told.get("base_tree", ""),
        tree=told.get("tree", ""),
        diff_sha256=told.get("sha256", ""),
    )


def _repaired(document: Mapping[str, Any]) -> frozenset[str]:
    """The root causes for which an attempt was proven, in a run that did not repair all."""
    return frozenset(
        text(attempt["group"]) for attempt in document["attempts"] if attempt["patch"] and not attempt["objections"]
    )


def _cost(row: Mapping[str, Any]) -> Cost:
    usd = None if row["usd"] is None else amount(row["usd"])
    return Cost(count(row["calls"]), count(row["prompt_tokens"]), count(row["completion_tokens"]), usd)
