from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.errors import InfrastructureError, UnsupportedError, UsageError
from bench.real.__main__ import main
from bench.real.cases import CASES_FILE, SETS, Case, CaseFile, Commit, Release, load, objections
from bench.real.fetch import unpack
from bench.real.judge import (
    BEYOND,
    NOT_MEASURED,
    PLAUSIBLE,
    SAME,
    Size,
    candidates_tried,
    classify,
    grade,
    is_same_fix,
    patch_size,
)
from bench.real.measure import Result
from bench.real.report import HEADER, document, row, totals
from tests.bench.things import BUGGY, CASE, FIXED, HARMFUL, OTHER_WAY

ROW = Result("a-case", "things", "no_fix", BEYOND)


# The list of cases


def test_the_committed_cases_are_well_formed_and_spread_over_packages() -> None:
    cases = load().cases
    packages = Counter(case.package for case in cases)
    assert len(cases) >= 12
    assert len(packages) >= 10
    assert max(packages.values()) <= 3


def test_the_histories_are_of_other_packages() -> None:
    cases = load(SETS["commits"]).cases
    packages = {case.package for case in cases}
    assert len(cases) >= 30
    assert len(packages) >= 15
    assert packages.isdisjoint(case.package for case in load().cases)
    assert all(isinstance(state, Commit) for case in cases for state in (case.buggy, case.fixed))


@pytest.mark.parametrize("name", SETS)
def test_the_committed_cases_run_under_this_python(name: str) -> None:
    assert all(case.supports(sys.version_info[:2]) for case in load(SETS[name]).cases)


@pytest.mark.parametrize(
    ("spoiled", "objection"),
    [
        pytest.param(replace(CASE, id="A Case"), "not lower case words", id="id"),
        pytest.param(replace(CASE, package="pluggy"), "needed by the runner", id="package-under-pytest"),
        pytest.param(replace(CASE, fixed=CASE.buggy), "are the same", id="same-release"),
        pytest.param(replace(CASE, fixed=Release("1.1", "abc")), "has no SHA-256", id="hash"),
        pytest.param(replace(CASE, fixed=Commit("https://a.b/c", "abc")), "by its whole hash", id="short-commit"),
        pytest.param(replace(CASE, fixed=Commit("ext::sh", "0" * 40)), "is no https URL", id="repository"),
        pytest.param(replace(CASE, requirements=("other>=1",)), "is not pinned", id="unpinned"),
        pytest.param(replace(CASE, package="a.B", requirements=("A-b==1",)), "from the source tree", id="itself"),
        pytest.param(replace(CASE, requires_python="3.11"), "is not of the form", id="python"),
        pytest.param(replace(CASE, source=("../other.py",)), "leaves the source tree", id="parent"),
        pytest.param(replace(CASE, run=("/tests",)), "leaves the source tree", id="absolute"),
        pytest.param(replace(CASE, license=""), "license is empty", id="license"),
        pytest.param(replace(CASE, failing=()), "failing is empty", id="nothing-red"),
        pytest.param(
            replace(CASE, placed=("tests/test_x.py",)), "no failing test is in a file that is placed", id="not-placed"
        ),
        pytest.param(replace(CASE, source=CASE.placed), "both as a test and as fixed source", id="test-as-source"),
        pytest.param(replace(CASE, run=("tests/test_doubl",)), "is not below a path that is run", id="not-run"),
    ],
)
def test_a_spoiled_case_is_refused(spoiled: Case, objection: str) -> None:
    assert any(objection in sentence for sentence in objections(CaseFile((spoiled,), (), ())))


def test_a_good_case_meets_no_objection() -> None:
    assert not tuple(objections(CaseFile((CASE,), ("pip==1",), ("pytest==1",))))


def test_ids_are_unique_and_tools_are_pinned() -> None:
    said = tuple(objections(CaseFile((CASE, CASE), ("setuptools",), ())))
    assert said == ("The id a-case is used 2 times.", "The tool 'setuptools' is not pinned as NAME==VERSION.")


@pytest.mark.parametrize(
    "content", ["", "[[case]", '[[case]]\nid = "x"\n', "\x00"], ids=["empty", "toml", "keys", "nul"]
)
def test_a_file_that_is_no_list_of_cases_ends_in_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cases.toml"
    path.write_text(content)
    with pytest.raises(UsageError, match="cannot be read as a list of cases"):
        load(path)


