"""The filter of system calls, decided as the kernel would, for machines that we do not have as well."""

from __future__ import annotations

import errno
import struct

import pytest

from agent_ci.confine.seccomp import program
from agent_ci.errors import SandboxUnavailableError

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
I386 = 0x40000003
# asm/unistd.h of both machines
NUMBERS = {
    "x86_64": {"read": 0, "socket": 41, "clone": 56, "execve": 59, "ptrace": 101, "mount": 165, "unshare": 272,
               "bpf": 321, "keyctl": 250, "ioctl": 16, "kill": 62, "prctl": 157, "process_vm_readv": 310},
    "aarch64": {"read": 63, "socket": 198, "clone": 220, "execve": 221, "ptrace": 117, "mount": 40, "unshare": 97,
                "bpf": 280, "keyctl": 219, "ioctl": 29, "kill": 129, "prctl": 167, "process_vm_readv": 270},
}  # fmt: skip
UNIX, INET, INET6, NETLINK, PACKET, ALG, VSOCK = 1, 2, 10, 16, 17, 38, 40
STREAM, DATAGRAM, RAW, CLOEXEC = 1, 2, 3, 0x80000


def decide(code: bytes, architecture: int, number: int, *arguments: int) -> int:
    """What the kernel does with a call, by the few instructions of linux/bpf_common.h that the filter is made of."""
    data = struct.pack("=IIQ6Q", number, architecture, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    steps = list(struct.iter_unpack("=HBBI", code))
    at, held = 0, 0
    while True:
        operation, then, otherwise, value = steps[at]
        at += 1
        if operation == 0x20:
            (held,) = struct.unpack_from("=I", data, value)
        elif operation == 0x54:
            held &= value
        elif operation == 0x06:
            return int(value)
        else:
            holds = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[operation]
            at += then if holds else otherwise


@pytest.fixture(params=ARCHITECTURES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def verdict(machine: str, call: str, *arguments: int, inet: bool = True) -> str:
    number = NUMBERS[machine][call]
    decided = decide(program(machine, inet=inet), ARCHITECTURES[machine], number, *arguments)
    return "allowed" if decided == ALLOW else errno.errorcode[decided & 0xFFFF]


@pytest.mark.parametrize("call", ["read", "execve", "kill", "prctl"])
def test_ordinary_calls_are_allowed(machine: str, call: str) -> None:
    assert verdict(machine, call) == "allowed"


@pytest.mark.parametrize("call", ["ptrace", "mount", "unshare", "bpf", "keyctl", "process_vm_readv"])
def test_calls_that_reach_outside_are_refused(machine: str, call: str) -> None:
    assert verdict(machine, call) == "EPERM"


@pytest.mark.parametrize("number", [425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 440, 442, 467])
def test_new_calls_have_one_number_everywhere(machine: str, number: int) -> None:
    assert decide(program(machine, inet=True), ARCHITECTURES[machine], number) == ERRNO | errno.EPERM


@pytest.mark.parametrize(
    ("family", "kind", "with_inet", "without"),
    [
        pytest.param(UNIX, STREAM, "allowed", "allowed", id="unix"),
        pytest.param(INET, STREAM | CLOEXEC, "allowed", "EAFNOSUPPORT", id="TCP"),
        pytest.param(INET6, DATAGRAM, "allowed", "EAFNOSUPPORT", id="UDP over IPv6"),
        pytest.param(INET, RAW | CLOEXEC, "EPERM", "EAFNOSUPPORT", id="raw"),
        pytest.param(INET6, RAW, "EPERM", "EAFNOSUPPORT", id="raw over IPv6"),
        pytest.param(NETLINK, RAW, "EAFNOSUPPORT", "EAFNOSUPPORT", id="netlink"),
        pytest.param(PACKET, RAW, "EAFNOSUPPORT", "EAFNOSUPPORT", id="packet"),
        pytest.param(ALG, STREAM, "EAFNOSUPPORT", "EAFNOSUPPORT", id="alg"),
        pytest.param(VSOCK, STREAM, "EAFNOSUPPORT", "EAFNOSUPPORT", id="vsock"),
    ],
)
def test_sockets_are_told_apart_by_family_and_kind(
    machine: str, family: int, kind: int, with_inet: str, without: str
) -> None:
    found = tuple(verdict(machine, "socket", family, kind, inet=inet) for inet in (True, False))
    assert found == (with_inet, without)


@pytest.mark.parametrize("flag", [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
def test_a_clone_into_a_namespace_is_refused_and_a_fork_is_not(machine: str, flag: int) -> None:
    assert (verdict(machine, "clone", flag | 17), verdict(machine, "clone", 17)) == ("EPERM", "allowed")


def test_clone3_does_not_exist_so_that_libraries_use_clone(machine: str) -> None:
    assert decide(program(machine, inet=True), ARCHITECTURES[machine], 435) == ERRNO | errno.ENOSYS


def test_typing_into_a_terminal_is_refused_and_asking_for_its_size_is_not(machine: str) -> None:
    found = [verdict(machine, "ioctl", 0, request) for request in (0x5412, 0x541C, 0x5413, 0x1_0000_5412)]
    assert found == ["EPERM", "EPERM", "allowed", "EPERM"]  # the kernel looks at the lower half only


def test_calls_of_another_machine_kill(machine: str) -> None:
    assert decide(program(machine, inet=True), I386, 0) == KILL


def test_x32_calls_kill_where_they_exist() -> None:
    assert decide(program("x86_64", inet=True), ARCHITECTURES["x86_64"], 0x40000000 | 59) == KILL


def test_other_names_of_a_machine_are_known_and_other_machines_are_said() -> None:
    assert program("arm64", inet=False) == program("aarch64", inet=False)
    with pytest.raises(SandboxUnavailableError, match="riscv64"):
        program("riscv64", inet=False)
