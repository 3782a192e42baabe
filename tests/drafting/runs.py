"""A repository with a release and a change since, and runs that tell of it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent_ci.drafting import Drafting
from tests.checkouts import NOBODY, Checkout

CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n- By hand.\n\n## [1.0.0] - 2026-01-02\n\n- All of it.\n"
ORIGIN = "https://forge.example/shop/till.git"
TOKEN = "ghp_" + "a1B2c3D4e5" * 4
DAY = {"GIT_COMMITTER_DATE": "2026-03-04T12:00:00+0000", "GIT_AUTHOR_DATE": "2026-03-04T12:00:00+0000"}


def change(checkout: Checkout, message: str, **author: str) -> str:
    checkout.write({"till/price.py": f"{message!r}\n"})
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--allow-empty-message", "--message", message, stdin=b"", **{**DAY, **author})
    return checkout.git("rev-parse", "HEAD")


@dataclass(frozen=True)
class Asked:
    """What a user says beside the options of every job."""

    since: str = ""
    release: str = ""
    date: str = ""
    file: str = ""
    deliver: str = "patch"


def drafted(checkout: Checkout, environment: Mapping[str, str] = NOBODY, **options: str) -> dict[str, Any]:
    asked = Asked(**options)
    given = {"repository": str(checkout.root), "deliver": asked.deliver}
    drafting = Drafting(environment, given, io.StringIO(), asked.since, asked.release, date=asked.date, file=asked.file)
    return drafting.run()


def written(checkout: Checkout, name: str) -> str:
    return (checkout.root / ".agent-ci" / name).read_bytes().decode()


def in_head(checkout: Checkout, path: str = "CHANGELOG.md") -> str:
    return checkout.raw("show", f"HEAD:{path}").decode()
