"""Tries, inside a sandbox, what repository code must not be able to do, and prints what came of each.

It is a program of its own and uses the standard library only. The file ``bait`` beside it holds what to try, one
``name=value`` a line. It prints lines ``name=denied`` or ``name=ALLOWED``, and ``done=`` once it got through.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import socket
import time

TYPE_CHECKING = False  # the name that type checkers know; `typing` itself costs 10 ms
_CLONE_NEWUSER = 0x10000000
_IO_URING_SETUP = 425
_NO_SUCH_ROUTE = "192.0.2.1"  # a documentation address: connecting a UDP socket to it sends nothing
_SECONDS = 1.0


def main() -> None:
    """Try everything, the survivor last."""
    with open("bait", encoding="utf-8") as file:  # noqa: PTH123 - few imports: this runs once for every tier
        bait = dict(line.split("=", 1) for line in file.read().splitlines())
    for name, attempt in _ATTEMPTS.items():
        print(f"{name}={_outcome(attempt, bait)}")  # noqa: T201 - that is how it answers
    print("done=", flush=True)  # noqa: T201
    _leave_somebody_behind(bait["lock"])


def _outcome(attempt: Callable[[Mapping[str, str]], bool], bait: Mapping[str, str]) -> str:
    try:
        return "ALLOWED" if attempt(bait) else "denied"
    except OSError:
        return "denied"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _environment_secret(bait: Mapping[str, str]) -> bool:
    entries = (name + b"=" + value for name, value in os.environb.items())
    return any(_digest(entry) in bait["secrets"] for entry in entries)


def _environment_of_others(bait: Mapping[str, str]) -> bool:
    return any(_digest(content) in bait["environments"] for content in _readable_environments())


def _readable_environments() -> Iterator[bytes]:
    for pid in os.listdir("/proc"):  # noqa: PTH208 - few imports: this runs once for every tier
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123
                yield file.read()
        except OSError:
            continue


def _read_outside(bait: Mapping[str, str]) -> bool:
    with open(bait["folder"] + "/secret", "rb") as file:  # noqa: PTH123
        return bool(file.read())


def _list_home(bait: Mapping[str, str]) -> bool:
    return bool(bait["home"].strip("/")) and bool(os.listdir(bait["home"]))  # noqa: PTH208


def _write_outside(bait: Mapping[str, str]) -> bool:
    with open(bait["folder"] + "/written", "wb") as file:  # noqa: PTH123
        return bool(file.write(b"x"))


def _tcp(bait: Mapping[str, str]) -> bool:
    with socket.create_connection(("127.0.0.1", int(bait["tcp"])), timeout=_SECONDS) as connection:
        connection.sendall(bait["nonce"].encode())
    return False  # it may have been a listener of our own network; the other side knows


def _udp(bait: Mapping[str, str]) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(bait["nonce"].encode(), ("127.0.0.1", int(bait["udp"])))
    return False  # the same


def _route(_bait: Mapping[str, str]) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect((_NO_SUCH_ROUTE, 9))
    return True


def _connect_to_any(addresses: Iterable[str]) -> bool:
    for address in addresses:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_SECONDS)
                connection.connect(address)
        except OSError:
            continue
        return True
    return False


def _privileges(_bait: Mapping[str, str]) -> bool:
    with open("/proc/self/status", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
        return "NoNewPrivs:\t1" not in file.read()


def _is_starter(bait: Mapping[str, str]) -> bool:
    """Whether the process id that we were told means, in here, the process that told us."""
    with open(f"/proc/{bait['pid']}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
        return file.read().rpartition(")")[2].split()[19] == bait["start"]


def _signal(bait: Mapping[str, str]) -> bool:
    os.kill(int(bait["pid"]), 0)
    return _is_starter(bait)


def _memory_of_others(bait: Mapping[str, str]) -> bool:
    with open(f"/proc/{bait['pid']}/mem", "rb"):  # noqa: PTH123
        return _is_starter(bait)


def _user_namespace(_bait: Mapping[str, str]) -> bool:
    child = os.fork()
    if child == 0:
        os._exit(0 if ctypes.CDLL(None).unshare(_CLONE_NEWUSER) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0


def _io_uring(_bait: Mapping[str, str]) -> bool:
    """A call without memory to write to fails in every case; which error it is tells who refused."""
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall(_IO_URING_SETUP, 1, None)
    return ctypes.get_errno() == 14  # noqa: PLR2004 - EFAULT: the kernel would have done it


def _leave_somebody_behind(lock: str) -> None:
    """A process in a session of its own that holds *lock* as long as it lives."""
    descriptor = os.open(lock, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_ATTEMPTS: Mapping[str, Callable[[Mapping[str, str]], bool]] = {
    "env_secret": _environment_secret,
    "proc_environ": _environment_of_others,
    "proc_memory": _memory_of_others,
    "signal": _signal,
    "read_outside": _read_outside,
    "read_home": _list_home,
    "write_outside": _write_outside,
    "net_tcp": _tcp,
    "net_udp": _udp,
    "net_route": _route,
    "abstract_unix": lambda bait: _connect_to_any(["\0agent-ci-" + bait["nonce"]]),
    "docker_sock": lambda bait: _connect_to_any(bait["sockets"].split()),
    "privileges": _privileges,
    "user_namespace": _user_namespace,
    "io_uring": _io_uring,
}

if __name__ == "__main__":
    main()
