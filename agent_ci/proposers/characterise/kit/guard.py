"""Denies code under test what goes beyond computing: a denied act ends the call, and is remembered where it is caught.

The hook sees what Python itself does and says (audit events); what native code does beside it is left to the sandbox.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from typing import Any

_DENIED = frozenset({
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "os.chflags", "os.lchmod", "os.utime", "os.setxattr", "os.removexattr", "os.mkfifo", "os.mknod", "os.chroot",
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.fork", "os.forkpty", "os.kill",
    "os.killpg", "os.putenv", "os.unsetenv", "os.chdir", "os.fchdir", "os.lockf", "pty.spawn", "subprocess.Popen",
    "shutil.rmtree", "shutil.move", "shutil.copyfile", "shutil.copytree", "shutil.make_archive", "tempfile.mkstemp",
    "tempfile.mkdtemp", "ctypes.dlopen", "ctypes.dlsym", "ctypes.call_function", "_thread.start_new_thread",
    "_thread.start_joinable_thread", "sqlite3.connect", "signal.pthread_kill", "resource.setrlimit", "resource.prlimit",
    "fcntl.fcntl", "fcntl.ioctl", "fcntl.flock", "fcntl.lockf", "mmap.__new__", "builtins.input", "sys.addaudithook",
    "cpython.run_interactivehook", "syslog.syslog", "webbrowser.open", "setopencodehook", "gc.get_objects",
})  # fmt: skip
_DENIED_KINDS = (
    "socket.",
    "urllib.",
    "ftplib.",
    "smtplib.",
    "poplib.",
    "imaplib.",
    "nntplib.",
    "telnetlib.",
    "winreg.",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# What ends the process, leaves its limits or goes on beside it, and no event tells of in every Python.
_SILENT = (
    ("os", "_exit"), ("os", "abort"), ("signal", "alarm"), ("signal", "setitimer"), ("signal", "signal"),
    ("signal", "raise_signal"), ("_thread", "start_new_thread"), ("threading", "_start_new_thread"),
    ("threading", "_start_joinable_thread"), ("faulthandler", "dump_traceback_later"),
)  # fmt: skip


class DeniedError(BaseException):
    """The code did what it may not do; no handler of its own for exceptions catches it."""


class Guard:
    """One hook for the life of the process, which counts only while it is ``armed``."""

    def __init__(self) -> None:
        self.is_armed = False
        self.denied = ""
        modules = ((importlib.import_module(module), name) for module, name in _SILENT)
        self._silent = [(module, name, getattr(module, name)) for module, name in modules if hasattr(module, name)]
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.is_armed and _is_denied(event, arguments):
            self.denied = self.denied or event
            raise DeniedError(event)

    @contextlib.contextmanager
    def armed(self) -> Iterator[None]:
        """Deny, while this is open; ``denied`` is the first event that was, empty where none was."""
        self.denied = ""
        self.is_armed = True
        for module, name, _ in self._silent:
            setattr(module, name, self._deny)
        try:
            yield
        finally:
            for module, name, own in self._silent:
                setattr(module, name, own)
            self.is_armed = False

    def _deny(self, *_arguments: object, **_named: object) -> None:
        self.denied = self.denied or "a function that leaves the limits"
        raise DeniedError


def _is_denied(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        return _is_written(arguments)
    return event in _DENIED or event.startswith(_DENIED_KINDS)


def _is_written(arguments: tuple[Any, ...]) -> bool:
    """Whether the event ``open(path, mode, flags)`` is about more than reading."""
    path, mode, flags = (*arguments, None, None, None)[:3]
    if path == os.devnull:
        return False
    by_mode = isinstance(mode, str) and bool(set(mode) & set("wax+"))
    return by_mode or (isinstance(flags, int) and bool(flags & _WRITING))
