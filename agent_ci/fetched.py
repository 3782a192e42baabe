"""The folder that `fetch` fills with what a red run left, and in which a run looks for it: never in the checkout."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agent_ci.core.context import Context
from agent_ci.core.red_run import Left, RedRun
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.files import open_regular
from agent_ci.kept import door

VARIABLE = "AGENT_CI_RED_RUN"
"""Names the folder; on GitHub it is found without."""

MANIFEST = "red-run.json"
_FOLDER = "agent-ci-red-run"
_PLACE = re.compile(r"(?:reports/[\w.-]+\.xml|logs/[\w.-]+\.log)", re.ASCII)
_MOST_BYTES = 1_000_000
_MOST_FILES = 5000
_MOST_REPORTS, _MOST_LOGS, _MOST_NOTES = 2000, 50, 100  # that are kept, so that the list of them can be read again
_NAME_BYTES, _NOTE_BYTES = 250, 1000  # of one in that list


@dataclass(frozen=True, slots=True)
class Fetched:
    """What there is of a red run: ``reports``, and ``logs`` by their names at the forge. *said* is a sentence on it."""

    reports: tuple[Path, ...] = ()
    logs: Mapping[Path, str] = field(default_factory=dict)
    said: str = ""


def usual_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder that *environment* names, or the usual one of a runner that gives each job a fresh one for files."""
    named, temporary = environment.get(VARIABLE, ""), environment.get("RUNNER_TEMP", "")
    return Path(named) if named else Path(temporary, _FOLDER) if temporary else None


def keep(run: RedRun, folder: Path) -> RedRun:
    """Write the files of *run* into the *folder*, which is new or empty; the list of them comes last.

    What is too much for a run to read is left out; what was kept is returned, with a note on the rest. Raises
    UsageError where there is something else, and OSError.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty; name a new folder with --into")
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"{folder} is no folder; name another with --into") from error
    kept = _bounded(run)
    files = kept.files
    for place, left in files.items():
        path = folder / place
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(left.content)
    names = {place: left.name for place, left in files.items()}
    told = {"repository": run.repository, "run": run.run, "commit": run.commit, "files": names, "notes": kept.notes}
    (folder / MANIFEST).write_text(json.dumps(told, indent=2), encoding="utf-8")
    return kept


def _bounded(run: RedRun) -> RedRun:
    """*run* with as many files, names and notes as ``of`` reads, the first ones, and a note on what was left out."""
    notes = list(run.notes)
    if len(notes) > _MOST_NOTES:
        notes[_MOST_NOTES:] = [f"{len(notes) - _MOST_NOTES} more notes are left out"]
    for what, files, most in (("reports", run.reports, _MOST_REPORTS), ("logs", run.logs, _MOST_LOGS)):
        if len(files) > most:
            notes.append(f"of {len(files)} {what} the first {most} are kept, and the others are left out")
    reports, logs = map(_named, run.reports[:_MOST_REPORTS]), map(_named, run.logs[:_MOST_LOGS])
    notes = [_cut(note, _NOTE_BYTES) for note in notes]
    return replace(run, reports=tuple(reports), logs=tuple(logs), notes=tuple(notes))


def _named(left: Left) -> Left:
    return Left(_cut(left.name, _NAME_BYTES), left.content)


def _cut(text: str, most: int) -> str:
    """The beginning of *text* that takes at most *most* bytes in JSON."""
    kept = text[:most]
    while (size := len(json.dumps(kept))) > most:
        kept = kept[: min(len(kept) - 1, len(kept) * most // size)]
    return kept


def of(environment: Mapping[str, str], context: Context) -> Fetched:
    """What was fetched of the red run that *context* is about, by an earlier step or now by the keeper.

    What belongs to another commit or repository, or cannot be read, is left alone, and ``said`` says so.
    """
    folder = usual_folder(environment)
    if folder is None or not folder.is_dir():
        keeper = door(environment)
        name = str(keeper.ask("fetch")) if keeper else ""
        folder = Path(name) if name else None
    if folder is None:
        return Fetched()
    try:
        return _read(folder, context)
    except UnsupportedError as error:
        return Fetched(said=f"what was fetched of the red run is left alone: {error}")


def _read(folder: Path, context: Context) -> Fetched:
    told = _manifest(folder)
    if told.get("commit") != context.commit or told.get("repository") != context.repository:
        raise UnsupportedError(
            f"it is of the commit {str(told.get('commit'))[:12]!r} of {told.get('repository')!r}, and "
            f"{context.commit[:12]} of {context.repository} is judged"
        )
    files = told.get("files")
    names = {place: str(name) for place, name in files.items()} if isinstance(files, dict) else {}
    if len(names) > _MOST_FILES or not all(_PLACE.fullmatch(place) for place in names):
        raise UnsupportedError(f"{folder / MANIFEST} names files that `agent-ci fetch` does not write")
    reports = tuple(folder / place for place in names if place.startswith("reports/"))
    logs = {folder / place: name for place, name in names.items() if place.startswith("logs/")}
    said = f"read {len(reports)} report(s) and {len(logs)} log(s) of run {told.get('run')}"
    return Fetched(reports, logs, said)


def _manifest(folder: Path) -> Mapping[str, Any]:
    with open_regular(folder / MANIFEST, root=folder, max_bytes=_MOST_BYTES) as file:
        try:
            told = json.loads(file.read(_MOST_BYTES))
        except (ValueError, RecursionError) as error:
            raise UnsupportedError(f"{folder / MANIFEST} is no JSON") from error
    if not isinstance(told, dict):
        raise UnsupportedError(f"{folder / MANIFEST} is no JSON object")
    return told
