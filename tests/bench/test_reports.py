"""The bench of reports scores what it says: exact, partial, wrong, refused, and red that was taken for green."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

from bench.reports import __main__ as bench
from bench.reports import corpus, fuzz, guided
from bench.reports.corpus import Ending
from tests.core.xml.families import FAMILIES

RED = {"tests": 3, "failures": 1, "errors": 0, "skipped": 0}
FILES = {
    "junit.xml": (FAMILIES["JUnit"], RED),
    "trx.xml": (FAMILIES["TRX"], RED),
    "cut.xml": (FAMILIES["JUnit"][:-30], {**RED, "tests": 9}),
    "other.xml": (FAMILIES["JUnit"], {**RED, "tests": 9}),
    "green.xml": ("<testsuite><testcase name='a'/></testsuite>", RED),
    "page.xml": ("<html/>", RED),
    "no report.xml": ("<html/>", "error"),
    "unknown.xml": ("<html/>", None),
}


def made(folder: Path) -> Path:
    entries = []
    for name, (content, expected) in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
        digest = hashlib.sha256(content.encode()).hexdigest()
        entries.append({"path": name, "format": "x", "sha256": digest, "expected": expected})
    (folder / "manifest.jsonl").write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    return folder


def test_each_file_is_scored_by_what_was_read_of_it(tmp_path: Path) -> None:
    scored = {one.path: one for one in corpus.score(made(tmp_path))}
    assert {name: one.ending for name, one in scored.items()} == {
        "junit.xml": Ending.EXACT,
        "trx.xml": Ending.EXACT,
        "cut.xml": Ending.PARTIAL,
        "other.xml": Ending.WRONG,
        "green.xml": Ending.WRONG,
        "page.xml": Ending.REFUSED,
        "no report.xml": Ending.EXACT,
    }
    assert {name for name, one in scored.items() if one.is_false_green} == {"green.xml"}
    assert {name for name, one in scored.items() if one.anchor is Ending.EXACT} == {"junit.xml", "no report.xml"}
    assert [*corpus.rows([*scored.values()])][-1] == ("all", 7, 3, 1, 2, 1, 1, 2, 1)


def test_a_false_green_ends_the_bench_red_and_a_missing_corpus_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(["--corpus", str(made(tmp_path)), "--no-speed"]) == 1
    assert "wrong: green.xml: (1, 0, 0)" in capsys.readouterr().out
    assert bench.main(["--corpus", str(tmp_path / "none"), "--no-speed"]) == 0
    assert "SKIPPED: there are no reports at" in capsys.readouterr().err


def test_a_file_that_is_not_the_manifests_is_not_scored(tmp_path: Path) -> None:
    (made(tmp_path) / "trx.xml").write_text("<TestRun/>", encoding="utf-8")
    with pytest.raises(ValueError, match=r"trx\.xml is not the file that the manifest describes"):
        list(corpus.score(tmp_path))


def test_the_fuzzer_finds_a_reader_that_takes_red_for_green() -> None:
    assert fuzz.fuzz("JUnit", FAMILIES["JUnit"].encode(), 40, seed=0).bad == ()
    assert fuzz.fuzz("green", b"<testsuite><testcase name='a'/></testsuite><!-- -->", 40, seed=0).bad


def test_every_correction_says_why() -> None:
    corrections = json.loads(corpus.CORRECTIONS.read_text(encoding="utf-8"))
    assert all(len(entry["reason"]) > 20 for entry in corrections)
    assert len({entry["path"] for entry in corrections}) == len(corrections)


def test_the_guided_fuzzer_goes_on_from_what_reached_new_code_and_sees_a_reader_that_breaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search = guided.Search(random.Random(0))  # noqa: S311 - to be repeatable
    search.go({"JUnit": FAMILIES["JUnit"].encode()}, 60)
    assert (len(search.kept) > 1, search.bad) == (True, [])
    monkeypatch.setattr(guided, "parse", breaks_at_an_escape)
    search.go({}, 400)
    assert search.bad


def breaks_at_an_escape(chunks: list[bytes]) -> None:
    assert b"\x1b" not in b"".join(chunks)
