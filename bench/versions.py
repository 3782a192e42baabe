"""Measures how often the proposed version is the one that people chose, release by release, beside the plain rule.

`python -m bench.versions --checkout DIR...`; a checkout needs its whole history and its tags. Each release is proposed
from what its tag holds and from the tags before it, with --interface also from what it exports.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

from agent_ci import git
from agent_ci.blame import makers
from agent_ci.commits import Log
from agent_ci.core.notes.breaks import Broken, grouped, mapped
from agent_ci.core.notes.proposal import Confidence, plain_rule, proposal, step_between
from agent_ci.core.notes.schemes import Kind, scheme
from agent_ci.core.notes.sorting import ledger
from agent_ci.core.notes.values import Ledger
from agent_ci.core.notes.versions import Version, version
from agent_ci.interfaces import compared
from agent_ci.process import ToolError
from bench.table import print_table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.versions", description=__doc__)
    parser.add_argument("--checkout", type=Path, nargs="+", required=True, metavar="DIR", help="a project's history")
    parser.add_argument("--releases", type=int, default=40, help="how many releases of each  [default: 40]")
    parser.add_argument("--interface", action="store_true", help="compare what is exported, too")
    given = parser.parse_args()
    total: Counter[str] = Counter()
    rows = []
    for checkout in given.checkout:
        found = Counter(
            sign for signs in measured(checkout, given.releases, compares=given.interface) for sign in signs
        )
        total += Counter({sign: count for sign, count in found.items() if not found["CalVer"]})
        rows.append(_row(checkout.name, found))
    columns = ("project", "scheme", "releases", "agree %", "plain rule %", "same tag %")
    print_table("The next version", columns, [*rows, _row("all but calendars", total)])
    for confidence in Confidence:
        of_it = total[f"{confidence}"]
        print(f"{confidence} confidence: {of_it} releases, {_share(total[f'{confidence} agree'], of_it)} % agree")


def measured(checkout: Path, most: int, *, compares: bool) -> Iterator[tuple[str, ...]]:
    """What is true of the proposal for each of the last *most* releases of *checkout*, as words that are counted."""
    log = Log(checkout)

    @cache
    def day(tag: str) -> date:
        return date.fromisoformat(log.day(tag))

    every = _every(log)
    for before, chosen in steps(checkout, most):
        known = tuple(one for one in every if one.order <= before.order)
        recent = [one.tag for one in known if not one.is_preview][-12:]
        counted = scheme(known, {tag: day(tag) for tag in recent})
        made = ledger(log.range(before.tag, chosen.tag))
        proposed = proposal(made, counted, day=day(chosen.tag), broken=_broken(checkout, made) if compares else ())
        wanted = step_between(before, chosen)
        is_calendar = counted.kind is Kind.CALVER
        agrees = proposed.version.order == chosen.order if is_calendar else proposed.step is wanted
        signs = {
            "releases": True,
            str(counted.kind): True,
            "agree": agrees,
            "plain": plain_rule(made, counted) is wanted,
            "same": proposed.version.tag == chosen.tag,
            str(proposed.confidence): True,
            f"{proposed.confidence} agree": agrees,
        }
        yield tuple(sign for sign, is_so in signs.items() if is_so)


def _broken(checkout: Path, made: Ledger) -> tuple[Broken, ...]:
    folder, range_ = checkout / ".git", made.range
    since = git.text(git.run(checkout, "rev-parse", f"{range_.since}^{{commit}}")).strip()
    lines = grouped(compared(folder, since, f"{range_.until}^{{commit}}").breaks)
    return tuple(mapped(one, makers(folder, range_, since, one), made) for one in lines)


def steps(checkout: Path, most: int) -> Iterator[tuple[Version, Version]]:
    """The last *most* stable releases of *checkout*, each with the one before, where it is on top of that."""
    stable = [one for one in _every(Log(checkout)) if not one.is_preview]
    return ((one, other) for one, other in list(pairwise(stable))[-most:] if _follows(checkout, one.tag, other.tag))


def _every(log: Log) -> list[Version]:
    """The versions of the project itself by its tags, oldest first, each once."""
    tags = git.text(git.run(log.folder, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags")).split()
    found = [one for tag in tags if (one := version(tag)) and not one.package]
    by_order = {one.order: one for one in sorted(found, key=lambda one: one.tag, reverse=True)}
    return [by_order[order] for order in sorted(by_order)]


def _follows(checkout: Path, before: str, after: str) -> bool:
    try:
        git.run(checkout, "merge-base", "--is-ancestor", before, after)
    except ToolError:
        return False
    return True


def _row(name: str, found: Counter[str]) -> tuple[object, ...]:
    kinds = [kind for kind in Kind if found[str(kind)]]
    count = found["releases"]
    kind = max(kinds, key=lambda one: found[str(one)], default="")
    return (name, str(kind), count, *(_share(found[sign], count) for sign in ("agree", "plain", "same")))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"


if __name__ == "__main__":
    main()
