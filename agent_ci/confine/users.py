"""Picks users that nobody else is, for root to run repository code as."""

from __future__ import annotations

import contextlib
import pwd
import secrets
from pathlib import Path

# systemd gives these out to services for as long as they run, and no distribution gives them to a person.
# Source: https://systemd.io/UIDS-GIDS/
_USERS = range(61184, 65520)


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