def test_a_well_formed_file_with_a_wrong_case_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.toml"
    path.write_text(CASES_FILE.read_text(encoding="utf-8").replace('license = "MIT"', 'license = ""', 1))
    with pytest.raises(UsageError, match="license is empty"):
        load(path)


@pytest.mark.parametrize(
    ("requirement", "supported"),
    [(">=3.11", True), (">=3.12", False), (">=3.9,<3.12", True), (">=3.9,<3.11", False), ("any", False)],
)
def test_a_case_names_the_pythons_it_holds_under(requirement: str, *, supported: bool) -> None:
    assert replace(CASE, requires_python=requirement).supports((3, 11)) is supported


def test_an_unknown_case_is_named_with_the_ones_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "no-such-bug"]) == 2
    assert "there is no case 'no-such-bug'; choose from: " in capsys.readouterr().err


# Patches and classes


PATCH = """\
From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
From: someone <someone@example.invalid>
Date: Thu, 1 Jan 2026 00:00:00 +0000
Subject: [PATCH] Fix it

--- not a header
---
 a.py | 2 +-

diff --git a/a.py b/a.py
index 1..2 100644
--- a/a.py
+++ b/a.py
@@ -1,2 +1,3 @@
-a = 1
+a = 2
+b = 3
 c = 4
-- \n2.39.5
"""


def test_a_formatted_patch_is_counted_without_its_letter() -> None:
    assert patch_size(PATCH) == Size(2, 1)


def test_an_empty_patch_has_no_size() -> None:
    assert patch_size("") == Size(0, 0)


def test_a_torn_patch_is_not_counted() -> None:
    with pytest.raises(UnsupportedError, match="not a unified diff"):
        patch_size("--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,3 @@\n-a\n+b\n")


@pytest.mark.parametrize(
    ("note", "count"),
    [("tried 1,234 candidates", 1234), ("tried 1 candidate", 1), ("tried 3 candidates, tried 40 candidates", 40)],
)
def test_the_count_of_candidates_is_found_in_the_attempts(note: str, count: int) -> None:
    assert candidates_tried({"attempts": [{"note": note}]}) == count


def test_an_unsaid_count_stays_unknown() -> None:
    assert candidates_tried({"attempts": []}) is None


SETTER = (
    "class C:\n    @property\n    def a(self):\n        return 1\n"
    "    @a.setter\n    def a(self, value):\n        self.b = value\n"
)


@pytest.mark.parametrize(
    ("before", "patched", "human", "same"),
    [
        pytest.param(BUGGY, FIXED, FIXED, True, id="to-the-letter"),
        pytest.param(BUGGY, BUGGY.replace("+", "*"), FIXED, True, id="comments-do-not-count"),
        pytest.param(BUGGY, FIXED, FIXED + "def more(): pass\n", True, id="the-release-did-more"),
        pytest.param(
            "def f():\n 'a'\n return 1", "def f(): return 2", "def f():\n 'b'\n return 2", True, id="docstring"
        ),
        pytest.param(BUGGY, OTHER_WAY, FIXED, False, id="another-way"),
        pytest.param(BUGGY, HARMFUL, FIXED, False, id="and-something-else"),
        pytest.param(BUGGY, FIXED + "x = 1\n", FIXED, False, id="outside-of-functions"),
        pytest.param(BUGGY, BUGGY, BUGGY, False, id="nothing-changed"),
        pytest.param(BUGGY, FIXED.split("\n\n\n", maxsplit=1)[0], FIXED, False, id="a-function-less"),
        pytest.param(BUGGY + SETTER, FIXED + SETTER.replace("1", "2"), FIXED + SETTER, False, id="property-and-setter"),
        pytest.param(BUGGY, "def (", FIXED, False, id="not-python"),
    ],
)
def test_the_same_fix_is_the_same_syntax_in_what_was_changed(
    before: str, patched: str, human: str, *, same: bool
) -> None:
    assert is_same_fix(before, patched, human) is same


@pytest.mark.parametrize(
    ("outcome", "same", "kind"),
    [
        ("fixed", True, SAME),
        ("fixed", False, PLAUSIBLE),
        ("delivered", False, PLAUSIBLE),
        ("no_fix", False, BEYOND),
        ("budget_exhausted", False, BEYOND),
        ("policy_refused", False, BEYOND),
        ("infrastructure", False, NOT_MEASURED),
        ("cannot_reproduce", False, NOT_MEASURED),
        ("internal_error", False, NOT_MEASURED),
        ("nothing_to_do", False, NOT_MEASURED),
    ],
)
def test_only_a_run_that_tried_says_something_about_the_proposer(outcome: str, kind: str, *, same: bool) -> None:
    assert classify(outcome, same=same) == kind


