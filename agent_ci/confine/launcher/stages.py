"""Gives up rights one after the other and becomes a command, while a supervisor outside sees to its end."""

from __future__ import annotations

import marshal
import os
import resource
import time

from agent_ci.confine import landlock
from agent_ci.confine.launcher import kernel, namespaces

TYPE_CHECKING = False  # the name that type checkers know; `typing` itself costs 10 ms
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable

    from agent_ci.confine.launcher.spec import Spec
else:
    import _signal as signal  # what `signal` wraps in enumerations, which cost 6 ms of every run

NOT_STARTED = 125
"""The exit code where the command could not be started; the file of the spec then says why."""

_LEAST_USER = 1000  # below are the users that the system itself runs as
_SWEEPS, _SWEEP_SECONDS = 2000, 0.002
_INHERITED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGINT)  # Python changes how these are handled


def main(descriptor: int) -> int:
    """Run what the file behind *descriptor* says, a spec, and end as the command ended.

    Afterwards the file holds why the command could not be started, or nothing.
    """
    spec: Spec = marshal.loads(os.pread(descriptor, os.fstat(descriptor).st_size, 0))  # noqa: S302 - our own parent's
    os.ftruncate(descriptor, 0)
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - positional only
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    try:
        run = _in_namespaces if spec["namespaces"] else _beside
        status = run(spec, descriptor)
    except OSError as error:
        _explain(descriptor, error)
        return NOT_STARTED
    return _ended_like(status)


def _in_namespaces(spec: Spec, descriptor: int) -> int:
    """Run the command below a first process of its own, whose death the kernel makes everybody's death."""
    _die_with(spec["parent"], signal.SIGKILL)
    _join(spec["groups"])
    namespaces.leave(spec["namespaces"])
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:
        _guarded(lambda: _first_process(spec, descriptor, writer), descriptor)
    os.close(writer)
    told = os.read(reader, 8)
    _, status = os.waitpid(first, 0)
    return int.from_bytes(told, "little") if told else status


def _first_process(spec: Spec, descriptor: int, writer: int) -> None:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    namespaces.furnish(spec)
    status = _reaped(_started(spec, descriptor))
    os.write(writer, status.to_bytes(8, "little"))


def _beside(spec: Spec, descriptor: int) -> int:
    """Run the command without namespaces; afterwards, or when we are told to end, everything it started is killed."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        _die_with(spec["parent"], signal.SIGTERM)
        child = _started(spec, descriptor, groups=spec["groups"])
        return _reaped(child)
    except _StopError:
        return signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _sweep(spec["user"])


class _StopError(Exception):
    """Our parent is gone, or wants the run to end."""


def _stop(_number: int, _frame: object) -> None:
    raise _StopError


def _started(spec: Spec, descriptor: int, groups: list[str] | None = None) -> int:
    """Start the command in a child, and give the child's id."""
    supervisor = os.getpid()
    child = os.fork()
    if child == 0:
        _guarded(lambda: _become(spec, supervisor, groups or []), descriptor)
    return child


def _guarded(act: Callable[[], None], descriptor: int) -> None:
    """Do *act* in a child, and never return into the code of its parent."""
    code = 0
    try:
        act()
    except OSError as error:
        _explain(descriptor, error)
        code = NOT_STARTED
    except BaseException:  # noqa: BLE001 - a child that ran on as a second supervisor would be worse
        code = NOT_STARTED
    finally:
        os._exit(code)


def _become(spec: Spec, supervisor: int, groups: list[str]) -> None:
    """Give up every right that the command shall not have, in the one order that works, and become it."""
    os.setsid()
    for number in _INHERITED:
        signal.signal(number, signal.SIG_DFL)
    _join(groups)
    os.chdir(spec["folder"])
    rules = landlock.ruleset(readable=spec["readable"], writable=spec["writable"], devices=spec["devices"])
    for limit, soft, hard in spec["limits"]:
        resource.setrlimit(limit, (soft, hard))
    _change_user(spec["user"], spec["capabilities"])
    _die_with(supervisor, signal.SIGKILL)  # a change of user makes the kernel forget an earlier wish
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    landlock.restrict(rules)
    kernel.filter_calls(spec["filter"])
    if spec["argv"]:  # without a command, only whether all of this works was asked
        os.execvpe(spec["argv"][0], spec["argv"], spec["environment"])  # noqa: S606 - no shell is wanted


def _change_user(user: int | None, capabilities: int) -> None:
    kernel.bound(capabilities)
    if user is not None:
        kernel.prctl(kernel.PR_SET_KEEPCAPS, 1)
        if capabilities:  # without this, access(2) forgets them, and compilers do not find what they can read
            kernel.prctl(kernel.PR_SET_SECUREBITS, kernel.SECBIT_NO_SETUID_FIXUP)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    kernel.keep_only(capabilities)


def _die_with(parent: int, number: int) -> None:
    """Have the kernel send us signal *number* when *parent* ends, also if it did so before we could ask."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def _join(groups: list[str]) -> None:
    for group in groups:
        descriptor = os.open(group, os.O_WRONLY | os.O_CLOEXEC)
        os.write(descriptor, b"0")
        os.close(descriptor)


def _reaped(child: int) -> int:
    """The status that *child* ended with; orphans that were handed to us are reaped on the way."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            return status


def _sweep(user: int | None) -> None:
    """Kill what the command left: all processes of its own user, or else those that the kernel handed to us.

    Whoever loses its parent becomes our child, so nobody is left once we have none.
    """
    for _ in range(_SWEEPS):
        if not _has_children():
            return
        if user is None:
            _kill_children()
        else:
            kill_all_of(user)
        time.sleep(_SWEEP_SECONDS)


def kill_all_of(user: int) -> None:
    """Kill every process of *user*, from a child that is that user and nobody else.

    The kernel asks for the real and for the effective user of who sends a signal: with either of them still our
    own, a signal to all would reach everybody. One call reaches even those who fork; if they end the child first,
    the next one is sent.
    """
    child = os.fork()
    if child == 0:
        try:
            os.setresuid(user, user, user)
            if os.getresuid() == (user, user, user) and user >= _LEAST_USER:
                os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)


def _has_children() -> bool:
    """Whether we have children; those that ended are reaped on the way."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _kill_children() -> None:
    own = os.getpid()
    with open(f"/proc/{own}/task/{own}/children", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs 10 ms
        children = [int(word) for word in file.read().split()]
    for child in children:
        os.kill(child, signal.SIGKILL)


def _explain(descriptor: int, error: OSError) -> None:
    name = f" ({error.filename})" if error.filename else ""
    os.pwrite(descriptor, f"{error.strerror}{name}".encode("utf-8", "surrogateescape"), 0)


def _ended_like(status: int) -> int:
    """Our exit code, or, where a signal ended the command, the same end."""
    if not os.WIFSIGNALED(status):
        return os.waitstatus_to_exitcode(status)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    number = os.WTERMSIG(status)
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number
