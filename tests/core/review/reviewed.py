"""Small changes as people write them, and what the review says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent_ci.core.change import ChangedText
from agent_ci.core.report import Status, TestCase
from agent_ci.core.review.review import Facts, objections
from agent_ci.core.rules import rule_of

_TESTS = {
    "py": (
        "tests/test_it.py",
        "tests/test_it.py::test_source",
        "from source import *\n\n\ndef test_source():\n    {}\n",
    ),
    "js": ("tests/it.test.js", "source it", 'const s = require("../source");\n\ntest("it", () => {{\n  {}\n}});\n'),
    "go": ("it_test.go", "TestIt", "package it\n\nfunc TestIt(t *testing.T) {{\n\t{}\n}}\n"),
    "java": ("src/test/java/ItTest.java", "ItTest.it", "class ItTest {{\n  @Test\n  void it() {{\n    {}\n  }}\n}}\n"),
    "rb": ("spec/it_spec.rb", "source it", 'describe "source" do\n  it "it" do\n    {}\n  end\nend\n'),
}
_KINDS = {"ts": "js", "tsx": "js", "jsx": "js", "mjs": "js", "kt": "java"}


@dataclass(frozen=True)
class Change:
    """A change of one file as a diff without hunk headers; of the failing test ``test`` is the body."""

    path: str
    diff: str
    test: str = ""
    rule: str = ""
    message: str = ""

    @property
    def text(self) -> ChangedText:
        lines = self.diff.removeprefix("\n").split("\n")
        before = "\n".join(line[1:] for line in lines if line[:1] != "+")
        after = "\n".join(line[1:] for line in lines if line[:1] != "-")
        return ChangedText(self.path, before or None, after)


def facts(change: Change, texts: Mapping[str, str] | None = None) -> Facts:
    kind = change.path.rpartition(".")[2]
    path, name, template = _TESTS.get(_KINDS.get(kind, kind), _TESTS["py"])
    case = TestCase(name, Status.FAILED, name=name.rpartition("::")[2], file=path, message=change.message)
    before = {change.path: change.text.before} if change.text.before else {}
    return Facts((case,), {path: template.format(change.test), **before, **(texts or {})})


def said(change: Change, texts: Mapping[str, str] | None = None) -> tuple[str, ...]:
    return objections((change.text,), facts(change, texts))


def rules(change: Change, texts: Mapping[str, str] | None = None) -> set[str]:
    return {rule_of(objection) for objection in said(change, texts)}
