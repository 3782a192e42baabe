"""Which lines each test of a real Maven and a real Gradle executes, and what is said where JaCoCo is not there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from agent_ci.core.coverage import Coverage
from agent_ci.core.frameworks.framework import Framework, Place
from agent_ci.core.frameworks.jvm import Gradle, Maven
from agent_ci.core.frameworks.recording import RECORDINGS
from agent_ci.errors import UnsupportedError
from agent_ci.ports import Command
from agent_ci.runners import framework as runners
from agent_ci.runners.coverage import Left
from agent_ci.runners.framework import FrameworkRunner
from agent_ci.runners.jacoco import find
from bench.selectors import maven
from bench.selectors.ecosystem import MissingToolError
from tests.frameworks.fixing import needs
from tests.runners.test_coverage import Open

RECORD = Path(runners.__file__).parent / "junit_kit" / "record.sh"
JUNIT_4 = tuple(f"/usr/share/java/{name}.jar" for name in ("junit4", "hamcrest-core"))
MONEY = """package shop;

public final class Money {
    public static int half(int amount) {
        if (amount > 3) {
            return amount / 2;
        }
        return amount;
    }
}
"""
TEST = """package shop;

IMPORT

public class MoneyTest {
    @Test
    public void big() {
        Assert.half(2, Money.half(4));
    }

    @Test
    public void small() {
        Money.half(1);
    }
}

class Assert {
    static void half(int expected, int is) {
        assert expected == is;
    }
}
"""
# The project counts by itself as well, with what could not be had here: that has to be turned off.
GRADLE = f"apply plugin: 'java'\napply plugin: 'jacoco'\ndependencies {{ testCompile files{JUNIT_4} }}\n"
# What Maven's tests count is asked for by the job `tests`.
PROJECTS: dict[str, tuple[Framework, str, dict[str, str]]] = {
    "gradle": (Gradle(), "import org.junit.Test;", {"settings.gradle": "", "build.gradle": GRADLE}),
}


def needs_jacoco(tool: str) -> None:
    needs("java", "javac", "jar", "mvn" if tool == "maven" else tool)
    try:
        find(tool, os.environ)
        if tool == "maven":
            maven.prepare(Path())
    except (UnsupportedError, MissingToolError) as error:
        pytest.skip(f"{tool} is NOT tested: {error}")
    if tool == "gradle" and not all(Path(path).is_file() for path in JUNIT_4):
        pytest.skip(f"gradle is NOT tested: {JUNIT_4} are not there")


@pytest.mark.parametrize("tool", PROJECTS)
def test_the_jvm_of_the_tests_counts_the_lines_of_one_test(workspace: Open, tool: str) -> None:
    needs_jacoco(tool)
    framework, imported, build = PROJECTS[tool]
    test = TEST.replace("IMPORT", imported)
    sources = {"src/main/java/shop/Money.java": MONEY, "src/test/java/shop/MoneyTest.java": test}
    opened = workspace({**build, **sources, "old/Money.class": "no class"})
    os.mkfifo(opened.root / "old/Pipe.class")
    found = FrameworkRunner(framework, "", Path("/nowhere"), dict(os.environ)).covered(
        opened, ("shop.MoneyTest::big",), timeout=300
    )
    assert found == Coverage(
        {
            "shop.MoneyTest::big": {
                "src/main/java/shop/Money.java": frozenset({5, 6}),
                "src/test/java/shop/MoneyTest.java": frozenset({5, 8, 9, 17, 19, 20}),
            }
        },
        executable={
            "src/main/java/shop/Money.java": frozenset({3, 5, 6, 8}),
            "src/test/java/shop/MoneyTest.java": frozenset({5, 8, 9, 13, 14, 17, 19, 20}),
        },
    )


def test_maven_does_not_let_the_project_count_by_itself_as_well() -> None:
    place = Place(Path("/copy"), Path("/outbox"), Path("/outbox/desk"), tools=("agent.jar", "core.jar"))
    [step] = Maven().steps(place, ("a.BTest::c",))
    recorded = RECORDINGS["maven"].prepared(step, place, "prefix")
    start = ("sh", "/outbox/desk/junit_kit/record.sh", "maven", "agent.jar", "core.jar", "/copy", "/outbox/prefix.xml")
    assert recorded.argv == (*start, *step.argv, "-Djacoco.skip=true")


def laid(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()


def of(layout: str, group: str, name: str, version: str, ending: str = "") -> str:
    jar = f"{name}-{version}{ending}.jar"
    return {
        "maven": f"home/.m2/repository/{group.replace('.', '/')}/{name}/{version}/{jar}",
        "gradle": f"home/.gradle/caches/modules-2/files-2.1/{group}/{name}/{version}/0a1b/{jar}",
        "debian": f"system/{jar}",
    }[layout]


def jacoco(layout: str, version: str, *, agent: str = "", asm: str = "9.7") -> tuple[str, ...]:
    core = of(layout, "org.jacoco", "org.jacoco.core", version)
    needed = (of(layout, "org.ow2.asm", name, asm) for name in ("asm", "asm-commons", "asm-tree"))
    return (of(layout, "org.jacoco", "org.jacoco.agent", version, agent), core, *needed)


def found_in(folder: Path, tool: str = "maven") -> tuple[str, ...]:
    agent, path = find(tool, {"HOME": f"{folder}/home"}, folder / "system")
    return tuple(each.removeprefix(f"{folder}/") for each in (agent, *path.split(":")))


@pytest.mark.parametrize(
    ("layout", "agent"), [("maven", "-runtime"), ("maven", ""), ("gradle", ""), ("gradle", "-runtime"), ("debian", "")]
)
def test_jacoco_is_found_as_each_tool_lays_it(tmp_path: Path, layout: str, agent: str) -> None:
    laid(tmp_path, *jacoco(layout, "0.8.12", agent=agent))
    tools = [tool for tool in ("maven", "gradle") if layout in (tool, "debian")]
    for tool in ("maven", "gradle"):
        if tool in tools:
            assert found_in(tmp_path, tool) == jacoco(layout, "0.8.12", agent=agent)
        else:  # its sandbox may not show it what the other downloaded
            with pytest.raises(UnsupportedError):
                found_in(tmp_path, tool)


def test_the_newest_version_of_which_both_are_there_is_taken(tmp_path: Path) -> None:
    newer = (
        of("maven", "org.jacoco", "org.jacoco.core", "0.8.13"),
        of("debian", "org.jacoco", "org.jacoco.agent", "0.9"),
    )
    unnamed = of("maven", "org.jacoco", "org.jacoco.core", "0.9-SNAPSHOT")
    older = (*jacoco("maven", "0.8.9", agent="-runtime", asm="9.10"), *jacoco("debian", "0.8.12", asm="9.9"))
    laid(tmp_path, *jacoco("maven", "0.8.12", agent="-runtime", asm="9.9"), *older, *newer, unnamed)
    laid(tmp_path, of("maven", "org.jacoco", "org.jacoco.agent", "0.8.12"))
    agent, core, *_ = jacoco("maven", "0.8.12", agent="-runtime")
    assert found_in(tmp_path) == (agent, core, *jacoco("maven", "0.8.9", asm="9.10")[2:])


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ((), "there is no agent and no core and no ASM of it in "),
        (jacoco("maven", "0.8.12")[1:], "no agent of it in "),
        (jacoco("maven", "0.8.12")[:2], "no ASM of it in "),
        (jacoco("maven", "0.8.12")[:-1], "no ASM of it in "),
        (jacoco("maven", "0.8.12")[:1] + jacoco("maven", "0.8.9")[1:], "no agent and core of it in one version in "),
    ],
    ids=["nothing", "no agent", "no asm", "an asm in parts", "two versions"],
)
def test_what_is_missing_is_said_before_any_test_is_run(
    tmp_path: Path, workspace: Open, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], said: str
) -> None:
    laid(tmp_path, *there)
    where = f"{tmp_path}/home/.m2/repository, {tmp_path}/system"
    monkeypatch.setattr("agent_ci.runners.jacoco._SYSTEM", tmp_path / "system")
    runner = FrameworkRunner(Maven(program="never started"), "", tmp_path, {"HOME": f"{tmp_path}/home"})
    with pytest.raises(UnsupportedError, match=f"{re.escape(said + where)}$"):
        runner.covered(workspace({}), timeout=60)


def test_the_agent_is_told_to_the_tool_in_its_own_way_and_the_exit_code_is_the_tools(tmp_path: Path) -> None:
    (tmp_path / "a-runtime.jar").write_bytes(b"the agent")
    for tool, other in (("maven", "AGENT_CI_JVM"), ("gradle", "JAVA_TOOL_OPTIONS")):
        kit = tmp_path / tool
        kit.mkdir()
        (kit / "record.sh").write_bytes(RECORD.read_bytes())
        told = (tool, f"{tmp_path}/a-runtime.jar", "", str(tmp_path), f"{tmp_path}/report.xml")
        started = 'echo "$AGENT_CI_JVM$JAVA_TOOL_OPTIONS"; [ -z "$OTHER" ] && exit 3'.replace("OTHER", other)
        done = subprocess.run(
            ["sh", kit / "record.sh", *told, "sh", "-c", started], capture_output=True, text=True, check=False
        )
        agent = done.stdout.strip().strip('"')
        assert agent.startswith(f"-javaagent:{kit}/jacocoagent.jar=destfile={kit}/executed,")
        assert (done.returncode, (kit / "jacocoagent.jar").read_bytes()) == (3, b"the agent")


PROGRAM = """package shop;

