from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from agent_ci import isolation, settings
from agent_ci.confine.probing import Probes
from agent_ci.errors import SandboxUnavailableError, UsageError
from agent_ci.isolation import Choice
from agent_ci.ports import Completed, Sandbox
from agent_ci.settings import Settings

PLAIN = {"PATH": os.environ["PATH"], "HOME": str(Path.home())}
SECRET = {"DEPLOY_TOKEN": "canary-4f9a1c77e2"}


def chosen(repository: Path, **values: object) -> Settings:
    return settings.merged({"repository": str(repository), **values})


def choose(repository: Path, environment: dict[str, str] | None = None, **values: object) -> Choice:
    return isolation.choose(chosen(repository, **values), {**PLAIN, **(environment or {})}, observe)


def observe(_: Completed) -> None:
    """Nobody watches."""


def test_auto_takes_the_highest_tier_whose_probes_all_pass_and_says_why_not_a_higher_one(tmp_path: Path) -> None:
    choice = choose(tmp_path)
    if choice.isolation.tier == "none":
        pytest.skip(f"no tier works here: {choice.isolation.why_not_higher}")
    assert choice.isolation.tier == choice.sandbox.isolation.tier
    assert "ALLOWED" not in choice.isolation.probes.values()
    assert len(choice.isolation.probes) > 10
    assert choice.isolation.why_not_higher
    assert choice.warning == ""


def test_a_tier_whose_tools_are_missing_is_passed_over_and_the_repair_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    choice = choose(tmp_path)
    assert choice.isolation.tier in ("landlock", "none")
    assert "bubblewrap: bubblewrap is not installed; `apt install bubblewrap` repairs that" in (
        choice.isolation.why_not_higher
    )


def test_a_tier_that_lets_one_thing_through_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bubblewrap that confines nothing: what is set up does not count, only what the probes see."""
    _install_a_bubblewrap_that_confines_nothing(tmp_path, monkeypatch)
    with pytest.raises(SandboxUnavailableError, match=r"'bubblewrap' cannot be had here: .*promises.*read_outside"):
        choose(tmp_path, sandbox="bubblewrap")
    choice = choose(tmp_path)
    assert choice.isolation.tier != "bubblewrap"
    assert "read_outside" in choice.isolation.why_not_higher


_FAKE = """#!/usr/bin/python3
import os, sys
if "--help" in sys.argv:
    print("--args --size"); sys.exit()
words = open(int(sys.argv[2]), "rb").read().decode().split("\\0")[:-1]
os.chdir(words[words.index("--chdir") + 1])
environment = {words[i + 1]: words[i + 2] for i, word in enumerate(words) if word == "--setenv"}
command = sys.argv[sys.argv.index("--") + 1 :]
os.execvpe(command[0], command, environment)
"""


def _install_a_bubblewrap_that_confines_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "bwrap"
    program.parent.mkdir()
    program.write_text(_FAKE, "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


@pytest.mark.parametrize("tier", ["container", "bubblewrap", "landlock"])
def test_a_sandbox_that_was_named_and_cannot_be_had_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tier: str
) -> None:
    def refuse(_sandbox: Sandbox, **_: object) -> Probes:
        raise SandboxUnavailableError("the kernel said no")

    monkeypatch.setattr(isolation, "probe", refuse)
    with pytest.raises(SandboxUnavailableError, match=f"the sandbox '{tier}' cannot be had here: "):
        choose(tmp_path, sandbox=tier)


def test_the_tier_that_promises_nothing_runs_also_where_it_cannot_be_probed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_sandbox: Sandbox, **_: object) -> Probes:
        raise SandboxUnavailableError("no Python")

    monkeypatch.setattr(isolation, "probe", refuse)
    choice = choose(tmp_path, sandbox="none")
    assert (choice.isolation.tier, choice.isolation.probes) == ("none", {})


@pytest.fixture
def nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which only the tier none can be had."""

    def only_none(sandbox: Sandbox, **_: object) -> Probes:
        if sandbox.isolation.tier != "none":
            raise SandboxUnavailableError("the kernel said no")
        return Probes({"read_outside": "ALLOWED"}, 0.0)

    monkeypatch.setattr(isolation, "probe", only_none)


@pytest.mark.usefixtures("nothing_works")
class TestWhereNothingWorks:
    def test_a_job_without_secrets_runs_unconfined_and_says_so_loudly(self, tmp_path: Path) -> None:
        choice = choose(tmp_path)
        assert choice.isolation.tier == "none"
        assert choice.isolation.probes == {"read_outside": "ALLOWED"}
        assert "the kernel said no" in choice.isolation.why_not_higher
        assert choice.warning.startswith("repository code runs without isolation")

    def test_a_job_with_a_secret_does_not_run(self, tmp_path: Path) -> None:
        with pytest.raises(SandboxUnavailableError, match=r"DEPLOY_TOKEN.*--min-isolation none"):
            choose(tmp_path, SECRET)

    @pytest.mark.parametrize("values", [{"sandbox": "none"}, {"min_isolation": "none"}], ids=str)
    def test_who_accepts_the_risk_by_name_may_run_it_with_a_secret(
        self, tmp_path: Path, values: dict[str, object]
    ) -> None:
        choice = choose(tmp_path, SECRET, **values)
        assert choice.isolation.tier == "none"
        assert choice.warning

    @pytest.mark.parametrize("least", ["landlock", "bubblewrap", "container"])
    @pytest.mark.parametrize("sandbox", ["auto", "none"])
    def test_less_than_the_minimum_ends_the_run_with_the_reason_and_a_repair(
        self, tmp_path: Path, least: str, sandbox: str
    ) -> None:
        with pytest.raises(SandboxUnavailableError, match=f"asks for '{least}'.*--min-isolation none"):
            choose(tmp_path, min_isolation=least, sandbox=sandbox)


def test_a_container_is_tried_only_where_an_image_is_named(tmp_path: Path) -> None:
    assert "container: no container-image is set" in choose(tmp_path, sandbox="auto").isolation.why_not_higher + ""
    named = choose(tmp_path, container_image="localhost/none:1").isolation.why_not_higher
    assert "no container engine here has the image 'localhost/none:1'" in named


@pytest.mark.parametrize("name", ["DEPLOY_TOKEN", "URL", "COPY"])
def test_a_variable_that_holds_a_secret_is_not_passed_to_the_tests(tmp_path: Path, name: str) -> None:
    environment = {**SECRET, "COPY": SECRET["DEPLOY_TOKEN"], "URL": f"https://a:{SECRET['DEPLOY_TOKEN']}@example.com/"}
    with pytest.raises(UsageError, match=f"pass-env: {name} holds the secret DEPLOY_TOKEN"):
        choose(tmp_path, environment, pass_env=(name,), sandbox="none")


def test_a_variable_without_a_secret_is_passed(tmp_path: Path) -> None:
    choice = choose(tmp_path, {**SECRET, "DATABASE": "sqlite://"}, pass_env=("DATABASE",), sandbox="none")
    assert getattr(choice.sandbox, "environment", {})["DATABASE"] == "sqlite://"


@pytest.mark.parametrize("folder", ["/", "{home}", "relative", "{repository}"])
def test_a_folder_that_holds_something_private_cannot_be_made_readable(tmp_path: Path, folder: str) -> None:
    name = folder.format(home=Path.home(), repository=tmp_path)
    with pytest.raises(UsageError, match="may-read: "):
        choose(tmp_path, may_read=(name,), sandbox="none")
