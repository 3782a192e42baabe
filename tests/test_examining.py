"""`doctor` finds every seeded misconfiguration, and what it prints repairs it; what `init` wrote is good."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.core.doctor import surroundings
from agent_ci.core.doctor.complaint import Complaint
from agent_ci.core.doctor.surroundings import Facts
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.pins import pinned
from agent_ci.examining import Examination
from agent_ci.initialising import Initialisation
from tests.checkouts import Checkout

ACTION = f"acme/agent-ci@{'0123456789abcdef' * 2}01234567"
CHECKOUT, UPLOAD = pinned("actions/checkout"), pinned("actions/upload-artifact")
CONCURRENCY = """concurrency:
  group: agent-ci-${{ github.event.workflow_run.head_branch }}
  cancel-in-progress: false
"""
TRIGGER = """  workflow_run: # zizmor: ignore[dangerous-triggers]
    workflows: ["tests"]
    types: [completed]
"""
GUARD = " &&\n      github.event.workflow_run.head_repository.full_name == github.repository"
KEY = "          AGENT_CI_API_KEY:"
STEPS = "    steps:\n      - uses: actions/download-artifact"
WITH_FILES = STEPS.replace("uses: ", f"uses: {CHECKOUT}\n        with: {{ref: x}}\n      - uses: ")
CI, OURS, LAB, LAB_MAIN = (
    ".github/workflows/ci.yml",
    ".github/workflows/agent-ci.yml",
    ".gitlab/agent-ci.yml",
    ".gitlab-ci.yml",
)
LAB_NOTES = ".gitlab/agent-ci-changelog.yml"
TESTS = """name: tests
on: [push, pull_request, workflow_dispatch]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: python -m pytest
"""
FILES = {CI: TESTS, "test_a.py": "def test_a():\n    assert True\n"}
ONE_JOB = f"""name: repair
on: [push]
permissions:
  contents: read
concurrency: repair
jobs:
  repair:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - uses: {ACTION}
      - uses: {UPLOAD}
