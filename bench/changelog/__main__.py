"""Measures release notes against what people wrote: ``python -m bench.changelog --checkout DIR...``."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.changelog import rivals, speed
from bench.changelog.measure import Line, Project, Release, Score, by_commit, by_merge, ours, score, sections
from bench.table import print_table

_Lister = Callable[[Project, Release], Iterable[Line]]
_SPEED_COLUMNS = ("program", "commits", "tags", "wall s", "processor s", "MiB", "allowed s")


@dataclass(frozen=True)
class _Goal:
    """In percent: coverage and noise for users, coverage of the whole document, and of the least project."""

    coverage: float
    noise: float
    whole: float
    least: float


_GOALS = {"tuned on": _Goal(96, 36, 99, 88), "held out": _Goal(90, 45, 99, 85)}
_COLUMNS = ("project", "releases", "entries", "lines", "coverage %", "noise %")


def main() -> int:
    """Print a table for our notes and for each other way on the same ranges; exit with 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="bench.changelog")
    parser.add_argument("--checkout", type=Path, nargs="+", default=[], metavar="DIR", help="what we are tuned on")
    parser.add_argument("--held-out", type=Path, nargs="+", default=[], metavar="DIR", help="what we are not tuned on")
    parser.add_argument("--git-cliff", default="", metavar="PROGRAM", help="default: as found on the path")
    parser.add_argument("--speed", action="store_true", help="measure made histories of 200 to 9,600 commits as well")
    parser.add_argument("--misses", action="store_true", help="print each entry that is not covered")
    given = parser.parse_args()
    ways = dict(_ways(given.git_cliff))
    sets = [
        (name, folders) for name, folders in (("tuned on", given.checkout), ("held out", given.held_out)) if folders
    ]
    if not sets:
        print("SKIPPED: no project was named; give clones of projects with --checkout DIR...", file=sys.stderr)
    missed: list[str] = []
    for name, folders in sets:
        read = [(project, tuple(project.releases())) for project in map(Project, folders)]
        for way, lister in ways.items():
            print_table(f"{way}, projects {name}", _COLUMNS, _rows(read, lister))
        print_table(f"agent-ci, sections, projects {name}", ("project", "entries", "same %"), _sections(read))
        if given.misses:
            _print_misses(read)
        missed += (f"projects {name}: {one}" for one in _missed(read, _GOALS[name]))
    if given.speed:
        rows = list(speed.rows(rivals.find(given.git_cliff)))
        print_table("Made histories", _SPEED_COLUMNS, rows)
        missed += (f"{row[1]} commits took too long, or too much memory" for row in rows if not speed.is_allowed(row))
    print("\n".join(f"MISSED: {one}" for one in missed) or "every goal is met")
    return 1 if missed else 0


def _missed(read: list[tuple[Project, tuple[Release, ...]]], goal: _Goal) -> Iterator[str]:
    """The goals that our notes do not reach on these projects, a sentence each."""
    scores = {
        project.folder: sum((score(release, ours(release, is_whole=False)) for release in releases), Score())
        for project, releases in read
    }
    whole = sum((score(one, ours(one, is_whole=True)) for _, releases in read for one in releases), Score())
    total = sum(scores.values(), Score())
    if total.coverage < goal.coverage or whole.coverage < goal.whole:
        yield f"coverage is {total.coverage:.1f} % for users and {whole.coverage:.1f} % in all"
    if total.noise > goal.noise:
        yield f"noise is {total.noise:.1f} %"
    for folder, found in scores.items():
        if found.coverage < goal.least:
            yield f"coverage of {_name(folder)} is {found.coverage:.1f} %"


def _ways(cliff: str) -> Iterator[tuple[str, _Lister]]:
    yield "agent-ci, for users", lambda _, release: ours(release, is_whole=False)
    yield "agent-ci, whole document", lambda _, release: ours(release, is_whole=True)
    yield "one line for each merge", lambda _, release: by_merge(release)
    if program := rivals.find(cliff):
        yield "git-cliff, by default", partial(_cliff, program, is_default=True)
        yield "git-cliff, all commits", partial(_cliff, program, is_default=False)
    else:
        print("SKIPPED: git-cliff is not installed (pip install git-cliff)", file=sys.stderr)


def _cliff(program: str, project: Project, release: Release, *, is_default: bool) -> Iterator[Line]:
    commits = rivals.cliff(program, project.folder, release.before, release.tag, is_default=is_default)
    return by_commit(release, commits)


def _rows(read: list[tuple[Project, tuple[Release, ...]]], lister: _Lister) -> Iterator[tuple[object, ...]]:
    total, count = Score(), 0
    for project, releases in read:
        scores = [score(release, lister(project, release)) for release in releases]
        total, count = sum(scores, total), count + len(scores)
        yield _row(_name(project.folder), len(scores), sum(scores, Score()))
    yield _row("all", count, total)


def _sections(read: list[tuple[Project, tuple[Release, ...]]]) -> Iterator[tuple[object, ...]]:
    """How often an entry stands in the section that people chose, for each project and in total."""
    total = Counter[str]()
    for project, releases in read:
        counts = [sections(release) for release in releases]
        entries, same = sum(count for count, _ in counts), sum(same for _, same in counts)
        total.update(entries=entries, same=same)
        yield _name(project.folder), entries, 100 * same / entries if entries else 0.0
    yield "all", total["entries"], 100 * total["same"] / total["entries"] if total["entries"] else 0.0


def _row(name: str, count: int, found: Score) -> tuple[object, ...]:
    return name, count, found.counted, found.lines, found.coverage, found.noise


def _name(folder: Path) -> str:
    """What a project is called: by its folder, or by the one above where that is a plain `repo`."""
    resolved = folder.resolve()
    return resolved.parent.name if resolved.name in ("repo", ".git") else resolved.name


def _print_misses(read: list[tuple[Project, tuple[Release, ...]]]) -> None:
    for project, releases in read:
        for release in releases:
            told = frozenset[str]().union(*ours(release, is_whole=False))
            whole = frozenset[str]().union(*ours(release, is_whole=True))
            for human in release.counted:
                if not human.numbers & told:
                    where = "internal" if human.numbers & whole else "dropped"
                    print(f"{_name(project.folder)} {release.tag} ({where}): {human.text[:160]}")


if __name__ == "__main__":
    sys.exit(main())
