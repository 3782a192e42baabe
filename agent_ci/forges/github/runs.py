"""What a red run left at GitHub: the logs of its failed jobs, and the reports and logs in its artifacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agent_ci.core.archive import MOST_BYTES, unpacked
from agent_ci.core.context import read_commit_id
from agent_ci.core.red_run import Left, RedRun, is_of_interest, sorted_out
from agent_ci.errors import ForgeUnavailableError, NotAllowedError, UnsupportedError
from agent_ci.forges.github.events import judged_run
from agent_ci.forges.github.project import Project
from agent_ci.http.api import Timing

_LOG_BYTES = 20_000_000
_JOBS = 300
_LOGS, _ARTIFACTS = 20, 30
_RED = ("failure", "timed_out")
_RIGHT = "add `actions: read` to the permissions of this job"


def red_run(environment: Mapping[str, str], named: int | None = None, timing: Timing | None = None) -> RedRun:
    """The run *named*, else the one that the event of this job is about, else the one that this job is part of.

    Raises UnsupportedError where the run is another repository's or of another commit than the event says,
    NotAllowedError where the token may not read it, and ForgeUnavailableError where GitHub does not answer.
    """
    run, told = judged_run(environment)
    number = named or run
    if number is None:
        raise UnsupportedError("this job was started by no run of a workflow; name the run with --of")
    project = Project.of(environment, timing)
    try:
        found = project.api.get(project.path("actions", "runs", number)).item
        commit = _checked(found, project, "" if named else told)
        return _RunOf(project, number).left(commit)
    except NotAllowedError as error:
        raise NotAllowedError(f"{error}; {_RIGHT}") from error


def _checked(found: Mapping[str, Any], project: Project, told: str) -> str:
    """The commit of the run *found*. Raises UnsupportedError where it is not the one that the event is about."""
    repository = found.get("repository")
    name = repository.get("full_name") if isinstance(repository, dict) else None
    commit = read_commit_id(found.get("head_sha"))
    if str(name).lower() != project.name.lower():
        raise UnsupportedError(f"run {found.get('id')} belongs to {name!r} and not to {project.name}; nothing was read")
    if not commit or (told and commit != told):
        raise UnsupportedError(f"run {found.get('id')} was of the commit {commit!r}, and the event tells of {told!r}")
    return commit


class _RunOf:
    """One run of *project*, and what could not be had of it so far."""

    def __init__(self, project: Project, number: int) -> None:
        self.project = project
        self.number = number
        self.notes: list[str] = []

    def left(self, commit: str) -> RedRun:
        """Everything that it left and that may be read."""
        logs = tuple(self._logs())
        reports, others = sorted_out(tuple(self._files()))
        return RedRun(self.project.name, str(self.number), commit, reports, (*logs, *others[:_LOGS]), tuple(self.notes))

    def _logs(self) -> Iterator[Left]:
        path = self._path("jobs")
        jobs, _ = self.project.api.items(path, key="jobs", limit=_JOBS, filter="latest")
        red = [job for job in jobs if job.get("conclusion") in _RED]
        if len(red) > _LOGS:
            self.notes.append(f"{len(red)} jobs failed, and the logs of {_LOGS} are read")
        for job in red[:_LOGS]:
            where = self.project.path("actions", "jobs", int(job["id"]), "logs")
            with_name = f"{job.get('name')} ({job['id']})"
            if (content := self._had(where, f"the log of {with_name}", _LOG_BYTES)) is not None:
                yield Left(with_name, content)

    def _files(self) -> Iterator[tuple[str, bytes]]:
        found, is_cut = self.project.api.items(self._path("artifacts"), key="artifacts", limit=_ARTIFACTS)
        if is_cut:
            self.notes.append(f"there are more than {_ARTIFACTS} artifacts, and the others are not read")
        left = MOST_BYTES
        for artifact in found:
            name, size = str(artifact.get("name")), artifact.get("size_in_bytes")
            if artifact.get("expired") or (isinstance(size, int) and size > left):
                self.notes.append(f"the artifact {name!r} has expired or is too large")
                continue
            where = self.project.path("actions", "artifacts", int(artifact["id"]), "zip")
            packed = self._had(where, f"the artifact {name!r}", left)
            if packed is None:
                continue
            try:
                files = unpacked(packed, is_of_interest, most=left)
            except UnsupportedError as error:
                self.notes.append(f"the artifact {name!r} is not read: {error}")
                continue
            left -= max(len(packed), sum(len(content) for _, content in files))
            yield from ((f"{name}/{path}", content) for path, content in files)

    def _had(self, path: str, what: str, limit: int) -> bytes | None:
        """The file at *path*; None, and a note, where it cannot be had. Raises NotAllowedError."""
        try:
            return self.project.api.download(path, limit=max(limit, 0))
        except NotAllowedError:
            raise
        except ForgeUnavailableError as error:
            self.notes.append(f"{what} is left out: {error}")
            return None

    def _path(self, *parts: str) -> str:
        return self.project.path("actions", "runs", self.number, *parts)