"""


def made(root: Path, forge: str, *, has_changelog: bool = False) -> Checkout:
    checkout = Checkout.at(root)
    checkout.commit(FILES)
    list(Initialisation(root, forge, ACTION, has_changelog=has_changelog).run())
    checkout.commit()
    return checkout


def found(root: Path, **environment: str) -> dict[str, Complaint]:
    examined = Examination(root, environment, tier=lambda _chosen, _environment: ("container", ""))
    return {one.id: one for one in examined.complaints()}


def repaired(checkout: Checkout, complaint: Complaint) -> None:
    """Do what the complaint prints, and nothing else."""
    shown = Outward().to(Sink.TERMINAL, complaint.repair)
    if complaint.edit:
        checkout.git(
            "apply", "--unidiff-zero", "-", stdin=shown.encode() if shown.endswith("\n") else f"{shown}\n".encode()
        )
        return
    for command in shown.splitlines():
        checkout.git(*shlex.split(command)[1:])


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_what_init_wrote_is_good(tmp_path: Path, forge: str) -> None:
    assert found(made(tmp_path / "work", forge, has_changelog=True).root) == {}


# What is wrong: the forge, the file, the text that is replaced, and what stands there instead.
SEEDED: Mapping[str, tuple[str, str, str, str]] = {
    "no-permissions": ("github", OURS, "permissions:", "unknown:"),
    "write-all": ("github", OURS, "permissions: {}", "permissions: write-all"),
    "no-concurrency": ("github", OURS, CONCURRENCY, ""),
    "pull-request-target": ("github", OURS, TRIGGER, "  pull_request_target:\n"),
    "branch-filter": ("github", OURS, TRIGGER, f"{TRIGGER}    branches:\n      - main\n"),
    "unknown-workflow": ("github", OURS, 'workflows: ["tests"]', 'workflows: ["Tests and more"]'),
    "no-timeout": ("github", OURS, "    timeout-minutes: 30\n", ""),
    "unpinned-action": ("github", OURS, CHECKOUT, "actions/checkout@v5"),
    "persisted-credentials": ("github", OURS, "          persist-credentials: false\n", ""),
    "shallow-checkout": ("github", OURS, "fetch-depth: 0", "fetch-depth: 1"),
    "wrong-commit": ("github", OURS, "          ref: ${{ github.event.workflow_run.head_sha }}\n", ""),
    "fork-with-secrets": ("github", OURS, GUARD, ""),
    "no-artifact": ("github", OURS, UPLOAD, ACTION.replace("agent-ci", "other")),
    "fix-may-write": ("github", OURS, "contents: read # to check out", "contents: write # to check out"),
    "key-and-token": ("github", OURS, KEY, "          GITHUB_TOKEN: x\n" + KEY),
    "publish-checks-out": (
        "github",
        OURS,
        STEPS,
        STEPS.replace("uses: ", f"uses: {CHECKOUT}\n        with: {{ref: x}}\n      - uses: "),
    ),
    "publish-may-not-write": ("github", OURS, "contents: write # to push", "contents: read # to push"),
    "no-digest": ("github", OURS, "          evidence-sha256: ${{ needs.propose.outputs.evidence-sha256 }}\n", ""),
    "checks-never-run": ("github", CI, ", workflow_dispatch]", "]"),
    "bad-settings": ("github", ".agent-ci.yml", "# repeat: 8", "repaet: 8"),
    "no-report": ("github", ".agent-ci.yml", '# run: ""', "run: make check"),
    "report-never-written": ("github", ".agent-ci.yml", "# report: []", "report: [junit.xml]"),
    "not-included": ("gitlab", LAB_MAIN, f"include:\n  - local: {LAB}\n", "stages: [test]\n"),
    "shallow-pipeline": ("gitlab", LAB, 'GIT_DEPTH: "0"', 'GIT_DEPTH: "20"'),
    "publish-has-files": ("gitlab", LAB, "  variables:\n    GIT_STRATEGY: none\n", ""),
    "no-scope": ("gitlab", LAB, "  environment:\n    name: agent-ci/propose\n    action: access\n", ""),
    "no-job-timeout": ("gitlab", LAB, "  timeout: 30 minutes\n", ""),
    "starts-itself": ("gitlab", LAB, "    - if: $CI_COMMIT_MESSAGE =~ /^Agent-CI-Run:/m\n      when: never\n", ""),
    "no-artifacts": ("gitlab", LAB, "artifacts:", "after_script_:"),
    "no-rules": ("gitlab", LAB, "rules:", "rules_:"),
}
OF_NOTES: Mapping[str, tuple[str, str, str]] = {
    "shallow-checkout": (".github/workflows/agent-ci-changelog.yml", "          fetch-depth: 0\n", ""),
    "shallow-pipeline": (LAB_NOTES, '  variables:\n    GIT_DEPTH: "0"\n', ""),
    "no-rules": (LAB_NOTES, "rules:", "rules_:"),
    "starts-itself": (LAB_NOTES, "if: $CI_COMMIT_TAG", "if: $CI_COMMIT_TAG == null"),
    "no-artifacts": (LAB_NOTES, "artifacts:", "after_script_:"),
    "not-included": (LAB_MAIN, f"  - local: {LAB_NOTES}\n", ""),
}


@pytest.mark.parametrize("id_", SEEDED)
def test_a_seeded_misconfiguration_is_found_and_what_is_printed_repairs_it(id_: str, tmp_path: Path) -> None:
    forge, *seeded = SEEDED[id_]
    assert_repaired(made(tmp_path / "work", forge), id_, *seeded)


@pytest.mark.parametrize("id_", OF_NOTES)
def test_so_it_is_for_the_jobs_that_draft_release_notes(id_: str, tmp_path: Path) -> None:
    forge = "github" if OF_NOTES[id_][0].startswith(".github") else "gitlab"
    assert_repaired(made(tmp_path / "work", forge, has_changelog=True), id_, *OF_NOTES[id_])


def assert_repaired(checkout: Checkout, id_: str, path: str, good: str, bad: str) -> None:
    """That *bad* in the place of *good* is found as *id_*, and that what is printed repairs it."""
    text = (checkout.root / path).read_text()
    assert good in text
    checkout.commit({path: text.replace(good, bad)})
    complaints = found(checkout.root)
    assert id_ in complaints, complaints
    for _ in range(5):  # one repair for each job that has it
        if id_ in complaints:
            repaired(checkout, complaints[id_])
            complaints = found(checkout.root)
    assert id_ not in complaints


OTHER_SHAPES = {
    "the model has no key": (ONE_JOB, {".agent-ci.yml": "model: some/model\n"}, "no-key"),
    "a checkout whose inputs are in braces": (
        ONE_JOB.replace(
            "uses: acme", "uses: actions/checkout@v4\n        with: {submodules: true}\n      - uses: acme"
        ),
        {},
        "shallow-checkout",
    ),
    "a condition in an expression": (
        ONE_JOB.replace("[push]", "{workflow_run: {workflows: [tests]}}").replace(
            "runs", "if: ${{ failure() }}\n    runs"
        ),
        {},
        "fork-with-secrets",
    ),
    "a fix with rights of the whole workflow": (ONE_JOB.replace(": read", ": write"), {}, "fix-may-write"),
    "tests with rights of the whole workflow": (
        ONE_JOB.replace(": read", ": write").replace(ACTION, f"{ACTION}\n        with: {{command: tests}}"),
        {},
        "fix-may-write",
    ),
    "tests with a key and a token": (
        ONE_JOB.replace(
            f"uses: {ACTION}", "run: agent-ci tests\n        env:\n          MODEL_API_KEY: x\n          GH_TOKEN: x"
        ),
        {},
        "key-and-token",
    ),
    "agent-ci as a command": (
        ONE_JOB.replace(f"uses: {ACTION}", "run: agent-ci fix").replace("    timeout-minutes: 5\n", ""),
        {},
        "no-timeout",
    ),
}


FETCH = """      - run: %s
        env:
          GITHUB_TOKEN: x
