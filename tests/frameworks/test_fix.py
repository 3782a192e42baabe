"""`fix` on a red project of each ecosystem: repaired with the real tools, and verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.selectors import maven
from tests.frameworks.fixing import diff, is_verified, needs, repaired


@dataclass(frozen=True)
class Red:
    """A red project: *wrong* is a line of *path*, and *right* what repairs it. *red* and *green* are ids."""

    programs: tuple[str, ...]
    files: Mapping[str, str]
    path: str
    line: int
    wrong: str
    right: str
    red: tuple[str, ...]
    green: tuple[str, ...]
    given: Mapping[str, object] = field(default_factory=dict)


MAVEN_TEST = """package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MoneyTest {
    @Test
    void half() {
        assertEquals(2, Money.half(4));
    }

    @Test
    void none() {
        assertEquals(0, Money.half(0));
    }
}
"""
PROJECTS = {
    "maven": Red(
        ("mvn", "javac"),
        {
            "pom.xml": maven.POM,
            "src/main/java/shop/Money.java": maven.MONEY,
            "src/test/java/shop/MoneyTest.java": MAVEN_TEST,
        },
        "src/main/java/shop/Money.java",
        5,
        "        return amount / 3;",
        "        return amount / 2;",
        ("shop.MoneyTest::half",),
        ("build (maven)", "shop.MoneyTest::none"),
    ),
}


@pytest.mark.parametrize("project", PROJECTS.values(), ids=PROJECTS)
def test_a_red_test_is_repaired_and_verified(project: Red, tmp_path: Path) -> None:
    needs(*project.programs)
    reply = diff(project.path, project.line, project.wrong, project.right)
    run = repaired(tmp_path, project.files, reply, repeat=1, **project.given)
    assert run.outcome == "fixed", (run.document["reason"], run.objections)
    before = run.document["before"]
    assert (before["failed"] + before["errored"], before["passed"]) == (list(project.red), sorted(project.green))
    assert run.document["after"]["passed"] == sorted((*project.red, *project.green))
    assert is_verified(tmp_path, run)
