"""Measures the checks of a model's lines: ``python -m bench.grounding --checkout DIR...``."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.notes.grounding import Check, Inventory, Line
from bench.changelog.measure import Project
from bench.grounding.corpus import FORM, HONEST, ID, LIES, MEANING, TOKEN, WORD, Lie
from bench.grounding.humans import Found, found
from bench.grounding.release import inventory
from bench.table import print_table

_GOALS = {ID: 100.0, TOKEN: 95.0, WORD: 95.0, FORM: 95.0}
_MOST_REJECTED = 5.0  # percent of what people wrote
_NOT_ABOUT_TRUTH = frozenset({Check.LENGTH, Check.TOGETHER, Check.SECTION})


@dataclass(frozen=True)
class Result:
    """What became of a lie: it is caught where no line of it was kept, and the check that has to see it did."""

    lie: Lie
    is_caught: bool


def tried(lie: Lie, release: Inventory) -> Result:
    """Have *lie* judged: the check must object to each change that it is about, or else to the line."""
    judgement = release.judged(lie.answer)
    against = [judgement.left.get(id_, ()) for id_ in lie.about] if lie.about else [judgement.strange]
    is_seen = all(any(one.check is lie.check for one in objections) for objections in against)
    is_kept = any(line in lie.lines and not objections for line, objections in judgement.lines)
    return Result(lie, is_seen and not is_kept)


def rejected_honestly(release: Inventory) -> tuple[str, ...]:
    """The ids of the honest lines that are refused."""
    lines = tuple(Line((id_,), section, text) for id_, (section, text) in HONEST.items())
    return tuple(release.judged(lines).left)


def main() -> int:
    """Print how many lies are caught, and how many lines that people wrote are refused; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="bench.grounding")
    parser.add_argument("--checkout", type=Path, nargs="+", default=[], metavar="DIR", help="projects with a changelog")
    parser.add_argument(
        "--misses", action="store_true", help="print each lie that passes and each line that is refused"
    )
    given = parser.parse_args()
    release = inventory()
    results = [tried(lie, release) for lie in LIES]
    print_table("Lies that are caught", ("kind", "lies", "caught", "caught %", "asked for %"), _rows(results))
    missed = [*_missed(results), *(f"the honest line about {id_} is refused" for id_ in rejected_honestly(release))]
    if given.misses:
        print("".join(f"passes: {one.lie.kind}: {one.lie.name}\n" for one in results if not one.is_caught))
    if given.checkout:
        read = [(Path(folder).resolve(), tuple(found(Project(folder)))) for folder in given.checkout]
        print_table("Lines that people wrote", ("check", "lines", "refused", "refused %"), _refused(read))
        missed += _too_many(read)
        if given.misses:
            print("".join(_shown(read)))
    else:
        print("SKIPPED: no project was named; give clones of projects with --checkout DIR...", file=sys.stderr)
    print("\n".join(f"MISSED: {one}" for one in missed) or "every goal is met")
    return 1 if missed else 0


def _rows(results: list[Result]) -> Iterator[tuple[object, ...]]:
    for kind in (ID, TOKEN, WORD, FORM, MEANING):
        ours = [one for one in results if one.lie.kind == kind]
        caught = sum(one.is_caught for one in ours)
        yield kind, len(ours), caught, 100 * caught / len(ours), _GOALS.get(kind, "-")


def _missed(results: list[Result]) -> Iterator[str]:
    for kind, goal in _GOALS.items():
        ours = [one.is_caught for one in results if one.lie.kind == kind]
        if 100 * sum(ours) < goal * len(ours):
            yield f"{sum(ours)} of {len(ours)} lies by {kind} are caught"


def _refused(read: list[tuple[Path, tuple[Found, ...]]]) -> Iterator[tuple[object, ...]]:
    every = [one for _, lines in read for one in lines]
    counts = Counter(check for one in every for check in one.checks)
    for check, count in counts.most_common():
        yield str(check), len(every), count, 100 * count / len(every)
    false = sum(map(_is_false, every))
    yield "any that is about truth", len(every), false, 100 * false / max(len(every), 1)


def _is_false(one: Found) -> bool:
    return bool(one.checks - _NOT_ABOUT_TRUTH)


def _too_many(read: list[tuple[Path, tuple[Found, ...]]]) -> Iterator[str]:
    every = [one for _, lines in read for one in lines]
    if 100 * sum(map(_is_false, every)) > _MOST_REJECTED * len(every):
        yield f"{sum(map(_is_false, every))} of {len(every)} lines that people wrote are refused"


def _shown(read: list[tuple[Path, tuple[Found, ...]]]) -> Iterator[str]:
    for folder, lines in read:
        name = folder.parent.name if folder.name == "repo" else folder.name
        yield from (f"{name}: {', '.join(sorted(one.checks))}: {one.text[:160]}\n" for one in lines if _is_false(one))


if __name__ == "__main__":
    sys.exit(main())
