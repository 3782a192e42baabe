from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agent_ci.errors import InfrastructureError
from bench.real.cases import Case, Commit
from bench.real.fetch import Cache
from bench.real.judge import PLAUSIBLE, SAME, Size
from bench.real.measure import Request, judged
from bench.real.prepare import Prepared, check, copy_of, git, objections, place, prepare, run_tests
from tests.bench import things
from tests.bench.things import BUGGY, FIXED, HARMFUL, OTHER_WAY

NEWER_TEST = "from things import double\n\ndef test_double():\n    assert double(5) == 10\n"
OTHER_TEST = "from things import half\n\ndef test_half():\n    assert half(5) == 2.5\n"
HALF = ("tests/test_half.py",)
FACTS = {"case": "a", "package": "b", "outcome": "fixed"}

CASE = replace(things.CASE, run=("tests/test_double.py", "tests/test_half.py"))


@dataclass(frozen=True)
class LocalCache(Cache):
    """Source trees that lie here already, and the Python that runs these tests."""

    def python(self, requirements: tuple[str, ...]) -> Path:
        del requirements
        return Path(sys.executable)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    for version, code in (("1.0", BUGGY), ("1.1", FIXED)):
        tree = tmp_path / "source" / f"things-{version}"
        (tree / "src").mkdir(parents=True)
        (tree / "tests").mkdir()
        (tree / "src" / "things.py").write_text(code)
        (tree / "tests" / "test_half.py").write_text(OTHER_TEST)
        (tree / "table.txt").write_text(f"{version}\n")
    (tmp_path / "source" / "things-1.1" / "tests" / "test_double.py").write_text(NEWER_TEST)
    return LocalCache(tmp_path, (), ())


def test_a_commit_is_laid_out_with_what_its_archives_leave_out(tmp_path: Path) -> None:
    upstream = tmp_path / "upstream"
    upstream.mkdir()
    git(upstream, "init", "--quiet")
    for number in ("1", "2"):
        (upstream / "a.py").write_text(f"x = {number}\n")
        (upstream / ".gitattributes").write_text("tests export-ignore\n")
        (upstream / "tests").mkdir(exist_ok=True)
        (upstream / "tests" / "test_a.py").write_text(f"assert {number}\n")
        git(upstream, "add", "--all")
        git(upstream, "commit", "--quiet", "--message", number)
    first = Commit(str(upstream), git(upstream, "rev-parse", "HEAD~1").strip())
    tree = LocalCache(tmp_path / "cache", (), ()).source("things", first)
    assert (tree / "a.py").read_text() == "x = 1\n"
    assert (tree / "tests" / "test_a.py").read_text() == "assert 1\n"
    with pytest.raises(InfrastructureError, match="ended with exit code"):
        LocalCache(tmp_path / "cache", (), ()).source("things", replace(first, id="0" * 40))


def test_the_repository_is_the_buggy_release_and_then_the_tests_of_its_fix(cache: Cache) -> None:
    repository = prepare(CASE, cache).repository
    assert git(repository, "log", "--format=%s", "--name-only").splitlines() == [
        "Add the tests of a bug report",
        "",
        "tests/test_double.py",
        "Release 1.0",
        "",
        "src/things.py",
        "table.txt",
        "tests/test_half.py",
    ]
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "branch", "--show-current") == "main\n"


def test_a_file_that_the_release_itself_ignores_is_committed_all_the_same(cache: Cache) -> None:
    (cache.root / "source" / "things-1.0" / ".gitignore").write_text("*.py\n")
    assert "src/things.py" in git(prepare(CASE, cache).repository, "ls-files")


def test_a_case_that_is_what_it_says_is_checked_once(cache: Cache) -> None:
    prepared = prepare(CASE, cache)
    checked = check(prepared)
    assert (checked.objections, checked.red, checked.green) == ((), CASE.failing, 2)
    assert checked.human == Size(2, 1)
    (prepared.repository / "src" / "things.py").unlink()
    assert check(prepared) == checked


@pytest.mark.parametrize(
    ("case", "objection"),
    [
        pytest.param(
            replace(CASE, placed=HALF, run=HALF, failing=("tests/test_half.py::test_half",)),
            "was to fail before the fix and passed",
            id="not-red",
        ),
        pytest.param(replace(CASE, source=HALF), "still fails with the human fix", id="not-green"),
    ],
)
def test_a_case_that_is_not_what_it_says_is_not_believed(cache: Cache, case: Case, objection: str) -> None:
    prepared = prepare(case, cache)
    assert any(objection in sentence for sentence in check(prepared).objections)
    assert not prepared.state().exists()


def test_every_disagreement_between_the_runs_and_the_data_is_named() -> None:
    before = {"a": "failed", "b": "passed"}
    after = {"a": "failed"}
    case = replace(CASE, failing=("b", "c"))
    assert list(objections(case, before, after)) == [
        "b was to fail before the fix and passed.",
        "c was to fail before the fix and was not run.",
        "a failed before the fix and was not expected to.",
        "a still fails with the human fix.",
        "b was not run with the human fix.",
        "c was not run with the human fix.",
    ]


