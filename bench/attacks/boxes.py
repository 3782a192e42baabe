"""The sandboxes of this machine, each in every way in which it can be had here."""

from __future__ import annotations

import atexit
import functools
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.confine import landlock
from agent_ci.confine.launching import Reach
from agent_ci.confine.view import View
from agent_ci.core.limits import Limits
from agent_ci.errors import SandboxUnavailableError
from agent_ci.ports import Sandbox
from agent_ci.sandboxes.bubblewrap import Bubblewrap, Host
from agent_ci.sandboxes.container import Container, Engine
from agent_ci.sandboxes.landlock import Landlock
from agent_ci.sandboxes.none import NoSandbox
from bench.attacks.case import UnavailableError
from tests.sandboxes import images

_ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
_ROOT = Path(__file__).resolve().parents[2]
NO_ISOLATION = "none"
CONTAINER = "container"


def box(place: str, limits: Limits, *, has_git: bool = False) -> Sandbox:
    """The sandbox that *place* names. Raises UnavailableError where it cannot be had here."""
    try:
        return BOXES[place](limits, has_git)
    except SandboxUnavailableError as error:
        raise UnavailableError(str(error)) from error


def python(place: str) -> str:
    """The interpreter that runs hostile code there."""
    return "python3" if place == CONTAINER else sys.executable


@functools.cache
def _view() -> View:
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() fails for a user without a name
    return View({**_ENVIRONMENT, "HOME": home}, (Path(sys.executable),), hidden=(_ROOT,))


def _none(limits: Limits, has_git: bool) -> Sandbox:  # noqa: FBT001 - one shape for all makers
    return NoSandbox(_ENVIRONMENT, limits=limits, has_git=has_git)


def _landlock(limits: Limits, has_git: bool) -> Sandbox:  # noqa: FBT001
    return Landlock(_ENVIRONMENT, _view().readable, limits, has_git=has_git)


def _landlock_alone(limits: Limits, has_git: bool) -> Sandbox:  # noqa: FBT001
    best = Reach.here()
    if not best.namespaces:
        raise UnavailableError("the tier landlock makes no namespaces here, which is what the other row shows")
    return Landlock(_ENVIRONMENT, _view().readable, limits, has_git=has_git, reach=Reach(landlock.abi(), 0, best.user))


@functools.cache
def _host() -> Host:
    return Host.here()


def _as_another_user(limits: Limits, has_git: bool) -> Sandbox:  # noqa: FBT001
    if not _host().setpriv:
        raise UnavailableError("only root can become another user")
    return Bubblewrap(_ENVIRONMENT, _view().readable, _view().links, limits, has_git=has_git, host=_host())


def _in_a_user_namespace(limits: Limits, has_git: bool) -> Sandbox:  # noqa: FBT001
    host = replace(_host(), setpriv="")
    return Bubblewrap(_ENVIRONMENT, _view().readable, _view().links, limits, has_git=has_git, host=host)


@functools.cache
def _engine() -> Engine | str:
    """The engine with an image of this machine's own Python, else why there is none: asked once per process."""
    scratch = tempfile.TemporaryDirectory(prefix="image-")  # it holds the engine's settings, up to our end
    atexit.register(scratch.cleanup)
    try:
        return Engine.here(images.NAME, images.environment(Path(scratch.name)))
    except pytest.skip.Exception as skipped:
        return str(skipped)


def _container(limits: Limits, has_git: bool) -> Sandbox:  # noqa: FBT001
    engine = _engine()
    if isinstance(engine, str):
        raise UnavailableError(engine)
    return Container(images.NAME, engine, {"LANG": "C.UTF-8"}, limits=limits, has_git=has_git)


BOXES: Mapping[str, Callable[[Limits, bool], Sandbox]] = {
    CONTAINER: _container,
    "bubblewrap": _as_another_user,
    "bubblewrap in a user namespace": _in_a_user_namespace,
    "landlock": _landlock,
    "landlock without namespaces": _landlock_alone,
    NO_ISOLATION: _none,
}
"""The sandboxes by name, the strongest first."""
