"""What hostile code does inside of each sandbox that this machine has, and what came of it outside."""

from __future__ import annotations

import contextlib
import resource
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.limits import Limits
from agent_ci.ports import Command, Completed, Sandbox, Tree, Workspace
from bench.attacks import oracles
from bench.attacks.boxes import BOXES, NO_ISOLATION, box, python
from bench.attacks.case import NOT_TRIED, Attack, Result
from bench.attacks.oracles import Outside, outside
from tests.sandboxes.attacks import DENIED, PRELUDE
from tests.sandboxes.survivors import sleepers
from tests.trees import Files

PLACES = tuple(BOXES)
DENIED_ALL, FINISHED, TIMEOUT = "denied", "finished", "timeout"
MEMORY, DISK = "ended by the limit for memory", "ended by the limit for files"
SMALL = Limits(
    cpu_seconds=20,
    total_memory_bytes=192 << 20,
    file_bytes=16 << 20,
    open_files=256,
    processes=48,
    disk_bytes=24 << 20,
)
"""Limits that a small machine keeps without an effort."""

_SLACK_SECONDS = 15.0
_MOST_OUTPUT = 1_100_000
_MOST_GROWTH_KIB = 48 * 1024
_TRIES = """
    pass
for name, body in {bodies!r}:
    try:
        exec(body, dict(globals()))
    except (OSError, LookupError) as error:
        print('denied:', name, getattr(error, 'errno', None))
    except Exception as error:
        print('BROKEN:', name, repr(error))
    else:
        print('ALLOWED:', name)
"""


@dataclass(frozen=True)
class Program:
    """Python that runs in a sandbox: statements to be tried one by one in ``bodies``, or a whole program in ``code``.

    ``after`` runs in the next workspace of the same tree. The tier without isolation is only tried where the promise
    is ``everywhere``'s. ``unless`` are words of the sentences by which a tier declares that it lacks something, by the
    body that is left out there; the empty name stands for the whole program.
    """

    bodies: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    after: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = SMALL
    timeout: float = 30.0
    everywhere: bool = False
    unless: Mapping[str, str] = field(default_factory=dict)
    of_checkout: bool = False

    @property
    def source(self) -> str:
        """What the interpreter is given."""
        return self.code or PRELUDE + _TRIES.format(bodies=[*self.bodies.items()])


def known(number: str) -> Mapping[str, str]:
    """The statements that the tests of the sandboxes know under this *number*."""
    return {name: body for name, body in DENIED.items() if name.startswith(number)}


def tried(attack: Attack, place: str) -> Result:
    """What comes of the program and of its twin at *place*."""
    hostile, benign = attack.attempt, attack.twin
    assert isinstance(hostile, Program)  # noqa: S101 - the form that this stage takes
    assert isinstance(benign, Program)  # noqa: S101
    rest, declared = _promised(hostile, place)
    with outside(has_checkout=hostile.of_checkout) as around:
        _, ended = _ran(benign, place, around)
        effects, outcome = _ran(rest, place, around) if rest else ((), NOT_TRIED)
    seen = tuple(effect for effect in effects if effect in attack.forbidden)
    twin = ended == ("ALLOWED" if benign.bodies else FINISHED)
    return Result(seen, outcome, attack.promised, twin, declared)


def _promised(program: Program, place: str) -> tuple[Program | None, str]:
    """What of *program* is promised to fail at *place*, and the sentences by which the rest is declared beforehand."""
    if place == NO_ISOLATION and not program.everywhere:
        return None, box(place, program.limits).isolation.lacks[0]
    if not program.unless:
        return program, ""
    lacks = box(place, program.limits).isolation.lacks
    found = {name: said for name, words in program.unless.items() for said in lacks if words in said}
    bodies = {name: body for name, body in program.bodies.items() if name not in found}
    is_left = "" not in found and (bodies or program.code)
    return replace(program, bodies=bodies) if is_left else None, "; ".join(dict.fromkeys(found.values()))


def _ran(program: Program, place: str, around: Outside) -> tuple[tuple[str, ...], str]:
    """What *program* did at *place*, and how it ended."""
    marker = f"agent-ci-attack-{secrets.token_hex(8)}"
    with _tree(program, around) as tree:
        sandbox = box(place, program.limits)
        before = _peak()
        done = _run(sandbox, tree, around, program, (python(place), "-c", program.source, marker))
        effects = [*around.effects(done.output), *_cost(done, program, before)]
        effects += [oracles.SURVIVED] if sleepers(marker) else []
        if program.after:
            done = _run(sandbox, tree, around, program, (python(place), "-c", program.after))
            effects += around.effects(done.output)
        return tuple(dict.fromkeys(effects)), _ended(done, program)


@contextlib.contextmanager
def _tree(program: Program, around: Outside) -> Iterator[Tree]:
    if not program.of_checkout:
        yield Files(program.files)
        return
    repository = Repository(around.folder / "checkout")
    with Clone.of(repository) as clone:
        yield clone.tree(repository.head())


def _run(sandbox: Sandbox, tree: Tree, around: Outside, program: Program, argv: tuple[str, ...]) -> Completed:
    with sandbox.open(tree) as workspace:
        _lay_out(workspace, around)
        return workspace.run(Command(argv, timeout=program.timeout))


def _lay_out(workspace: Workspace, around: Outside) -> None:
    (workspace.root / "bait").write_text(around.bait, encoding="utf-8")


def _cost(done: Completed, program: Program, peak_before: int) -> Iterator[str]:
    if done.seconds > program.timeout + _SLACK_SECONDS:
        yield oracles.HUNG
    if len(done.output) > _MOST_OUTPUT or _peak() - peak_before > _MOST_GROWTH_KIB:
        yield oracles.GREW


def _peak() -> int:
    """The most memory that this process ever held, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _ended(done: Completed, program: Program) -> str:
    """One word for how a run ended; of bodies, what came of the ones that matter most."""
    if done.timed_out:
        return TIMEOUT
    if done.ended_by:
        return MEMORY if "memory" in done.ended_by else DISK if "disk" in done.ended_by else done.ended_by
    if program.bodies and not program.after:
        return _told(done.output.splitlines(), set(program.bodies))
    said = [line for line in done.output.splitlines() if line.startswith("outcome: ")]
    if said:
        return said[-1].removeprefix("outcome: ")
    return FINISHED if done.exit_code == 0 else f"exit code {done.exit_code}: {done.output[-200:]}"


def _told(lines: list[str], names: set[str]) -> str:
    """What the bodies came to: "denied" or "ALLOWED" where all agree, else the lines that stand out."""
    found = {name: [line for line in lines if line.partition(": ")[2].startswith(name)] for name in names}
    if missing := [name for name, rows in found.items() if not rows]:
        return f"no answer from {missing}: {lines[-3:]}"
    words = {rows[0].partition(":")[0] for rows in found.values()}
    if len(words) == 1:
        return words.pop()
    return "; ".join(sorted(row for rows in found.values() for row in rows if not row.startswith("denied")))
