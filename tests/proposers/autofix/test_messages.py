from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent_ci.core.report import Status, TestCase
from agent_ci.core.run import Cost, Evidence, Reply
from agent_ci.proposers.autofix.proposer import Autofix
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest
from agent_ci.sandboxes.none import NoSandbox
from bench.repositories import write
from tests.proposers.autofix.folder import Folder
from tests.red import RedRepository

PYTEST = Pytest(Interpreter(sys.executable, "3", "8", ("src", ".")))
SHOP = "class Cart:\n    def __init__(self):\n        self.total = 2\n\n    def bill(self):\n        return {}\n"

IMPORTED = "import a\ndef test(): pass\n"
CALLED = "import a\ndef test(): a.f()\n"
CALLED_WITH_ONE = "import a\ndef test(): a.f(1)\n"
TYPES = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from fractions import Fraction\n"


def replies(files: Mapping[str, str], folder: Path, *targets: TestCase) -> list[Reply]:
    """What autofix offers for *files*, given *targets* or else what pytest says about them."""
    write(folder, files)
    tree = Folder(folder)
    if not targets:
        with NoSandbox({"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}).open(tree) as workspace:
            targets = PYTEST.run(workspace, timeout=60).red
    assert targets
    evidence = Evidence("fix", "red", targets=targets, toolchain=PYTEST.toolchain)
    return list(Autofix().propose(evidence, (), tree))


def changes(reply: Reply) -> list[str]:
    """The path of each changed file, and the lines that were removed and added."""
    rows = [row for row in reply.text.splitlines() if row[:1] in "+-" and not row.startswith("--- ")]
    return [row.removeprefix("+++ b/") for row in rows]


ROWS: dict[str, tuple[dict[str, str], list[str]]] = {
    "forgotten-standard-library": (
        {
            "geo.py": '"""Areas."""\n\ndef area(r):\n    return math.pi * r\n',
            "test_it.py": "import geo\ndef test(): geo.area(1)\n",
        },
        ["geo.py", "+import math", "+"],
    ),
    "imported-elsewhere-under-another-name": (
        {
            "one.py": "import statistics as st\n\ndef f(x):\n    return st.mean(x)\n",
            "two.py": "def g(x):\n    return st.median(x)\n",
            "test_it.py": "import two\ndef test(): two.g([1])\n",
        },
        ["two.py", "+import statistics as st", "+", "+"],
    ),
    "imported-for-type-checking-only": (
        {
            "src/a.py": TYPES + "\n\ndef f():\n    return Fraction(1)\n",
            "tests/test_it.py": CALLED,
        },
        ["src/a.py", "+from fractions import Fraction"],
    ),
    "defined-in-one-module-below-src": (
        {
            "src/shop/__init__.py": "",
            "src/shop/money.py": "def to_cents(x):\n    return 100 * x\n",
            "src/shop/cart.py": "import json\n\n\ndef f():\n    return to_cents(1)\n",
            "tests/test_it.py": "from shop.cart import f\ndef test(): f()\n",
        },
        ["src/shop/cart.py", "+", "+from shop.money import to_cents"],
    ),
    "a-module-of-ours": (
        {
            "shop/__init__.py": "",
            "shop/money.py": "def to_cents(x):\n    return 100 * x\n",
            "shop/cart.py": "def f():\n    return money.to_cents(1)\n",
            "test_it.py": "from shop.cart import f\ndef test(): f()\n",
        },
        ["shop/cart.py", "+from shop import money", "+", "+"],
    ),
    "well-known-name": (
        {"a.py": "from typing import Any\n\n\ndef f(x: Optional[Any]) -> None: ...\n", "test_it.py": IMPORTED},
        ["a.py", "-from typing import Any", "+from typing import Any, Optional"],
    ),
    "misspelt-variable": (
        {"a.py": "def f(amount):\n    x = amuont + 1\n    return amuont * x\n", "test_it.py": CALLED_WITH_ONE},
        ["a.py", "-    x = amuont + 1", "-    return amuont * x", "+    x = amount + 1", "+    return amount * x"],
    ),
    "other-language's-constant": (
        {"a.py": "def f():\n    return true\n", "test_it.py": CALLED},
        ["a.py", "-    return true", "+    return True"],
    ),
    "misspelt-in-f-string": (
        {"a.py": 'def f(amount):\n    return f"é {amuont}"\n', "test_it.py": CALLED_WITH_ONE},
        ["a.py", '-    return f"é {amuont}"', '+    return f"é {amount}"'],
    ),
    "forgotten-self": (
        {"a.py": SHOP.format("total"), "test_it.py": "import a\ndef test(): a.Cart().bill()\n"},
        ["a.py", "-        return total", "+        return self.total"],
    ),
    "name-that-moved": (
        {
            "new.py": "def f():\n    return 1\n",
            "old.py": "def g():\n    return 1\n",
            "a.py": "from old import f, g\n",
            "test_it.py": IMPORTED,
        },
        ["a.py", "-from old import f, g", "+from old import g", "+from new import f"],
    ),
    "name-that-moved-and-a-test-imports": (
        {
            "new.py": "def f():\n    return 1\n",
            "old.py": "X = 1\n",
            "test_it.py": "from old import f\ndef test(): pass\n",
        },
        ["old.py", "+from new import f", "+"],
    ),
    "misspelt-import": (
        {
            "money.py": "def to_cents(x):\n    return 100 * x\n",
            "a.py": "from money import (\n    to_cent,  # whole\n)\n\nx = to_cent(1)\n",
            "test_it.py": IMPORTED,
        },
        ["a.py", "-    to_cent,  # whole", "+    to_cents as to_cent,  # whole"],
    ),
    "moved-out-of-the-standard-library's-module": (
        {"a.py": "from collections import Mapping\n", "test_it.py": IMPORTED},
        ["a.py", "-from collections import Mapping", "+from collections.abc import Mapping"],
    ),
    "module-that-moved": (
        {
            "shop/core/money.py": "def f():\n    return 1\n",
            "shop/cart.py": "from .money import f\n",
            "test_it.py": "import shop.cart\ndef test(): pass\n",
        },
        ["shop/cart.py", "-from .money import f", "+from shop.core.money import f"],
    ),
    "module-that-moved-and-is-used-by-its-whole-name": (
        {
            "shop/core/money.py": "def f():\n    return 1\n",
            "shop/cart.py": "import shop.money\n\nx = shop.money.f()\n",
            "test_it.py": "import shop.cart\ndef test(): pass\n",
        },
        [
            *("shop/cart.py", "-import shop.money", "+import shop.core.money"),
            *("-x = shop.money.f()", "+x = shop.core.money.f()"),
        ],
    ),
    "misspelt-module": (
        {"a.py": "import jsn\n\nx = json.dumps(1)\n", "test_it.py": IMPORTED},
        ["a.py", "-import jsn", "+import json"],
    ),
    "misspelt-attribute": (
        {"a.py": SHOP.format("self.totl"), "test_it.py": "import a\ndef test(): a.Cart().bill()\n"},
        ["a.py", "-        return self.totl", "+        return self.total"],
    ),
    "misspelt-inherited-attribute": (
        {
            "a.py": SHOP.format("0"),
            "b.py": "from a import Cart\n\n\nclass Big(Cart):\n    def size(self):\n        return self.totals\n",
            "test_it.py": "import b\ndef test(): b.Big().size()\n",
        },
        ["b.py", "-        return self.totals", "+        return self.total"],
    ),
    "misspelt-method-of-a-builtin": (
        {"a.py": "def f(x):\n    return [x].apend(1)\n", "test_it.py": CALLED_WITH_ONE},
        ["a.py", "-    return [x].apend(1)", "+    return [x].append(1)"],
    ),
    "misspelt-function-of-a-module": (
        {
            "m.py": "def total(x):\n    return x\n",
            "a.py": "import m\n\n\ndef f():\n    return m.totl(1)\n",
            "test_it.py": CALLED,
        },
        ["a.py", "-    return m.totl(1)", "+    return m.total(1)"],
    ),
    "submodule-never-imported": (
        {
            "shop/__init__.py": "",
            "shop/money.py": "X = 1\n",
            "a.py": "import shop\n\n\ndef f():\n    return shop.money.X\n",
            "test_it.py": CALLED,
        },
        ["a.py", "+import shop.money"],
    ),
    "missing-colon": (
        {"a.py": "def f(x)  # why\n    return x\n", "test_it.py": IMPORTED},
        ["a.py", "-def f(x)  # why", "+def f(x):  # why"],
    ),
    "missing-bracket": (
        {"a.py": "def f(x):\n    return max(x, min(x, 1)\n", "test_it.py": IMPORTED},
        ["a.py", "-    return max(x, min(x, 1)", "+    return max(x, min(x, 1))"],
    ),
    "surplus-bracket": (
        {"a.py": "def f(x)):\n    return x\n", "test_it.py": IMPORTED},
        ["a.py", "-def f(x)):", "+def f(x):"],
    ),
    "tabs-and-spaces": (
        {"a.py": "def f(x):\n    y = x\n\treturn y\n", "test_it.py": IMPORTED},
        ["a.py", "-\treturn y", "+    return y"],
    ),
    "one-space-too-few": (
        {"a.py": "def f(x):\n    y = x\n   return y\n", "test_it.py": IMPORTED},
        ["a.py", "-   return y", "+    return y"],
    ),
    "two-errors-in-one-file": (
        {
            "a.py": "import os\n\n\ndef f():\n    return math.pi\n\n\ndef g(amount):\n    return amuont\n",
            "test_it.py": "import a\ndef test_f(): a.f()\ndef test_g(): a.g(1)\n",
        },
        ["a.py", "+import math", "-    return amuont", "+    return amount"],
    ),
}


@pytest.mark.parametrize(("files", "expected"), ROWS.values(), ids=ROWS)
def test_the_first_offer_is_the_repair(files: dict[str, str], expected: list[str], tmp_path: Path) -> None:
    first = replies(files, tmp_path)[0]
    assert sorted(changes(first)) == sorted(expected)
    assert (first.proposer, first.cost, first.objection, "\n" in first.cause) == ("autofix", Cost(), "", False)


@pytest.mark.parametrize(
    "files",
    [
        {"test_it.py": "def test(): assert math.pi\n"},
        {"a.py": "def f():\n    return zzz\n", "test_it.py": CALLED},
        {"a.py": "x = late()\n\n\ndef late(): ...\n", "b.py": "def late(): ...\n", "test_it.py": IMPORTED},
        {"a.py": "def f(x):\n    match x:\n        case true.x:\n            pass\n", "test_it.py": CALLED_WITH_ONE},
        {"a.py": "import b\nx = 1\n", "b.py": "from a import x\n", "test_it.py": IMPORTED},
        {"a.py": "def f(:\n    x = = 1\n", "test_it.py": IMPORTED},
        {"test_it.py": "def test(:\n    pass\n"},
        {"a.py": "def f():\n    return 1\n", "test_it.py": "import a\ndef test(): assert a.f() == 2\n"},
    ],
    ids=[
        *("in-a-test", "unknown", "used-too-early", "no-python-after-it", "circular", "two-slips", "test-syntax"),
        "no-error-of-ours",
    ],
)
def test_nothing_is_offered_where_nothing_is_sure(files: dict[str, str], tmp_path: Path) -> None:
    assert replies(files, tmp_path) == []


def failing(error: str, place: str = "a.py:1: in f") -> TestCase:
    return TestCase("test_it.py::test", Status.FAILED, error, f"{place}\n    ...\nE   {error}")


def test_at_most_six_different_replies_are_offered(tmp_path: Path) -> None:
    files = {"a.py": "".join(f"value{n} = {n}\n" for n in range(9)) + "".join(f"x = valeu{n}\n" for n in range(9))}
    cases = [failing(f"NameError: name 'valeu{n}' is not defined", f"a.py:{n + 10}: in <module>") for n in range(9)]
    offered = [reply.text for reply in replies(files, tmp_path, *cases)]
    assert len(set(offered)) == len(offered) == 6


def test_one_repair_of_two_errors_is_offered_once(tmp_path: Path) -> None:
    cases = [failing(f"NameError: name '{name}' is not defined", "a.py:1: in <module>") for name in ("math", "zzz")]
    assert len(replies({"a.py": "x = math.pi, zzz\n"}, tmp_path, *cases)) == 1


@pytest.mark.parametrize(
    "content",
    [b"x = '\0'\n", b"\xff\xfe", b"-" * 200_000 + b"1\n", b"(" * 200_000, b"a\rb\r\nmath.pi\n", b"math.x\n" * 200_000],
    ids=["nul", "not-utf-8", "deep", "open-brackets", "lone-returns", "large"],
)
@pytest.mark.parametrize(
    "error",
    [
        "NameError: name 'math' is not defined",
        "ImportError: cannot import name 'x' from 'a' (a.py)",
        "ModuleNotFoundError: No module named 'b.a'",
        "AttributeError: 'math' object has no attribute 'x'",
        "AttributeError: module 'a' has no attribute 'x'",
        "SyntaxError: expected ':'",
    ],
    ids=lambda error: error.partition(":")[0],
)
def test_hostile_files_are_passed_over(content: bytes, error: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(content)
    started = time.monotonic()
    assert replies({}, tmp_path, failing(error)) == []
    assert time.monotonic() - started < 10


def test_a_file_of_windows_lines_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"import os\r\n\r\nx = math.pi\r\n")
    (reply,) = replies({}, tmp_path, failing("NameError: name 'math' is not defined", "a.py:3: in <module>"))
    assert changes(reply) == ["a.py", "+import math"]


@pytest.mark.parametrize("name", ["forgotten-standard-library", "name-that-moved", "missing-colon"])
def test_the_pipeline_proves_what_is_offered(name: str, tmp_path: Path) -> None:
    run = RedRepository.make(tmp_path, ROWS[name][0]).run(proposer=("autofix",), repeat=1)
    assert (run.outcome, len(run.document["attempts"])) == ("fixed", 1), run.document["reason"]
    assert run.document["patch"]["files"] == ROWS[name][1][:1]


def test_windows_lines_stay_when_the_pipeline_applies_a_repair(tmp_path: Path) -> None:
    repository = RedRepository.make(tmp_path, {"test_it.py": CALLED})
    (repository.path / "a.py").write_bytes(b"import os\r\n\r\n\r\ndef f():\r\n    return math.pi")
    run = repository.commit({}).run(proposer=("autofix",), repeat=1)
    assert run.outcome == "fixed", run.document["reason"]
    assert "+import math\r\n" in (run.out / "fix.patch").read_bytes().decode()
