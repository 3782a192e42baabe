"""What counts as a changed line that no test runs."""

from __future__ import annotations

from textwrap import dedent

import pytest

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.untested import Target, changed_code, targets, unread

CODE = dedent('''\
    """Prices."""
    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        import decimal


    def net(price):
        """Words."""
        if price > 3:
            return price
        return 0


    class Cart:
        def total(self):
            def inner():
                return 1
            return inner()

        def _secret(self):
            return 2

        def later(self):
            raise NotImplementedError


    if __name__ == "__main__":
        net(1)
''')
EVERY = frozenset(range(1, CODE.count("\n") + 1))


def found(coverage: Coverage, path: str = "shop.py", **repaired: int) -> tuple[Target, ...]:
    head = {path: CODE}
    changed = changed_code({path: EVERY}, head, [])
    return targets(changed, head, coverage, repaired={path: repaired.get("repaired", 0)})


def test_each_function_with_lines_that_no_test_runs_is_a_target_and_an_import_runs_no_body() -> None:
    coverage = Coverage({IMPORTS: {"shop.py": EVERY}, "test_a": {"shop.py": frozenset({10, 11})}})
    assert [(one.function, one.lines) for one in found(coverage)] == [
        ("net", (12,)),
        ("Cart.total", (17, 18, 19)),
        ("Cart._secret", (22,)),
    ]


def test_where_nothing_imports_the_file_its_other_lines_are_untested_as_well() -> None:
    net, total, secret, rest = found(Coverage())
    assert (net.at_import, total.at_import, secret.at_import) == ((8,), (16,), (21,))
    assert (rest.function, rest.lines, rest.at_import) == ("", (), (2, 15, 24))
    assert net.reason == "3 changed lines of net, and no test imports it"


def test_public_and_complex_and_often_repaired_code_comes_first() -> None:
    names = [one.function for one in found(Coverage())]
    assert names == ["net", "Cart.total", "Cart._secret", ""]
    assert found(Coverage(), repaired=2)[0].score == found(Coverage())[0].score + 20
    assert "was repaired 2 times lately" in found(Coverage(), repaired=2)[0].reason
    assert not any(one.is_public for one in found(Coverage(), path="_shop.py"))


@pytest.mark.parametrize(
    "path", ["tests/test_shop.py", "setup.py", "docs/conf.py", "shop.txt", "app/migrations/0001_a.py", "conftest.py"]
)
def test_tests_and_files_that_no_test_is_meant_for_are_left_out(path: str) -> None:
    assert changed_code({path: EVERY}, {path: CODE}, []) == {}


def test_a_function_that_only_moved_is_not_changed_and_a_copy_of_it_is() -> None:
    old = CODE.partition("class Cart")[0]
    lines = changed_code({"b.py": EVERY}, {"b.py": CODE}, [old])["b.py"]
    assert not lines & set(range(8, 13))
    assert 17 in lines
    twice = f"{old}\n\n{old}"
    assert changed_code({"b.py": frozenset(range(1, 40))}, {"b.py": twice}, [old])["b.py"] & set(range(15, 40))


@pytest.mark.parametrize(
    "body",
    [
        "if x == 0:\n        return 0\n" + "".join(f"    elif x == {n}:\n        return {n}\n" for n in range(1, 300)),
        f"return {' + '.join(['x'] * 930)}\n",
        f"raise E({' + '.join(['x'] * 930)})\n",
        f"if {' + '.join(['x'] * 930)}:\n        return 1\n",
    ],
    ids=["elif", "sum", "raise", "if"],
)
def test_a_function_that_goes_deep_is_told_of_as_any_other(body: str) -> None:
    code = f"def deep(x):\n    {body}"
    every = frozenset(range(1, 1000))
    changed = changed_code({"b.py": every}, {"b.py": code}, [code])
    assert [one.function for one in targets(changed, {"b.py": code}, Coverage(), repaired={})][:1] in (["deep"], [])
    assert changed_code({"b.py": every}, {"b.py": code}, [])["b.py"] >= {2}


@pytest.mark.parametrize(
    "head", [{}, {"b.py": "no python\n"}, {"b.py": "x = 1\n" * 200_000}], ids=["bytes", "text", "long"]
)
def test_every_added_line_of_a_file_that_python_cannot_read_counts_as_run_by_none(head: dict[str, str]) -> None:
    changed = changed_code({"b.py": frozenset({1, 2})}, head, [])
    [target] = targets(changed, head, Coverage(), repaired={})
    assert (target.every_line, target.reason) == ((1, 2), "changed, and Python cannot read the file")
    assert (unread(changed, head), unread(["b.py"], {"b.py": "x = 1\n"})) == (("b.py",), ())