def test_a_test_counts_by_its_worst_phase_and_a_broken_file_by_its_name(cache: Cache) -> None:
    prepared = prepare(CASE, cache)
    with copy_of(prepared.repository) as tree:
        (tree / "tests" / "test_more.py").write_text(
            "import pytest, unittest\n"
            "@pytest.fixture\ndef late():\n    yield\n    raise OSError\n"
            "def test_teardown(late): pass\n"
            "@pytest.mark.skip\ndef test_skipped(): pass\n"
            "class T(unittest.TestCase):\n    def test_parts(self):\n"
            "        with self.subTest(1): assert 0\n        with self.subTest(2): assert 1\n"
        )
        (tree / "tests" / "test_torn.py").write_text("import no_such_module\n")
        outcomes = run_tests(prepared, tree, ("tests/test_more.py", "tests/test_torn.py"))
    assert outcomes == {
        "tests/test_more.py::test_teardown": "failed",
        "tests/test_more.py::test_skipped": "skipped",
        "tests/test_more.py::T::test_parts": "failed",
        "tests/test_torn.py": "failed",
    }


def test_a_run_without_a_result_is_not_a_green_run(cache: Cache) -> None:
    prepared = prepare(CASE, cache)
    with copy_of(prepared.repository) as tree:
        (tree / "tests" / "test_exit.py").write_text("import os\nos._exit(0)\n")
        with pytest.raises(InfrastructureError, match="pytest left no result"):
            run_tests(prepared, tree, ("tests/test_exit.py",))


@pytest.mark.parametrize(
    ("code", "kind", "passes", "broken"),
    [
        pytest.param(FIXED, SAME, True, (), id="human"),
        pytest.param(OTHER_WAY, PLAUSIBLE, True, (), id="another-way"),
        pytest.param(HARMFUL, PLAUSIBLE, True, ("tests/test_half.py::test_half",), id="breaks-another-test"),
        pytest.param(BUGGY + "\n", PLAUSIBLE, False, (), id="claims-what-is-not-so"),
    ],
)
def test_a_claimed_fix_is_run_again_and_compared(
    cache: Cache, code: str, kind: str, broken: tuple[str, ...], *, passes: bool
) -> None:
    prepared = prepare(CASE, cache)
    result = judged(prepared, FACTS, _patch(prepared, code))
    assert (result.kind, result.file_passes, result.broken) == (kind, passes, broken)


def test_judging_leaves_the_prepared_repository_as_it_was(cache: Cache) -> None:
    prepared = prepare(CASE, cache)
    judged(prepared, FACTS, _patch(prepared, FIXED))
    assert git(prepared.repository, "status", "--porcelain", "--ignored") == ""


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        pytest.param("notes.txt", "note\n", PLAUSIBLE, id="a-file-that-no-release-has"),
        pytest.param("table.txt", "2.0\n", PLAUSIBLE, id="data-of-its-own"),
        pytest.param("table.txt", "1.1\n", SAME, id="the-release-s-data"),
        pytest.param("tests/test_double.py", NEWER_TEST.replace("10", "int(10)"), PLAUSIBLE, id="a-test"),
        pytest.param("src/more.py", "a = 1  # one\n", SAME, id="the-release-s-new-module"),
    ],
)
def test_whatever_else_a_patch_changes_is_compared_too(cache: Cache, path: str, content: str, kind: str) -> None:
    (cache.root / "source" / "things-1.1" / "src" / "more.py").write_text("a = 1\n")
    prepared = prepare(CASE, cache)
    with copy_of(prepared.repository) as tree:
        place(CASE.source, prepared.fixed, tree)
        (tree / path).write_text(content)
        git(tree, "add", "--all")
        patch = git(tree, "diff", "--cached")
    assert judged(prepared, FACTS, patch).kind == kind


def _patch(prepared: Prepared, code: str) -> str:
    with copy_of(prepared.repository) as tree:
        (tree / "src" / "things.py").write_text(code)
        return git(tree, "diff")


def test_the_command_names_the_case_s_python_and_its_tests(tmp_path: Path) -> None:
    prepared = Prepared(CASE, tmp_path / "repository", tmp_path, tmp_path / "a b" / "python")
    request = Request(("known", "search"), 60, ("--model", "some/model"))
    command = request.command(prepared, tmp_path / "copy", tmp_path / "out")
    assert command[:4] == (sys.executable, "-m", "agent_ci", "fix")
    assert (
        command[command.index("--run") + 1]
        == f"'{tmp_path}/a b/python' -m pytest tests/test_double.py tests/test_half.py"
    )
    assert [command[at + 1] for at, word in enumerate(command) if word == "--proposer"] == ["known", "search"]
    assert command[-2:] == ("--model", "some/model")
