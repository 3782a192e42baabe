"""The guides are true: their examples run, their links lead somewhere, their fragments are well-formed."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from agent_ci import settings
from agent_ci.checkout import Repository
from agent_ci.core.change import Patch
from agent_ci.core.context import Event
from agent_ci.core.parcel import Parcel
from agent_ci.core.patches.diff import read_edits
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Attempt, Evidence
from agent_ci.core.views.story import Story
from agent_ci.errors import InfrastructureError, RungRefusedError, UnsupportedError
from agent_ci.ports import Command, Tree, Workspace
from agent_ci.sandboxes.none import NoSandbox
from scripts import changelog
from tests.trees import Files

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("changelog.d/README.md")])
TAP = "echo 'ok 1 adds'\necho 'not ok 2 - carries over'\necho 'ok 3 rounds # SKIP later'\n"

# What mypy is given beside the examples: each is what the pipeline takes it for.
CLAIMS = """
from agent_ci.ports import Forge, Proposer, Runner, Sandbox
from example_forge import Woodpecker
from example_proposer import Boundaries
from example_runner import Tap
from example_sandbox import Nice


def claims(forge: Woodpecker, proposer: Boundaries, runner: Tap, sandbox: Nice) -> None:
    of_forge: Forge = forge
    of_proposer: Proposer = proposer
    of_runner: Runner = runner
    of_sandbox: Sandbox = sandbox
"""


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def example(port: str) -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition(f"## How to add a {port}\n")[2]
    return text.partition("```python\n")[2].partition("```\n")[0]


def module(port: str, folder: Path) -> ModuleType:
    """The example for *port*, imported."""
    path = folder / f"example_{port}.py"
    path.write_text(example(port), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = made  # dataclasses look their module up
    spec.loader.exec_module(made)
    return made


@dataclass(frozen=True)
class Bench:
    """A workbench that has files and no sandbox."""

    tree: Tree

    def question(self, attempts: tuple[Attempt, ...]) -> str:
        return f"{len(attempts)} attempts"

    def open(self) -> AbstractContextManager[Workspace]:
        raise AssertionError("this example runs nothing")

    def seconds_left(self) -> float:
        return 60.0


PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


@pytest.mark.parametrize("port", ["runner", "proposer", "forge", "sandbox"])
def test_every_port_has_an_example(port: str) -> None:
    assert example(port).startswith('"""')


