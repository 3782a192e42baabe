"""The GitHub on loopback takes git's own pushes and clones, and refuses what the real one does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.checkouts import Checkout
from tests.forges.github.lab import Lab
from tests.servers.github import TOKEN
from tests.servers.github_state import Account


def pushed(lab: Lab, folder: Path, files: dict[str, bytes | str], *, password: str = TOKEN, to: str = "change") -> str:
    """What git says of a push of *files* on top of the change; empty for success."""
    url = lab.server.git_url.replace("http://", f"http://x-access-token:{password}@")
    Checkout(lab.repository.root).git("clone", "--quiet", "--branch=change", url.replace(password, TOKEN), str(folder))
    checkout = Checkout(folder)
    checkout.commit(files)
    command = ["git", "push", "--quiet", url, f"HEAD:{to}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=30)
    return done.stderr if done.returncode else ""


def test_a_push_moves_the_branch_that_the_api_sees(lab: Lab, tmp_path: Path) -> None:
    assert pushed(lab, tmp_path / "w", {"shop.py": "x\n"}) == ""
    assert lab.project().head("change") == Checkout(tmp_path / "w").git("rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("files", "reason"), [({"x": "x"}, "GH006"), ({".github/workflows/ci.yml": "on: x\n"}, "workflow")]
)
def test_protected_branches_and_workflows_are_not_pushed_to(
    lab: Lab, tmp_path: Path, files: dict[str, bytes | str], reason: str
) -> None:
    if reason == "GH006":
        lab.server.protect("change")
    assert reason in pushed(lab, tmp_path / "w", files)
    assert lab.tip()["sha"] == lab.head
    assert pushed(lab, tmp_path / "v", {"x": "x"}, to="agent-ci/fix-1") == ""


@pytest.mark.parametrize(("password", "reason"), [("ghs_readonly", "403"), ("ghs_nobody", "Authentication failed")])
def test_a_token_without_the_right_pushes_nothing(lab: Lab, tmp_path: Path, password: str, reason: str) -> None:
    lab.server.tokens["ghs_readonly"] = Account(rights=frozenset())
    assert reason in pushed(lab, tmp_path / "w", {"x": "x"}, password=password)
    assert lab.tip()["sha"] == lab.head
