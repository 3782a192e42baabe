"""Runs repository code in containers of an image that the user names, through docker or podman."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_ci import process
from agent_ci.confine import cgroups, engine_filter, folders, ownership, rlimits, users
from agent_ci.confine.folders import Place
from agent_ci.confine.watchdog import Watchdog
from agent_ci.core.limits import Limits
from agent_ci.errors import InfrastructureError, SandboxUnavailableError
from agent_ci.ports import Command, Completed, Isolation, Tree

_ENGINES = ("docker", "podman")
_LABEL = "agent-ci.owner"
_FILTER = "seccomp.json"
# What finds the engine and its settings; nothing else of the job reaches the client, and none of it the container.
_OF_CLIENT = (
    "PATH", "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG",
    "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "CONTAINER_HOST",
)  # fmt: skip
_MEMORY_FOLDER_BYTES = 1 << 30
_KILLED = 128 + 9
_ENGINE_FAILED = 125  # docker-run(1), "Exit Status"; podman's is the same
_OF_ENGINES = ("Error: ", "docker: ")
_OF_INITS = ("ERROR (catatonit:", "[FATAL tini ")
_INITS = ("/usr/libexec/podman/catatonit", "/usr/local/libexec/podman/catatonit", "/usr/bin/catatonit")


@dataclass(frozen=True)
class Engine:
    """A container engine that answered: its client's ``name`` and the ``environment`` in which that finds it."""

    name: str
    environment: Mapping[str, str]

    @classmethod
    def here(cls, image: str, environment: Mapping[str, str]) -> Engine:
        """The first engine that has *image*. Raises SandboxUnavailableError where none has; nothing is downloaded."""
        if not image:
            raise SandboxUnavailableError(
                "no image is named; set container-image in .agent-ci.yml to one that holds the tools of the tests"
            )
        ours = {name: environment[name] for name in _OF_CLIENT if name in environment}
        said = []
        for name in _ENGINES:
            engine = cls(name, ours)
            try:
                engine.call("image", "inspect", "--format", "{{.Id}}", image)
            except process.ToolError as error:
                said.append(f"{name}: {' '.join(str(error).split())[-200:]}")
            else:
                return engine
        raise SandboxUnavailableError(
            f"no container engine here has the image {image!r} ({'; '.join(said)}); pull it in an earlier step"
        )

    @property
    def client(self) -> tuple[str, ...]:
        """The program, which keeps its warnings out of what the code says."""
        return (self.name, "--log-level", "error")

    def call(self, *arguments: str) -> str:
        """Ask the engine. Raises ToolError."""
        return process.call((*self.client, *arguments), cwd=Path("/"), environment=self.environment).decode()

    @property
    def has_init(self) -> bool:
        """Whether the engine can reap what the code leaves behind while it runs; docker always can."""
        return self.name == "docker" or any(map(os.path.exists, _INITS))

    def remove(self, name: str) -> None:
        """End a container and remove it, whatever state it is in."""
        self.call("rm", "--force", name)

    def remove_leftovers(self) -> None:
        """Remove the containers of runs that were killed before they could."""
        shape = f'{{{{index .Config.Labels "{_LABEL}"}}}}'
        for name in self.call("ps", "--all", "--quiet", "--filter", f"label={_LABEL}").split():
            with suppress(process.ToolError):  # another run may have removed its own by now
                if ownership.is_over(self.call("container", "inspect", "--format", shape, name).strip()):
                    self.remove(name)


@dataclass(frozen=True)
class Container:
    """*image* holds the tools; of this machine, the code sees its own folders and *readable*.

    *environment* is what the code gets to see of the job's. *observe* is told of every process that ended. With
    *has_git*, the copy is a repository with one commit.
    """

    image: str
    engine: Engine
    environment: Mapping[str, str]
    readable: tuple[Path, ...] = ()
    limits: Limits = field(default_factory=Limits)
    observe: Callable[[Completed], None] = lambda _: None
    has_git: bool = False

    @property
    def isolation(self) -> Isolation:
        """What the engine was asked for."""
        lacks: tuple[str, ...] = ("disk use is watched, not limited",)
        if not self.engine.has_init:
            lacks += ("dead processes stay until the end of a command",)
        mechanisms = {"engine": self.engine.name, "image": self.image, "seccomp": "the engine's", "network": "none"}
        limits = self.limits.described(frozenset({"memory", "pids"}))
        return Isolation("container", lacks=lacks, mechanisms=mechanisms, limits=limits)

    @contextmanager
    def open(self, tree: Tree) -> Iterator[_Box]:
        """A fresh copy of *tree*, which commands see at the same path as we do."""
        self.engine.remove_leftovers()
        with folders.opened(tree, has_git=self.has_git, user=users.unused() if not os.geteuid() else None) as own:
            (own.scratch / _FILTER).write_text(engine_filter.narrowed(), encoding="utf-8")
            yield _Box(own, self)


