"""Whatever a candidate does, the process that tries it goes on."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_ci.sandbox_kit import children
from agent_ci.sandbox_kit.children import Message

Send = Callable[[Message], None]


def hang(_send: Send) -> None:
    while True:
        pass


def hang_deaf(_send: Send) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU):
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(1)


def leave_a_grandchild(_send: Send) -> None:
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)


def flood(_send: Send) -> None:
    while True:
        os.write(1, b"x" * 65536)


def raise_an_error(_send: Send) -> None:
    raise RecursionError("deep")


def exit_at_once(_send: Send) -> None:
    os._exit(0)


def write_nonsense(_send: Send) -> None:
    for descriptor in range(64, 2, -1):  # the newest pipe is the parent's
        with contextlib.suppress(OSError):
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                os.write(descriptor, b'\xff{"outcome": \n[1]\n')
                os._exit(0)
    os._exit(0)


def no_child_is_alive() -> bool:
    """Whether every child of this process ends in time; orphans may be ours too, and are reaped here."""
    for _ in range(100):
        try:
            ended, _status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if not ended:
            time.sleep(0.02)
    return False


MISCHIEF = (hang, hang_deaf, leave_a_grandchild, flood, raise_an_error, exit_at_once, write_nonsense)


@pytest.mark.parametrize("work", MISCHIEF, ids=lambda work: work.__name__)
def test_mischief_ends_with_its_time_and_says_nothing(work: Callable[[Send], None]) -> None:
    started = time.monotonic()
    heard = children.run(work, seconds=0.4)
    assert not heard.ended
    assert heard.messages == []
    assert time.monotonic() - started < 5
    assert no_child_is_alive()


def test_no_grandchild_is_left() -> None:
    def work(send: Send) -> None:
        grandchild = os.fork()
        if grandchild:
            send({"id": grandchild})
        time.sleep(60)

    heard = children.run(work, seconds=0.4)
    assert len(heard.messages) == 1
    for _ in range(100):
        if _is_gone(int(heard.messages[0]["id"])):
            return
        time.sleep(0.02)
    pytest.fail("the grandchild lives on")


def _is_gone(process: int) -> bool:
    """Whether a process has ended, be it that nobody has waited for it."""
    try:
        return b") Z " in Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return True


def test_nothing_that_a_candidate_prints_is_seen(capfd: pytest.CaptureFixture[str]) -> None:
    def work(_send: Send) -> None:
        os.write(1, b"noise")

    children.run(work, seconds=5)
    assert capfd.readouterr().out == ""


def test_an_endless_loop_is_known_by_its_processor_time() -> None:
    started = time.monotonic()
    assert not children.run(hang, seconds=12, cpu_seconds=0.2).ended
    assert time.monotonic() - started < 11


def test_what_was_said_before_the_end_is_kept() -> None:
    def work(send: Send) -> None:
        send({"id": "a"})
        hang(send)

    assert children.run(work, seconds=0.4).messages == [{"id": "a"}]


def test_a_child_that_ends_well_has_ended() -> None:
    heard = children.run(lambda send: send({"id": "é"}), seconds=5)
    assert heard == children.Heard([{"id": "é"}], ended=True)


def test_each_piece_has_the_limits_for_itself() -> None:
    def work(send: Send) -> None:
        for number in range(3):
            until = time.process_time() + 0.2
            while time.process_time() < until:
                pass
            send({"id": number})
        hang(send)

    started = time.monotonic()
    heard = children.run(work, seconds=10, cpu_seconds=0.3, pieces=4)
    assert [one["id"] for one in heard.messages] == [0, 1, 2]
    assert not heard.ended
    assert time.monotonic() - started < 9


def test_a_piece_that_says_nothing_ends_all() -> None:
    def work(send: Send) -> None:
        send({"id": 0})
        time.sleep(60)

    started = time.monotonic()
    assert children.run(work, seconds=0.4, pieces=50).messages == [{"id": 0}]
    assert time.monotonic() - started < 5


def test_talking_does_not_lengthen_the_time_for_all_pieces() -> None:
    def work(send: Send) -> None:
        for _ in range(160):
            send({})
            time.sleep(0.05)

    started = time.monotonic()
    assert not children.run(work, seconds=0.2, pieces=3).ended
    assert time.monotonic() - started < 5
