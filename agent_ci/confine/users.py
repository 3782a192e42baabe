"""Knows which user we are and what we may, and picks users that nobody else is, for root to run repository code as."""

from __future__ import annotations

import contextlib
import pwd
import secrets
from pathlib import Path

# systemd gives these out to services for as long as they run, and no distribution gives them to a person.
# Source: https://systemd.io/UIDS-GIDS/
_USERS = range(61184, 65520)


def may(capability: int) -> bool:
    """Whether we have the *capability* with this number, of linux/capability.h."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> capability & 1)
    return False


def unused() -> int:
    """A user id that has no name and no process here."""
    taken = {account.pw_uid for account in pwd.getpwall()} | set(_of_processes())
    return secrets.choice([user for user in _USERS if user not in taken])


def _of_processes() -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found.append(folder.stat().st_uid)
    return found
