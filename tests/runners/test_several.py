"""Several runners share one copy, where no link leads them out of it, and one limit of time; none stands for all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.report import TestCase
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.ports import Screen, Tree, Version, Workspace
from agent_ci.runners.framework import FrameworkRunner
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.several import Several
from agent_ci.runners.unittest import Unittest
from bench.repositories import write
from tests.trees import Files

Open = Callable[[Mapping[str, str]], Workspace]
GREEN = '<testsuite><testcase classname="a" name="x"/></testsuite>'


@dataclass(frozen=True)
class Scripted:
    """A framework whose steps are *scripts* of a shell, which know the outbox as $OUTBOX and the desk as $DESK."""

    scripts: tuple[Step, ...]
    name: str = "scripted"
    command = ("./run",)

    def steps(self, place: Place, _only: tuple[str, ...]) -> tuple[Step, ...]:
        around = {"OUTBOX": str(place.outbox), "DESK": str(place.desk)}
        return tuple(replace(step, environment={**step.environment, **around}) for step in self.scripts)

    def id_of(self, case: TestCase, _place: Place) -> str:
        return f"{self.name}-{case.id}"


def script(text: str, **facts: object) -> Step:
    """A step that runs *text* and says that its one test is green."""
    return Step(("sh", "-c", f"{text}\nprintf %s '{GREEN}'"), tells=True, **facts)  # type: ignore[arg-type]


def run(workspace: Workspace, checkout: Path, *scripts: Step, folder: str = "", timeout: float = 60) -> tuple[str, ...]:
    """The ids of what ran when each of *scripts* is a runner of its own, the last one in *folder*."""
    places = [""] * (len(scripts) - 1) + [folder]
    runners = tuple(
        FrameworkRunner(Scripted((step,), str(number)), place, checkout, dict(os.environ))
        for number, (step, place) in enumerate(zip(scripts, places, strict=True))
    )
    return Several(runners, {}).run(workspace, timeout=timeout).ids()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    write(
        folder,
        {
            "web/node_modules/plain/index.js": "",
            "web/node_modules/@scope/part/index.js": "",
            "web/vendor/autoload.php": "<?php",
            "web/vendor/composer/autoload_real.php": "<?php",
            "web/vendor/acme/tool/run.php": "<?php",
            "web/deps/a/mix.exs": "",
            "web/mix.exs": "",
        },
    )
    return folder


@pytest.mark.parametrize(
    "place", ["web", "web/node_modules", "web/node_modules/@scope", "web/vendor", "web/vendor/acme", "web/deps"]
)
def test_packages_are_not_linked_through_what_code_left(
    checkout: Path, workspace: Open, tmp_path: Path, place: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    leaves = f"rm -rf {place}; mkdir -p $(dirname {place}); ln -s {outside} {place}"
    copy = workspace({"web/package.json": "{}"})
    assert run(copy, checkout, script(leaves), script("")) == ("0-a::x", "1-a::x")
    assert list(outside.iterdir()) == []


def test_what_code_left_in_the_place_of_packages_stays_and_the_others_are_linked(
    checkout: Path, workspace: Open
) -> None:
    copy = workspace({"web/package.json": "{}"})
    run(copy, checkout, script("rm -rf web/node_modules; echo hello >web/node_modules"), script(""))
    assert (copy.root / "web/node_modules").read_text() == "hello\n"
    assert (copy.root / "web/vendor/acme/tool").is_symlink()


def test_a_file_of_the_commit_that_is_named_as_a_folder_of_packages_stays(checkout: Path, workspace: Open) -> None:
    copy = workspace({"web/node_modules": "a file", "web/vendor": "another", "web/deps": "a third"})
    assert run(copy, checkout, script("")) == ("0-a::x",)
    assert (copy.root / "web/node_modules").read_text() == "a file"


LEAVES = {
    "a link in the outbox": "ln -s {0} $OUTBOX/told.txt; ln -s {0} $OUTBOX/junit_kit",
    "another name of the file": "ln {0} $OUTBOX/told.txt; mkdir $OUTBOX/junit_kit; ln {0} $OUTBOX/junit_kit/start.sh",
    "a pipe": "mkfifo $OUTBOX/told.txt",
    "other content": "echo wrong >$OUTBOX/told.txt",
}


@pytest.mark.parametrize("leaves", LEAVES.values(), ids=LEAVES)
def test_what_is_told_to_a_step_is_ours_and_written_nowhere_else(
    workspace: Open, tmp_path: Path, checkout: Path, leaves: str
) -> None:
    mine = tmp_path / "rc"
    mine.write_text("mine")
    told = script('[ "$(cat $DESK/told.txt)" = right ] && [ -s $DESK/junit_kit/start.sh ] || exit 3',
                  kit="junit_kit", files={"told.txt": "right"})  # fmt: skip
    copy = workspace({})
    assert run(copy, checkout, script(leaves.format(mine)), told) == ("0-a::x", "1-a::x")
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    "leaves",
    [
        "rm -rf $DESK; ln -s {0} $DESK",
        "rm $DESK/told.txt; ln -s {0}/rc $DESK/told.txt",
        "rm $DESK/told.txt; ln {0}/rc $DESK/told.txt",
        "rm -r $DESK/junit_kit; ln -s {0} $DESK/junit_kit",
    ],
)
def test_a_step_finds_what_it_is_told_or_does_not_run(
    workspace: Open, tmp_path: Path, checkout: Path, leaves: str
) -> None:
    mine = tmp_path / "rc"
    mine.write_text("mine")
    first, second = (
        script(text, kit="junit_kit", files={"told.txt": "right"})
        for text in (leaves.format(tmp_path), '[ "$(cat $DESK/told.txt)" = right ] || exit 3')
    )
    runner = FrameworkRunner(Scripted((first, second)), "", checkout, dict(os.environ))
    try:
        assert not runner.run(workspace({}), timeout=60).red
    except UnsupportedError as error:
        assert "symbolic link" in str(error)  # noqa: PT017 - either is right
    assert (mine.read_text(), sorted(tmp_path.iterdir())) == ("mine", [checkout, mine])


def test_reports_of_elsewhere_are_not_removed(workspace: Open, tmp_path: Path, checkout: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere, {"report.xml": GREEN})
    leaves = f"rm -rf web; ln -s {elsewhere} web"
    with pytest.raises(UnsupportedError, match="symbolic link"):
        run(workspace({"web/a": ""}), checkout, script(leaves), Step(("true",), ("report.xml",)), folder="web")
    assert (elsewhere / "report.xml").read_text() == GREEN


def test_the_limit_of_time_is_that_of_all_runners_together(workspace: Open, checkout: Path) -> None:
    with pytest.raises(InfrastructureError, match=r"those of . the last, did not finish within 2 s"):
        run(workspace({}), checkout, script("sleep 1.2"), script("sleep 1.2"), timeout=2)


def test_a_runner_that_cannot_run_says_why_and_not_that_time_is_over(workspace: Open, checkout: Path) -> None:
    with pytest.raises(InfrastructureError, match="cannot be run here"):
        run(workspace({}), checkout, script(""), Step(("no-such-program-here",), tells=True))


def test_no_command_is_told_that_would_run_the_first_alone(checkout: Path) -> None:
    first = Unittest(Interpreter(sys.executable, "3.11", "", (".",)))
    runners = (first, FrameworkRunner(Scripted(()), "", checkout, {}))
    told = Several(runners, {}).toolchain
    assert (told["runner"], told["command"], told["also"]) == ("unittest", "", "scripted")
    assert Several(runners, {}, "make check").toolchain["command"] == "make check"


def test_one_of_which_the_others_are_left_out_tells_its_command_and_what_is_left_out() -> None:
    alone = Unittest(Interpreter(sys.executable, "3.11", "", (".",)))
    assert Several((alone,), {}, without="maven").toolchain == {**alone.toolchain, "without": "maven"}


@dataclass(frozen=True)
class AtOnce(Unittest):
    """A runner whose screen lets none pass, and that notes which tests it would try many versions by."""

    asked: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=list, compare=False)
    most = 1

    def screen(
        self, workspace: Workspace, tree: Tree, red: tuple[str, ...], green: tuple[str, ...], *, timeout: float
    ) -> Screen:
        del workspace, tree, timeout
        self.asked.append((red, green))
        return self

    def passing(self, versions: Sequence[Version], *, timeout: float) -> frozenset[int]:
        del versions, timeout
        return frozenset()


def test_many_versions_are_tried_by_the_one_whose_tests_are_red_and_by_its_own_green_ones(workspace: Open) -> None:
    python = Interpreter(sys.executable, "3", "", ())
    one, other = AtOnce(python), Unittest(python, ("x",))
    several, tree = Several((one, other), {"a": one, "b": one, "c": other}), Files({})

    assert several.screen(workspace({}), tree, ("a",), ("b", "c"), timeout=1) is one
    assert one.asked == [(("a",), ("b",))]
    for red in (("c",), ("a", "c"), ("unknown",)):
        with pytest.raises(UnsupportedError, match="not those of one runner"):
            several.screen(workspace({}), tree, red, (), timeout=1)
