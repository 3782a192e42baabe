"""A model that asks to see more: exact numbers of calls, what they cost, and nothing from outside of the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.budget import Budget
from agent_ci.core.outward.writer import Known, Outward
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.errors import InfrastructureError
from agent_ci.ports import Tree
from bench.repositories import git, write
from tests.proposers.model.talk import RIGHT, WRONG, Desk, Talk
from tests.servers.chat import Received, Step, says
from tests.trees import Files

LOOK = says("LOOK read calc.py:1-2\nLOOK usages add")
CALC = "def add(a, b):\n    return a - b\n\n\nprint(add(1, 2))\n"
CALLER = "gpt-4.1-mini"  # which litellm knows to call tools
CANARY = "canary-outside-51c07e"


@pytest.fixture
def looking(talk: Talk) -> Talk:
    talk.desk.files = Files({"calc.py": CALC})
    return talk


def looked(talk: Talk) -> list[str]:
    """What each request showed after the question itself."""
    return [
        request.json["messages"][1]["content"].partition("# What you asked to see")[2]
        for request in talk.server.requests
    ]


def test_several_looks_are_answered_in_one_call_that_counts(looking: Talk) -> None:
    looking.server.play(LOOK, says(RIGHT))
    [reply] = looking.run(turns=2, budget=Budget(attempts=1))
    assert (reply.text, reply.cost.calls, reply.cost.tokens) == (RIGHT, 2, 300)
    first, second = looked(looking)
    assert first == ""
    assert "def add(a, b):\n    return a - b\n" in second
    assert "calc.py:5: print(add(1, 2))" in second
    assert "once again" in second


def test_the_prompt_that_tells_of_looks_is_followed_only_while_there_are_some(looking: Talk) -> None:
    looking.server.play(LOOK, says("LOOK search print"), says(RIGHT))
    looking.run(turns=2, system="system.v7", looking="system.v8")
    systems = [request.json["messages"][0]["content"] for request in looking.server.requests]
    assert ["LOOK definition" in text for text in systems] == [True, True, False]


def calls(*arguments: str, content: str | None = None) -> Step:
    """An answer that calls the tool with each of *arguments*."""
    asked = [
        {"id": f"call_{number}", "type": "function", "function": {"name": "look", "arguments": one}}
        for number, one in enumerate(arguments)
    ]
    return says(content, finish="tool_calls", tool_calls=asked)


def offered(talk: Talk) -> list[bool]:
    """Whether each request offered the tool."""
    return ["tools" in request.json for request in talk.server.requests]


def test_a_model_that_calls_tools_looks_by_them_as_others_do_by_lines(looking: Talk) -> None:
    read, usages = '{"what": "read", "about": "calc.py:1-2"}', '{"what": "usages", "about": "add"}'
    looking.server.play(calls(read, usages), calls('{"what": "search", "about": "print"}'), says(RIGHT))
    [reply] = looking.run(turns=2, names=(CALLER,))
    assert (reply.text, reply.cost.calls, reply.cost.tokens) == (RIGHT, 3, 450)
    by_tool, kept = looked(looking), [facts["text"] for name, facts in looking.ledger.events if name == "model.reply"]
    assert offered(looking) == [True, True, False]
    assert kept[:2] == ["LOOK read calc.py:1-2\nLOOK usages add", "LOOK search print"]
    looking.replies.clear()
    looking.server.requests.clear()
    looking.server.play(LOOK, says("LOOK search print"), says(RIGHT))
    looking.run(turns=2, names=(CALLER,))
    assert (looked(looking), offered(looking)) == (by_tool, [True, True, False])


def test_the_tool_is_not_offered_where_nobody_knows_that_the_model_calls_it(looking: Talk) -> None:
    looking.server.play(calls('{"what": "read", "about": "calc.py:1-2"}'), always=says(RIGHT))
    looking.run(turns=2)
    looking.run(turns=0, names=(CALLER,))
    assert offered(looking) == [False, False, False]
    assert "return a - b" in looked(looking)[1]


def test_a_call_that_cannot_be_read_is_an_empty_answer_and_a_change_beside_a_call_counts(looking: Talk) -> None:
    looking.server.play(calls("{"), calls('{"what": "read", "about": "calc.py"}', content=WRONG), says(RIGHT))
    replies = looking.run(turns=2, names=(CALLER,))
    assert [reply.objection for reply in replies] == ["the answer was empty", "", ""]
    assert [reply.cost.calls for reply in replies] == [1, 1, 1]


def test_what_was_seen_before_is_shown_again_and_the_last_turn_says_so(looking: Talk) -> None:
    looking.server.play(LOOK, says("LOOK search print"), says(RIGHT))
    [reply] = looking.run(turns=2)
    assert (reply.cost.calls, len(looking.server.requests)) == (3, 3)
    assert "return a - b" in looked(looking)[2]
    assert "There is no more to see" in looked(looking)[2]


def test_a_model_that_only_looks_is_refused_after_its_turns_and_stopped_by_the_budget(looking: Talk) -> None:
    looking.server.play(always=LOOK)
    replies = looking.run(turns=2, budget=Budget(attempts=2))
    assert [reply.cost.calls for reply in replies] == [3, 3]
    assert {reply.objection for reply in replies} == {
        "the answer asks to see more and there is no more to see; offer a change"
    }
    assert len(looking.server.requests) == 6


def test_without_turns_nothing_is_looked_up(looking: Talk) -> None:
    looking.server.play(LOOK, says(RIGHT))
    assert [reply.cost.calls for reply in looking.run(turns=0)] == [1, 1]
    assert looked(looking) == ["", ""]


def test_looks_use_up_the_tokens_and_what_they_cost_is_kept(looking: Talk) -> None:
    looking.server.play(says("LOOK read calc.py", tokens=(900, 100)), always=says(WRONG))
    [reply] = looking.run(turns=2, budget=Budget(tokens=1_000), most=1)
    assert (reply.cost.calls, reply.cost.tokens, len(looking.server.requests)) == (1, 1_000, 1)
    looking.server.play(says("LOOK read calc.py", tokens=(1_500, 100)), always=says(WRONG))
    looking.replies.clear()
    [reply] = looking.run(turns=2, budget=Budget(tokens=1_700), most=1)
    assert (reply.cost.tokens, len(looking.server.requests)) == (1_600, 2)
    assert "raise --max-tokens" in reply.objection


def test_no_time_left_is_no_time_to_look(looking: Talk) -> None:
    def late(_received: Received) -> Step:
        looking.desk.seconds = 0.0
        return LOOK

    looking.server.play(late, always=says(RIGHT))
    [reply] = looking.run(turns=2)
    assert (reply.cost.calls, len(looking.server.requests)) == (1, 1)


def test_a_secret_in_a_file_is_removed_before_it_is_shown(looking: Talk) -> None:
    looking.desk.files = Files({"calc.py": f"KEY = '{CANARY}'\n"})
    looking.server.play(says("LOOK read calc.py"), says(RIGHT))
    looking.run(turns=1, outward=Outward(Known({"A_TOKEN": CANARY})))
    assert "KEY = '***'" in looked(looking)[1]
    assert CANARY not in looking.said()


@dataclass
class Runs(Desk):
    """A workbench that can run the tests of a report, of which one cannot be run."""

    ran: list[str] = field(default_factory=list)

    def rerun(self, id_: str) -> TestReport:
        self.ran.append(id_)
        if id_ == "broken":
            raise InfrastructureError("the disk is full")
        return TestReport.of(TestCase(id_, Status.FAILED, name=id_, message="1 is not 2"))


def test_two_tests_of_the_report_are_run_once_each_and_no_other(talk: Talk) -> None:
    desk = Runs(files=Files({"calc.py": CALC}))
    cases = (TestCase(id_, Status.FAILED, name=id_) for id_ in ("one", "broken", "three"))
    talk.desk, talk.evidence = desk, replace(talk.evidence, before=TestReport.of(*cases))
    talk.server.play(says("LOOK run other\nLOOK run one"), says("LOOK run broken\nLOOK run three"), says(RIGHT))
    talk.run(turns=2)
    assert desk.ran == ["one", "broken"]
    assert [facts["test"] for name, facts in talk.ledger.events if name == "model.ran"] == desk.ran
    last = looked(talk)[2]
    assert "The report has no test of this name." in last
    assert "It failed.\n1 is not 2" in last
    assert "The test could not be run: the disk is full" in last
    assert "No more tests are run: there are 2 in all." in last


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Tree]:
    """A real tree with links that lead out of it, beside files that are in no commit."""
    outside = tmp_path / "outside"
    write(outside, {"secret.txt": CANARY})
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    write(root, {"calc.py": CALC})
    (root / "link.txt").symlink_to(outside / "secret.txt")
    (root / "folder").symlink_to(outside)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    write(root, {".env": CANARY, ".git/canary": CANARY})
    repository = Repository(root)
    with Clone.of(repository) as clone:
        yield clone.tree(repository.head())


PLACES = ("../outside/secret.txt", "{}/outside/secret.txt", "link.txt", "folder/secret.txt", ".env", ".git/canary")


def test_no_look_shows_a_byte_from_outside_of_the_tree(talk: Talk, hostile: Tree, tmp_path: Path) -> None:
    paths = [place.format(tmp_path) for place in PLACES]
    asked = [says("\n".join(f"LOOK {kind} {path}" for path in paths)) for kind in ("read", "history")]
    asked.append(says(f"LOOK search {CANARY[:-1]}\nLOOK usages canary\nLOOK definition canary\nLOOK read calc.py"))
    talk.desk.files = hostile
    talk.server.play(*asked, says(RIGHT))
    talk.run(turns=3)
    assert len(talk.server.requests) == 4
    assert CANARY not in "".join(looked(talk))
    assert "return a - b" in looked(talk)[3]
