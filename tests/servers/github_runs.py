"""What the runs of workflows left at a GitHub that is none: their jobs and their artifacts."""

from __future__ import annotations

from typing import Any

from tests.servers.github_state import Ask, Refusal, State, known, route


def _readable(ask: Ask) -> None:
    if "actions" not in ask.account.rights:
        accepted = (("X-Accepted-GitHub-Permissions", "actions=read"),)
        raise Refusal(403, "Resource not accessible by integration", accepted)


@route("GET", r"/actions/runs/(\d+)")
def _run(state: State, ask: Ask) -> tuple[int, Any]:
    _readable(ask)
    return 200, known(state.runs, ask)


@route("GET", r"/actions/runs/(\d+)/jobs")
def _jobs(state: State, ask: Ask) -> tuple[int, Any]:
    _readable(ask)
    jobs = state.jobs.get(int(ask.parts[0]), [])
    return 200, {"total_count": len(jobs), "jobs": jobs}


@route("GET", r"/actions/runs/(\d+)/artifacts")
def _artifacts(state: State, ask: Ask) -> tuple[int, Any]:
    _readable(ask)
    found = state.artifacts.get(int(ask.parts[0]), [])
    return 200, {"total_count": len(found), "artifacts": found}
