"""What an earlier workflow run left behind: the logs of its red jobs and the files of its artifacts; and new runs."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from agent_ci.errors import UnsupportedError
from agent_ci.forges.github.project import Project

_LOG_BYTES = 50_000_000
_ZIP_BYTES = 100_000_000
_FILE_BYTES = 20_000_000
_FILES = 2000
_JOBS = 300
_RED = ("failure", "timed_out")


def red_logs(project: Project, run: int) -> Mapping[str, bytes]:
    """The raw logs of the jobs of *run* that are red, by the job's name, made unique by its id."""
    jobs, _ = project.api.items(project.path("actions", "runs", run, "jobs"), key="jobs", limit=_JOBS, filter="latest")
    logs: dict[str, bytes] = {}
    for job in (job for job in jobs if job.get("conclusion") in _RED):
        number, name = int(job["id"]), str(job.get("name"))
        log = project.api.download(project.path("actions", "jobs", number, "logs"), limit=_LOG_BYTES)
        logs[f"{name} ({number})" if name in logs else name] = log
    return logs


def artifacts(project: Project, run: int) -> Mapping[str, int]:
    """The ids of the artifacts of *run* that can still be downloaded, by name."""
    found, _ = project.api.items(project.path("actions", "runs", run, "artifacts"), key="artifacts")
    return {str(artifact.get("name")): int(artifact["id"]) for artifact in found if not artifact.get("expired")}


def artifact_files(project: Project, artifact: int) -> Mapping[str, bytes]:
    """The files of an *artifact* by their path in it. Raises UnsupportedError for one that is no plain archive."""
    packed = project.api.download(project.path("actions", "artifacts", artifact, "zip"), limit=_ZIP_BYTES)
    return unpacked(packed)


def unpacked(packed: bytes) -> Mapping[str, bytes]:
    """The files in a zip archive by path: at most 2000, together at most 100 MB, none of them a link or elsewhere.

    Raises UnsupportedError for everything else. Sizes are counted while unpacking, and never believed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            return dict(_read(archive))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise UnsupportedError(f"the artifact is no archive that can be read: {error}") from error


def _read(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _FILES:
        raise UnsupportedError(f"the artifact has {len(entries)} files; up to {_FILES} are read")
    total = 0
    for entry in entries:
        _check(entry)
        with archive.open(entry) as file:
            content = file.read(_FILE_BYTES + 1)
        total += len(content)
        if len(content) > _FILE_BYTES or total > _ZIP_BYTES:
            raise UnsupportedError(f"the artifact is too large: {entry.filename!r} ends beyond what is read")
        yield entry.filename, content


def _check(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename)
    is_outside = path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in path.parts[0]
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if is_outside or not entry.filename.isprintable() or kind not in (0, stat.S_IFREG):
        raise UnsupportedError(f"the artifact holds {entry.filename!r}, which is no plain file inside of it")


def dispatch(project: Project, workflow: str, ref: str, inputs: Mapping[str, str]) -> None:
    """Start *workflow*, the name of its file, on *ref*; it needs actions: write, and the event in the file."""
    path = project.path("actions", "workflows", workflow, "dispatches")
    project.send("POST", path, {"ref": ref, "inputs": dict(inputs)})
