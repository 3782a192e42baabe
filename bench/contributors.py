"""Measures whose first contribution a release was, against what people wrote: ``python -m bench.contributors DIR``."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from agent_ci.core.notes.rendering import contributors
from agent_ci.core.notes.sorting import ledger
from agent_ci.core.notes.values import Ledger, Person
from agent_ci.core.notes.versions import Version, baseline, version
from bench.changelog.measure import Project
from bench.table import print_table

_HEADING = re.compile(r"^## \[?v?(\d+(?:\.\d+)+)", re.MULTILINE)
_NAMED = re.compile(r"^[*-] @([\w-]+)( \(first contribution\))?\s*$", re.MULTILINE)
_WHO = re.compile(r"\bby @([\w-]+) in \S+/pull/(\d+)")
_NUMBERED = re.compile(r"(?:\d+\+)?([\w-]+)@users\.noreply\.github\.com")
_GOAL = 0.9


def main() -> int:
    """Print one row for each release whose contributors the changelog marks; exit with 1 below nine of ten."""
    parser = argparse.ArgumentParser(prog="bench.contributors")
    parser.add_argument("checkout", type=Path, metavar="DIR", help="a clone of a project such as nox, with its tags")
    rows = list(_rows(parser.parse_args().checkout))
    print_table("First contributions", ("release", "people wrote", "agent-ci says", "exact"), rows)
    exact = sum(row[-1] == "yes" for row in rows)
    print(f"{exact} of {len(rows)} releases are exact")
    return 0 if rows and exact >= _GOAL * len(rows) else 1


def _rows(folder: Path) -> Iterator[tuple[object, ...]]:
    project = Project(folder)
    written = {release: text for release, text in _sections(project) if _NAMED.search(text)}
    since = max((number for number, text in enumerate(written.values()) if "(first contribution)" in text), default=-1)
    wanted = dict(list(written.items())[: since + 1])  # older ones do not mark anybody
    logins = {_plain(name): text for text in written.values() for name, _ in _NAMED.findall(text)}
    tags = {one.numbers: one for name in project.git("tag").splitlines() if (one := version(name))}
    for release, text in wanted.items():
        made = _ledger(project, tags[tuple(map(int, release.split(".")))])
        theirs = {_plain(name) for name, mark in _NAMED.findall(text) if mark}
        known = _known(made, text, frozenset(logins))
        ours = {known[person] for person, is_first in contributors(made) if is_first}
        yield release, len(theirs), len(ours), "yes" if ours == theirs else f"no: {', '.join(sorted(ours ^ theirs))}"


def _ledger(project: Project, release: Version) -> Ledger:
    end = f"refs/tags/{release.tag}"
    before = baseline(project.log.tags(end), release=release)
    return ledger(project.log.range(f"refs/tags/{before.tag}" if before else "", end))


def _sections(project: Project) -> Iterator[tuple[str, str]]:
    """What the newest changelog says of each release."""
    text = project.git("show", "HEAD:CHANGELOG.md")
    found = list(_HEADING.finditer(text))
    ends = [*(one.start() for one in found[1:]), len(text)]
    yield from ((one[1], text[one.end() : end]) for one, end in zip(found, ends, strict=True))


def _known(ledger: Ledger, text: str, logins: frozenset[str]) -> Mapping[Person, str]:
    """The login of each contributor: by the address, by who made a request in *text*, else their name."""
    of_request = {f"#{number}": _plain(login) for login, number in _WHO.findall(text)}
    found: dict[Person, str] = {}
    for entry in ledger.entries:
        for unit in entry.units:
            for person in unit.authors:
                by_address = _NUMBERED.fullmatch(person.address)
                by_request = of_request.get(unit.id) if person == unit.authors[0] else None
                named = _plain(person.name.replace(" ", ""))
                said = _plain(by_address[1]) if by_address else by_request or (named if named in logins else "")
                found[person] = said or found.get(person) or person.name
    return found


def _plain(login: str) -> str:
    return login.casefold()


if __name__ == "__main__":
    sys.exit(main())
