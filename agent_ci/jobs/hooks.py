"""Runs the user's own checks on a patched tree; what they say anew is an objection."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from agent_ci.core.change import Patch
from agent_ci.core.rules import HOOK
from agent_ci.core.run import Attempt
from agent_ci.errors import InfrastructureError, UsageError
from agent_ci.pipeline import Tools
from agent_ci.ports import Command, Completed

_NUMBER = re.compile(r"\d+")
_MOST = 5  # new findings that are named; a person who wants all of them runs the hook
_LONGEST = 300


@dataclass(frozen=True)
class Hooks:
    """*commands* by name (``lint``, ``type-check``, ``security``), each one string that is split like a shell would.

    A hook that fails with the change is compared with its run on the tree before: what it said there already
    does not count, wherever the lines have moved to.
    """

    commands: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def objections(self, attempt: Attempt, tools: Tools) -> tuple[str, ...]:
        """One sentence per finding that is new with the change of *attempt*. Raises UsageError for a bad command."""
        assert attempt.patch is not None  # noqa: S101 - it is proven
        found: list[str] = []
        for name, command in self.commands.items():
            with tools.progress.phase(f"hook ({name})"):
                try:
                    found += _new_findings(name, command, attempt.patch, tools)
                except InfrastructureError as error:
                    found.append(HOOK.objection(f"`{name}` cannot be run: {error}"))
        return tuple(found)


def _new_findings(name: str, command: str, patch: Patch, tools: Tools) -> tuple[str, ...]:
    after = _run(name, command, patch.tree, tools)
    if after.exit_code == 0:
        return ()
    before = _run(name, command, patch.base_tree, tools)
    if before.exit_code and not _said(after) - _said(before):
        return ()
    return tuple(HOOK.objection(f"`{name}` says: {line}") for line in _new_lines(before, after))


def _run(name: str, command: str, tree: str, tools: Tools) -> Completed:
    try:
        argv = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"the hook {name}: {command!r} cannot be split into words: {error}") from error
    with tools.sandbox.open(tools.clone.tree(tree)) as workspace:
        done = workspace.run(Command(argv, timeout=max(1.0, tools.seconds_left())))
    if done.timed_out or done.ended_by:
        raise InfrastructureError(done.explanation)
    return done


def _said(done: Completed) -> Counter[str]:
    """The lines of the output without their numbers, so that a finding that moved is the same finding."""
    return Counter(_NUMBER.sub("#", line.strip()) for line in done.output.splitlines() if line.strip())


def _new_lines(before: Completed, after: Completed) -> tuple[str, ...]:
    """The lines that only *after* has; its last line where it differs in nothing but its exit code."""
    known = _said(before)
    lines = [line.strip() for line in after.output.splitlines() if line.strip()]
    new = [line for line in lines if not known[_NUMBER.sub("#", line)]]
    return tuple(line[:_LONGEST] for line in (new or lines[-1:] or ["(nothing, and fails)"])[:_MOST])
