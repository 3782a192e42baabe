"""Each operator makes the edit that its docstring promises, and every edit stands where it should."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from agent_ci.proposers.search.kit.hints import Hints, read_hints
from agent_ci.proposers.search.kit.operators import OPERATORS, Candidate, candidates
from agent_ci.proposers.search.kit.wanted import Wanted
from agent_ci.sandbox_kit.source import Source

NO_HINTS = Hints()


def edits(text: str, hints: Hints = NO_HINTS) -> list[tuple[Candidate, str]]:
    source = Source("pkg/x.py", text.encode())
    everywhere = dict.fromkeys(range(1, text.count("\n") + 2), 1.0)
    found = candidates(source, everywhere, hints, ("helpers",))
    return [(one, one.splice.applied_to(source.data).decode()) for one in found]


def of_operator(name: str, text: str, *messages: str) -> set[str]:
    found = edits(text, read_hints(messages))
    return {after for candidate, after in found if candidate.operator == name}


def body(*lines: str) -> str:
    return "def f(a, b, items, name=None):\n" + "".join(f"    {line}\n" for line in lines)


# operator, body before, body after, messages of the failing tests
MADE = {
    "a boundary": ("comparison", "return a <= b", "return a < b"),
    "a comparison over two lines": ("comparison", "return (a  # one <\n  == b)", "return (a  # one <\n  != b)"),
    "is": ("comparison", "return a is None", "return a is not None"),
    "is not, spread out": ("comparison", "return a is   not None", "return a is None"),
    "not in": ("comparison", "return a not in items", "return a in items"),
    "only the second of a chain": ("comparison", "return a < b < 3", "return a < b <= 3"),
    "the sides of a subtraction": ("comparison_order", "return a - b", "return b - a"),
    "plus": ("arithmetic", "return a + b", "return a - b"),
    "floor division": ("arithmetic", "return a / b", "return a // b"),
    "augmented": ("augmented", "a -= b", "a += b"),
    "augmented to plain": ("augmented", "a += b", "a = b"),
    "plain to augmented": ("accumulation", "a = b", "a += b"),
    "and": ("connective", "return a and b", "return a or b"),
    "a condition's half": ("dropped_operand", "return a and b", "return b"),
    "one too many": ("dropped_operand", "return len(items) + 1", "return len(items)"),
    "a superfluous not": ("negation", "return not a", "return a"),
    "a missing not": ("negation", "if a:", "if not a:"),
    "an integer": ("integer", "return 3", "return 4"),
    "a negative index": ("integer", "return items[0]", "return items[-1]"),
    "a truth": ("truth", "return True", "return False"),
    "a flag": ("truth", "return f(a, strict=True)", "return f(a, strict=False)"),
    "a float": ("number", "return 0.2", "return 0.8"),
    "a range's end": ("range_bounds", "return range(a)", "return range(a + 1)"),
    "a range's beginning": ("range_bounds", "return range(a)", "return range(1, a)"),
    "a slice's end": ("slice_bounds", "return items[:a]", "return items[:a + 1]"),
    "a slice's beginning": ("slice_bounds", "return items[1:]", "return items[:]"),
    "an index": ("subscript", "return items[a]", "return items[a - 1]"),
    "off by one": ("off_by_one", "return a", "return a + 1"),
    "min": ("twin", "return min(a, b)", "return max(a, b)"),
    "append": ("twin", "items.append(a)", "items.extend(a)"),
    "strip": ("twin", "return name.strip()", "return name.rstrip()"),
    "startswith": ("twin", "return name.startswith(a)", "return name.endswith(a)"),
    "floor": ("twin", "return math.floor(a)", "return math.ceil(a)"),
    "reverse": ("added_argument", "return sorted(items)", "return sorted(items, reverse=True)"),
    "a parameter that is not passed on": ("added_argument", "return g(a)", "return g(a, b)"),
    "arguments": ("argument_order", "return g(a, b)", "return g(b, a)"),
    "a call too many": ("dropped_call", "return list(items)", "return items"),
    "a conversion": ("conversion", "return a", "return str(a)"),
    "a forgotten call": ("missing_call", "return name.upper", "return name.upper()"),
    "a sibling function": ("sibling_function", "return f(a, b, items)", "return g(a, b, items)"),
    "a variable": ("variable", "return a", "return b"),
    "an assigned variable": ("assigned_variable", "a = 3", "b = 3"),
    "an attribute": ("attribute", "return a.width + b.height", "return a.height + b.height"),
    "a key": ("string_key", "return items['nmae'], 'name'", "return items['name'], 'name'"),
    "a quoted number": ("string_key", "return '1'", "return '0'"),
    "a missing return": ("missing_return", "a + b", "return a + b"),
    "a missing last return": ("missing_return", "a = b", "a = b\n    return a"),
    "a result thrown away": ("kept_result", "name.strip()", "name = name.strip()"),
    "continue": ("jump", "for a in items:\n        continue", "for a in items:\n        break"),
    "a return in a loop": (
        "early_return",
        "for a in items:\n        b += a\n        return b",
        "for a in items:\n        b += a\n    return b",
    ),
    "an indentation": ("unindented", "if a:\n        b = 1\n        a = 2", "if a:\n        b = 1\n    a = 2"),
    "branches": (
        "swapped_branches",
        "if a:\n        return 1\n    else:\n        return 2",
        "if a:\n        return 2\n    else:\n        return 1",
    ),
    "outcomes": ("conditional", "return 1 if a else 2", "return 2 if a else 1"),
    "elif": (
        "loop_else",
        "if a:\n        b = 1\n    elif b:\n        b = 2",
        "if a:\n        b = 1\n    if b:\n        b = 2",
    ),
    "the order of statements": ("swapped_statements", "a = b\n    b = 2", "b = 2\n    a = b"),
    "a guard": ("guard", "return name.upper()", "if name is None:\n        return None\n    return name.upper()"),
    "a negative number": ("integer", "return items[-1]", "return items[0]"),
    "an exception": ("exception", "raise KeyError(a)", "raise ValueError(a)"),
    "a statement left out": ("removed_statement", "a = b\n    return a", "return a"),
    "a format": ("format_prefix", "return '{a}'", "return f'{a}'"),
    "a width for an end": ("slice_width", "return items[a:b]", "return items[a:a + b]"),
    "lower case": ("normalised", "return name.split()", "return name.lower().split()"),
    "an object that may be false": ("none_check", "return a or b", "return a if a is not None else b"),
    "a field's width": ("format_specifier", "return f'{a}:{b}'", "return f'{a}:{b:02}'"),
    "a field's precision": ("format_specifier", "return f'{a:.1f}'", "return f'{a:.2f}'"),
    "a function of the file": ("wrapped", "items.append(a)", "items.append(g(a))"),
    "a step of a loop": (
        "loop_step",
        "last = 0\n    for a in items:\n        b += last",
        "last = 0\n    for a in items:\n        b += last\n        last = a",
    ),
    "a statement once more": (
        "copied_statement",
        "for a in items:\n        b.append(a)\n    return b",
        "for a in items:\n        b.append(a)\n    b.append(a)\n    return b",
    ),
    "a sign": ("unary", "return +a", "return -a"),
    "nothing to go through": (
        "iterated",
        "for one in []:\n        b += one",
        "for one in items:\n        b += one",
    ),
    "a default of get": ("added_argument", "return items.get(a)", "return items.get(a, 0)"),
}  # fmt: skip


@pytest.mark.parametrize(("operator", "before", "after"), MADE.values(), ids=MADE.keys())
def test_an_operator_makes_the_edit_it_promises(operator: str, before: str, after: str) -> None:
    closed = before + ("\n        return b" if before.startswith("if a:") and before.endswith(":") else "")
    closed_after = after + ("\n        return b" if after.startswith("if not a:") else "")
    rest = "\n\ndef g(a):\n    return a\n"
    assert body(closed_after) + rest in of_operator(operator, body(closed) + rest)


HINTED = {
    "a number, by what lies between": ("guided_number", "return 10", "return 15", "assert 20 == 25"),
    "a factor": ("guided_number", "return a * 60", "return a * 3600", "AssertionError: 120.0 != 7200.0"),
    "a text, by its wrong part": (
        "guided_text", "return a + ' wrld'", "return a + ' world'", "assert 'hi wrld' == 'hi world'",
    ),
    "a raw text, by what stands beside the gap": (
        "guided_text", "return a + r'\\1es'", "return a + r'\\1zes'", "assert 'quizes' == 'quizzes'",
    ),
    "a key that was missing": ("lookup", "return items[a]", "return items.get(a, 0)", "KeyError: 'x'"),
    "a misspelt variable": ("did_you_mean", "return itmes", "return items", "NameError: name 'itmes' is not defined"),
    "a misspelt attribute": (
        "did_you_mean", "return a.wdith, b.width", "return a.width, b.width",
        "AttributeError: 'X' object has no attribute 'wdith'",
    ),
    "a value before it is there": (
        "first_value", "a += total\n    total = 1", "total = None\n    a += total\n    total = 1",
        "UnboundLocalError: cannot access local variable 'total' where it is not associated with a value",
    ),
    "an argument that is missing": (
        "missing_argument", "return g(a)", "return g(a, b)",
        "TypeError: g() missing 1 required positional argument: 'b'",
    ),
    "something of None": (
        "none_guard", "return a.city.name", "return a.city.name if a.city is not None else None",
        "AttributeError: 'NoneType' object has no attribute 'name'",
    ),
    "a key that is not there": (
        "key_guard", "return items[a]", "if a not in items:\n        return None\n    return items[a]", "KeyError: 'x'",
    ),
    "a zero": (
        "zero_guard", "return a / b", "return a / b if b else 0", "ZeroDivisionError: division by zero",
    ),
    "the greatest of nothing": (
        "empty_default", "return max(items)", "return max(items, default=0)",
        "ValueError: max() arg is an empty sequence",
    ),
    "the greatest of nothing, in brackets": (
        "empty_default", "return max(one for one in items)", "return max((one for one in items), default=0)",
        "ValueError: max() arg is an empty sequence",
    ),
    "the error a test waits for": (
        "exception", "raise OSError(a)", "raise LookupError(a)", "DID NOT RAISE <class 'LookupError'>",
    ),
    "a check that raises it": (
        "range_guard", "return a",
        'if a < 0:\n        raise ValueError("bad a")\n    return a', "DID NOT RAISE <class 'ValueError'>",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("operator", "before", "after", "message"), HINTED.values(), ids=HINTED.keys())
def test_a_failing_message_guides_an_edit(operator: str, before: str, after: str, message: str) -> None:
    assert body(after) in of_operator(operator, body(before), message)
    assert body(after) not in of_operator(operator, body(before))


def test_the_mirrored_branch_gives_what_a_failing_test_wants() -> None:
    source = "def f(a):\n    if a > 0:\n        return 1\n    return 0\n"
    found = edits(source, Hints(wanted=Wanted(values=("-1",))))
    after = "def f(a):\n    if a > 0:\n        return 1\n    if a < 0:\n        return -1\n    return 0\n"
    assert ("mirrored_branch", after) in {(one.operator, text) for one, text in found}
    assert "mirrored_branch" not in {one.operator for one, _ in edits(source)}


MEANT = {
    "a shift that should be a sum": ("return len(a) << len(b)", "<<", "+"),
    "a size of None": ("return a < None", "<", "is"),
    "an identity with a number": ("return a is 3", "is", "=="),
    "equality for an identity of any two": ("return a is b", "is", "=="),
    "an identity of a constant stays one": ("return a is not MISSING", "is not", "is"),
    "a sum with a text that formats": ("return 'x%s' << a", "<<", "%"),
    "a boundary stays a boundary first": ("return a < b", "<", "<="),
}


@pytest.mark.parametrize(("line", "sign", "meant"), MEANT.values(), ids=MEANT.keys())
def test_what_usually_stands_in_a_place_is_tried_there_first(line: str, sign: str, meant: str) -> None:
    found = [one for one, _ in edits(body(line)) if one.operator in {"comparison", "arithmetic"}]
    likeliest = max(found, key=lambda one: one.rank)
    assert body(line)[likeliest.splice.start : likeliest.splice.end] == sign
    assert likeliest.splice.replacement == meant


@pytest.mark.parametrize(("elsewhere", "likelier"), [("", "items + name"), ("STEP = items  - name", "items - name")])
def test_an_expression_that_the_file_holds_elsewhere_is_likelier(elsewhere: str, likelier: str) -> None:
    found = edits(f"{body('return a % (items // name)')}\n\n{elsewhere}\n")
    ranks = {sum_: one.rank for one, text in found for sum_ in ("items + name", "items - name") if f"({sum_})" in text}
    assert max(ranks, key=ranks.__getitem__) == likelier


CAUGHT = "try:\n    f()\nexcept {}:\n    pass\n"


def test_an_error_that_does_not_exist_is_the_one_that_escaped_and_not_one_that_ends_alike() -> None:
    said = "TypeError: not so\nNameError: name 'OwnFaultException' is not defined"
    assert CAUGHT.format("TypeError") in of_operator("exception", CAUGHT.format("OwnFaultException"), said)
    assert CAUGHT.format("BaseException") not in of_operator("did_you_mean", CAUGHT.format("OwnFaultException"), said)
    said = "NameError: name 'TypeEror' is not defined"
    assert CAUGHT.format("TypeError") in of_operator("did_you_mean", CAUGHT.format("TypeEror"), said)


@pytest.mark.parametrize(("other", "rank_of_it"), [("return b", 1.0), ("return items", 0.2)])
def test_an_edit_that_leaves_a_condition_nothing_to_decide_is_tried_late(other: str, rank_of_it: float) -> None:
    ranks = {}
    for branch in (other, "return name"):
        text = body("if a:", "    return b", "else:", f"    {branch}")
        made = text.replace("return b", "return items", 1)
        ranks[branch] = max(one.rank for one, after in edits(text) if after == made and one.operator == "variable")
    assert ranks[other] == pytest.approx(ranks["return name"] * rank_of_it)


WHOLE_FILES = {
    "a decorator of its neighbour": (
        "decorator",
        "class A:\n    @property\n    def x(self): return 1\n    def y(self): return 2\n",
        "class A:\n    @property\n    def x(self): return 1\n    @property\n    def y(self): return 2\n",
        "",
    ),
    "a forgotten import goes behind the docstring": (
        "missing_import",
        '"""Doc."""\nfrom __future__ import annotations\nimport os\nx = json\n',
        '"""Doc."""\nfrom __future__ import annotations\nimport json\nimport os\nx = json\n',
        "NameError: name 'json' is not defined",
    ),
    "a misspelt module": (
        "did_you_mean", "import helprs\n", "import helpers\n", "ModuleNotFoundError: No module named 'helprs'",
    ),
    "a name misspelt everywhere": (
        "did_you_mean",
        "import colections\nx = colections.deque\n",
        "import collections\nx = collections.deque\n",
        "ModuleNotFoundError: No module named 'colections'",
    ),
    "a mutable default": (
        "mutable_default",
        "def f(x=[]):\n    '''Doc.'''\n    return x\n",
        "def f(x=None):\n    '''Doc.'''\n    if x is None:\n        x = []\n    return x\n",
        "",
    ),
    "Windows line ends stay": (
        "comparison", "def f(a):\r\n    return a < 1\r\n", "def f(a):\r\n    return a <= 1\r\n", "",
    ),
    "what is no ASCII is counted in bytes": ("comparison", "s = 'é'; t = 'ß' == s\n", "s = 'é'; t = 'ß' != s\n", ""),
    "a byte order mark stays": ("integer", "\ufeffx = 3\n", "\ufeffx = 4\n", ""),
}  # fmt: skip


@pytest.mark.parametrize(("operator", "before", "after", "message"), WHOLE_FILES.values(), ids=WHOLE_FILES.keys())
def test_an_edit_outside_functions(operator: str, before: str, after: str, message: str) -> None:
    assert after in of_operator(operator, before, message)


DOCUMENTED = {
    "a number in words": ('"""Fees above 30 kg."""', "return a > 50", {"return a > 30"}),
    "a number of another form": ('"""Half: 0.5."""', "return a * 2", {"return a * 0.5"}),
    "a text in quotes": ('"""Joined by \'; \'."""', "return ', '.join(items)", {"return '; '.join(items)"}),
    "a text as code": ('"""The mode is ``\'rb\'``."""', "return open(a, 'r')", {"return open(a, 'rb')"}),
    "a sign as code": ('"""Behind a `#`."""', "return a.find(';')", {"return a.find('#')"}),
    "a name as code": ('"""Calls `f` or ``g()``."""', "return a.find(';')", set()),
    "what an example comes to, first": (
        "\"\"\"Shown.\n\n    >>> f(4)\n    'four'\n    \"\"\"", "return 'five'", {"return 'four'"}
    ),
    "what is said already": ('"""From 30 to 50."""', "return a > 50", set()),
    "a version": ('"""Since 2.0.1, in utf8, of x3."""', "return a > 50", set()),
    "a truth": ('"""From 30 on."""', "return True", set()),
    "another kind": ('"""From 30 on."""', "return 'a'", set()),
}  # fmt: skip


