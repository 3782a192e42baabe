from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agent_ci.core.change import ABSENT, REGULAR, ChangedFile, Patch
from agent_ci.core.policy import Policy
from tests.frameworks.fixing import diff, is_verified, needs, repaired

PRICE = "def price(amount: int) -> str:\n    return amount\n\n\ndef half(amount: int) -> int:\n    return amount // 2\n"
TESTED = "from shop import half\n\n\ndef test_half() -> None:\n    assert half(4) == 2\n"
TYPED = {"shop.py": PRICE, "test_shop.py": TESTED}
MYPY = f"{sys.executable} -m mypy --cache-dir=/dev/null shop.py"


def test_a_type_error_is_repaired_and_the_tests_beside_it_still_pass(tmp_path: Path) -> None:
    reply = diff("shop.py", 2, "    return amount", "    return str(amount)")
    run = repaired(tmp_path, TYPED, run=MYPY, reply=reply, repeat=1)
    assert run.outcome == "fixed", run.document
    assert run.document["before"] == {
        "passed": ["test_shop.py::test_half"], "failed": [], "errored": [MYPY], "skipped": []
    }  # fmt: skip
    assert run.document["after"]["passed"] == sorted((MYPY, "test_shop.py::test_half"))
    assert is_verified(tmp_path, run)


SAID = 'shop.py:2: error: Incompatible return value type (got "int", expected "str")  [return-value]'
CHECKER = f"if grep -q 'str:' shop.py; then echo '{SAID}'; exit 1; fi\n"


def test_a_type_that_is_given_up_is_no_repair(tmp_path: Path) -> None:
    loosened = f"from typing import Any\n\n\n{PRICE.replace('-> str', '-> Any', 1)}"
    run = repaired(
        tmp_path, {**TYPED, "check.sh": CHECKER}, run="sh check.sh", reply=diff("shop.py", 1, PRICE, loosened)
    )
    assert run.outcome == "policy_refused"
    assert "`Any` gives up the type that the check complains about" in str(run.objections)


LINTED = {"shop.py": f"import os\n\n\n{PRICE}", "test_shop.py": TESTED}
RUFF = f"{Path(sys.executable).parent}/ruff check --no-cache --isolated shop.py"


def test_a_repair_of_a_lint_error_that_breaks_a_test_is_none(tmp_path: Path) -> None:
    wrong = diff("shop.py", 1, LINTED["shop.py"], PRICE.replace("// 2", "// 3"))
    run = repaired(tmp_path, LINTED, run=RUFF, reply=wrong)
    assert run.outcome == "no_fix"
    assert run.document["before"]["errored"] == [RUFF]
    assert "test_shop.py::test_half passed before the change and failed after it" in str(run.objections)


def test_what_the_check_still_says_is_the_objection(tmp_path: Path) -> None:
    other = diff("shop.py", 1, "import os", "import re")
    run = repaired(tmp_path, LINTED, run=RUFF, reply=other)
    assert run.outcome == "no_fix"
    assert run.objections == [[f"{RUFF} is still red: `re` imported but unused"]]


def test_a_test_that_is_red_beside_the_check_is_left_alone_and_may_stay_so(tmp_path: Path) -> None:
    files = {**LINTED, "test_shop.py": TESTED.replace("== 2", "== 3")}
    run = repaired(tmp_path, files, run=RUFF, reply=diff("shop.py", 1, "import os\n\n\n", ""))
    assert run.outcome == "fixed", run.objections
    assert run.document["targets"] == [RUFF]
    assert run.document["after"]["failed"] == ["test_shop.py::test_half"]


SUPPRESSIONS = ("import os  # noqa: F401", "import os  # noqa", "# ruff: noqa\nimport os", "# flake8: noqa\nimport os")


@pytest.mark.parametrize("line", SUPPRESSIONS)
def test_a_comment_that_silences_the_check_is_no_repair(tmp_path: Path, line: str) -> None:
    run = repaired(tmp_path, LINTED, run=RUFF, reply=diff("shop.py", 1, "import os", line))
    assert run.outcome == "policy_refused"
    assert "silences a check" in str(run.objections)


SETTINGS = (
    *("ruff.toml", "mypy.ini", "pyrightconfig.json", "tsconfig.json", "web/tsconfig.build.json", ".eslintignore"),
    *(".golangci.yml", "clippy.toml", "phpstan.neon.dist", "psalm.xml", ".rubocop.yml", ".clang-tidy", ".credo.exs"),
    *(".swiftlint.yml", "detekt.yml", "CMakePresets.json"),
)


@pytest.mark.parametrize("path", SETTINGS)
def test_what_a_check_is_told_is_not_changed_to_repair_it(path: str) -> None:
    change = ChangedFile(path, "A", ABSENT, REGULAR, added=1)
    assert "protected" in str(Policy().objections(Patch("", (change,), "", "")))


JAVA = "class Shop {\n    static int half(int amount) {\n        return amount / 2\n    }\n}\n"


def test_a_compile_error_is_repaired_where_there_is_no_test(tmp_path: Path) -> None:
    needs("javac")
    reply = diff("Shop.java", 3, "        return amount / 2", "        return amount / 2;")
    run = repaired(tmp_path, {"Shop.java": JAVA}, run="javac -d out Shop.java", reply=reply)
    assert run.outcome == "fixed", run.document
    assert run.document["before"]["errored"] == ["javac -d out Shop.java"]
    assert is_verified(tmp_path, run)


SHELL = {"shell": True}


def test_a_command_of_a_shell_is_judged_and_verified_as_well(tmp_path: Path) -> None:
    files = {"a.txt": "1\n2\n", "b.txt": "1\n"}
    run = repaired(tmp_path, files, run="diff a.txt b.txt && true", reply=diff("b.txt", 1, "1", "1\n2"), **SHELL)
    assert run.outcome == "fixed"
    assert "nothing but the exit code" in run.document["proof"]["doubts"][0]
    assert is_verified(tmp_path, run)
