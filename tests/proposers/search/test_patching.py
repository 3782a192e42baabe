"""An edit reaches the live objects that a warm process holds, whatever wraps them."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from unittest import mock

import pytest

from agent_ci.proposers.search.kit.localise import Files
from agent_ci.proposers.search.kit.patching import LiveFunctions, function_code, put_values, swaps, values_code
from agent_ci.sandbox_kit.compiling import signature
from agent_ci.sandbox_kit.source import Source, Splice

PREAMBLE = (
    "import functools\n\n\ndef logged(function):\n    @functools.wraps(function)\n"
    "    def wrapper(*args):\n        return function(*args)\n    return wrapper\n\n\n"
)
LIVE = {
    "a function": ("def f():\n    return 1\n", "f()"),
    "a decorated function": ("@logged\ndef f():\n    return 1\n", "f()"),
    "a cached function": ("@functools.lru_cache\ndef f():\n    return 1\n", "f()"),
    "a method": ("class A:\n    def f(self):\n        return 1\n", "A().f()"),
    "a property": ("class A:\n    @property\n    @logged\n    def f(self):\n        return 1\n", "A().f"),
    "a static method": ("class A:\n    @staticmethod\n    def f():\n        return 1\n", "A.f()"),
    "a method that calls super": (
        "class A(dict):\n    def __len__(self):\n        return super().__len__() + 1\n",
        "len(A())",
    ),
    "a private name": ("class A:\n    __one = 0\n    def f(self):\n        return self.__one + 1\n", "A().f()"),
    "a function made in a function": (
        "def make():\n    x = 0\n    def f():\n        return x + 1\n    return f\n",
        "make()()",
    ),
    "a closure that lives already": (
        "def make():\n    x = 0\n    def f():\n        return x + 1\n    return f\nlive = make()\n",
        "live()",
    ),
    "a lambda in a function": ("def make():\n    return lambda: 1\n", "make()()"),
    "a method of a nested class": ("class A:\n    class B:\n        def f(self):\n            return 1\n", "A.B().f()"),
    "a default that stays": ("def f(a=[0]):\n    a[0] += 1\n    return a[0] * 1\n", "f()"),
}


def edited(text: str, tmp_path: Path) -> tuple[dict[str, object], list[tuple[types.FunctionType, types.CodeType]]]:
    """The module with its last ``1`` made a ``2`` in its live functions."""
    (tmp_path / "x.py").write_text(text)
    names: dict[str, object] = {"__name__": "x"}
    exec(compile(text, str(tmp_path / "x.py"), "exec"), names)  # noqa: S102 - the text stands above
    source = Source("x.py", text.encode())
    place = text.rindex("1")
    around = tuple(one for one, first, last in source.bodies if first <= place < last)
    code = function_code(source, around[0], Splice(place, place + 1, "2"), str(tmp_path / "x.py"))
    assert code is not None
    return names, swaps(source, around, LiveFunctions(Files(str(tmp_path), ["x.py"])), code)


@pytest.mark.parametrize(("text", "call"), LIVE.values(), ids=LIVE.keys())
def test_the_edit_is_in_force(tmp_path: Path, text: str, call: str) -> None:
    names, found = edited(PREAMBLE + text, tmp_path)
    assert found
    for function, code in found:
        function.__code__ = code
    assert eval(call, names) == 2  # noqa: S307 - the text stands above


def test_an_edit_that_needs_another_closure_is_left_to_a_cold_run(tmp_path: Path) -> None:
    text = "def make(x, y):\n    def f():\n        return x + 1\n    return f\nlive = make(0, 5)\n"
    (tmp_path / "x.py").write_text(text)
    names: dict[str, object] = {}
    exec(compile(text, str(tmp_path / "x.py"), "exec"), names)  # noqa: S102 - the text stands above
    source = Source("x.py", text.encode())
    place = text.index("x + 1")
    around = tuple(one for one, first, last in source.bodies if first <= place < last)
    code = function_code(source, around[0], Splice(place, place + 1, "y"), str(tmp_path / "x.py"))
    assert code is not None
    assert swaps(source, around, LiveFunctions(Files(str(tmp_path), ["x.py"])), code) == []


def test_equal_programs_have_equal_signatures() -> None:
    def of(text: str) -> object:
        return signature(compile(text, "x.py", "exec"))

    assert of("x = 1\n") == of("\n\nx = (1)  # one\n")
    assert of("x = 1\n") != of("x = True\n")
    assert of("x = 0.0\n") != of("x = -0.0\n")
    assert of("def f():\n    return 1\n") != of("def f():\n    return 2\n")


def test_line_numbers_stay_right(tmp_path: Path) -> None:
    text = "\n\nclass A:\n    def f(self):\n        raise ValueError(1)\n"
    names, found = edited(text, tmp_path)
    found[0][0].__code__ = found[0][1]
    with pytest.raises(ValueError, match="2") as caught:
        eval("A().f()", names)  # noqa: S307 - the text stands above
    assert caught.traceback[-1].lineno == 4
    assert sys.exc_info() == (None, None, None)


VALUES = {
    "a value": ("LIMIT = 3\n\ndef f(): return LIMIT\n", "3", "4", "f()", 4),
    "what is computed from it": ("A = 3\nB = A + 1\n\ndef f(): return B\n", "3", "4", "f()", 5),
    "a table": ("T = {'a': 1}\n\ndef f(): return T['a']\n", "1", "2", "f()", 2),
}


@pytest.mark.parametrize(("text", "old", "new", "call", "result"), VALUES.values(), ids=VALUES.keys())
def test_an_edited_value_of_a_module_is_put_in_force(  # noqa: PLR0913, PLR0917 - the rows of the table
    tmp_path: Path, text: str, old: str, new: str, call: str, result: int
) -> None:
    module, user = types.ModuleType("edited"), types.ModuleType("user")
    module.__file__ = str(tmp_path / "x.py")
    exec(compile(text, module.__file__, "exec"), vars(module))  # noqa: S102 - the text stands above
    name = text.partition(" ")[0]
    setattr(user, name, getattr(module, name))
    source, at = Source("x.py", text.encode()), text.index(old)
    code = values_code(source, Splice(at, at + len(old), new), module.__file__)
    assert code is not None
    with mock.patch.dict(sys.modules, {"edited": module, "user": user}):
        put_values(code, "x.py", Files(str(tmp_path), ["x.py"]))
    assert eval(call, vars(module)) == result  # noqa: S307 - the text stands above
    assert getattr(user, name) is getattr(module, name)


@pytest.mark.parametrize(
    "text",
    [
        "N = 3\ndef f(a=N): return a\n",
        "N = 3\nclass A:\n    size = N\n",
        "N = 3\nfor i in range(N): pass\n",
        "if 3:\n    N = 1\n",
        "x = [0]\nx[0] = 3\n",
    ],
    ids=["a default", "a class", "a loop", "a condition", "an item"],
)
def test_a_value_that_was_made_use_of_at_import_is_left_to_a_cold_run(text: str) -> None:
    source, at = Source("x.py", text.encode()), text.index("3")
    assert values_code(source, Splice(at, at + 1, "4"), "x.py") is None
