"""The bugs to repair: what is red, how people repaired it, and which pieces of code their repair touches."""

from __future__ import annotations

import difflib
import json
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent_ci.core.paths import is_test_path
from agent_ci.errors import AgentCIError, UnsupportedError, UsageError
from bench.context.real import needed, stand_for, texts_below
from bench.context.truth import Touched, minimal, touched
from bench.real.cases import Case, CaseFile, Release
from bench.real.fetch import Cache
from bench.real.prepare import Prepared, check, copy_of, git, objections, prepare, red_of, run_tests
from bench.real.prepare import place as lay
from bench.repositories import write
from bench.search.pairs import PAIRS

_NO_END = "\\ No newline at end of file\n"


@dataclass(frozen=True)
class Problem:
    """A red repository, the files of people's repair *before* and *after* it, and what is *touched* by it."""

    prepared: Prepared
    before: Mapping[str, str]
    after: Mapping[str, str]
    touched: tuple[Touched, ...]

    @property
    def name(self) -> str:
        """What the case is called."""
        return self.prepared.case.id

    @property
    def repair(self) -> str:
        """People's repair as a unified diff, without what the failing tests do not need."""
        return "".join(
            line
            for path in sorted(self.after)
            for line in _diff(path, self.before.get(path), self.after[path])
            if self.after[path] != self.before.get(path)
        )

    @classmethod
    def of(cls, prepared: Prepared, before: Mapping[str, str], after: Mapping[str, str]) -> Problem:
        """The problem with what the repair touches. Raises UnsupportedError where that is nothing that was there."""
        if not (found := touched(before, after)):
            raise UnsupportedError("the repair changes nothing that was there before")
        return cls(prepared, before, after, found)


def of_releases(file: CaseFile, chosen: Sequence[Case], cache: Cache) -> Iterator[Problem | str]:
    """The historical bugs of `bench.real`; a sentence for each that cannot be had."""
    pytest = dict(pin.split("==") for pin in file.runner)["pytest"]
    for case in chosen:
        try:
            yield _of_release(prepare(case, cache), pytest)
        except AgentCIError as error:
            yield f"{case.id}: {error}"


def _of_release(prepared: Prepared, pytest: str) -> Problem:
    if wrong := check(prepared).objections:
        raise UnsupportedError(f"the case is not what its data says: {' '.join(wrong)}")
    case, files = prepared.case, texts_below(prepared.repository)
    before = {path: files[path] for path in case.source if path.endswith(".py") and path in files}
    after = needed(prepared, stand_for(prepared, pytest, files), files, before, case.failing)
    return Problem.of(prepared, before, _whole(prepared, before, after))


def _whole(prepared: Prepared, before: Mapping[str, str], few: Mapping[str, str]) -> Mapping[str, str]:
    """The files *few* that the failing tests need, or where they break a test that is green, what all tests need.

    It takes a run of all tests for each change of the release, so that it is kept.
    """
    kept = prepared.repository.with_name("repair.json")
    if not kept.exists():

        def repairs(texts: Mapping[str, str]) -> bool:
            with copy_of(prepared.repository) as tree:
                write(tree, {**before, **texts})
                after = run_tests(prepared, tree, prepared.case.run)
            return not red_of(after) and after.keys() >= set(prepared.case.failing)

        release = {path: (prepared.fixed / path).read_text("utf-8") for path in before}
        found = few if repairs(few) else minimal(before, release, repairs)
        kept.write_text(json.dumps(dict(found)), encoding="utf-8")
    told: dict[str, str] = json.loads(kept.read_text("utf-8"))
    return told


def written(scratch: Path) -> Iterator[Problem | str]:
    """The bugs in two places of a module that were written for `bench.search`; nothing is fetched for them."""
    for slip in PAIRS:
        folder = scratch / "written" / slip.name
        write(folder / "red", {"subject.py": slip.broken, "test_code.py": slip.test_file})
        write(folder / "fixed", {"subject.py": slip.source})
        write(folder, {"case.toml": 'run = ["test_code.py"]\n'})
    return of_folder(scratch / "written", scratch)


def of_folder(folder: Path, scratch: Path) -> Iterator[Problem | str]:
    """The cases below *folder*, laid out below *scratch*; a sentence for each that is none.

    Raises UsageError where there is no case at all.
    """
    places = sorted(path.parent for path in folder.glob("*/case.toml"))
    if not places:
        raise UsageError(f"{folder} has no folder with a case.toml; `python -m bench.repair --help` tells of the form")
    for place in places:
        try:
            yield _of_place(place, scratch)
        except (AgentCIError, OSError, ValueError, shutil.Error) as error:
            yield f"{place.name}: {error}"


def _of_place(place: Path, scratch: Path) -> Problem:
    told = tomllib.loads((place / "case.toml").read_text(encoding="utf-8"))
    after = texts_below(place / "fixed")
    repository = scratch / "cases" / place.name / "repository"
    shutil.copytree(place / "red", repository, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    git(repository, "init", "--quiet", "--initial-branch=main")
    git(repository, "add", "--all", "--force")
    git(repository, "commit", "--quiet", "--no-verify", "--message", "A red build")
    case = _case(place.name, told, tuple(after))
    prepared = Prepared(case, repository, place / "fixed", Path(str(told.get("python", sys.executable))))
    with copy_of(repository) as tree:
        red = run_tests(prepared, tree, case.run)
        lay(case.source, prepared.fixed, tree)
        green = run_tests(prepared, tree, case.run)
    prepared = replace(prepared, case=_with_failing(case, case.failing or red_of(red)))
    if wrong := tuple(objections(prepared.case, red, green)) or ("Nothing is red.",) * (not prepared.case.failing):
        raise UnsupportedError(f"it is no case: {' '.join(wrong)}")
    before = {path: text for path, text in texts_below(repository).items() if path in after}
    return Problem.of(prepared, before, after)


def _case(name: str, told: Mapping[str, Any], source: tuple[str, ...]) -> Case:
    """The case *name* in the form of those of `bench.real`, of which it has no releases."""
    run = tuple(map(str, told.get("run", ())))
    if not run or not source or any(map(is_test_path, source)):
        raise UnsupportedError("case.toml must name what is to `run`, and `fixed` hold files that are no tests")
    case = Case(
        id=name,
        package=str(told.get("package", name)),
        buggy=Release("red", ""),
        fixed=Release("fixed", ""),
        bug="",
        placed=(),
        run=run,
        source=source,
        failing=(),
        requires_python="",
        requirements=(),
        license="",
        note="",
    )
    return _with_failing(case, tuple(map(str, told.get("failing", ()))))


def _with_failing(case: Case, failing: tuple[str, ...]) -> Case:
    files = dict.fromkeys(node.partition("::")[0] for node in failing)
    return replace(case, failing=failing, placed=tuple(files))


def _diff(path: str, before: str | None, after: str) -> Iterator[str]:
    old = [] if before is None else _lines(before)
    for line in difflib.unified_diff(old, _lines(after), "/dev/null" if before is None else f"a/{path}", f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n{_NO_END}"


def _lines(text: str) -> list[str]:
    rows = text.split("\n")
    return [*(f"{row}\n" for row in rows[:-1]), *filter(None, rows[-1:])]
