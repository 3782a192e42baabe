"""Code that is tested connects to services of this machine and sends away from it."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import REACHED
from bench.attacks.stages.sandbox import Program, known

_SENT = "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', int(bait['udp'])))"

ATTACK = Attack(
    "AC-06",
    "sandbox",
    "connect by TCP, UDP, IPv6, DNS, raw, packet, vsock, netlink and other sockets",
    forbidden=(REACHED,),
    promised="denied",
    attempt=Program(
        {
            **known("AC-06"),
            "a name of the outside": "socket.getaddrinfo('example.org', 443)",
            "the address of cloud metadata": "socket.create_connection(('169.254.169.254', 80), 1)",
            "UDP to a receiver outside": f"{_SENT}; raise OSError('arrived nowhere, or the oracle saw it')",
        }
    ),
    twin=Program({"a pair of sockets": "a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'"}),
)
