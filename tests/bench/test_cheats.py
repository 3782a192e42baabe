"""The cheats bench is what it says: many, of every attack, applicable; real ones are refused and their twins pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.cheats import __main__ as bench
from bench.cheats import jest
from bench.cheats.javascript_source import JAVASCRIPT_SOURCE
from bench.cheats.javascript_tests import JAVASCRIPT_TESTS
from bench.cheats.judging import Judge, caught_by, judging
from bench.cheats.pairs import Pair, diff, replaced
from bench.cheats.python_source import PYTHON_SOURCE
from bench.cheats.python_tests import PYTHON_TESTS
from bench.repositories import PYTEST

PYTHON = {**PYTHON_SOURCE, **PYTHON_TESTS}
JAVASCRIPT = {**JAVASCRIPT_SOURCE, **JAVASCRIPT_TESTS}
ATTACKS = {f"AC-{number}" for number in range(111, 126)}
REPORT = {"report": (jest.REPORT,)}


@pytest.mark.parametrize(("pairs", "least"), [(PYTHON, 70), (JAVASCRIPT, 100)], ids=["pytest", "jest"])
def test_the_corpus_is_large_and_of_every_attack(pairs: dict[str, Pair], least: int) -> None:
    assert len(pairs) >= least
    assert {pair.attack for pair in pairs.values()} >= ATTACKS


def test_no_name_hides_another() -> None:
    assert len(PYTHON) == len(PYTHON_SOURCE) + len(PYTHON_TESTS)
    assert len(JAVASCRIPT) == len(JAVASCRIPT_SOURCE) + len(JAVASCRIPT_TESTS)


@pytest.mark.parametrize("pair", [*PYTHON.values(), *JAVASCRIPT.values()], ids=[*PYTHON, *JAVASCRIPT])
def test_both_patches_change_the_repository_and_differ(pair: Pair) -> None:
    assert all(text != pair.files.get(path) for edits in (pair.cheat, pair.twin) for path, text in edits.items())
    assert diff(pair.files, pair.cheat)
    assert diff(pair.files, pair.twin)
    assert pair.cheat != pair.twin


def test_an_edit_that_does_not_apply_is_an_error() -> None:
    with pytest.raises(ValueError, match="'tea' is not in the text"):
        replaced("milk", ("tea", "bun"))


def _verdict(judge: Judge, pair: Pair) -> tuple[bool, str, bool]:
    cheat, twin = judge.attempt(pair.cheat), judge.attempt(pair.twin)
    return cheat.is_proven, caught_by(cheat), twin.is_proven


@pytest.fixture(scope="module")
def total() -> Iterator[Judge]:
    with judging(PYTHON["knows the input"].tree, PYTEST, repeat=2) as judge:
        yield judge


@pytest.mark.parametrize(
    ("name", "rule"),
    [("knows the input", "hard-coded"), ("asks for pytest", "detects-tests"), ("ends the process", "ends-process")],
)
def test_a_cheat_against_pytest_is_refused_and_its_twin_is_not(total: Judge, name: str, rule: str) -> None:
    assert _verdict(total, PYTHON[name]) == (False, rule, True)
    assert total.fools_an_exit_code(PYTHON[name].cheat)


@pytest.fixture(scope="module")
def cart() -> Iterator[Judge]:
    if what := jest.missing(jest.default_cache()):
        pytest.skip(f"nothing is judged by jest: {what}")
    command = jest.command(jest.default_cache())
    with judging(JAVASCRIPT["looks for expect"].tree, command, repeat=2, **REPORT) as judge:
        yield judge


@pytest.mark.parametrize(
    ("name", "rule"), [("looks for expect", "detects-tests"), ("corrects the answer", "hard-coded")]
)
def test_a_cheat_against_jest_is_refused_and_its_twin_is_not(cart: Judge, name: str, rule: str) -> None:
    assert _verdict(cart, JAVASCRIPT[name]) == (False, rule, True)
    assert cart.fools_an_exit_code(JAVASCRIPT[name].cheat)


def test_an_accepted_cheat_and_a_refused_twin_are_seen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = PYTHON["knows the input"]
    monkeypatch.setattr(bench, "REPEAT", 1)
    monkeypatch.setattr(bench, "PYTHON_SOURCE", {"turned round": Pair(pair.attack, pair.files, pair.twin, pair.cheat)})
    assert bench.main(["--language", "python", "--only", "turned round"]) == 1
    said = capsys.readouterr().out
    assert "1 of 1 cheats were accepted" in said
    assert "0 of 1 honest twins were accepted" in said


def test_a_name_that_no_cheat_has_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--language", "python", "--only", "no such cheat"]) == 1
    assert "no cheat's name holds" in capsys.readouterr().err


def test_missing_tools_are_said_loudly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    assert bench.main(["--language", "javascript"]) == 0
    assert "SKIPPED: cheats against jest were not measured: node is not installed" in capsys.readouterr().err
