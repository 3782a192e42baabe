"""No text is a command to a CI system any more once it was made inactive, and ordinary text stays as it is."""

from __future__ import annotations

import json
import random
import re
import time

import pytest

from agent_ci.core.outward.workflow import inactive, inactive_json, warning
from agent_ci.core.outward.writer import Outward, Sink
from tests.core.outward.runner_commands import commands

HOSTILE = {
    "AC-55 set-output": "::set-output name=a::b",
    "AC-55 add-mask": "::add-mask::a",
    "AC-55 stop-commands": "::stop-commands::t",
    "AC-55 add-matcher": "::add-matcher::m.json",
    "AC-55 error with a file": "::error file=a.py,line=1::no",
    "AC-55 internal": "::internal-set-repo-path repoFullName=a;workspaceRepo=true::/",
    "AC-56 no-break space": "\u00a0::set-output name=a::b",
    "AC-56 ideographic space": "\u3000\t ::set-output name=a::b",
    "AC-56 byte order mark": "\ufeff::set-output name=a::b",
    "AC-57 in the middle of a line": "text ##[set-env name=A]b",
    "AC-58 after a carriage return": "text\r::set-output name=a::b",
    "AC-59 split by colours": "##\x1b[0m[error]x",
    "AC-59 split by a link": ":\x1b]8;;x\x07:set-output name=a::b",
    "AC-60 nested": "##[##[add-path]/tmp]",
    "AC-60 a hash too many": "####[add-path]/tmp",
    "a line separator": "text\u2028::set-output name=a::b",
    "a next-line character": "text\x85::set-output name=a::b",
    "a vertical tab": "text\x0b::set-output name=a::b",
    "three colons": ":::set-output name=a::b",
    "split by a zero-width space": "#\u200b#[set-env name=A]b",
    "split by a tag": ":\U000e0041:set-output name=a::b",
    "split by NUL": ":\0:set-output name=a::b",
}


@pytest.mark.parametrize("sink", [Sink.LOG, Sink.TERMINAL, Sink.MARKDOWN])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_runner_finds_a_command_before_and_none_after(text: str, sink: Sink) -> None:
    assert commands(re.sub(r"\x1b\[0m|\x1b\]8;;x\x07", "", text))
    assert commands(Outward().to(sink, text)) == []


OTHERS = {
    "AC-61 GitLab": ("\x1b[0Ksection_start:1:a[collapsed=true]\r\x1b[0Kx", "section_start :1:a[collapsed=true]\nx"),
    "GitLab, the end": ("section_end:1:a", "section_end :1:a"),
    "Azure": ("x ##vso[task.setvariable variable=a]b", "x ## vso[task.setvariable variable=a]b"),
    "TeamCity": ("##teamcity[buildStop comment='x']", "## teamcity[buildStop comment='x']"),
    "Buildkite, a group": ("--- a group", " --- a group"),
    "Buildkite, an open group": ("^^^ +++", " ^^^ +++"),
    "Buildkite, a picture": ("\x1b]1338;url='https://x/?k'\x07x", "x"),
    "Travis": ("travis_fold:start:a", "travis_fold :start:a"),
    "GitHub": ("  ::group::a", "  : :group::a"),
    "GitHub's older form": ("a ##[group]b", "a ## [group]b"),
}


@pytest.mark.parametrize(("text", "expected"), OTHERS.values(), ids=OTHERS)
def test_changes_this(text: str, expected: str) -> None:
    assert Outward().to(Sink.LOG, text) == expected


UNCHANGED = {
    "a test's id": "FAILED tests/test_a.py::TestA::test_b[x::y] - assert 1 == 2",
    "a type of C++": "error: std::vector<int> in a::b::c",
    "headings": "# a\n## b\n### c [d](e)\n#[derive(Debug)]",
    "a diff": '--- a/x.py\n+++ b/x.py\n--- /dev/null\n+++ /dev/null\n--- "a/\\303\\244"\n@@ -1 +1 @@\n-x\n+y',
    "a rule": "----\n++++\n~~~~",
    "an address": "listening on ::1 and [::]:80",
}


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED)
def test_changes_nothing(text: str) -> None:
    assert inactive(text) == text


PIECES = (
    *("::", ":", "##[", "##", "#", "[", "]", "set-env", "error", "set-output name=a", "add-path", " ", "\t", "\n"),
    *("\r", "\u00a0", "\u3000", "\ufeff", "\u200b", "\u00ad", "\u2028", "\x85", "\x0b", "\x0c", "\x1c", "\0", "\x08"),
    *("\x1b[0m", "\x1b[31", "\x1b]0;", "\x07", "\x1b\\", "\x9b0m", "\x9d", "\x9c", "\x1b", "\U000e0041", "\u202e"),
    *("vso[", "::stop-commands::t", "name=A]b", "%0A", "\r\n", "\x1b(B", "\u2066", "\ufe0f", "\u180e", "\u3164", "x"),
)


def test_in_twenty_thousand_random_lines_the_runner_finds_no_command_and_nothing_changes_twice() -> None:
    chance = random.Random(20_000)  # noqa: S311 - a seed, no secret
    outward, found_before = Outward(), 0
    for _ in range(20_000):
        text = "".join(chance.choices(PIECES, k=chance.randint(2, 20)))
        said = outward.to(Sink.LOG, text)
        found_before += bool(commands(text))
        assert commands(said) == [], (text, said)
        assert outward.to(Sink.LOG, said) == said, (text, said)
    assert found_before > 2_000  # else the lines are too tame to tell


def test_json_stays_the_same_value_and_holds_no_command() -> None:
    value = {"a": "x ##[set-env name=A]b ##vso[x]", "section_start:1:a": ["##[##[a]"], "b": "::set-output::"}
    text = inactive_json(json.dumps(value, indent=2))
    assert json.loads(text) == value
    assert commands(text) == []
    assert "section_start:" not in text
    assert "##vso[" not in text


@pytest.mark.parametrize("piece", ["#", " ", "##[", "\x1b]", "::\n", "a", "-"])
def test_a_megabyte_of_marks_is_no_trouble(piece: str) -> None:
    started = time.process_time()
    Outward().to(Sink.LOG, piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 3


def test_a_warning_is_one_command_whatever_it_says() -> None:
    said = inactive("no model: 100 %\n::error::take this\r\n##[group]")
    line = warning(said)
    assert line == "::warning::no model: 100 %25%0A: :error::take this%0D%0A## [group]"
    assert commands(line) == commands("::warning::x")
