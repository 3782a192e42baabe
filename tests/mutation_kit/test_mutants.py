"""Which faults are put into a line, and into which lines none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_ci.mutation_kit.mutants import apply, is_faultless, mutants
from agent_ci.mutation_kit.operators import OPERATORS


def changed_lines(source: str, *, per_line: int = 100) -> Iterator[tuple[str, str]]:
    """The operator and the changed line of each mutant, without indentation."""
    lines = range(1, source.count("\n") + 2)
    for mutant in mutants(source, lines, per_line=per_line):
        yield mutant.operator, apply(source, mutant).split("\n")[mutant.line - 1].strip()


def in_function(line: str) -> str:
    return f"def f(a, b, items):\n    for x in items:\n        {line}\n"


FAULTS = {
    ("boundary", "if a < b: a()"): "if a <= b: a()",
    ("comparison", "if a < b: a()"): "if a >= b: a()",
    ("comparison ", "if a in  b: a()"): "if a not in  b: a()",
    ("comparison  ", "if (a)is not(b): a()"): "if (a)is(b): a()",
    ("connective", "return a and b"): "return a or b",
    ("arithmetic", "return a + b"): "return a - b",
    ("arithmetic ", "return a // b"): "return a / b",
    ("arithmetic  ", "a += b"): "a -= b",
    ("accumulation", "a += b"): "a = b",
    ("negation", "if not a: b()"): "if a: b()",
    ("negation ", "if a: b()"): "if not a: b()",
    ("condition", "if a(): b()"): "if True: b()",
    ("condition ", "while a(): b()"): "while False: b()",
    ("condition  ", "return [y for y in b if y]"): "return [y for y in b if True]",
    ("number", "return a(7)"): "return a(8)",
    ("number ", "return a(1)"): "return a(0)",
    ("number  ", "return a(1.5)"): "return a(2.5)",
    ("number   ", "return a(True)"): "return a(False)",
    ("text", "return a('é')"): "return a('éX')",
    ("text ", "return a(b'k')"): "return a(b'kX')",
    ("text  ", "return a('')"): 'return a("X")',
    ("sign", "return -a"): "return a",
    ("jump", "break"): "continue",
    ("jump ", "continue"): "break",
    ("slice", "return a[b:]"): "return a[:]",
    ("exception", "raise ValueError(a)"): "raise RuntimeError(a)",
    ("deletion", "raise ValueError(a)"): "pass",
    ("deletion ", "a.append(b)"): "pass",
    ("deletion  ", "a.total = b"): "pass",
    ("return", "return a"): "return None",
    ("return ", "return a == b"): "return not (a == b)",
    ("keyword", "return a(b, key=x)"): "return a(b, )",
    ("twin", "return min(a, b)"): "return max(a, b)",
}


@pytest.mark.parametrize(("wanted", "line", "changed"), [(*key, changed) for key, changed in FAULTS.items()])
def test_a_line_gets_the_faults_that_people_make(wanted: str, line: str, changed: str) -> None:
    assert (wanted.strip(), changed) in set(changed_lines(in_function(line)))


def test_every_operator_is_in_the_table_above() -> None:
    assert {key[0].strip() for key in FAULTS} == set(OPERATORS)


SPARED = {
    "a docstring": '"""Says 7 < 8."""',
    "an annotation": "y: Literal[7] = a",
    "logging": "logger.info('seven', a > 7)",
    "a warning": "warnings.warn('seven', stacklevel=7)",
    "an import": "from m import seven",
    "a line that asks for it": "return a + 7  # pragma: no mutate",
    "a body whose header asks for it": "if a < 7:  # pragma: no mutate\n            return a + 7",
    "code that only type checkers read": "if TYPE_CHECKING: import seven",
    "a type variable": "T = TypeVar('T')",
    "a name that tools read": "__all__ = ['seven']",
}


@pytest.mark.parametrize("line", SPARED.values(), ids=SPARED.keys())
def test_what_no_test_should_notice_is_left_alone(line: str) -> None:
    assert list(changed_lines(in_function(line))) == []


def test_a_fault_that_changes_no_program_is_left_out() -> None:
    told = set(changed_lines("def f():\n    return 0 * 7\n"))
    assert ("arithmetic", "return 0 + 7") in told
    assert ("number", "return 0 * 8") not in told


def test_a_fault_that_does_not_compile_is_left_out() -> None:
    source = "x = [1]\ndel x[0]\nfor i in x:\n    try:\n        pass\n    finally:\n        pass\nglobal_ = 1\n"
    for mutant in mutants(source, range(20), per_line=50):
        ast.parse(apply(source, mutant))


def test_a_line_gets_three_faults_and_each_operator_its_turn() -> None:
    source = in_function("return a < b < 7 or a + 7 > b + 7 + 7")
    found = mutants(source, {3})
    assert [mutant.operator for mutant in found] == ["boundary", "comparison", "connective"]


def test_only_the_asked_lines_get_faults() -> None:
    source = "a = 1\nb = 2\nc = 3\n"
    assert {mutant.line for mutant in mutants(source, {2})} == {2}


def test_the_name_of_a_fault_stays_when_other_lines_change() -> None:
    one, other = "def f(a):\n    return a < 7\n", "def f(a):\n    return a < 7\n\n\ndef g():\n    return 2\n"
    assert mutants(one, {2}) == mutants(other, {2})


def test_a_description_says_what_becomes_of_what() -> None:
    told = {mutant.description for mutant in mutants(in_function("if a < b: raise ValueError"), {3}, per_line=9)}
    assert {"`<` becomes `<=`", "`raise ValueError` is left out", "`ValueError` becomes `RuntimeError`"} <= told


@pytest.mark.parametrize("source", ["def f(:\n", "\0", "(" * 5000], ids=["syntax", "nul", "deep"])
def test_what_is_no_python_has_no_mutants(source: str) -> None:
    assert mutants(source, {1}) == []


def test_places_count_bytes_so_that_letters_of_any_length_may_stand_before_them() -> None:
    source = "def f(a):\n    return 'äöü€' * 0 + a * 7\n"
    assert ("number", "return 'äöü€' * 0 + a * 8") in set(changed_lines(source))


LINES = st.lists(st.sampled_from(sorted({line for _, line in FAULTS} | set(SPARED.values()))), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None)
@given(LINES)
def test_mutants_are_the_same_each_time_each_different_and_each_a_program(lines: list[str]) -> None:
    body = "".join(f"        {line}\n" for line in lines)
    source = dedent(f"def f(a, b, items):\n    for x in items:\n{body}")
    everywhere = range(1, 40)
    found = mutants(source, everywhere)
    texts = [apply(source, mutant) for mutant in found]
    assert found == mutants(source, everywhere)
    assert len({source, *texts}) == len(texts) + 1
    assert len({mutant.id for mutant in found}) == len(found)
    for text in texts:
        compile(text, "mutant", "exec")


@pytest.mark.parametrize("source", ["def f(a):\n    return a < 1\n", 'def f(a):\n    """Words."""\n', "def f(:\n"])
def test_lines_are_faultless_where_no_fault_can_be_put_into_any_of_them(source: str) -> None:
    lines = range(1, source.count("\n") + 1)
    assert is_faultless(source, lines) is not bool(mutants(source, lines))


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("return 0 if a % 100 in (11, 12, 13) else b % 10", "else b * 10"),
        ("return 0 <= a < 10", "<= a >= 10"),
        ("return sorted(items, key=lambda y: y + 1) + a", "lambda y: y - 1"),
    ],
)
def test_what_a_line_computes_only_sometimes_gets_one_of_its_few_faults(line: str, part: str) -> None:
    assert any(part in changed for _, changed in changed_lines(in_function(line), per_line=2))


def test_where_a_branch_is_untaken_the_condition_that_is_always_true_comes_first() -> None:
    code = "def f(a, b, c):\n    if a > 3 and (b if c else a):\n        a = 3\n    return a\n"
    plain, asked = (mutants(code, [2], per_line=1, untaken=lines) for lines in ((), (2,)))
    assert ([one.operator for one in plain], [one.replacement for one in asked]) == (["boundary"], ["True"])
    assert apply(code, asked[0]).splitlines()[1] == "    if True:"
    assert len(mutants(code, [2], untaken=[2])) == 3
    assert {one.id for one in asked} <= {one.id for one in mutants(code, [2], per_line=99)}
