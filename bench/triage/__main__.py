"""Measures what red builds are called: ``python -m bench.triage [--only NAME] [--repeat N]``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from bench.repositories import Small, git
from bench.table import print_table
from bench.triage.cases import CASES
from bench.triage.seeded import REPAIR, Case

COLUMNS = ("case", "kind", "expected", "got", "right", "test runs", "s")
GOAL = 0.95


def main() -> int:
    """Run each case once; exit with 1 below the goal, or where a flaky or red base reached a proposer."""
    parser = argparse.ArgumentParser(prog="bench.triage")
    parser.add_argument("--only", default="", help="cases whose name or kind holds this")
    parser.add_argument("--repeat", type=int, default=8)
    chosen = parser.parse_args()
    cases = {name: case for name, case in CASES.items() if chosen.only in f"{name} {case.kind}"}
    rows = []
    for name, case in cases.items():
        rows.append((name, case.kind, case.expected, *measured(case, chosen.repeat)))
        print(f"{name}: {rows[-1][3]}", file=sys.stderr, flush=True)
    print_table("What a red build is called", COLUMNS, rows, packages=("agent-ci", "pytest"))
    right = sum(row[4] == "yes" for row in rows)
    leaked = [row[0] for row in rows if row[3] == REPAIR and row[2] in ("flaky", "base_red")]
    print(f"{right} of {len(rows)} are right ({right / len(rows):.1%}); the goal is {GOAL:.0%}.")
    print(f"{len(leaked)} flaky or base-red cases reached a proposer{': ' if leaked else '.'}{', '.join(leaked)}")
    return 0 if right >= GOAL * len(rows) and not leaked else 1


def measured(case: Case, repeat: int) -> tuple[str, str, int, float]:
    """What *case* was called, whether that is right, how many test runs it took, and the seconds."""
    with tempfile.TemporaryDirectory(prefix="bench-triage-") as folder:
        scratch = Path(folder)
        repository = Small.make(scratch / "repository", case.base or case.files)
        if case.base is not None:
            repository.commit(case.files, branch="" if case.event == "push" else "feature")
        given = dict(case.given)
        if case.reported:
            given["report"] = (str(_report(scratch, case)),)
        started = time.monotonic()
        environment = _environment(scratch, repository, case.event)
        document = repository.fix(scratch, ("I found nothing.",), environment, repeat=repeat, **given)
        seconds = time.monotonic() - started
        lines = (scratch / "out" / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    runs = sum("junitxml" in line for line in lines)
    got = REPAIR if document["attempts"] else str(document["outcome"])
    return got, "yes" if got == case.expected else "NO", runs, seconds


def _report(scratch: Path, case: Case) -> Path:
    body = "".join(f'<testcase classname="test_it" name="{name}"><failure/></testcase>' for name in case.reported)
    place = scratch / "junit.xml"
    place.write_text(f"<testsuite>{body}</testsuite>", encoding="utf-8")
    return place


def _environment(scratch: Path, repository: Small, event: str) -> dict[str, str]:
    """What GitHub's runner would say about *event*."""
    if not event:
        return {}
    head, base = git(repository.path, "rev-parse", "HEAD"), git(repository.path, "rev-parse", "HEAD~1")
    name = {"full_name": "o/r", "default_branch": "main"}
    payload: dict[str, object] = {"repository": name, "before": base, "after": head, "ref": "refs/heads/main"}
    if event == "pull_request":
        pull = {"number": 7, "head": {"sha": head, "repo": name}, "base": {"sha": base, "repo": name}}
        payload = {"repository": name, "number": 7, "pull_request": pull}
    place = scratch / "event.json"
    place.write_text(json.dumps(payload), encoding="utf-8")
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(place),
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_REF_NAME": "main",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_SHA": head,
    }


if __name__ == "__main__":
    sys.exit(main())