def test_the_examples_fit_the_protocols_under_strict_type_checking(tmp_path: Path) -> None:
    for port in ("runner", "proposer", "forge", "sandbox"):
        (tmp_path / f"example_{port}.py").write_text(example(port), encoding="utf-8")
    (tmp_path / "claims.py").write_text(CLAIMS, encoding="utf-8")
    names = [str(path) for path in sorted(tmp_path.glob("*.py"))]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), *names],
        cwd=ROOT,
        env={**PATH, "MYPYPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_runner_reads_what_the_program_prints(tmp_path: Path) -> None:
    runner = module("runner", tmp_path).Tap(("sh", "check.sh"))
    with NoSandbox(PATH).open(Files({"check.sh": TAP})) as workspace:
        report = runner.run(workspace, timeout=30)
        one = runner.run(workspace, only=("adds",), timeout=30)
    assert report.statuses == {"adds": Status.PASSED, "carries over": Status.FAILED, "rounds": Status.SKIPPED}
    assert one.ids() == ("adds",)


@pytest.mark.parametrize(
    ("script", "error"),
    [("echo nothing", UnsupportedError), ("sleep 30", InfrastructureError)],
    ids=["silence is not green", "neither is a hang"],
)
def test_the_example_runner_refuses(script: str, error: type[Exception], tmp_path: Path) -> None:
    runner = module("runner", tmp_path).Tap(("sh", "check.sh"))
    with NoSandbox(PATH).open(Files({"check.sh": script})) as workspace, pytest.raises(error):
        runner.run(workspace, timeout=0.5)


def test_the_example_proposer_offers_a_patch_that_can_be_read(tmp_path: Path) -> None:
    source = "def is_free(cents):\n    return 4000 < cents\n"
    target = TestCase("test_shop.py::test_free", Status.FAILED, traceback="shop.py:2: in is_free\n")
    evidence = Evidence("fix", "red", targets=(target,), before=TestReport.of(target))
    session = module("proposer", tmp_path).Boundaries().propose(evidence, (), Bench(Files({"shop.py": source})))
    reply = next(session)
    assert [edit.path for edit in read_edits(reply.text)] == ["shop.py"]
    assert "+    return 4000 <= cents" in reply.text
    with pytest.raises(StopIteration):
        session.send(Attempt(reply, objections=("test_shop.py::test_free is still red",)))


def test_the_example_forge_reads_its_environment(tmp_path: Path) -> None:
    environment = {
        "CI": "woodpecker",
        "CI_REPO": "owner/name",
        "CI_PIPELINE_EVENT": "pull_request",
        "CI_COMMIT_SOURCE_BRANCH": "topic",
        "CI_COMMIT_PULL_REQUEST": "7",
        "CI_REPO_DEFAULT_BRANCH": "main",
    }
    identity = ("-c", "user.name=tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    subprocess.run(["git", *identity, "commit", "-q", "--allow-empty", "-m", "first"], cwd=tmp_path, check=True)
    made = module("forge", tmp_path)
    repository = Repository.at(tmp_path)
    forge = made.Woodpecker(environment, repository)
    context = forge.context()
    parcel = Parcel("", Patch("", (), "", ""), (), "", "")
    assert made.is_here(environment)
    assert (context.commit, context.branch, context.number) == (repository.head(), "topic", 7)
    assert context.event is Event.CHANGE_REQUEST
    with pytest.raises(RungRefusedError, match="delivery as pull-request is not written"):
        forge.deliver(parcel, "pull-request")
    assert forge.tell(Story("", ""), context) == ""


def test_the_example_sandbox_runs_in_a_copy_and_leaves_nothing(tmp_path: Path) -> None:
    sandbox = module("sandbox", tmp_path).Nice(PATH)
    with sandbox.open(Files({"check.sh": "nice; echo seen > trace\n"})) as workspace:
        done = workspace.run(Command(("sh", "check.sh"), timeout=30))
        root = workspace.root
        assert (root / "trace").exists()
    assert done.output.split() == ["19"]
    assert not root.exists()
    assert sandbox.isolation.tier == "none"


def tutorial() -> list[str]:
    """The numbered sections of the tutorial."""
    return re.split(r"^## \d+\. ", (ROOT / "docs/tutorial.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]


def shell(section: str, folder: Path) -> str:
    """What the shell blocks of *section* print when they are typed in *folder*, one after the other."""
    typed = "\n".join(re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))
    identity = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    here = {"PATH": f"{Path(sys.executable).parent}:{PATH['PATH']}", "HOME": str(folder), "AGENT_CI_REPEAT": "1"}
    done = subprocess.run(
        ["sh"], input=typed, cwd=folder, env={**identity, **here}, capture_output=True, text=True, check=False
    )
    return done.stdout


def test_the_tutorial_goes_as_it_is_written(tmp_path: Path) -> None:
    make, explain, fix, take, refuse = tutorial()[1:6]
    for name, text in re.findall(r"this as `(\S+)`.*?```python\n(.*?)^```$", make, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert "1 failed, 2 passed" in shell(make.rpartition("\n```sh\n")[1] + make.rpartition("\n```sh\n")[2], tmp_path)
    assert shell(explain, tmp_path).startswith("explained: ")
    fixed = shell(fix, tmp_path)
    assert fixed.startswith("fixed: ")
    assert "+    if amount >= discount_from:" in fixed
    assert "3 passed" in shell(take.partition("`agent-ci fix")[0], tmp_path)
    refused = shell(refuse, tmp_path)
    assert refused.startswith("policy_refused: ")
    assert refused.endswith("\n20\n")


def test_the_transcript_in_the_readme_is_what_the_demo_prints(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agent_ci", "demo"],
        cwd=ROOT,
        env={**PATH, "TMPDIR": str(tmp_path), "AGENT_CI_REPEAT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    shown = (ROOT / "README.md").read_text(encoding="utf-8").partition("$ make demo\n")[2].partition("```")[0]
    assert _without_folder(done.stdout) == _without_folder(shown)


def _without_folder(text: str) -> str:
    return re.sub(r"\S*/agent-ci-demo-\w+", "FOLDER", text).rstrip()


def links() -> Iterator[Any]:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                yield pytest.param(page, target, id=f"{page.relative_to(ROOT)} to {target}")


@pytest.mark.parametrize(("page", "target"), list(links()))
def test_a_link_leads_somewhere(page: Path, target: str) -> None:
    assert (page.parent / target).exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_settings_files_in_the_guides_are_accepted(page: Path) -> None:
    for block in blocks(page, "yaml"):
        if block.startswith("# .agent-ci.yml"):
            settings.from_file(block, source=page.name)
        yaml.safe_load(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_options_in_the_guides_exist(page: Path) -> None:
    known = {f"--{option.name}" for option in settings.OPTIONS if not option.is_policy}
    known |= {f"--{name}" for name in ("help", "into", "cells", "format", "plan", "patch")}
    known |= {
        f"--{name}" for name in ("since", "release", "package", "date", "changelog-file", "draft-release", "revert")
    }
    lines = (line for block in blocks(page, "(?:sh|yaml)") for line in block.splitlines())
    # the options of a program that starts ours stand before it, and of one that reads what ours says after a pipe
    given = (line.rpartition("agent-ci ")[2].partition(" | ")[0] for line in lines if "agent-ci " in line)
    used = {word for text in given for word in re.findall(r"--[a-z][a-z-]*", text)}
    assert used <= known


def test_fragments_of_the_changelog_are_named_and_written_as_agreed() -> None:
    assert changelog.fragments(ROOT / "changelog.d")


@pytest.mark.parametrize("name", ["1.improved.md", "added.md", "notes.txt"])
def test_a_fragment_of_another_kind_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("Something.\n", encoding="utf-8")
    with pytest.raises(ValueError, match="must be named"):
        changelog.fragments(tmp_path)


def test_the_changelog_says_nothing_unreleased_that_no_fragment_says() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased = text.partition("## [Unreleased]\n")[2].partition("\n## ")[0]
    said = {line.removeprefix("- ") for line in unreleased.splitlines() if line.startswith("- ")}
    assert said <= {entry for entries in changelog.fragments(ROOT / "changelog.d").values() for entry in entries}


def test_assembling_leaves_released_sections_as_they_are() -> None:
    released = "\n## [0.1.0] - 2026-01-01\n\n### Added\n\n- Old.\n\n[0.1.0]: https://example.org\n"
    after = changelog.assembled("# Changelog\n\n## [Unreleased]\n\n- stale\n" + released, {"fixed": ["New."]})
    assert after == "# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- New.\n\n" + released.removeprefix("\n")


def workflow_steps() -> list[dict[str, Any]]:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert "concurrency" in workflow
    return [step for job in workflow["jobs"].values() for step in job.get("steps", ())]


def test_our_workflow_pins_its_actions_and_puts_no_expression_into_a_script() -> None:
    steps = workflow_steps()
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    pinned = re.findall(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", text, re.MULTILINE)
    assert len(pinned) == sum("uses" in step for step in steps) > 0
    assert not [step["run"] for step in steps if "${{" in step.get("run", "")]
    checkouts = [step["with"] for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts == [{"persist-credentials": False}]
