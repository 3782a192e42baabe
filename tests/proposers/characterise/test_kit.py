"""The parts of the program in the sandbox: what can be called, what had better not be, and how values are written."""

from __future__ import annotations

import ast
import collections
import datetime as dt
import enum
import math
import os
import re
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_ci.proposers.characterise.kit import effects
from agent_ci.proposers.characterise.kit.examples import documented, shown_calls
from agent_ci.proposers.characterise.kit.guard import DeniedError, Guard
from agent_ci.proposers.characterise.kit.guessing import kind_from_use
from agent_ci.proposers.characterise.kit.naming import Names
from agent_ci.proposers.characterise.kit.samples import is_pattern, matching
from agent_ci.proposers.characterise.kit.showing import Shower, UnshownError, are_equal
from agent_ci.proposers.characterise.kit.targets import run_on_import, targets_of
from agent_ci.proposers.characterise.kit.varying import varied
from agent_ci.sandbox_kit import children
from agent_ci.sandbox_kit.children import Message


class Colour(enum.Enum):
    RED = "red"


class Point(NamedTuple):
    x: int
    y: int = 0


@dataclass
class Order:
    name: str
    lines: list[int] = field(default_factory=list)
    paid: bool = False


class Version:
    """Equal by its parts, and shown by a constructor."""

    def __init__(self, text: str) -> None:
        self.parts = text.split(".")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(tuple(self.parts))

    def __str__(self) -> str:
        return ".".join(self.parts)


SHOWN: dict[str, Any] = {
    "None": None,
    "True": True,
    "-3": -3,
    "1.5": 1.5,
    'float("inf")': math.inf,
    '"it\'s"': "it's",
    "'say \"x\"'": 'say "x"',
    'b"\\x00k"': b"\x00k",
    "(1,)": (1,),
    '{"b": [1], "a": {2}}': {"b": [1], "a": {2}},
    '{"a", "b", "c"}': {"c", "a", "b"},
    "set()": set(),
    "frozenset({1})": frozenset({1}),
    "Colour.RED": Colour.RED,
    "Point(x=1, y=2)": Point(1, 2),
    'Order(name="a")': Order("a"),
    'Order(name="a", lines=[1], paid=True)': Order("a", [1], paid=True),
    'Decimal("1.50")': Decimal("1.50"),
    "Fraction(1, 3)": Fraction(1, 3),
    "date(2024, 2, 29)": dt.date(2024, 2, 29),
    "datetime(2024, 1, 2, 3, 4, tzinfo=timezone.utc)": dt.datetime(2024, 1, 2, 3, 4, tzinfo=dt.UTC),
    "timedelta(days=1)": dt.timedelta(days=1),
    'Path("a/b")': Path("a/b"),
    'OrderedDict({"a": 1})': collections.OrderedDict(a=1),
    're.compile("a+")': re.compile("a+"),
    'Version("1.2")': Version("1.2"),
    "range(0, 3)": range(3),
}


@pytest.mark.parametrize(("text", "value"), SHOWN.items(), ids=SHOWN.keys())
def test_a_value_is_written_as_what_makes_it_again(text: str, value: Any) -> None:
    shower = Shower(Names())
    assert shower.text(value) == text
    again = eval(text, shower.names.namespace())  # noqa: S307 - our own text
    assert type(again) is type(value)
    assert again == value


@pytest.mark.parametrize(
    "value",
    [object(), lambda: 1, Path("/etc/passwd"), 10**40, "x" * 400, "\ud800", {1: object()}, socket],
    ids=["object", "lambda", "absolute path", "huge", "long", "surrogate", "inside", "module"],
)
def test_what_cannot_be_read_again_is_not_written(value: Any) -> None:
    with pytest.raises(UnshownError):
        Shower(Names()).text(value)


def test_a_list_that_holds_itself_is_not_written() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(UnshownError):
        Shower(Names()).text(endless)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=30, deadline=None)
@given(PLAIN)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    try:
        text = Shower(Names()).text(value)
    except UnshownError:
        return
    assert eval(text) == value  # noqa: S307 - our own text


