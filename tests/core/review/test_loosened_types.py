"""A type error is not repaired by giving up the type, and honest repairs of one pass."""

from __future__ import annotations

import pytest

from agent_ci.core.change import ChangedText
from agent_ci.core.report import Status, TestCase
from agent_ci.core.review.review import Facts, objections
from agent_ci.core.rules import rule_of

SAID = {
    "mypy": TestCase("mypy shop.py", Status.ERRORED, message="Incompatible return value type"),
    "make": TestCase("make lint", Status.ERRORED, message='shop.py:2: error: Incompatible types "a" [return-value]'),
    "tsc": TestCase("build (jest)", Status.ERRORED, message="src/a.ts(3,5): error TS2322: Type 'string' is not ..."),
}
OLD = "from typing import Any\n\n\ndef price(amount: int) -> str:\n    return amount\n"
GIVEN_UP = {
    "the result": "from typing import Any\n\n\ndef price(amount: int) -> Any:\n    return amount\n",
    "by its module": "import typing\n\n\ndef price(amount: int) -> typing.Any:\n    return amount\n",
    "a cast": "from typing import cast\n\n\ndef price(amount: int) -> str:\n    return cast(str, amount)\n",
    "a variable": "from typing import Any\n\n\ndef price(amount: int) -> str:\n    x: Any = amount\n    return x\n",
    "by another name": "from typing import Any as W\n\n\ndef price(amount: int) -> W:\n    return amount\n",
    "a renamed cast": "from typing import cast as c\n\n\ndef price(amount: int) -> str:\n    return c(int, amount)\n",
    "no types": "from typing import Any\n\n\ndef price(amount):\n    return amount\n",
    "a helper without": f"{OLD.replace('return amount', 'return _as(amount)')}\n\ndef _as(x):\n    return x\n",
}
MENDED = {
    "converted": OLD.replace("return amount", "return str(amount)"),
    "another type": OLD.replace("-> str", "-> int"),
    "a helper": f"{OLD.replace('return amount', 'return _as(amount)')}\n\ndef _as(x: int) -> str:\n    return str(x)\n",
    "another by another name": OLD.replace("import Any", "import Text as W").replace("-> str", "-> W"),
    "called cast with one argument": OLD.replace("return amount", "return cast(amount)"),
}
TYPESCRIPT = "export function price(amount: number): string {\n  return amount;\n}\nconst a: any = 1;\n"
IN_TYPESCRIPT = (
    "  return amount as any;", "  return <any>amount;", "  return amount as unknown as string;",
    "  const a: any = amount; return a;", "  return (amount as never);", "  return names.get(amount)!.title;",
    "  const all: Array<any> = []; return all[0];", "  const all: any[] = []; return all[0];",
    "  let both: string | any; return both;", "  let both: any | string; return both;", "  let f: A & any; return f();",
    "  return run as () => any;", "  type T = any; return amount;", "  type F<T = any> = T; return amount;",
    "  return amount satisfies any;", "  let m: Map<string, any>; return m;",
    "  let m: Map<string, any | A>; return m;",
    "  return bar! + 1;", "  return foo! as X;", "  return foo!", "  return foo()! // it is there",
    "  return a[0]! === b;",
    "  return foo! ? 1 : 2;", "  return foo! !== 1;", "  return (foo! instanceof Bar);", "  return (foo! );",
)  # fmt: skip
HONEST_IN_TYPESCRIPT = (
    "  return String(amount);", "  // return amount as any;", '  return "as any";', "  return many(amount);",
    "  return (amount as number).toFixed(2);", "  return amount !== 1 ? `${a}` : a;",
    "  return amount != 1;", "  return amount!==1;", "  return amount!=1;", "  return a || !b;", "  return a && ! b;",
    "  return company | many;", "  return expect.any(String);", "  return either(amount, any(String));",
    "  return x = any(y);",
    "  return [a, any.of(b)];", "  // foo! + 1", '  return "foo! + any";', "  return <p>Welcome back! Go on</p>;",
)  # fmt: skip


def said(path: str, before: str, after: str, case: TestCase = SAID["mypy"]) -> set[str]:
    found = objections((ChangedText(path, before, after),), Facts((case,), {path: before}))
    return {rule_of(objection) for objection in found if "gives up" in objection or "has no types" in objection}


@pytest.mark.parametrize("after", GIVEN_UP.values(), ids=GIVEN_UP)
@pytest.mark.parametrize("case", [SAID["mypy"], SAID["make"]], ids=["mypy", "make"])
def test_a_type_that_is_given_up_in_python_is_an_objection(case: TestCase, after: str) -> None:
    assert said("shop.py", OLD, after, case) == {"suppressed-check"}


@pytest.mark.parametrize("after", MENDED.values(), ids=MENDED)
def test_a_type_that_is_mended_is_none(after: str) -> None:
    assert said("shop.py", OLD, after) == set()


@pytest.mark.parametrize("line", IN_TYPESCRIPT)
def test_a_type_that_is_given_up_in_typescript_is_an_objection(line: str) -> None:
    after = TYPESCRIPT.replace("  return amount;", line)
    assert said("src/a.ts", TYPESCRIPT, after, SAID["tsc"]) == {"suppressed-check"}


@pytest.mark.parametrize("line", HONEST_IN_TYPESCRIPT)
def test_honest_typescript_passes(line: str) -> None:
    assert said("src/a.ts", TYPESCRIPT, TYPESCRIPT.replace("  return amount;", line), SAID["tsc"]) == set()


def test_what_was_given_up_before_may_stay_and_move() -> None:
    before = "from typing import Any\n\n\ndef price(amount: Any) -> str:\n    return amount + 1\n"
    assert said("shop.py", before, before.replace("amount + 1", "str(amount)").replace("price", "cost")) == set()
    assert said("src/a.ts", TYPESCRIPT, f"const b = 2;\n{TYPESCRIPT}", SAID["tsc"]) == set()


def test_where_no_type_checker_failed_these_are_code_like_any_other() -> None:
    case = TestCase("tests/test_flow.py::test_price", Status.FAILED, message="assert 1 == 2")
    assert said("shop.py", OLD, GIVEN_UP["the result"], case) == set()
    assert said("src/a.ts", TYPESCRIPT, TYPESCRIPT.replace("return amount", "return amount as any"), case) == set()
