"""Knows how to lay a case out as a git repository with a red commit, and how to check that the case is what it says."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from agent_ci.core.environment import allowed
from agent_ci.errors import InfrastructureError
from bench.real.cases import Case
from bench.real.fetch import Cache
from bench.real.judge import Size

Outcomes = Mapping[str, str]

_PLUGIN = Path(__file__).with_name("plugin")
_SUITE_SECONDS = 300.0
_GIT_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{role}_NAME": "bench" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "bench@example.invalid" for role in ("AUTHOR", "COMMITTER")},
    # A fixed date makes the commits of a case the same everywhere.
    **{f"GIT_{role}_DATE": "2020-01-01T00:00:00+0000" for role in ("AUTHOR", "COMMITTER")},
}


@dataclass(frozen=True)
class Prepared:
    """A case on disk: ``repository`` is at the red commit, ``fixed`` is the fixing release's whole tree."""

    case: Case
    repository: Path
    fixed: Path
    python: Path

    def state(self) -> Path:
        """Where the check's result is kept."""
        return self.repository.with_name("checked.json")


@dataclass(frozen=True)
class Checked:
    """What running the tests showed: ``objections`` is empty where the case is what its data says."""

    objections: tuple[str, ...]
    red: tuple[str, ...]
    green: int
    human: Size


def prepare(case: Case, cache: Cache) -> Prepared:
    """The case as a repository of two commits: the state with the bug, then the fixing one's tests over it."""
    python = cache.python(case.requirements)
    buggy, fixed = (cache.source(case.package, release) for release in (case.buggy, case.fixed))
    repository = cache.root / "cases" / f"{case.id}-{_fingerprint(case)}" / "repository"
    if not repository.exists():
        with tempfile.TemporaryDirectory(dir=cache.root) as folder:
            tree = Path(shutil.copytree(buggy, Path(folder, "repository"), symlinks=True))
            git(tree, "init", "--quiet", "--initial-branch=main")
            _commit(tree, f"Release {case.buggy.version}")
            place(case.placed, fixed, tree)
            _commit(tree, "Add the tests of a bug report")
            repository.parent.mkdir(parents=True, exist_ok=True)
            tree.replace(repository)
    return Prepared(case, repository, fixed, python)


def check(prepared: Prepared) -> Checked:
    """Whether exactly the expected tests are red, and all green once people's own fix is in; kept once it holds."""
    if prepared.state().exists():
        kept = json.loads(prepared.state().read_text(encoding="utf-8"))
        return Checked((), tuple(kept["red"]), kept["green"], Size(**kept["human"]))
    case = prepared.case
    with copy_of(prepared.repository) as tree:
        before = run_tests(prepared, tree, case.run)
        place(case.source, prepared.fixed, tree)
        human = diff_size(tree)
        after = run_tests(prepared, tree, case.run)
    checked = Checked(
        tuple(objections(case, before, after)), red_of(before), list(after.values()).count("passed"), human
    )
    if not checked.objections:
        prepared.state().write_text(json.dumps(asdict(checked)), encoding="utf-8")
    return checked


def objections(case: Case, before: Outcomes, after: Outcomes) -> Iterator[str]:
    """What the runs *before* and *after* the human fix say against *case*, one sentence each."""
    red, expected = set(red_of(before)), set(case.failing)
    for node in sorted(expected - red):
        yield f"{node} was to fail before the fix and {before.get(node, 'was not run')}."
    for node in sorted(red - expected):
        yield f"{node} failed before the fix and was not expected to."
    for node in red_of(after):
        yield f"{node} still fails with the human fix."
    for node in sorted(expected - after.keys()):
        yield f"{node} was not run with the human fix."


def red_of(outcomes: Outcomes) -> tuple[str, ...]:
    """The node ids that failed, sorted."""
    return tuple(sorted(node for node, outcome in outcomes.items() if outcome == "failed"))


def run_tests(prepared: Prepared, tree: Path, paths: tuple[str, ...]) -> Outcomes:
    """The outcome of every test below *paths* in *tree*: passed, skipped or failed, by node id.

    Raises InfrastructureError where pytest ends without a result.
    """
    with tempfile.TemporaryDirectory() as home:
        place_of_outcomes = Path(home, "outcomes.json")
        roots = (*([str(tree / "src")] if (tree / "src").is_dir() else []), str(tree), str(_PLUGIN))
        environment = {
            **allowed(os.environ),
            "HOME": home,
            "PYTHONPATH": os.pathsep.join(roots),
            "PYTHONDONTWRITEBYTECODE": "1",
            "CASE_OUTCOMES": str(place_of_outcomes),
        }
        options = (
            "-p",
            "case_outcomes",
            "-p",
            "no:cacheprovider",
            "--continue-on-collection-errors",
            "--tb=short",
            "-q",
        )
        argv = (str(prepared.python), "-m", "pytest", *options, *paths)
        said = _run(argv, tree, environment)
        if not place_of_outcomes.exists():
            raise InfrastructureError(f"{prepared.case.id}: pytest left no result; it said:\n{said}")
        outcomes: dict[str, str] = json.loads(place_of_outcomes.read_text(encoding="utf-8"))
        return outcomes


def place(paths: tuple[str, ...], source: Path, tree: Path) -> None:
    """Copy *paths* from *source* over those in *tree*."""
    for path in paths:
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, tree / path)


@contextmanager
def copy_of(repository: Path) -> Iterator[Path]:
    """A throw-away copy of *repository*."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(shutil.copytree(repository, Path(folder, "copy"), symlinks=True))


def diff_size(tree: Path) -> Size:
    """How many lines of Python the work tree of *tree* adds and removes against its last commit."""
    git(tree, "add", "--all", "--force")
    rows = (row.split("\t") for row in git(tree, "diff", "--cached", "--numstat", "--", "*.py").splitlines())
    counts = [(int(added), int(removed)) for added, removed, _ in rows]
    return Size(sum(added for added, _ in counts), sum(removed for _, removed in counts))


def git(tree: Path, *arguments: str) -> str:
    """What ``git`` says in *tree*, free of the user's own settings. Raises InfrastructureError where it fails."""
    environment = {**allowed(os.environ), **_GIT_ENVIRONMENT}
    argv = ("git", *arguments)
    done = subprocess.run(argv, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InfrastructureError(f"`{' '.join(argv)}` failed in {tree}: {done.stderr.strip()}")
    return done.stdout


def _commit(tree: Path, message: str) -> None:
    # A release may ignore files that it ships; the red commit must hold them all.
    git(tree, "add", "--all", "--force")
    git(tree, "commit", "--quiet", "--no-verify", "--allow-empty", "--message", message)


def _run(argv: tuple[str, ...], tree: Path, environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            argv, cwd=tree, env=environment, capture_output=True, text=True, timeout=_SUITE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise InfrastructureError(f"the tests in {tree} did not finish within {_SUITE_SECONDS:.0f} s") from error
    return "\n".join(f"    {line}" for line in (done.stdout + done.stderr).strip().splitlines()[-15:])


def _fingerprint(case: Case) -> str:
    """Changes with the case's data and the Python that runs it, so that nothing stale is believed."""
    facts = json.dumps([asdict(case), sys.version_info[:3]], sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()[:12]
