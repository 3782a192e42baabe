"""The bench of repairs: a stand-in says people's repair only where it is shown, and each tool's share is counted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from agent_ci.errors import UsageError
from bench.real.prepare import Prepared
from bench.repair.__main__ import main
from bench.repair.endpoint import Endpoint, cost, tokens
from bench.repair.mind import Mind, said
from bench.repair.peers import MINI, statement
from bench.repair.problems import Problem, of_folder
from bench.repair.trial import OURS, Trial, ratio, row, total
from bench.repositories import Small, write
from tests.bench import things

BEFORE = '''LIMIT = 3


def capped(n):
    """At most the limit."""
    return max(n, LIMIT)


def other(n):
    return n
'''
AFTER = BEFORE.replace("max(n", "min(n")
TEST = "from caps import capped\n\n\ndef test_capped():\n    assert capped(9) == 3\n"
BODY = "def capped(n):\n[...]\n    return max(n, LIMIT)"
LOOKS = "LOOK definition Basket.total"
TOOLS = [{"type": "function", "function": {"name": "bash", "parameters": {}}}]


def problem(repository: Path = Path(), before: str = BEFORE, after: str = AFTER) -> Problem:
    case = things.CASE
    return Problem.of(Prepared(case, repository, Path(), Path(sys.executable)), {"caps.py": before}, {"caps.py": after})


def asked(*texts: str) -> dict[str, Any]:
    roles = ("system", "user")
    return {"messages": [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]}


# What the stand-in says


def test_the_stand_in_tells_the_repair_where_the_whole_function_is_shown_without_its_docstring() -> None:
    answer = Mind(problem()).answer(asked("", f"code:\n{BODY}\n"))["content"]
    assert "-    return max(n, LIMIT)\n+    return min(n, LIMIT)\n" in answer


@pytest.mark.parametrize(
    ("system", "question", "answer"),
    [
        pytest.param(LOOKS, "def capped(n):\n[...]", "LOOK definition capped", id="it-read-the-name"),
        pytest.param(LOOKS, "def recapped(n):", "NO FIX", id="it-never-read-the-name"),
        pytest.param("", "def capped(n):", "NO FIX", id="there-are-no-looks"),
        pytest.param(LOOKS, "capped\n# What you asked to see\n", "NO FIX", id="it-looked-before"),
    ],
)
def test_the_stand_in_asks_once_to_see_what_it_read_the_name_of(system: str, question: str, answer: str) -> None:
    assert Mind(problem()).answer(asked(system, question))["content"].startswith(answer)


def test_of_what_is_no_function_the_stand_in_needs_the_lines_that_change() -> None:
    mind = Mind(problem(after=BEFORE.replace("LIMIT = 3", "LIMIT = 4")))
    assert mind.answer(asked(LOOKS, "caps.py"))["content"] == "LOOK read caps.py:1-1"
    assert "+LIMIT = 4" in mind.answer(asked(LOOKS, "LIMIT = 3"))["content"]


def test_a_function_that_is_longer_than_an_answer_is_asked_for_in_parts_that_overlap() -> None:
    rows = [f"    print('{number:096}')" for number in range(60)]
    before = "\n".join(["def capped(n):", *rows, "    return n", ""])
    mind = Mind(problem(before=before, after=before.replace("return n", "return -n")))
    asked_for = mind.answer(asked(LOOKS, "capped"))["content"]
    assert asked_for == "LOOK read caps.py:1-35\nLOOK read caps.py:35-62"
    lines = before.split("\n")
    first, second = "\n".join(lines[:35]), "\n".join(lines[34:62])
    assert "+    return -n" in mind.answer(asked(LOOKS, f"capped\n{first}\n[...]\n{second}"))["content"]
    assert "LOOK" in mind.answer(asked(LOOKS, f"{first}\n[...]\n" + "\n".join(lines[35:62])))["content"]


def test_in_a_shell_the_stand_in_reads_the_test_and_the_code_repairs_it_and_submits(tmp_path: Path) -> None:
    folder = Small.make(tmp_path / "repository", {"caps.py": BEFORE, "tests/test_double.py": TEST}).path
    mind, messages = Mind(problem(folder)), [{"role": "user", "content": "repair it"}]
    commands = []
    for _ in range(4):
        answer = dict(mind.answer({"messages": messages, "tools": TOOLS}))
        commands.append(json.loads(answer["tool_calls"][0]["function"]["arguments"])["command"])
        done = subprocess.run(commands[-1], shell=True, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S602 - as the peer does
        messages += [answer, {"role": "tool", "content": json.dumps({"output": done.stdout})}]
    assert (commands[0], commands[1]) == ("head -n 60 tests/test_double.py", "sed -n 4,6p caps.py")
    assert commands[3] == "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"
    assert (folder / "caps.py").read_text() == AFTER


def test_in_a_shell_the_stand_in_gives_up_where_what_it_reads_was_cut(tmp_path: Path) -> None:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "repair it"}]
    messages += [{"role": "assistant"}, {"role": "tool", "content": "cut"}] * 2
    answer = Mind(problem(tmp_path)).answer({"messages": messages, "tools": TOOLS})
    assert "COMPLETE_TASK" in answer["tool_calls"][0]["function"]["arguments"]


def test_what_a_shell_printed_is_read_out_of_its_packing() -> None:
    packed = json.dumps({"output_head": "a\nb", "output_tail": "c"})
    assert said({"role": "tool", "content": packed}) == "a\nb\nc"
    assert said({"role": "tool", "content": "plain"}) == "plain"


def test_a_repair_is_a_diff_that_git_applies_also_without_a_last_line_end(tmp_path: Path) -> None:
    folder = Small.make(tmp_path / "repository", {"caps.py": BEFORE.rstrip("\n")}).path
    repair = problem(before=BEFORE.rstrip("\n"), after=AFTER.replace("return n\n", "return +n")).repair
    subprocess.run(["git", "apply", "-"], cwd=folder, input=repair, text=True, check=True)
    assert (folder / "caps.py").read_text() == AFTER.replace("return n\n", "return +n")


# The endpoint


def test_the_endpoint_speaks_the_format_and_counts_all_that_is_said() -> None:
    request = asked("one two", f"three\n{BODY}")
    with Endpoint() as endpoint:
        endpoint.mind = Mind(problem())
        sent = Request(f"{endpoint.url}/chat/completions", json.dumps(request).encode(), method="POST")  # noqa: S310
        with urlopen(sent, timeout=10) as response:  # noqa: S310 - our own, on loopback
            body = json.load(response)
    message = body["choices"][0]["message"]
    assert message["content"] == Mind(problem()).answer(request)["content"]
    assert body["usage"]["prompt_tokens"] == 4 + 4 + tokens("one two") + tokens(f"three\n{BODY}")
    assert body["usage"]["completion_tokens"] == 4 + tokens(message["content"])


def test_tools_and_calls_cost_tokens() -> None:
    call = {"function": {"name": "bash", "arguments": '{"command": "ls"}'}}
    plain, tooled = asked("a", "b"), {**asked("a", "b"), "tools": TOOLS}
    assert cost(tooled, {})["prompt_tokens"] == cost(plain, {})["prompt_tokens"] + tokens(json.dumps(TOOLS))
    assert cost(plain, {"tool_calls": [call]})["completion_tokens"] == 4 + tokens('bash{"command": "ls"}')


# Cases in a folder


def test_a_folder_of_cases_is_read_and_what_is_no_case_is_named(tmp_path: Path) -> None:
    cases = tmp_path / "cases"
    write(cases / "good", {"case.toml": 'run = ["test_caps.py"]', "red/caps.py": BEFORE, "red/test_caps.py": TEST})
    write(cases / "good", {"fixed/caps.py": AFTER})
    write(cases / "no-run", {"case.toml": "", "red/caps.py": BEFORE, "fixed/caps.py": AFTER})
    write(cases / "test", {"case.toml": 'run = ["."]', "red/test_caps.py": TEST, "fixed/test_caps.py": ""})
    write(cases / "torn", {"case.toml": "run ="})
    found = list(of_folder(cases, tmp_path / "scratch"))
    [good] = [one for one in found if isinstance(one, Problem)]
    assert good.prepared.case.failing == ("test_caps.py::test_capped",)
    assert [piece.block.name for piece in good.touched] == ["capped"]
    assert "- test_caps.py::test_capped\n" in statement(good)
    assert [one.partition(":")[0] for one in found if isinstance(one, str)] == ["no-run", "test", "torn"]


def test_a_folder_without_cases_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=r"no folder with a case\.toml"):
        list(of_folder(tmp_path, tmp_path))
    assert main(["--cases", str(tmp_path)]) == UsageError.outcome.exit_code
    assert "bench.repair --help" in capsys.readouterr().err


# What is printed


def trials() -> Sequence[Trial]:
    return (
        Trial("a", OURS, proven=True, others_green=True, calls=1, prompt_tokens=300, own=1.0, tests=2.0),
        Trial("a", MINI, proven=True, others_green=True, calls=4, prompt_tokens=1000, own=9.0),
        Trial("b", OURS, calls=3, prompt_tokens=900),
        Trial("b", MINI, is_wrong=True, calls=2, prompt_tokens=1000),
        Trial("c", OURS, calls=1, prompt_tokens=500),
        Trial("c", MINI, error="it is not there"),
    )


def test_the_totals_say_what_was_fixed_claimed_and_spent() -> None:
    assert total(trials(), OURS) == (
        "agent-ci: 1 of 3 fixed, 0 wrong claims; calls 1 in the median and 5 in all; prompt tokens 500 in the median "
        "and 1,700 in all; completion tokens 0; seconds 1 own, 2 of tests"
    )
    assert total(trials(), MINI).startswith("mini-swe-agent: 1 of 2 fixed, 1 wrong claims; calls 3 in the median")
    assert total((), MINI) == "mini-swe-agent: nothing was measured"


def test_the_ratio_is_over_the_cases_that_both_were_measured_on() -> None:
    assert ratio(trials()).startswith("prompt tokens: 0.60 of the peer's over 2 cases, and 0.60 in the median case")
    assert ratio(trials()[:1]) == "no prompt tokens of the peer were counted"


def test_a_wrong_claim_and_what_was_not_measured_are_shown_as_such() -> None:
    shown = [row(trial)[2] for trial in trials()]
    assert shown == ["yes", "yes", "no", "WRONG CLAIM", "no", "not measured"]