@pytest.mark.parametrize(
    ("actual", "expected", "is_equal"),
    [
        (0.1 + 0.2, 0.3, True),
        (math.nan, math.nan, True),
        (1, True, False),
        ([0.1 + 0.2], [0.3], True),
        ({"a": 0.30000001}, {"a": 0.4}, False),
        ((1,), [1], False),
    ],
)
def test_values_are_compared_as_a_test_would(actual: Any, expected: Any, is_equal: bool) -> None:  # noqa: FBT001
    assert are_equal(actual, expected) is is_equal


MODULE = dedent('''
    import os
    import random
    from shutil import rmtree as gone

    def pure(a, b=1, *rest, key, **more):
        """
        >>> pure(1, key=2)
        3
        >>> value, _ = other("x")
        """
        return _helper(a)

    def _helper(a):
        return a

    def wipe(path):
        os.remove(path)

    def through(path):
        return wipe(path)

    def hidden(path):
        gone(path)

    def lucky():
        return random.random()

    def joined(a):
        return os.path.join(a, "b")

    def there(a):
        return os.path.exists(a)

    def reads(path):
        return open(path).read()

    def stamped(now):
        return now.isoformat()

    def other(text):
        return text.strip()

    def __getattr__(name):
        raise AttributeError(name)

    class Box:
        def __init__(self, size): self.size = size
        @property
        def area(self): return self.size ** 2
        @classmethod
        def unit(cls): return cls(1)
        @staticmethod
        def zero(): return 0
        @area.setter
        def area(self, value): ...
        def __len__(self): return self.size
        def __enter__(self): return self

    _helper(1)
''')
TREE = ast.parse(MODULE)
TARGETS = targets_of(TREE)


def test_everything_that_a_test_can_call_is_found_by_its_kind() -> None:
    kinds = {name: target.kind for name, target in TARGETS.items() if "." in name}
    assert kinds == {
        "Box.__init__": "constructor",
        "Box.area": "property",
        "Box.unit": "classmethod",
        "Box.zero": "staticmethod",
        "Box.__len__": "method",
    }
    assert "__getattr__" not in TARGETS
    assert [parameter.kind for parameter in TARGETS["pure"].parameters] == [
        "positional",
        "positional",
        "star",
        "keyword",
        "stars",
    ]


def test_what_is_reached_counts_as_well() -> None:
    assert TARGETS["pure"].reaches >= {"pure", "_helper"}
    assert run_on_import(TREE, TARGETS) == {"_helper"}


def test_what_touches_the_world_is_named_with_its_reason() -> None:
    assert effects.reasons(TREE, TARGETS) == {
        "wipe": "changes the system (`os.remove`)",
        "through": "changes the system (`os.remove`) through wipe",
        "hidden": "changes files (`gone`)",
        "lucky": "depends on chance (`random.random`)",
        "there": "depends on the machine (`os.path.exists`)",
        "reads": "reads or writes files (`open`)",
    }


@pytest.mark.parametrize(
    ("head", "body", "effect"),
    [
        ("import sys", "sys.version_info >= (3, 12)", "version of Python"),
        ("import sys", "sys.version_info.major", "version of Python"),
        ("from sys import version", "version.split()", "version of Python"),
        ("import sys", "sys.platform == 'linux'", "machine"),
        ("import sys", "sys.executable", "machine"),
        ("import sys", "sys.prefix", "machine"),
        ("from importlib import metadata", "metadata.version('pip')", "installed"),
        ("import importlib.metadata", "importlib.metadata.version('pip')", "installed"),
        ("import locale", "locale.getlocale()", "machine"),
        ("import platform", "platform.system()", "machine"),
        ("from pathlib import Path", "Path('x').exists()", "reads files"),
        ("from pathlib import Path", "Path.cwd()", "machine"),
        ("from pathlib import Path", "Path.home().name", "machine"),
        ("from pathlib import Path", "Path('x').resolve()", "machine"),
        ("", "p.resolve()", "machine"),
        ("", "p.parse_args()", "command line"),
        ("import sys", "sys.maxsize", ""),
    ],
)
def test_what_is_another_elsewhere_is_a_reason_not_to_call(head: str, body: str, effect: str) -> None:
    tree = ast.parse(f"{head}\ndef f(p):\n    return {body}\n")
    found = effects.reasons(tree, targets_of(tree)).get("f", "")
    assert effect in found
    assert bool(effect) is bool(found)


