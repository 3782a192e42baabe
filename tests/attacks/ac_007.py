"""Code that is tested connects to sockets of other processes: abstract ones, the container engine's, an agent's."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import REACHED
from bench.attacks.stages.sandbox import Program, known

_NAMES = ("/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock", "/run/dbus/system_bus_socket")

ATTACK = Attack(
    "AC-07",
    "sandbox",
    "connect to abstract sockets, the container engine, ssh-agent and D-Bus",
    forbidden=(REACHED,),
    promised="denied",
    attempt=Program(
        {
            **known("AC-07"),
            **{name: f"socket.socket(socket.AF_UNIX).connect({name!r})" for name in _NAMES},
            "a service's socket": "socket.socket(socket.AF_UNIX).connect(bait['service'])",
            "ssh-agent": "socket.socket(socket.AF_UNIX).connect(os.environ['SSH_AUTH_SOCK'])",
        },
        unless={
            **dict.fromkeys(_NAMES, "sockets of other processes that any user may connect to"),
            "a service's socket": "sockets of other processes",
            "AC-07 an abstract socket outside": "abstract sockets of other processes",
        },
    ),
    twin=Program({"its own": "s = socket.socket(socket.AF_UNIX); s.bind('s'); s.listen()"}),
)
