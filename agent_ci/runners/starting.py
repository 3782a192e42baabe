"""Starts one step of a framework in the sandbox, with what it finds on its desk."""

from __future__ import annotations

from pathlib import Path, PurePath

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.files import make_folder, write_new
from agent_ci.ports import Command, Completed, Workspace

_KITS = Path(__file__).parent
# $1 is the folder; $2, where not empty, the file that takes what the command prints.
_START = 'cd -- "$1" && out="$2" && shift 2 && { [ -z "$out" ] || exec >"$out" 2>&1; } && exec "$@"'


def started(workspace: Workspace, place: Place, step: Step, output: str, seconds: float) -> Completed:
    """How *step* ended in *place*, within *seconds*; *output*, where not empty, is the file for what it prints.

    Raises UnsupportedError where code of a step before is in the way.
    """
    _prepare(Path(place.desk), step, workspace.outbox)
    return workspace.run(Command(in_folder(place.folder, (*step.start, *step.argv), output), step.environment, seconds))


def in_folder(folder: PurePath, argv: tuple[str, ...], output: str = "") -> tuple[str, ...]:
    """What starts *argv* in *folder*; *output*, where not empty, is the file for what it prints."""
    return ("sh", "-c", _START, "sh", str(folder), output, *argv)


def _prepare(desk: Path, step: Step, outbox: Path) -> None:
    """Put what *step* finds on the *desk* there. Raises UnsupportedError where something is in the way."""
    kit = (_KITS / step.kit).iterdir() if step.kit else ()
    texts = {f"{step.kit}/{file.name}": file.read_bytes() for file in kit if file.is_file()}
    texts |= {name: text.encode() for name, text in step.files.items()}
    for folder in sorted({(desk / name).parent for name in texts} | ({desk} if texts else set())):
        make_folder(folder, root=outbox)
    for name, content in texts.items():
        write_new(desk / name, content, root=outbox)