class Shop {
    public static void main(String[] told) {
        if (told.length > 5) {
            System.exit(1);
        }
    }
}
"""


def test_a_jacoco_that_cannot_read_the_classes_does_not_say_that_nothing_was_executed(workspace: Open) -> None:
    needs("java", "javac", "jar")
    try:
        agent, path = find("maven", os.environ)
    except UnsupportedError as error:
        pytest.skip(f"this is NOT tested: {error}")
    opened = workspace({"shop/Shop.java": PROGRAM})
    kit = opened.outbox / "kit"
    shutil.copytree(RECORD.parent, kit)

    def told_after(started: str, report: str) -> Coverage:
        argv = ("sh", f"{kit}/record.sh", "gradle", agent, path, str(opened.root), f"{opened.outbox}/{report}.xml")
        assert opened.run(Command((*argv, "sh", "-c", started), {}, 120)).exit_code == 0
        return Left(opened, "").read("jacoco", report, "t")

    known = told_after('javac -J-XX:TieredStopAtLevel=1 shop/Shop.java && java "$AGENT_CI_JVM" shop.Shop', "known")
    assert known == Coverage(
        {"t": {"shop/Shop.java": frozenset({5, 8})}}, executable={"shop/Shop.java": frozenset({3, 5, 6, 8})}
    )
    newer = told_after(r"printf '\377' | dd of=shop/Shop.class bs=1 seek=7 conv=notrunc", "newer")
    assert newer == Coverage(partial=("nothing tells which lines t executed",))
