"""Two versions of a prompt are compared on the same cases, and the other one is really in force."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent_ci.core.questions.prompt import Template
from bench import prompts
from bench.prompts import in_force, main, rows
from bench.repair.trial import OURS, Trial, document

SAYS = "from agent_ci.templates import template; print(template('fresh.v1').text, end='')"


def test_another_text_is_read_by_what_is_started_while_it_is_in_force_and_no_longer(tmp_path: Path) -> None:
    def said() -> str:
        return subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True).stdout

    before, around = said(), dict(os.environ)
    with in_force({"fresh.v1": Template("fresh.v1", "Begin anew.\n")}, tmp_path):
        assert said() == "Begin anew.\n"
    assert (said(), dict(os.environ)) == (before, around)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("fresh.v0=text.md", "no prompt fresh.v0 is shipped with the package"),
        ("fresh.v1=absent.md", "is not ID=FILE of a prompt that is shipped and a text"),
        ("fresh.v1", "is not ID=FILE of a prompt that is shipped and a text"),
        ("looked.v2=text.md", "each of them and no other: more, shown"),
    ],
)
def test_what_cannot_stand_for_a_prompt_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], told: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.md").write_text("Only {{ more }}.\n", encoding="utf-8")
    assert main([told]) == 2
    assert sentence in capsys.readouterr().err


SHIPPED = (Trial("box", OURS, proven=True, calls=1, prompt_tokens=856), Trial("queue", OURS, calls=3, prompt_tokens=9))
CHANGED = (Trial("box", OURS, proven=True, calls=2, prompt_tokens=99), Trial("queue", OURS, error="no disk"))


def test_each_case_is_a_row_with_what_both_made_of_it() -> None:
    missing = Trial("elsewhere", OURS)
    assert [*rows((*SHIPPED, missing), CHANGED)] == [
        ("box", "yes", "yes", 1, 2, 856, 99),
        ("queue", "no", "not measured", 3, "", 9, ""),
    ]


@pytest.mark.parametrize(("then", "code"), [(SHIPPED, 0), (CHANGED, 1), (SHIPPED[:1], 1)])
def test_both_are_tried_on_the_same_cases_and_a_gap_is_no_success(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    then: tuple[Trial, ...],
    code: int,
) -> None:
    tried: list[Sequence[str]] = []

    def repair(arguments: Sequence[str]) -> int:
        tried.append(arguments[:-1])
        found = SHIPPED if len(tried) == 1 else then
        peers = Trial("box", "another", proven=True)
        Path(arguments[-1]).write_text(json.dumps(document([peers, *found], "nobody")), encoding="utf-8")
        return 0

    monkeypatch.setattr(prompts, "repair", repair)
    (tmp_path / "other.md").write_text("Begin anew.\n", encoding="utf-8")
    assert main([f"fresh.v1={tmp_path / 'other.md'}", "--only", "box"]) == code
    assert tried == [["--only", "box", "--json"]] * 2
    said = capsys.readouterr().out
    assert said.count(f"{OURS}: ") == 2
    assert f"fresh.v1 {Template('fresh.v1', 'Begin anew.' + chr(10)).sha256[:12]}: {OURS}: " in said
