"""A project that cannot be run here is left out and told of, and the others are run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from agent_ci import registry, toolchains
from agent_ci.audit import AuditLog
from agent_ci.core.budget import Budget
from agent_ci.core.outward.writer import Outward
from agent_ci.errors import InfrastructureError
from agent_ci.sandboxes.none import NoSandbox
from agent_ci.settings import checked, merged
from tests.red import FILES, RedRepository
from tests.trees import Files

LACK = "maven in the root: mvn cannot be found"


def programs(folder: Path, *names: str) -> str:
    """A folder for PATH with programs of these *names*, which are not started."""
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch(mode=0o755)
    return os.fspath(folder)


def test_a_project_without_its_tool_beside_a_python_suite_does_not_end_the_run(tmp_path: Path) -> None:
    path = programs(tmp_path / "bin", "java")
    for name in ("sh", "git"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")
    red = RedRepository.make(tmp_path, {**FILES, "pom.xml": "<project/>"})
    run = red.run("explain", environment={"PATH": path}, run="", repeat=1)
    assert (run.outcome, run.document["toolchain"]["runner"]) == ("explained", "pytest")
    assert run.document["toolchain"]["without"] == LACK
    assert f"- not all tests of the repository are run here, without {LACK}" in (
        (run.out / "explanation.md").read_text(encoding="utf-8").splitlines()
    )


POM, GRADLE = {"pom.xml": ""}, {"build.gradle": ""}
WRAPPED = {"pom.xml": "", "mvnw": ""}
MACHINES = {
    "maven": (POM, ("mvn", "java"), "", ""),
    "java alone": (POM, ("java",), "", LACK),
    "maven alone": (POM, ("mvn",), "", "maven in the root: java cannot be found"),
    "neither": (POM, (), "", "maven in the root: mvn and java cannot be found"),
    "maven, and java elsewhere": (POM, ("mvn",), "java", ""),
    "a wrapper of maven": (WRAPPED, ("java",), "", ""),
    "a wrapper of maven and no java": (WRAPPED, (), "", "maven in the root: java cannot be found"),
    "java without gradle": (GRADLE, ("java",), "", "gradle in the root: gradle cannot be found"),
    "a wrapper of gradle": ({**GRADLE, "gradlew": ""}, ("java",), "", ""),
}


@pytest.mark.parametrize(("files", "here", "of_java", "lack"), MACHINES.values(), ids=MACHINES)
def test_all_the_tools_of_a_project_are_needed_and_a_wrapper_stands_for_the_first(
    files: dict[str, str], here: tuple[str, ...], of_java: str, lack: str, tmp_path: Path
) -> None:
    environment = {"PATH": programs(tmp_path / "bin", *here)}
    if of_java:
        environment["JAVA_HOME"] = str(Path(programs(tmp_path / "java" / "bin", of_java)).parent)
    settings = merged(checked({"repository": str(tmp_path)}, source="the test"))
    setup = registry.Setup(settings, environment, AuditLog(tmp_path / "audit.jsonl", Outward()), Budget())
    try:
        toolchain = toolchains.runner(setup, NoSandbox({}), Files(files)).toolchain
    except InfrastructureError as error:
        assert str(error) == f"the tests cannot be run here: {lack}"  # noqa: PT017 - there is no other project
    else:
        assert (toolchain["runner"], lack) == ("gradle" if "build.gradle" in files else "maven", "")