@pytest.mark.parametrize(("docstring", "before", "after"), DOCUMENTED.values(), ids=DOCUMENTED.keys())
def test_a_literal_is_taken_from_the_docstring(docstring: str, before: str, after: set[str]) -> None:
    assert of_operator("documented", body(docstring, before)) == {body(docstring, one) for one in after}


def test_a_default_value_is_taken_from_the_docstring_of_its_own_function() -> None:
    text = 'def g():\n    """At 8."""\n    def f(a, width=60):\n        """At most 70 wide."""\n        return a\n'
    assert of_operator("documented", text) == {text.replace("=60", "=70")}


def test_every_operator_has_a_row_in_these_tables_or_is_named_here() -> None:
    rows = [*MADE.values(), *HINTED.values(), *WHOLE_FILES.values()]
    unseen = {"documented", "mirrored_branch", "misspelt", "guided_value", "dropped_argument", "returned_value"}
    assert {row[0] for row in rows} | unseen == set(OPERATORS)


def test_annotations_and_docstrings_are_left_alone() -> None:
    text = dedent(
        '''
        def f(a: list[int] = None) -> str:
            """Holds 3 items."""
            x: dict[str, int]
        '''
    )
    for _, after in edits(text):
        function = ast.parse(after).body[0] if _parses(after) else None
        if isinstance(function, ast.FunctionDef):
            assert "list[int]" in after
            assert "Holds 3 items" in after


def test_nearly_all_edits_are_valid_programs() -> None:
    text = (Path(__file__).parents[3] / "agent_ci" / "core" / "report.py").read_text("utf-8")
    after = [text for _, text in edits(text)][::20]
    assert len(after) > 50
    assert sum(map(_parses, after)) / len(after) > 0.97


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