@dataclass(frozen=True)
class _Box(Place):
    sandbox: Container

    def run(self, command: Command) -> Completed:
        self.own.hand_over()
        engine, name = self.sandbox.engine, f"agent-ci-{secrets.token_hex(8)}"
        argv = (*engine.client, "run", *self._options(name, command), self.sandbox.image, *command.argv[1:])
        ended = False
        try:
            done = process.run(
                argv,
                cwd=self.root,
                environment=engine.environment,
                timeout=command.timeout,
                watch=Watchdog(self.sandbox.limits, self.own, lambda: _why_ended(self.own.scratch / name)),
            )
            ended = not (done.timed_out or done.ended_by)
        finally:
            if not ended:  # the client is gone, and the container is not its child
                engine.remove(name)
        done = replace(done, argv=command.argv, ended_by=done.ended_by or _why_killed(done))
        self.sandbox.observe(done)
        return _started(done)

    def _options(self, name: str, command: Command) -> Iterator[str]:
        limits = self.sandbox.limits
        user = self.own.user if self.own.user is not None else os.geteuid()
        yield from ("--rm", "--name", name, "--cidfile", str(self.own.scratch / name))
        yield from ("--label", f"{_LABEL}={ownership.signature()}", "--pull", "never")
        yield from ("--network", "none", "--hostname", "sandbox", "--read-only", "--cap-drop", "ALL")
        yield from ("--security-opt", "no-new-privileges", "--security-opt", "label=disable")
        if self.sandbox.engine.name == "podman" and (self.own.scratch / _FILTER).stat().st_size:
            yield from ("--security-opt", f"seccomp={self.own.scratch / _FILTER}")
        yield from ("--user", f"{user}:{user}", *(("--init",) if self.sandbox.engine.has_init else ()))
        yield from ("--tmpfs", f"/tmp:rw,exec,mode=1777,size={_MEMORY_FOLDER_BYTES}")  # noqa: S108 - the container's own
        yield from ("--shm-size", str(_MEMORY_FOLDER_BYTES))
        if limits.processes is not None:
            yield from ("--pids-limit", str(limits.processes))
        if limits.total_memory_bytes is not None:
            yield from ("--memory", str(limits.total_memory_bytes), "--memory-swap", str(limits.total_memory_bytes))
        for limit, most in rlimits.by_name(limits):
            yield from ("--ulimit", f"{limit}={most}:{most}")
        for place in self.own.writable:
            yield from ("--mount", f"type=bind,source={place},target={place}")
        for place in self.sandbox.readable:
            yield from ("--mount", f"type=bind,source={place},target={place},readonly")
        variables = {**self.sandbox.environment, **self.own.environment, **command.environment}
        for variable, value in variables.items():
            yield from ("--env", f"{variable}={value}")
        yield from ("--workdir", str(self.root), "--entrypoint", command.argv[0])


def _why_ended(id_file: Path) -> str:
    """Why the kernel ended a process of the container whose id is in *id_file*; the engine ends for its first alone."""
    id_ = id_file.read_text(encoding="ascii") if id_file.exists() else ""
    return cgroups.of_container(id_).why_ended if id_ else ""


def _why_killed(done: Completed) -> str:
    """What ended a command that the engine says was killed; it does not say by whom, and gives no second reason."""
    is_killed = done.exit_code == _KILLED and not done.timed_out
    return "it was killed, as the engine does where the memory of all processes is used up" if is_killed else ""


def _started(done: Completed) -> Completed:
    """*done*, unless the engine or the program did not start; their complaint is then all that was said."""
    said = done.output.strip()
    if done.exit_code == _ENGINE_FAILED and said.startswith(_OF_ENGINES):
        raise SandboxUnavailableError(f"the container cannot be started: {' '.join(said.split())[-300:]}")
    if done.exit_code and "\n" not in said and said.startswith((*_OF_ENGINES, *_OF_INITS)):
        raise InfrastructureError(f"`{' '.join(done.argv)}` cannot be started in the image: {said[-300:]}")
    return done
