"""Knows which sandbox repository code runs in: the one asked for, or the strongest that keeps its promises here."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci.confine import machine
from agent_ci.confine.probing import probe, python_of
from agent_ci.confine.view import View
from agent_ci.core.environment import allowed, portable, secrets
from agent_ci.core.outward.writer import Known
from agent_ci.errors import InfrastructureError, SandboxUnavailableError, UsageError
from agent_ci.kept import door
from agent_ci.ports import Completed, Isolation, Sandbox
from agent_ci.runners import installed
from agent_ci.runners.interpreters import candidates
from agent_ci.settings import Settings

TIERS = ("none", "landlock", "bubblewrap", "container")
"""From the weakest to the strongest."""

Observe = Callable[[Completed], None]


@dataclass(frozen=True)
class Choice:
    """The sandbox taken, what it was seen to separate, and what to say aloud where that is nothing."""

    sandbox: Sandbox
    isolation: Isolation
    warning: str = ""


@dataclass(frozen=True)
class _Tried:
    """One tier as it was found here; without a sandbox it cannot be had, for ``reason``."""

    tier: str
    sandbox: Sandbox | None = None
    probes: Mapping[str, str] | None = None
    reason: str = ""


def choose(chosen: Settings, environment: Mapping[str, str], observe: Observe, files: tuple[str, ...] = ()) -> Choice:
    """The sandbox for *chosen* and a repository of *files*.

    Raises SandboxUnavailableError where it, or the least isolation, cannot be had here, and UsageError where a setting
    would show repository code a secret, or what lies around one.
    """
    _refuse_secrets(chosen, environment)
    tried = tuple(_in_turn(_wanted(chosen), _Maker(chosen, environment, observe, files)))
    taken, reasons = tried[-1], "; ".join(f"{one.tier}: {one.reason}" for one in tried if one.reason)
    if taken.sandbox is None:
        raise SandboxUnavailableError(f"the sandbox {taken.tier!r} cannot be had here: {taken.reason}")
    least = _least(chosen, environment)
    if TIERS.index(taken.tier) < TIERS.index(least):
        raise SandboxUnavailableError(_too_weak(chosen, environment, least, taken.tier, reasons))
    isolation = replace(
        taken.sandbox.isolation, probes=taken.probes or {}, why_not_higher=reasons or _not_tried(chosen, taken.tier)
    )
    return Choice(taken.sandbox, isolation, _warning(reasons) if taken.tier == "none" else "")


def _wanted(chosen: Settings) -> tuple[str, ...]:
    """The tiers to try, strongest first. A container is only tried where we know what to run in it."""
    if chosen.sandbox != "auto":
        return (chosen.sandbox,)
    return tuple(tier for tier in reversed(TIERS) if tier != "container" or chosen.container_image)


def _in_turn(tiers: tuple[str, ...], maker: _Maker) -> Iterator[_Tried]:
    """What became of each tier, up to the first that can be had."""
    for tier in tiers:
        found = _try(tier, maker)
        yield found
        if found.sandbox:
            return


def _try(tier: str, maker: _Maker) -> _Tried:
    """What became of *tier*. The tier none promises nothing: it is probed for the evidence, and never refused."""
    try:
        sandbox = maker.make(tier)
        seen = probe(sandbox, python=python_of(tier))
    except (SandboxUnavailableError, InfrastructureError) as error:
        return _Tried(tier, maker.make(tier)) if tier == "none" else _Tried(tier, reason=str(error))
    if tier != "none" and not seen.passed:
        return _Tried(tier, reason=f"it does not keep its promises here ({', '.join(seen.allowed)})")
    return _Tried(tier, sandbox, seen.results)


@dataclass(frozen=True)
class _Maker:
    """Makes the sandboxes, each imported on use, from the settings and the job's environment."""

    chosen: Settings
    environment: Mapping[str, str]
    observe: Observe
    files: tuple[str, ...]

    def make(self, tier: str) -> Sandbox:
        """The sandbox of *tier*. Raises SandboxUnavailableError where this machine lacks what it is made of."""
        makers: Mapping[str, Callable[[], Sandbox]] = {
            "container": self._container,
            "bubblewrap": self._bubblewrap,
            "landlock": self._landlock,
            "none": self._none,
        }
        return makers[tier]()

    @property
    def _visible(self) -> dict[str, str]:
        return allowed(self.environment, named=self.chosen.pass_env)

    @property
    def _view(self) -> View:
        programs = tuple(_programs(self.chosen, self.environment))
        return View(self.environment, programs, self._folders, (self.chosen.repository,), self.files)

    @property
    def _folders(self) -> tuple[Path, ...]:
        return (*_folders(self.chosen), *installed.folders(self.chosen.repository))

    def _container(self) -> Sandbox:
        from agent_ci.sandboxes.container import Container, Engine

        image = self.chosen.container_image or ""
        return Container(
            image=image,
            engine=Engine.here(image, self.environment),
            environment=portable(self.environment, named=self.chosen.pass_env),
            readable=self._folders,
            limits=machine.limits(),
            observe=self.observe,
            has_git=self.chosen.synthetic_git,
        )

    def _bubblewrap(self) -> Sandbox:
        from agent_ci.sandboxes.bubblewrap import Bubblewrap

        return Bubblewrap(
            environment=self._visible,
            readable=self._view.readable,
            links=self._view.links,
            limits=machine.limits(),
            observe=self.observe,
            has_git=self.chosen.synthetic_git,
        )

    def _landlock(self) -> Sandbox:
        from agent_ci.sandboxes.landlock import Landlock

        return Landlock(
            environment=self._visible,
            readable=self._view.readable,
            limits=machine.limits(),
            observe=self.observe,
            has_git=self.chosen.synthetic_git,
        )

    def _none(self) -> Sandbox:
        from agent_ci.sandboxes.none import NoSandbox

        return NoSandbox(self._visible, self.observe, has_git=self.chosen.synthetic_git)