# Sources

safe_archives = pytest.mark.skipif(
    not hasattr(tarfile, "data_filter"), reason="this Python unpacks no archive safely (3.11.4 and later do)"
)


@safe_archives
@pytest.mark.parametrize(
    "name", ["../outside.py", "/outside.py", "link"], ids=["parent", "absolute", "link-to-the-outside"]
)
def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path, name: str) -> None:
    member = tarfile.TarInfo(name if name.startswith(("/", "..")) else f"things-1.0/{name}")
    if name == "link":
        member.type, member.linkname = tarfile.SYMTYPE, "../../outside.py"
    archive = _archive(tmp_path, member)
    with pytest.raises(InfrastructureError, match="cannot be unpacked"):
        unpack(archive, tmp_path / "source" / "things-1.0")
    assert not list(tmp_path.rglob("outside.py"))
    assert not (tmp_path / "source" / "things-1.0").exists()


@safe_archives
def test_an_archive_is_unpacked_as_its_one_folder(tmp_path: Path) -> None:
    unpack(_archive(tmp_path, tarfile.TarInfo("things-1.0/a.py")), tmp_path / "source" / "things-1.0")
    assert [path.name for path in (tmp_path / "source").rglob("*.py")] == ["a.py"]


@safe_archives
@pytest.mark.parametrize(
    ("document", "good_for"),
    [
        ({"outcome": "no_fix"}, ""),
        ({"proof": {"doubts": []}}, "commit"),
        ({"proof": {"doubts": ["only 1 test(s) run the edited line"]}}, "suggest"),
    ],
)
def test_a_proof_with_a_doubt_is_a_suggestion(document: dict[str, object], good_for: str) -> None:
    assert grade(document) == good_for


def test_an_archive_of_two_folders_is_refused(tmp_path: Path) -> None:
    archive = _archive(tmp_path, tarfile.TarInfo("a/a.py"), tarfile.TarInfo("b/b.py"))
    with pytest.raises(InfrastructureError, match="cannot be unpacked"):
        unpack(archive, tmp_path / "source" / "things-1.0")


def _archive(folder: Path, *members: tarfile.TarInfo) -> Path:
    path = folder / "things-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO())
    return path


# What is shown


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        pytest.param(
            [],
            "0 of 0 fixed (0 the same as the human fix, 0 plausible; 0 of them break a test, 0 without a doubt), ",
            id="none",
        ),
        pytest.param(
            [
                replace(ROW, kind=SAME, file_passes=True, grade="commit"),
                replace(ROW, kind=PLAUSIBLE, file_passes=True, broken=("x",)),
                ROW,
                replace(ROW, kind=BEYOND.replace("offline ", "")),
                replace(ROW, kind=NOT_MEASURED),
            ],
            "2 of 4 fixed (1 the same as the human fix, 1 plausible; 1 of them break a test, 1 without a doubt), "
            "2 beyond the proposer, 1 not measured",
            id="one-of-each",
        ),
    ],
)
def test_the_totals_leave_out_what_was_not_measured(results: list[Result], sentence: str) -> None:
    assert totals(results).startswith(sentence)


def test_a_row_has_a_cell_for_each_column_and_the_class_last() -> None:
    measured = replace(ROW, kind=SAME, patch=Size(3, 1), human=Size(2, 2), seconds=1.25, candidates=7)
    result = replace(measured, file_passes=True, verified=True, grade="commit")
    assert dict(zip(HEADER, row(result), strict=True)) == {
        "case": "a-case",
        "package": "things",
        "outcome": "no_fix",
        "seconds": "1.2",
        "candidates": "7",
        "patch": "+3 -1",
        "human fix": "+2 -2",
        "test file": "passes",
        "broken elsewhere": "0",
        "verified": "yes",
        "good for": "commit",
        "class": SAME,
    }
    assert HEADER[-1] == "class"


def test_the_document_holds_every_case() -> None:
    cases = document([ROW])["cases"]
    assert isinstance(cases, list)
    assert cases[0]["kind"] == BEYOND


@pytest.mark.parametrize("option", ["--only", "--check", "--cache", "--json", "--proposer", "--time-limit"])
def test_the_program_explains_its_options(option: str) -> None:
    argv = (sys.executable, "-m", "bench.real", "--help")
    folder = Path(__file__).parents[2]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=True)
    assert option in done.stdout
