"""The workflow of `init --changelog` under a real runner: a tag gets a draft of its release and a pull request.

Left out is the step that keeps the files, whose action the runner would have to fetch.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from agent_ci.core.pins import pinned
from agent_ci.core.scaffold import CHANGELOG_WORKFLOW, Layout, files
from tests.checkouts import Checkout
from tests.pipelines.tools import put_action, run, tool
from tests.servers.github import TOKEN, ForgeServer

HIDDEN = ".agent-ci-action"
CHANGELOG = "# Changelog\n\n## 1.0.0\n\n### Bug fixes\n\n- All.\n"


def workflow() -> str:
    text = files(Layout("github", "main", "", action=f"./{HIDDEN}", has_changelog=True), "")[CHANGELOG_WORKFLOW]
    kept, number = re.subn(
        rf" +- if: always\(\)\n +uses: {pinned('actions/upload-artifact')}\n.*", "", text, flags=re.DOTALL
    )
    assert number == 1
    return kept


def test_a_tag_gets_a_draft_of_its_release_and_a_request_for_the_changelog(tmp_path: Path) -> None:
    act, home = tool("act"), tmp_path / "home"
    home.mkdir()
    checkout = Checkout.at(tmp_path / "work")
    checkout.commit({"CHANGELOG.md": CHANGELOG, CHANGELOG_WORKFLOW: workflow(), ".gitignore": ".agent-ci/\n"}, "Begin")
    checkout.git("tag", "v1.0.0")
    head = checkout.commit({"src/sum.py": "a = 1\n"}, "Fix the sum")
    checkout.git("tag", "v1.1.0")
    checkout.git("clone", "-q", "--bare", str(checkout.root), str(tmp_path / "origin.git"))
    checkout.git("remote", "add", "origin", "https://github.com/owner/name")
    put_action(checkout.root / HIDDEN)
    event = {"ref": "refs/tags/v1.1.0", "after": head, "repository": {"default_branch": "main"}}
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")
    with ForgeServer(tmp_path / "origin.git", name="owner/name") as server:
        given = [word for name, value in server.variables.items() for word in ("--env", f"{name}={value}")]
        options = ("-P", "ubuntu-latest=-self-hosted", "--no-cache-server", "--pull=false")
        done = run(
            act, "push", "--eventpath", str(tmp_path / "event.json"), *options, "--secret", f"GITHUB_TOKEN={TOKEN}",
            *given, cwd=checkout.root, seconds=300, HOME=str(home),
        )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    [release] = server.state.releases.values()
    assert (release["tag_name"], release["draft"]) == ("v1.1.0", True)
    assert str(release["body"]).startswith("### Bug fixes\n\n- Fix the sum ("), release["body"]
    [request] = server.state.pulls.values()
    assert (request["base"]["ref"], request["title"]) == ("main", "docs: add the notes of v1.1.0")
    assert TOKEN not in said
