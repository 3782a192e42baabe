"""What a checkout that was tampered with makes our side do: every call to git that agent-ci makes, with a tripwire."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agent_ci.checkout import Remote, Repository
from agent_ci.clone import Clone
from agent_ci.errors import AgentCIError
from bench.attacks.case import HERE, Attack, Result
from bench.attacks.oracles import RAN, Outside, outside
from tests.checkouts import Checkout, fixed, read_everything

PLACES = HERE
WORKED, REFUSED = "worked", "refused"
_WIRE = "PWNED"
_OURS = b"a = 2\n"
_ASKED = b"protocol=http\nhost=127.0.0.1\n\n"  # what git credential reads


@dataclass(frozen=True)
class Scene:
    """A checkout with two files, the program ``trip`` that leaves a mark, and a folder for what is exported."""

    checkout: Checkout
    trip: str
    out: Path
    around: Outside

    @property
    def is_tripped(self) -> bool:
        """Whether the program ran."""
        return (Path(self.trip).parent / _WIRE).exists()


@dataclass(frozen=True)
class Tampered:
    """``prepare`` changes the checkout, ``variables`` the environment; then agent-ci reads all and commits a change.

    ``act`` is what is done instead; it tells the outcome. ``live`` is the call to plain git that the trap catches.
    """

    prepare: Callable[[Checkout, str], None] = lambda _checkout, _trip: None
    variables: Callable[[str], Mapping[str, str]] = lambda _trip: {}
    act: Callable[[Scene], str] = field(default_factory=lambda: everything)
    live: tuple[str, ...] = ()


def setting(*pairs: tuple[str, str]) -> Callable[[Checkout, str], None]:
    """What writes settings into a checkout; ``{trip}`` in a name or a value stands for the program."""

    def write(checkout: Checkout, trip: str) -> None:
        for name, value in pairs:
            checkout.git("config", name.format(trip=trip), value.format(trip=trip))

    return write


def is_live(form: Tampered) -> bool:
    """Whether plain git, with no guard of ours, runs the program."""
    with outside() as around, tempfile.TemporaryDirectory(prefix="git-") as scratch:
        scene = _scene(Path(scratch), around)
        form.prepare(scene.checkout, scene.trip)
        (Path(scratch) / _WIRE).unlink(missing_ok=True)
        scene.checkout.write({"a.py": "a = 'in work'\n"})
        with contextlib.suppress(AssertionError):  # git may fail after it ran the program
            scene.checkout.git(*form.live, stdin=_ASKED, **form.variables(scene.trip))
        return scene.is_tripped


def tried(attack: Attack, _place: str) -> Result:
    """What comes of the checkout and of its twin."""
    _, twin = _seen(attack.twin)
    effects, outcome = _seen(attack.attempt)
    seen = tuple(effect for effect in effects if effect in attack.forbidden)
    return Result(seen, outcome, attack.promised, twin=twin == WORKED)


def _seen(form: object) -> tuple[tuple[str, ...], str]:
    assert isinstance(form, Tampered)  # noqa: S101 - the form that this stage takes
    with outside() as around, tempfile.TemporaryDirectory(prefix="git-") as scratch:
        scene = _scene(Path(scratch), around)
        form.prepare(scene.checkout, scene.trip)
        (Path(scratch) / _WIRE).unlink(missing_ok=True)  # plain git may have run it while the checkout was made
        with _variables(form.variables(scene.trip)):
            try:
                outcome = form.act(scene)
            except AgentCIError as error:
                outcome = REFUSED if str(error) else "refused without a word"
        effects = [*around.effects(outcome), *([RAN] if scene.is_tripped else [])]
    return tuple(effects), outcome


def _scene(scratch: Path, around: Outside) -> Scene:
    trip = scratch / "trip.sh"
    trip.write_text(f'#!/bin/sh\necho "$@" >> "{scratch}/{_WIRE}"\nexec timeout 2 cat\n', encoding="utf-8")
    trip.chmod(0o755)
    checkout = Checkout.at(scratch / "work")
    checkout.commit({"a.py": "a = 1\n", "b.py": "b = 1\n"})
    return Scene(checkout, str(trip), scratch / "out", around)


def everything(scene: Scene) -> str:
    """Every call that reads, and the one that moves the branch; tells whether the change is what it should be."""
    checkout = scene.checkout
    checkout.write({"b.py": "b = 'in work'\n"})
    os.utime(checkout.root / "a.py", (1, 1))  # its stored size and time are of no use: git must read the file
    repository = Repository.at(checkout.root)
    head = repository.head()
    read_everything(repository, scene.out)
    with Clone.of(repository) as clone:
        commit = fixed(clone, repository, {"a.py": _OURS, "new.txt": b"new\n"})
        repository.fast_forward(clone, commit, expected=head)
    return WORKED if (checkout.root / "a.py").read_bytes() == _OURS else "the change is not there"


def fetching(url: str, *wanted: str) -> Callable[[Scene], str]:
    """What fetches from *url*, in which ``{trip}`` and ``{root}`` are filled in."""

    def fetch(scene: Scene) -> str:
        told = {"trip": scene.trip, "root": scene.checkout.root}
        repository = Repository.at(scene.checkout.root)
        names = [name.format(**told) for name in wanted] or [repository.head()]
        with Clone.of(repository) as clone:
            clone.fetch(Remote(url.format(**told)), *names)
        return WORKED

    return fetch


@contextlib.contextmanager
def _variables(added: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
