"""What a run writes: the same bytes everywhere, nothing secret, and an outcome for each way to end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent_ci.core.outcome import Outcome
from agent_ci.errors import AgentCIError, UsageError
from tests.checkouts import NOBODY, Checkout
from tests.drafting.runs import TOKEN, change, drafted, written


def test_the_explanation_says_what_is_proven_and_nothing_of_tests(checkout: Checkout) -> None:
    drafted(checkout, release="v1.1.0")
    said = written(checkout, "explanation.md")
    assert said.startswith("# Release notes: fixed\n\nthe notes of v1.1.0 are proven for CHANGELOG.md\n")
    assert "accounts for 1 commits: 1 lines, 0 commits left out" in said
    assert "the old text byte for byte" in said
    assert "test" not in said


def test_the_summary_of_the_job_shows_the_notes(checkout: Checkout, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    document = drafted(checkout, {**NOBODY, "GITHUB_STEP_SUMMARY": str(summary)}, release="v1.1.0")
    assert summary.read_text().startswith(f"before\n{document['notes']}")
    gone = {**NOBODY, "GITHUB_STEP_SUMMARY": str(tmp_path / "gone/summary.md")}
    assert drafted(checkout, gone, release="v1.1.0")["outcome"] == "fixed"


def test_a_token_in_a_message_is_in_no_file(checkout: Checkout) -> None:
    change(checkout, f"Log in with {TOKEN} (#8)\n\n{TOKEN}", GIT_AUTHOR_NAME=f"Ada {TOKEN}")
    document = drafted(checkout, release="v1.1.0")
    texts = [path.read_text() for path in (checkout.root / ".agent-ci").iterdir()]
    assert "Log in with" in document["notes"]
    assert [text for text in (*texts, json.dumps(document)) if TOKEN in text] == []


@pytest.mark.parametrize("between", ["\u200b", "\ue000", "\ufe0f", "\x01"], ids=ascii)
def test_a_token_that_becomes_whole_where_it_is_shown_is_in_no_file(checkout: Checkout, between: str) -> None:
    hidden = TOKEN[:4] + between + TOKEN[4:]
    change(checkout, f"Log in with {hidden} (#8)\n\n{hidden}", GIT_AUTHOR_NAME=f"Ada {hidden}")
    document = drafted(checkout, release="v1.1.0")
    assert document["outcome"] == "fixed"
    texts = [path.read_text() for path in (checkout.root / ".agent-ci").iterdir()]
    assert "- Log in with \\*\\*\\*" in document["notes"]
    assert [text for text in (*texts, json.dumps(document)) if TOKEN[4:] in text] == []


def test_a_key_of_several_lines_that_only_begins_in_a_title_is_not_told(checkout: Checkout) -> None:
    change(checkout, "Add -----BEGIN RSA PRIVATE KEY----- MIIEsecret (#8)")
    document = drafted(checkout, release="v1.1.0")
    assert document["outcome"] == "fixed"
    assert "MIIEsecret" not in document["notes"] + written(checkout, "ledger.json")


def test_the_summary_of_the_job_does_not_show_notes_that_were_refused(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("tag", TOKEN, "v1.0.0")  # the name stands in a link, which cannot be masked
    summary = tmp_path / "summary.md"
    summary.touch()
    document = drafted(checkout, {**NOBODY, "GITHUB_STEP_SUMMARY": str(summary)}, release="v1.1.0", since=TOKEN)
    assert document["outcome"] == "policy_refused"
    assert "looks like a secret" in summary.read_text()
    assert TOKEN not in summary.read_text()


def test_the_key_of_a_model_and_the_right_to_write_are_not_together(checkout: Checkout) -> None:
    environment = {**NOBODY, "GITHUB_TOKEN": "t" * 20, "OPENAI_API_KEY": "k" * 20}
    with pytest.raises(UsageError, match="must not hold the key of a model"):
        drafted(checkout, environment, release="v1.1.0", deliver="commit")


def test_a_day_that_is_none_is_refused(checkout: Checkout) -> None:
    with pytest.raises(UsageError, match="write it as YYYY-MM-DD"):
        drafted(checkout, release="v1.1.0", date="4 March")


SEALED_OFF = """
import sys

def refuse(event, _arguments):
    if event.startswith("socket."):
        raise AssertionError(event)

sys.addaudithook(refuse)
sys.argv[0] = "agent-ci"
from agent_ci.cli import main
main()
"""


def test_the_same_repository_gives_the_same_bytes_everywhere_without_a_socket(checkout: Checkout) -> None:
    change(checkout, "Add sums (#9)", GIT_AUTHOR_NAME="Zoë", GIT_AUTHOR_EMAIL="z@e.example")
    seen = set()
    for number in range(10):
        around = {
            **NOBODY,
            "LC_ALL": ("C", "C.UTF-8", "tr_TR.UTF-8", "de_DE")[number % 4],
            "TZ": ("UTC", "Asia/Kolkata", "America/St_Johns")[number % 3],
            "PYTHONHASHSEED": str(number),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        command = [sys.executable, "-c", SEALED_OFF, "changelog", "--release", "v1.1.0", "--quiet"]
        done = subprocess.run(command, cwd=checkout.root, env=around, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        seen.add((done.stdout, written(checkout, "notes.md"), written(checkout, "ledger.json")))
    assert len(seen) == 1


def test_a_release_that_is_no_version_is_a_usage_error(checkout: Checkout) -> None:
    with pytest.raises(AgentCIError) as caught:
        drafted(checkout, release="no version")
    assert caught.value.outcome is Outcome.USAGE_ERROR