"""
BOTH = """      - run: |
          agent-ci fetch
          agent-ci fix
        env:
          GITHUB_TOKEN: x
          MODEL_API_KEY: x
"""


def fetching(root: Path, run: str) -> dict[str, Complaint]:
    """What is found where the step *run*, which has a token, precedes the one with the key."""
    checkout = made(root, "github")
    text = (checkout.root / OURS).read_text()
    checkout.commit({OURS: text.replace("      - id: fix\n", FETCH % run + "      - id: fix\n")})
    return found(checkout.root)


@pytest.mark.parametrize(
    "run",
    ["agent-ci fetch", '|\n          "$HOME/bin/agent-ci" fetch --of 5 \\\n            --into "$RUNNER_TEMP/red"'],
)
def test_a_step_that_only_fetches_may_have_the_token(run: str, tmp_path: Path) -> None:
    assert fetching(tmp_path / "work", run) == {}


@pytest.mark.parametrize(
    "more", ["; sh x", "\n          sh x", " | sh", " `sh x`", " $(sh x)", " & sh", " ${{ inputs.x }}"]
)
def test_a_step_that_fetches_and_does_more_may_not(more: str, tmp_path: Path) -> None:
    assert set(fetching(tmp_path / "work", f"|\n          agent-ci fetch{more}")) == {"key-and-token"}


def test_a_step_that_fetches_and_fixes_is_a_fix(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path / "work")
    one_step = ONE_JOB.replace(f"      - uses: {ACTION}\n      - uses: {UPLOAD}\n", BOTH)
    checkout.commit({**FILES, OURS: one_step.replace("contents: read", "contents: write")})
    assert {"fix-may-write", "key-and-token", "no-artifact"} <= set(found(checkout.root))


@pytest.mark.parametrize("shape", OTHER_SHAPES)
def test_workflows_that_people_wrote_are_repaired_as_well(shape: str, tmp_path: Path) -> None:
    text, files, id_ = OTHER_SHAPES[shape]
    checkout = Checkout.at(tmp_path / "work")
    checkout.commit({**FILES, OURS: text, **files})
    repaired(checkout, found(checkout.root)[id_])
    assert id_ not in found(checkout.root)


def test_a_job_of_gitlab_that_writes_tests_needs_the_history_as_well(tmp_path: Path) -> None:
    checkout = made(tmp_path / "work", "gitlab")
    text = (checkout.root / LAB).read_text().replace("agent-ci fix", "agent-ci tests")
    checkout.commit({LAB: text})
    assert found(checkout.root) == {}
    checkout.commit({LAB: text.replace('GIT_DEPTH: "0"', 'GIT_DEPTH: "20"')})
    assert set(found(checkout.root)) == {"shallow-pipeline"}


def test_the_workflow_that_the_guide_shows_for_tests_is_good(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[1] / "docs/how-to/tests.md").read_text()
    checkout = Checkout.at(tmp_path / "work")
    workflow = guide.partition("```yaml\n")[2].partition("```")[0]
    checkout.commit({**FILES, ".github/workflows/tests.yml": workflow})
    assert found(checkout.root) == {}
    checkout.commit({".github/workflows/tests.yml": workflow.replace("contents: read", "contents: write")})
    assert set(found(checkout.root)) == {"fix-may-write"}


def test_a_tracked_verdict_and_a_detached_head_are_repaired_by_the_commands(tmp_path: Path) -> None:
    checkout = made(tmp_path / "work", "github")
    checkout.write({".agent-ci/evidence.json": "{}"})
    checkout.git("add", "--force", ".agent-ci/evidence.json")
    checkout.commit()
    checkout.git("switch", "--quiet", "--detach")
    complaints = found(checkout.root)
    assert set(complaints) == {"tracked-output", "detached-head"}
    for one in (complaints["detached-head"], complaints["tracked-output"]):
        repaired(checkout, one)
    assert found(checkout.root) == {}


def test_a_shallow_checkout_is_completed_by_the_command(tmp_path: Path) -> None:
    checkout = made(tmp_path / "work", "github")
    checkout.git("clone", "--quiet", "--depth=1", f"file://{checkout.root}", str(tmp_path / "shallow"))
    shallow = Checkout(tmp_path / "shallow")
    repaired(shallow, found(shallow.root)["shallow-history"])
    assert found(shallow.root) == {}


def test_a_detached_head_is_usual_in_ci(tmp_path: Path) -> None:
    checkout = made(tmp_path / "work", "github")
    checkout.git("switch", "--quiet", "--detach")
    assert found(checkout.root, CI="true") == {}


MACHINES = {
    "old-git": (replace(Facts(), git=(2, 30, 9)), "sudo apt-get install --yes git"),
    "old-python": (replace(Facts(), python=(3, 10)), "sudo apt-get install --yes python3.12"),
    "no-sandbox": (replace(Facts(), tier="none", why_not="bwrap is missing"), "sudo apt-get install --yes bubblewrap"),
}


@pytest.mark.parametrize("id_", MACHINES)
def test_a_machine_that_lacks_something_is_told_what_to_install(id_: str) -> None:
    facts, command = MACHINES[id_]
    assert [(one.id, one.repair) for one in surroundings.complaints(facts)] == [(id_, command)]
    assert not list(surroundings.complaints(Facts()))


def test_a_repository_without_tests_that_we_know_is_told_to_name_a_command(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path / "work")
    checkout.commit({"main.go": "package main\n"})
    repaired(checkout, found(checkout.root)["no-runner"])
    assert set(found(checkout.root)) == {"no-report"}
    repaired(checkout, found(checkout.root)["no-report"])
    assert found(checkout.root) == {}


HOSTILE = {
    "no YAML": "jobs: [",
    "a list": "- agent-ci\n",
    "an anchor that holds itself": "jobs: &a\n  x: *a\n  agent-ci: *a\n",
    "a bomb": "b0: &b0 [x]\n" + "".join(f"b{i + 1}: &b{i + 1} [*b{i}, *b{i}]\n" for i in range(60)),
    "deeply nested": "a: " + "[" * 5000,
    "jobs that are words": "jobs: agent-ci fix\non: 7\npermissions: [agent-ci]\n",
    "steps that are words": "jobs:\n  a:\n    steps: [agent-ci fix, {uses: [agent-ci]}, {run: agent-ci fix}]\n",
    "nothing": "",
    "bytes": "\x00\x01",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_makes_no_sense_is_no_traceback(text: str, tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path / "work")
    checkout.commit({**FILES, OURS: text, LAB_MAIN: text, LAB: text, ".agent-ci.yml": text})
    (checkout.root / ".github/workflows/link.yml").symlink_to("/etc/passwd")
    for complaint in found(checkout.root).values():
        assert complaint.repair


def test_the_command_says_what_is_wrong_as_text_and_as_json(tmp_path: Path) -> None:
    checkout = made(tmp_path / "work", "github")
    text = (checkout.root / OURS).read_text()
    checkout.commit({OURS: text.replace("          persist-credentials: false\n", "")})
    command = (sys.executable, "-m", "agent_ci", "doctor", "--repository", str(checkout.root))
    shown = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (shown.returncode, "+          persist-credentials: false" in shown.stdout) == (1, True)
    done = subprocess.run((*command, "--json"), capture_output=True, text=True, check=False, timeout=60)
    document = json.loads(done.stdout)
    assert document["outcome"] == "no_fix"
    assert "persisted-credentials" in {one["id"] for one in document["findings"]}


def test_what_git_can_repair_is_printed_as_git_takes_it(tmp_path: Path) -> None:
    files = {
        ".gitlab-ci.yml": "tests:\n  script: [python3 -m pytest]\n",
        "test_a.py": "def test_a():\n    assert True\n",
    }
    checkout = Checkout.at(tmp_path / "repository")
    checkout.write(files)
    checkout.git("add", "-A")
    checkout.git("commit", "-q", "-m", "first")
    agent_ci = (sys.executable, "-m", "agent_ci")
    for command in (("init", "--forge", "gitlab"), ("doctor", "--patch")):
        done = subprocess.run((*agent_ci, *command), cwd=checkout.root, capture_output=True, check=False)
    checkout.git("apply", stdin=done.stdout)
    assert (checkout.root / ".gitlab-ci.yml").read_text(encoding="utf-8").startswith("include:\n  - local: .gitlab/")
    again = subprocess.run((*agent_ci, "doctor", "--patch"), cwd=checkout.root, capture_output=True, check=False)
    assert (again.returncode, again.stdout) == (0, b"")
