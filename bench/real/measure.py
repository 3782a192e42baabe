"""Knows how one case is put to ``agent-ci fix``, and how its claim is checked apart from it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent_ci.errors import AgentCIError, InfrastructureError
from bench.real.cases import Case, is_below
from bench.real.judge import BEYOND, NOT_MEASURED, Size, candidates_tried, classify, grade, is_same_fix, patch_size
from bench.real.prepare import Prepared, copy_of, git, red_of, run_tests

# What agent-ci may need beyond its own limit to write its files.
_GRACE_SECONDS = 180.0


@dataclass(frozen=True)
class Request:
    """How ``fix`` is to be run; ``time_limit`` is in seconds, ``options`` are passed on as they are."""

    proposers: tuple[str, ...]
    time_limit: int
    options: tuple[str, ...] = ()

    @property
    def is_offline(self) -> bool:
        """Whether no model takes part."""
        return "model" not in self.proposers

    def command(self, prepared: Prepared, repository: Path, out: Path) -> tuple[str, ...]:
        """The whole command line for one case."""
        tests = shlex.join((str(prepared.python), "-m", "pytest", *prepared.case.run))
        proposers = (part for name in self.proposers for part in ("--proposer", name))
        return (
            *(sys.executable, "-m", "agent_ci", "fix", "--repository", str(repository), *proposers),
            *("--deliver", "patch", "--json", "--out", str(out), "--time-limit", str(self.time_limit)),
            *("--when-base-red", "fix", "--run", tests, *self.options),
        )


@dataclass(frozen=True)
class Result:
    """One row of the table.

    ``file_passes`` is whether the fixing release's test files are wholly green with the patch, ``broken`` are
    the tests elsewhere that it turned red. ``verified`` is whether ``agent-ci verify`` proves it again, ``grade``
    whether it could be committed, or carries a doubt and is a suggestion.
    """

    case: str
    package: str
    outcome: str
    kind: str
    human: Size | None = None
    seconds: float | None = None
    candidates: int | None = None
    patch: Size | None = None
    file_passes: bool | None = None
    broken: tuple[str, ...] = ()
    verified: bool | None = None
    grade: str = ""
    says: str = ""

    @property
    def is_measured(self) -> bool:
        """Whether the case says something about the proposer at all."""
        return self.kind != NOT_MEASURED


@dataclass(frozen=True)
class Claim:
    """What ``fix`` said: its document, its patch (None where it made none) and the seconds it took.

    ``verified`` is whether it could be proven again from the files it left; None where there is nothing to prove.
    """

    document: Mapping[str, Any]
    patch: str | None
    seconds: float
    verified: bool | None = None


def measure(prepared: Prepared, request: Request, *, human: Size) -> Result:
    """Let ``fix`` try the case, then check what it claims."""
    return checked(prepared, request, claimed(prepared, request), human=human)


def claimed(prepared: Prepared, request: Request, *, is_verified: bool = True) -> Claim:
    """What ``fix`` says of the case, tried in a copy of its repository; *is_verified* has what is proven verified."""
    with copy_of(prepared.repository) as repository:
        out = repository.parent / "out"
        claim = _run_fix(request.command(prepared, repository, out), out, limit=request.time_limit + _GRACE_SECONDS)
        if claim.patch is not None and is_verified:
            claim = replace(claim, verified=_is_verified(repository, out))
    return claim


def checked(prepared: Prepared, request: Request, claim: Claim, *, human: Size) -> Result:
    """The row of the case, in which *claim* is checked apart from what it says of itself."""
    case = prepared.case
    outcome = str(claim.document.get("outcome", "no document"))
    facts: dict[str, Any] = {
        "case": case.id,
        "package": case.package,
        "outcome": outcome,
        "human": human,
        "seconds": claim.seconds,
        "candidates": candidates_tried(claim.document),
        "verified": claim.verified,
        "grade": grade(claim.document),
        "says": str(claim.document.get("reason", "")),
    }
    if claim.patch is None:
        return Result(**facts, kind=_kind(outcome, request))
    return judged(prepared, facts, claim.patch)


def failure(case: Case, error: AgentCIError) -> Result:
    """The row of a case that could not be measured."""
    return Result(case.id, case.package, str(error.outcome), NOT_MEASURED, says=str(error))


def _kind(outcome: str, request: Request) -> str:
    kind = classify(outcome, same=False)
    if kind in (BEYOND, NOT_MEASURED):
        return kind if request.is_offline else kind.replace("the offline proposer", "the proposer")
    return NOT_MEASURED  # it claims a fix and left none


def judged(prepared: Prepared, facts: dict[str, Any], patch: str) -> Result:
    """The row of a case for which ``fix`` left *patch*: its tests are run anew, here."""
    case = prepared.case
    with copy_of(prepared.repository) as tree:
        same = _apply(tree, patch, prepared.fixed)
        after = run_tests(prepared, tree, case.run)
    red = red_of(after)
    claimed = {node for node in after if node in case.failing or is_below(node, case.placed)}
    return Result(
        **facts,
        kind=classify(facts["outcome"], same=same),
        patch=patch_size(patch),
        file_passes=claimed.issuperset(case.failing) and claimed.isdisjoint(red),
        broken=tuple(node for node in red if node not in claimed),
    )


def _apply(tree: Path, patch: str, fixed: Path) -> bool:
    """Apply *patch* to *tree*; whether each file it touched then reads as in the *fixed* release."""
    patch_file = tree.with_name("claimed.patch")
    patch_file.write_bytes(patch.encode("utf-8", "surrogateescape"))
    git(tree, "update-index", "--refresh")  # the copy's files are newer than its index
    git(tree, "apply", "--index", str(patch_file))
    touched = git(tree, "diff", "--cached", "--name-only", "-z").split("\0")[:-1]
    return bool(touched) and all(_reads_as_fixed(tree, fixed, path) for path in touched)


def _reads_as_fixed(tree: Path, fixed: Path, path: str) -> bool:
    if not all((root / path).is_file() for root in (tree, fixed)):
        return False
    if not path.endswith(".py"):
        return (tree / path).read_bytes() == (fixed / path).read_bytes()
    is_new = not git(tree, "ls-tree", "HEAD", "--", path)
    before = "" if is_new else git(tree, "show", f"HEAD:{path}")
    patched, human = ((root / path).read_text(encoding="utf-8") for root in (tree, fixed))
    return is_same_fix(before, patched, human)


def _run_fix(command: tuple[str, ...], out: Path, *, limit: float) -> Claim:
    """Run *command* and read what it left. Raises InfrastructureError where that is no document."""
    started = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False, env=os.environ)
    except subprocess.TimeoutExpired as error:
        raise InfrastructureError(
            f"agent-ci fix did not end within {limit:.0f} s, though it had a time limit"
        ) from error
    seconds = time.monotonic() - started
    patch = out / "fix.patch"
    try:
        document = json.loads(done.stdout)
    except ValueError as error:
        tail = "\n".join(f"    {line}" for line in done.stderr.strip().splitlines()[-8:])
        message = f"agent-ci fix ended with exit code {done.returncode} and no JSON on its standard output:\n{tail}"
        raise InfrastructureError(message) from error
    return Claim(document, _exact_text(patch) if patch.exists() else None, seconds)


def _is_verified(repository: Path, out: Path) -> bool:
    command = (sys.executable, "-m", "agent_ci", "verify", "--quiet", "--repository", str(repository))
    done = subprocess.run([*command, str(out / "evidence.json")], capture_output=True, check=False, env=os.environ)
    return done.returncode == 0


def _exact_text(file: Path) -> str:
    """The text of *file* with its line ends and stray bytes as they are: a patch must apply as it was made."""
    return file.read_bytes().decode("utf-8", "surrogateescape")
