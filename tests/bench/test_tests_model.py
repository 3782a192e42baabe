"""The stand-in for a model that writes tests: what it answers to whom, and how what is kept of it is measured."""

from __future__ import annotations

import ast

import pytest

from bench.tests.functions import FUNCTIONS
from bench.tests.measure import measured
from bench.tests.model.mind import Scripted
from bench.tests.model.script import SCRIPTS, Script
from bench.tests.objects import OBJECTS
from bench.tests.project import made

SCRIPT = Script("p", "from p import A, f", {"f": ("def test_f(): pass", "def test_f_again(): pass"), "A": ("x = 1",)})
LISTED = "- p.py::f: no test runs line 2\n- p.py::A.go: no test runs lines 5, 6\n```python\ndef g():\n```"
FAULT = "- no test notices this small fault in line 5 of p.py::A.go: `<` becomes `<=`"
SHOWN = "It misses lines.\n```python\n            4: async def f(x):\n```"


def asked(mind: Scripted, *texts: str) -> str:
    return str(mind.answer({"messages": [{"role": "user", "content": text} for text in texts]})["content"])


@pytest.mark.parametrize(
    ("question", "has", "has_not"),
    [(LISTED, "x = 1", "again"), (FAULT, "x = 1", "test_f"), (SHOWN, "test_f", "x = 1"), ("?", "NO FIX", "```")],
)
def test_whoever_asks_gets_the_tests_of_what_he_asks_for(question: str, has: str, has_not: str) -> None:
    said = asked(Scripted(SCRIPT), question)
    assert (has in said, has_not in said) == (True, False)


def test_who_asks_again_gets_the_second_answer_and_then_no_other() -> None:
    mind = Scripted(SCRIPT)
    said = [asked(mind, SHOWN), asked(mind, SHOWN, "an error"), asked(mind, SHOWN)]
    assert ["again" in text for text in said] == [False, True, True]
    assert mind.calls == 3


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.project)
def test_a_script_names_functions_of_its_project_and_both_of_its_answers_are_files(script: Script) -> None:
    project = next(one for one in (*FUNCTIONS, *OBJECTS) if one.name == script.project)
    assert {*script.answers} <= {getattr(node, "name", "") for node in ast.parse(project.source).body}
    for times in (0, 1):
        assert ast.parse(script.file(dict.fromkeys(script.answers, times))).body


def test_what_two_files_notice_and_reach_counts_together() -> None:
    project = made("one", "one.py", {"one.py": "def f(x):\n    if x > 3:\n        return 1\n    return 0\n"})
    halves = [f"from one import f\n\n\ndef test_f():\n    assert f({x}) == {y}\n" for x, y in ((3, 0), (4, 1))]
    one, both = (measured(project, *some, cosmic_python="") for some in (halves[:1], halves))
    assert (one.tests, both.tests, both.coverage) == (1, 2, 100.0)
    assert one.own[0] < both.own[0] == both.own[1]
