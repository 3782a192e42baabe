"""The historical bugs of `bench.real` as scenes, with people's repair reduced to what the failing tests need."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from agent_ci.errors import AgentCIError, UnsupportedError
from bench.context.scenes import Scene, Stand
from bench.context.truth import minimal, touched
from bench.real.cases import Case, CaseFile
from bench.real.fetch import Cache
from bench.real.prepare import Prepared, prepare


def scenes(file: CaseFile, chosen: Sequence[Case], cache: Cache) -> Iterator[Scene | str]:
    """Each of *chosen* as a scene, or the sentence that says why it is none."""
    pytest = dict(pin.split("==") for pin in file.runner)["pytest"]
    for case in chosen:
        try:
            yield _scene(prepare(case, cache), pytest)
        except AgentCIError as error:
            yield f"{case.id}: {error}"


def stand_for(prepared: Prepared, pytest: str, files: Mapping[str, str]) -> Stand:
    """How the tests of a case are run."""
    roots = ("src", ".") if any(path.startswith("src/") for path in files) else (".",)
    return Stand(prepared.python, platform.python_version(), pytest, roots, prepared.case.run)


def _scene(prepared: Prepared, pytest: str) -> Scene:
    case = prepared.case
    files = texts_below(prepared.repository)
    stand = stand_for(prepared, pytest, files)
    evidence = stand.evidence(files, stand.run(files))
    paths = [path for path in case.source if path.endswith(".py")]
    before = {path: files.get(path, "") for path in paths}
    after = needed(prepared, stand, files, before, evidence.target_ids)
    if not (found := touched(before, after)):
        raise UnsupportedError("the repair changes nothing that was there before")
    return Scene(case.id, case.package, evidence, files, found)


def needed(
    prepared: Prepared, stand: Stand, files: Mapping[str, str], before: Mapping[str, str], failing: tuple[str, ...]
) -> dict[str, str]:
    """The fixed files without what the failing tests do not need; it takes minutes, so that it is kept."""
    kept = prepared.repository.with_name("needed.json")
    if not kept.exists():

        def repairs(texts: Mapping[str, str]) -> bool:
            try:
                for path, text in texts.items():
                    compile(text, path, "exec", dont_inherit=True)
                report = stand.run({**files, **texts}, failing)
            except (SyntaxError, AgentCIError):
                return False
            return report.is_green and {case.id for case in report.cases} >= set(failing)

        after = {path: (prepared.fixed / path).read_text("utf-8") for path in before}
        kept.write_text(json.dumps(minimal(before, after, repairs)), encoding="utf-8")
    found: dict[str, str] = json.loads(kept.read_text("utf-8"))
    return found


def texts_below(root: Path) -> dict[str, str]:
    """The text files below *root*, by path, without git's own."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not path.is_symlink() and not name.startswith(".git/"):
            try:
                found[name] = path.read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                continue
    return found
