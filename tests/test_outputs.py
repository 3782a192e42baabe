"""What the steps that follow are told, and that no file of theirs can end a run in another way."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent_ci.core.outward.writer import Outward
from agent_ci.outputs import NAMES, OF_CHAT, VARIABLE, outputs, write
from bench.repositories import PYTEST
from tests.checkouts import NOBODY, Checkout
from tests.red import GOOD, RedRepository

ROOT = Path(__file__).parents[1]
CANARY = "canary-77d1f0a9c2"
DOCUMENT: dict[str, Any] = {
    "outcome": "delivered",
    "patch_file": {"name": "fix.patch", "sha256": "0" * 64},
    "delivery": {"rung": "pull-request", "sentence": "", "reference": "https://example.org/o/r/pull/7"},
    "cost": {"usd": 0.25},
}


def read(path: Path) -> dict[str, str]:
    """The outputs in *path*, as a runner reads them: a name, a delimiter, and the lines before its next occurrence."""
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    found = {}
    for line in lines:
        name, _, delimiter = line.partition("<<")
        found[name] = "\n".join(iter(lines.__next__, delimiter))
    return found


def agent_ci(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **variables}
    argv = [sys.executable, "-m", "agent_ci", *arguments]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_the_outputs_are_those_that_the_action_declares() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert tuple(action["outputs"]) == NAMES + OF_CHAT
    assert tuple(outputs(DOCUMENT, Path("/w/.agent-ci"), Path("/w"))) == NAMES


def test_files_are_named_from_the_workspace_so_that_the_names_hold_outside_of_a_container() -> None:
    told = outputs(DOCUMENT, Path("/w/r/.agent-ci"), Path("/w"))
    elsewhere = outputs(DOCUMENT, Path("/elsewhere"), Path("/w"))
    assert (told["patch"], told["evidence"]) == ("r/.agent-ci/fix.patch", "r/.agent-ci/evidence.json")
    assert (elsewhere["patch"], elsewhere["evidence"]) == ("/elsewhere/fix.patch", "/elsewhere/evidence.json")


@pytest.mark.parametrize(
    ("changed", "name", "value"),
    [
        ({}, "pull-request", "https://example.org/o/r/pull/7"),
        ({}, "cost", "0.2500"),
        ({"cost": {"usd": None}}, "cost", ""),
        ({"patch_file": {"name": "partial.patch"}}, "patch", ""),
        ({"patch_file": None}, "patch", ""),
        ({"delivery": {"rung": "pull-request", "sentence": "", "reference": "javascript:x"}}, "pull-request", ""),
        ({"delivery": {"rung": "commit", "sentence": "", "reference": "https://example.org/c"}}, "pull-request", ""),
        ({"delivery": {}}, "pull-request", ""),
    ],
    ids=["address", "cost", "unknown cost", "partial", "no patch", "no web address", "other rung", "not delivered"],
)
def test_what_is_not_there_is_empty(changed: dict[str, Any], name: str, value: str) -> None:
    assert outputs({**DOCUMENT, **changed}, Path("/w/.agent-ci"), Path("/w"))[name] == value


def test_no_value_can_end_itself_and_begin_another_output(tmp_path: Path) -> None:
    path = tmp_path / "output"
    path.write_text("of=another step\n", encoding="utf-8")
    hostile = "x\nEOF\noutcome=fixed\n::set-output name=outcome::fixed"
    assert write({"outcome": "no_fix", "patch": hostile}, {VARIABLE: str(path)}, Outward()) == ""
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    (tmp_path / "rest").write_text(rest, encoding="utf-8")
    told = read(tmp_path / "rest")
    assert first == "of=another step"
    assert told["outcome"] == "no_fix"
    assert set(told) == {"outcome", "patch"}
    assert "\n::set-output" not in rest
    delimiters = re.findall(r"<<(\S+)$", rest, re.MULTILINE)
    assert len(set(delimiters)) == 2, "a delimiter that comes twice could be known when the second value is made"


def test_a_secret_is_no_output(tmp_path: Path) -> None:
    path = tmp_path / "output"
    path.touch()
    write({"patch": f"/{CANARY}/fix.patch"}, {VARIABLE: str(path)}, Outward.of({"A_TOKEN": CANARY}))
    assert CANARY not in path.read_text(encoding="utf-8")


def test_without_a_file_nothing_is_written_and_nothing_said() -> None:
    assert write({"outcome": "fixed"}, {}, Outward()) == ""


@pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "folder", "nothing"])
def test_a_file_that_is_not_one_of_its_own_is_left_alone(kind: str, tmp_path: Path) -> None:
    victim, path = tmp_path / "victim", tmp_path / "output"
    victim.write_text("mine", encoding="utf-8")
    makers: dict[str, Callable[[], object]] = {
        "link": lambda: path.symlink_to(victim),
        "hard link": lambda: path.hardlink_to(victim),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
        "nothing": lambda: None,
    }
    makers[kind]()
    said = write({"outcome": "fixed"}, {VARIABLE: str(path)}, Outward())
    assert said.startswith(f"the outputs of this step could not be written to {path}")
    assert victim.read_text(encoding="utf-8") == "mine"


def test_a_pipe_that_somebody_reads_is_told_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "output")
    reader = os.open(tmp_path / "output", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert "is a FIFO" in write({"outcome": "fixed"}, {VARIABLE: str(tmp_path / "output")}, Outward())
        assert os.read(reader, 100) == b""
    finally:
        os.close(reader)


def test_a_run_writes_its_outputs_and_the_digest_is_that_of_the_evidence(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path)
    (tmp_path / "cassette.jsonl").write_text(json.dumps({"text": GOOD}), encoding="utf-8")
    (tmp_path / "output").touch()
    replay = ("--proposer", "replay", "--cassette", str(tmp_path / "cassette.jsonl"), "--repeat", "2", "--run", PYTEST)
    around = {"GITHUB_OUTPUT": str(tmp_path / "output"), "AGENT_CI_API_KEY": CANARY}
    done = agent_ci("fix", "--repository", str(red.path), *replay, **around)
    told = read(tmp_path / "output")
    evidence = red.path / told["evidence"]
    assert (done.returncode, told["outcome"], told["patch"]) == (0, "fixed", ".agent-ci/fix.patch")
    assert told["evidence-sha256"] == hashlib.sha256(evidence.read_bytes()).hexdigest()


def test_the_digest_of_a_draft_is_that_of_its_evidence_as_well(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path / "work")
    checkout.commit({"CHANGELOG.md": "# Changelog\n"}, "Begin")
    (tmp_path / "output").touch()
    named = ("--repository", str(checkout.root), "--release", "v1.0.0", "--out", str(tmp_path / "out"))
    done = agent_ci("changelog", *named, **NOBODY, GITHUB_OUTPUT=str(tmp_path / "output"))
    told = read(tmp_path / "output")
    assert (done.returncode, told["outcome"]) == (0, "fixed"), done.stderr
    assert told["evidence-sha256"] == hashlib.sha256((tmp_path / "out/evidence.json").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("arguments", "outcome", "code"),
    [(("fix", "--no-such-option"), "usage_error", 2), (("fix", "--repository", "/proc"), "usage_error", 2)],
    ids=["option", "folder"],
)
def test_a_run_without_evidence_tells_its_outcome(
    arguments: tuple[str, ...], outcome: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / "output").touch()
    done = agent_ci(*arguments, GITHUB_OUTPUT=str(tmp_path / "output"))
    assert (done.returncode, read(tmp_path / "output")) == (code, {"outcome": outcome})


def test_outputs_that_cannot_be_written_do_not_change_how_a_run_ends(tmp_path: Path) -> None:
    done = agent_ci("fix", "--no-such-option", GITHUB_OUTPUT=str(tmp_path))
    assert done.returncode == 2
    assert "the outputs of this step could not be written" in done.stderr
    assert "Traceback" not in done.stderr
