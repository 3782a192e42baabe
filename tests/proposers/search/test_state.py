"""What a test could leave behind is seen, and where it could not be seen that is said."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from agent_ci.proposers.search.kit.state import OpaqueError, State

Load = Callable[[str], ModuleType]


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """Imports a text as a module below the root."""
    name = "left_behind"

    def load(text: str) -> ModuleType:
        path = tmp_path / f"{name}.py"
        path.write_text(dedent(text), "utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield load
    for one in (name, "left_too"):
        sys.modules.pop(one, None)


LEFT = {
    "a global": "n = 0\ndef act():\n    global n\n    n = -1\n",
    "a value that is equal and of another type": "n = 1\ndef act():\n    global n\n    n = True\n",
    "a new global": "def act():\n    globals()['more'] = None\n",
    "a list": "seen = []\ndef act():\n    seen.append(1)\n",
    "a list in an object's attribute": "class A:\n    pass\na = A()\na.b = [[1]]\ndef act():\n    a.b[0][0] = 2\n",
    "a slot": "class A:\n    __slots__ = ('n',)\na = A()\na.n = 1\ndef act():\n    a.n = 2\n",
    "a class": "class A:\n    n = 1\ndef act():\n    A.n = 2\n",
    "a default value": "def act(seen=[]):\n    seen.append(1)\n",
    "an attribute of a function": "def act():\n    act.n = 1\n",
    "a closure": "def make(n):\n    def act():\n        nonlocal n\n        n += 1\n    return act\nact = make(0)\n",
    "a cache": "from functools import lru_cache\n@lru_cache\ndef f(x):\n    return x\ndef act():\n    f(1)\n",
    "a counter": "import itertools\nids = itertools.count()\ndef act():\n    next(ids)\n",
    "an iterator": "left = iter([1, 2])\ndef act():\n    next(left)\n",
    "a buffer": "import io\nout = io.StringIO()\ndef act():\n    out.write('x')\n",
    "bytes": "b = bytearray(2)\ndef act():\n    b[0] = 1\n",
    "an array": "import array\na = array.array('i', [1])\ndef act():\n    a[0] = 2\n",
    "a value of this thread": "import threading\nhere = threading.local()\ndef act():\n    here.n = 1\n",
    "a variable of the context": "import contextvars\nv = contextvars.ContextVar('v')\ndef act():\n    v.set(1)\n",
    "the environment": "import os\ndef act():\n    os.environ['LEFT_BEHIND'] = '1'\n",
    "the state of random": "import random\ndef act():\n    random.random()\n",
    "a module": "import sys, types\ndef act():\n    m = types.ModuleType('left_too')\n    m.__file__ = __file__\n"
    "    sys.modules['left_too'] = m\n",
}  # fmt: skip


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT.keys())
def test_what_stays_is_seen(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("LEFT_BEHIND", "")
    module = load(text)
    state = State(str(tmp_path))
    assert state.is_as_before()
    module.act()
    assert not state.is_as_before()


def test_the_values_of_a_parameter_are_a_part_of_it(tmp_path: Path) -> None:
    parameters = {"numbers": [3, 1, 2]}
    state = State(str(tmp_path), [parameters])
    parameters["numbers"].sort()
    assert not state.is_as_before()


UNCHANGED = {
    "what is put back": "n = [1]\ndef act():\n    n.append(2)\n    n.pop()\n",
    "a warning": "import warnings\ndef act():\n    warnings.warn('old', stacklevel=1)\n",
    "a line in a log": "import logging\nlog = logging.getLogger('left')\ndef act():\n    log.debug('x')\n",
    "what unittest sets": "class A:\n    pass\ndef act():\n    A.tearDown_exceptions = []\n",
    "what pickling leaves in a class": "class A:\n    pass\ndef act():\n    A().__reduce_ex__(2)\n",
    "a lock": "import threading\nlock = threading.RLock()\ndef act():\n    with lock:\n        pass\n",
}


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED.keys())
@pytest.mark.filterwarnings("ignore:old")
def test_what_does_not_stay_is_no_change(load: Load, tmp_path: Path, text: str) -> None:
    module = load(text)
    state = State(str(tmp_path))
    module.act()
    assert state.is_as_before()


OPAQUE = {
    "a database": "import sqlite3\ndb = sqlite3.connect(':memory:')\n",
    "a generator": "left = (n for n in range(3))\n",
    "very much": "left = [[n] for n in range(40_000)]\n",
}


@pytest.mark.parametrize("text", OPAQUE.values(), ids=OPAQUE.keys())
def test_what_cannot_be_seen_is_said(load: Load, tmp_path: Path, text: str) -> None:
    load(text)
    with pytest.raises(OpaqueError):
        State(str(tmp_path))