def test_examples_of_docstrings_are_calls() -> None:
    (example,) = documented(TREE, TARGETS)
    assert (example.call.arguments, example.want) == ((("a", "1"), ("key", "2")), "3")
    assert [call.target for call in shown_calls(TREE, TARGETS)] == ["pure", "other"]


def test_an_example_that_is_no_python_costs_no_other() -> None:
    tree = ast.parse('"""\n>>> f(1)\n1\n>>> f(2\n2\n>>> f(3)\n3\n"""\ndef f(a): return a\n')
    found = targets_of(tree)
    assert [call.arguments for call in shown_calls(tree, found)] == [(("a", "1"),), (("a", "3"),)]
    assert [example.want for example in documented(tree, found)] == ["1", "3"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("return p.strip()", "str"),
        ("return p.items()", "dict"),
        ("return p + 1", "int"),
        ("return p > 1.5", "number"),
        ("return [x for x in p]", "list"),
        ("return p(3)", "callable"),
        ("return re.sub('a', 'b', p)", "str"),
        ("return p['a']", "dict"),
        ("return helper(p)", "str"),
        ("return 3", ""),
    ],
)
def test_the_kind_of_a_parameter_is_guessed_from_its_use(body: str, kind: str) -> None:
    found = targets_of(ast.parse(f"def f(p):\n    {body}\n\ndef helper(q):\n    return q.lower()\n"))
    assert kind_from_use(found["f"], "p", found) == kind


@pytest.mark.parametrize(
    "pattern", [r"(\d+)-(\w+)", r"^a|b+c$", r"[^x]{2,3}", r"(?i)(quiz)$", r"v?(\d+)\.(\d+)(?:-(rc)\d)?", r"(a)\1"]
)
def test_texts_are_made_that_a_pattern_matches(pattern: str) -> None:
    found = matching(pattern)
    assert found
    assert all(re.search(pattern, text) for text in found)


def test_a_plain_text_is_no_pattern() -> None:
    texts = ("abc", "a.b", "[", "(", "a+", r"\d")
    assert [text for text in texts if is_pattern(text)] == ["a+", r"\d"]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SHOWN)), st.integers())
def test_a_varied_value_is_an_expression_again(text: str, seed: int) -> None:
    import random  # noqa: PLC0415 - here only

    new = varied(text, random.Random(seed), ["word", "12"], sorted(SHOWN))  # noqa: S311 - repeatable
    ast.parse(new, mode="eval")


ACTS: dict[str, Callable[[], object]] = {
    "write a file": lambda: Path("/tmp/agent-ci-denied").write_text("x"),  # noqa: S108
    "remove a file": lambda: os.remove("/tmp/agent-ci-denied"),  # noqa: S108, PTH107
    "start a program": lambda: os.system("true"),  # noqa: S605
    "open a socket": socket.socket,
    "fork": os.fork,
    "leave": lambda: os._exit(3),
    "lift the alarm": lambda: signal.setitimer(signal.ITIMER_PROF, 0),
    "kill": lambda: os.kill(os.getpid(), 0),
    "start a thread": lambda: __import__("threading").Thread(target=int).start(),
    "make a folder": lambda: os.mkdir("/tmp/agent-ci-denied"),  # noqa: S108, PTH102
}


@pytest.mark.parametrize("name", ACTS)
def test_what_is_more_than_computing_is_denied(name: str) -> None:
    def work(send: Any) -> None:
        guard = Guard()
        ended = "done"
        with guard.armed():
            try:
                ACTS[name]()
            except DeniedError:
                ended = "denied"
        send({"ended": ended, "denied": guard.denied})

    heard = children.run(work, seconds=20.0)
    (message,) = heard.messages
    assert message["ended"] == "denied"
    assert message["denied"]


def test_computing_and_reading_are_not_denied() -> None:
    def work(send: Any) -> None:
        guard = Guard()
        with guard.armed():
            text = Path(__file__).read_text(encoding="utf-8")
        send({"denied": guard.denied, "size": len(text)})

    message: Message = children.run(work, seconds=20.0).messages[0]
    assert message["denied"] == ""
    assert message["size"] > 1000