def _folders(chosen: Settings) -> tuple[Path, ...]:
    return tuple(map(Path, chosen.may_read))


def _programs(chosen: Settings, environment: Mapping[str, str]) -> Iterator[Path]:
    """The programs that the settings name, and every Python that may be asked to run the tests."""
    for command in (chosen.run, chosen.lint, chosen.type_check, chosen.security):
        for word in _words(command or ""):
            path = chosen.repository / word
            if "/" in word and path.is_file() and os.access(path, os.X_OK):
                yield path
    for found in candidates(chosen.repository, environment, "", sys.executable):
        if "/" in found:
            yield Path(found)


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []  # whoever runs the command says so


def _secret_names(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the variables of this job that hold secrets, here or in the process that keeps them."""
    keeper = door(environment)
    return keeper.names if keeper else tuple(sorted(secrets(environment)))


def _refuse_secrets(chosen: Settings, environment: Mapping[str, str]) -> None:
    guard = door(environment) or Known(secrets(environment))
    for name in chosen.pass_env:
        held = (name,) if name in _secret_names(environment) else guard.named_in(environment.get(name, ""))
        if held:
            raise UsageError(
                f"pass-env: {name} holds the secret {held[0]}, which repository code must not see; leave it out, "
                "and have the tests use a value of their own"
            )
    view = View(environment, hidden=(chosen.repository,))
    for folder in _folders(chosen):
        place = view.exposed_by(folder)
        if place or not folder.is_absolute():
            raise UsageError(
                f"may-read: {folder} would show repository code {place or 'a folder of its own'}; name the absolute "
                "path of a folder that holds nothing private"
            )


def _least(chosen: Settings, environment: Mapping[str, str]) -> str:
    """The weakest tier to accept. Who names a sandbox has decided; else a job with secrets needs a real one."""
    if chosen.min_isolation != "auto":
        return chosen.min_isolation
    return "landlock" if chosen.sandbox == "auto" and _secret_names(environment) else "none"


def _too_weak(chosen: Settings, environment: Mapping[str, str], least: str, tier: str, reasons: str) -> str:
    """Why the run ends before it began, and what to do about it."""
    why = f"--min-isolation asks for {least!r}"
    if chosen.min_isolation == "auto":
        names = ", ".join(_secret_names(environment)[:3])
        why = f"this job holds secrets ({names}), which the tests could read"
    repair = "take the secrets out of this job, or accept the risk with --min-isolation none"
    if chosen.min_isolation != "auto":
        repair = f"repair that, or accept less with --min-isolation {tier}"
    return f"{why}, and the isolation to be had here is {tier!r} ({reasons or 'as --sandbox asks'}); {repair}"


def _not_tried(chosen: Settings, tier: str) -> str:
    if chosen.sandbox != "auto":
        return f"--sandbox asked for {tier}"
    return "" if tier == TIERS[-1] else "container: no container-image is set"


def _warning(reasons: str) -> str:
    return f"repository code runs without isolation: it can read and send what you can ({reasons or 'as asked'})"
