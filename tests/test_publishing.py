"""Publishing: what was proven elsewhere is delivered, and nothing else is, by real files, git and processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent_ci.core.environment import model_keys
from agent_ci.core.sealing import broken_seal
from bench.repositories import git
from tests.handed import Handed, forged, part, publish, resealed, sha256, tampered
from tests.red import GOOD, WRONG, RedRepository


def test_a_proof_becomes_a_commit_in_another_process_that_runs_nothing(tmp_path: Path, handed: Handed) -> None:
    red, folder = handed(tmp_path)
    tripwire = tmp_path / "run"
    red.commit({"sitecustomize.py": f"open({str(tripwire)!r}, 'w')\n"})  # what a run of repository code would leave
    git(red.path, "reset", "-q", "--hard", "HEAD^")
    done = publish(red, folder, "--deliver", "commit")
    assert (done.code, done.document["outcome"], done.document["delivery"]["rung"]) == (0, "delivered", "commit")
    assert git(red.path, "rev-parse", "HEAD^{tree}").strip() == done.document["patch"]["tree"]
    told = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    assert git(red.path, "log", "-1", "--format=%B").strip() == told["patch_file"]["message"].strip()
    assert not tripwire.exists()
    written = (tmp_path / "published" / "evidence.json").read_text(encoding="utf-8")
    assert broken_seal(written) == ""
    assert json.loads(written)["handed_over"] == {"sha256": sha256(folder / "evidence.json")}
    assert (tmp_path / "published" / "fix.patch").read_bytes() == (folder / "fix.patch").read_bytes()
    page = (tmp_path / "published" / "report.html").read_text(encoding="utf-8")
    assert "<h1>Fixed and delivered</h1>" in page
    assert done.document["delivery"]["sentence"].split(";")[0] in page


def test_publishing_twice_delivers_once(tmp_path: Path, handed: Handed) -> None:
    red, folder = handed(tmp_path)
    assert publish(red, folder, "--deliver", "commit").code == 0
    head = git(red.path, "rev-parse", "HEAD")
    again = publish(red, folder, "--deliver", "commit")
    assert (again.code, again.document["outcome"]) == (32, "stale")
    assert git(red.path, "rev-parse", "HEAD") == head


def test_a_branch_that_moved_on_is_stale_and_the_patch_is_kept(tmp_path: Path, handed: Handed) -> None:
    red, folder = handed(tmp_path)
    red.commit({"other.py": "x = 1\n"})
    head = git(red.path, "rev-parse", "HEAD")
    done = publish(red, folder, "--deliver", "commit")
    assert (done.code, done.document["outcome"]) == (32, "stale")
    assert "cannot prove the change there: run `agent-ci fix` on the new head" in done.document["reason"]
    page = (tmp_path / "published" / "report.html").read_text(encoding="utf-8")
    assert "<h1>Not delivered: the branch moved on</h1>" in page
    assert git(red.path, "rev-parse", "HEAD") == head
    assert (tmp_path / "published" / "fix.patch").read_bytes() == (folder / "fix.patch").read_bytes()


@pytest.mark.parametrize("name", ["AGENT_CI_API_KEY", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "HF_TOKEN"])
def test_the_key_of_a_model_is_refused_before_anything_is_read(tmp_path: Path, name: str) -> None:
    red = RedRepository.make(tmp_path)
    done = publish(red, tmp_path / "absent", **{name: "sk-canary-7d1f0a9c2"})
    assert (done.code, done.document) == (2, {})
    assert f"publish must not hold the key of a model, and {name} is in its environment" in done.stderr


def test_the_right_to_write_is_no_key_of_a_model() -> None:
    names = ("AGENT_CI_FORGE_TOKEN", "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN")
    assert model_keys(dict.fromkeys(names, "ghs_canary123")) == ()


def test_a_digest_that_was_told_apart_must_be_that_of_the_evidence(tmp_path: Path, handed: Handed) -> None:
    red, folder = handed(tmp_path)
    told = sha256(folder / "evidence.json")
    resealed(folder, reason="another")
    done = publish(red, folder, "--deliver", "commit", "--evidence-sha256", told)
    assert (done.code, done.document) == (14, {})
    assert f"and {told} was told" in done.stderr
    untouched = sha256(folder / "evidence.json")
    assert publish(red, folder, "--deliver", "commit", "--evidence-sha256", untouched.upper()).code == 0


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("evidence.json", b'"job": "fix"', b'"job": "fox"'), ("fix.patch", b"a + b", b"a * b")],
)
def test_a_file_that_was_changed_on_its_way_is_not_delivered(
    tmp_path: Path, handed: Handed, name: str, old: bytes, new: bytes
) -> None:
    red, folder = handed(tmp_path)
    head = git(red.path, "rev-parse", "HEAD")
    raw = (folder / name).read_bytes()
    assert old in raw
    (folder / name).write_bytes(raw.replace(old, new))
    done = publish(red, folder, "--deliver", "commit")
    assert (done.code, f"{name} cannot be believed" in done.stderr) == (14, True)
    assert git(red.path, "rev-parse", "HEAD") == head


def test_another_patch_than_the_one_proven_is_refused_though_its_digest_is_told(tmp_path: Path, handed: Handed) -> None:
    red, folder = handed(tmp_path)
    forged(folder, (folder / "fix.patch").read_text(encoding="utf-8").replace("+    return a + b", "+    return a * b"))
    done = publish(red, folder, "--deliver", "commit")
    assert (done.code, done.document["outcome"]) == (14, "unsupported")
    assert "leads to other files than those that were proven" in done.document["reason"]


def test_policy_is_asked_again(tmp_path: Path, handed: Handed) -> None:
    red, folder = handed(tmp_path)
    tampered(red, folder, {".github/workflows/ci.yml": "on: push\n"})
    head = git(red.path, "rev-parse", "HEAD")
    done = publish(red, folder, "--deliver", "commit")
    assert (done.code, done.document["outcome"]) == (20, "policy_refused")
    assert "[protected-path]" in done.document["reason"]
    assert git(red.path, "rev-parse", "HEAD") == head


def test_a_weakened_test_is_seen_again(tmp_path: Path, handed: Handed) -> None:
    red, folder = handed(tmp_path)
    tampered(red, folder, {"test_calc.py": "def test_add():\n    pass\n"})
    done = publish(red, folder, "--deliver", "commit")
    assert (done.code, done.document["outcome"]) == (20, "policy_refused")


@pytest.mark.parametrize(("causes", "is_refused"), [(1, True), (2, False)])
def test_the_limit_of_size_is_for_each_root_cause(
    tmp_path: Path, handed: Handed, causes: int, *, is_refused: bool
) -> None:
    red, folder = handed(tmp_path)
    tampered(red, folder, {f"part{number}.py": f"NUMBER = {number}\n" for number in range(11)})
    resealed(folder, groups=[{"fingerprint": f"{number:016x}"} for number in range(causes)])
    done = publish(red, folder, "--deliver", "patch")
    assert ("11 files change, and the limit is 10 [too-large]" in done.document["reason"]) is is_refused


def test_a_link_that_a_commit_left_for_the_files_is_not_followed(tmp_path: Path, handed: Handed) -> None:
    red, folder = handed(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "published").symlink_to(tmp_path / "elsewhere")
    done = publish(red, folder, "--deliver", "commit")
    assert (done.code, "is a symbolic link" in done.stderr) == (2, True)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_repair_of_a_part_is_kept_and_goes_nowhere(tmp_path: Path) -> None:
    files = {
        "calc.py": "def add(a, b):\n    return a - b\n\n\ndef double(a):\n    return a * 3\n",
        "test_calc.py": "from calc import add, double\n\n\ndef test_add():\n    assert add(1, 2) == 3\n\n\n"
        "def test_double():\n    assert double(2) == 4\n",
    }
    red = RedRepository.make(tmp_path, files)
    run = red.run(replies=(GOOD,))
    assert run.document["patch_file"]["name"] == "partial.patch"
    head = git(red.path, "rev-parse", "HEAD")
    done = publish(red, run.out, "--deliver", "commit")
    assert (done.code, done.document["outcome"]) == (0, "nothing_to_do")
    assert git(red.path, "rev-parse", "HEAD") == head
    kept = tmp_path / "published" / "partial.patch"
    assert kept.read_bytes() == (run.out / "partial.patch").read_bytes()


def test_a_secret_is_not_delivered(tmp_path: Path, handed: Handed) -> None:
    red, folder = handed(tmp_path)
    done = publish(red, folder, "--deliver", "commit", A_PASSWORD="return a + b")  # noqa: S106 - the repair's own text
    assert (done.code, done.document["outcome"]) == (20, "policy_refused")
    assert "the value of A_PASSWORD" in done.document["reason"]
    assert not (tmp_path / "published" / "fix.patch").exists()


def test_what_the_message_says_is_made_inert_again(tmp_path: Path, handed: Handed) -> None:
    red, folder = handed(tmp_path)
    message = "fix: it @everyone closes #1\n\n\x1b[31mred\n\nAgent-CI-Fingerprint: 0123456789abcdef\n"
    message += "Signed-off-by: A Person <person@example.org>\n"
    resealed(folder, **part(folder, "patch_file", message=message))
    assert publish(red, folder, "--deliver", "commit").code == 0
    written = git(red.path, "log", "-1", "--format=%B")
    assert not [word for word in ("@everyone", "#1", "\x1b", "Signed-off-by") if word in written]
    assert written.endswith("\nAgent-CI-Fingerprint: 0123456789abcdef")


@pytest.mark.parametrize("message", ["", "fix: it\n", "Agent-CI-Fingerprint: x\n"])
def test_a_commit_that_could_not_be_found_again_is_not_made(tmp_path: Path, handed: Handed, message: str) -> None:
    red, folder = handed(tmp_path)
    resealed(folder, **part(folder, "patch_file", message=message))
    done = publish(red, folder, "--deliver", "commit")
    assert (done.code, done.document["outcome"]) == (14, "unsupported")
    assert "names no failure" in done.document["reason"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"patch_file": None}, "is missing or of another type (TypeError"),
        ({"proof": None}, "is missing or of another type (TypeError"),
        ({"proof": {"doubts": "none"}}, "is no list"),
        ({"targets": [7]}, "7 is no text"),
        ({"groups": [{}]}, "(KeyError: 'fingerprint')"),
        ({"groups": None}, "is missing or of another type (TypeError"),
        ({"patch_file": {"name": "partial.patch", "sha256": "0"}}, "its patch is in a file named 'partial.patch'"),
        ({"patch_file": {"name": "fix.patch", "sha256": "0", "message": None}}, "None is no text"),
        ({"outcome": ["fixed"]}, "is no text"),
        ({"job": None}, "None is no text"),
        ({"reason": ""}, "a text of it is empty"),
        ({"schema": "agent-ci/evidence/v9"}, "its schema is 'agent-ci/evidence/v9'"),
        ({"context": {"forge": "git", "commit": 7}}, "7 is no text"),
    ],
)
def test_what_is_no_evidence_is_refused(
    tmp_path: Path, handed: Handed, change: Mapping[str, object], fault: str
) -> None:
    red, folder = handed(tmp_path)
    resealed(folder, **change)
    done = publish(red, folder)
    assert (done.code, fault in done.stderr) == (14, True)


def test_where_nothing_was_proven_nothing_is_delivered(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path)
    run = red.run(replies=(WRONG,))
    assert run.outcome == "no_fix"
    head = git(red.path, "rev-parse", "HEAD")
    done = publish(red, run.out, "--deliver", "commit")
    assert (done.code, done.document["outcome"], done.document["delivery"]) == (0, "nothing_to_do", {})
    assert done.document["reason"].startswith("nothing was proven, so nothing is delivered (no_fix: ")
    assert "<h1>No fix found</h1>" in (tmp_path / "published" / "report.html").read_text(encoding="utf-8")
    assert git(red.path, "rev-parse", "HEAD") == head


def test_evidence_of_other_files_is_refused(tmp_path: Path, handed: Handed) -> None:
    _, folder = handed(tmp_path / "one")
    other = RedRepository.make(tmp_path / "other", {"a.py": "", "test_a.py": "def test_a():\n    pass\n"})
    done = publish(other, folder, "--deliver", "commit")
    assert (done.code, done.document["outcome"]) == (14, "unsupported")
    assert "is neither in" in done.document["reason"]
