"""The tests of a Django project: what its manage.py finds and prepares, all of it and exactly some of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agent_ci.core.frameworks.django import is_project, read
from agent_ci.core.report import Status
from agent_ci.ports import Workspace
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.unittest import Unittest
from tests.red import RedRepository

Open = Callable[[Mapping[str, str]], Workspace]
MANAGE = """import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    execute_from_command_line(sys.argv)
"""
SETTINGS = """SECRET_KEY = "for tests"
INSTALLED_APPS = ["shop"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
"""
MODELS = """from django.db import models


class Item(models.Model):
    cents = models.IntegerField()

    def net(self, percent):
        return self.cents + self.cents * percent // 100
"""
TESTS = """from django.test import TestCase

from shop.models import Item


class ItemTests(TestCase):
    def test_net(self):
        Item.objects.create(cents=200)
        self.assertEqual(Item.objects.get().net(10), 180)

    def test_none_is_there(self):
        self.assertEqual(Item.objects.count(), 0)
"""
FILES = {"manage.py": MANAGE, "settings.py": SETTINGS, "shop/__init__.py": "", "shop/models.py": MODELS}
SHOP = {**FILES, "shop/tests.py": TESTS}
NET, NONE = "shop/tests.py::ItemTests::test_net", "shop/tests.py::ItemTests::test_none_is_there"
REPAIR = """--- a/shop/models.py
+++ b/shop/models.py
@@ -8,1 +8,1 @@
-        return self.cents + self.cents * percent // 100
+        return self.cents - self.cents * percent // 100
"""


def runner(*arguments: str) -> Unittest:
    return Unittest(Interpreter(sys.executable, "3", "", (".",)), arguments, program="manage.py")


def test_what_manage_finds_is_run_with_the_database_that_it_prepares(workspace: Open) -> None:
    report = runner().run(workspace(SHOP), timeout=60)
    assert report.statuses == {NET: Status.FAILED, NONE: Status.PASSED, "manage.py": Status.PASSED}
    assert (report.red[0].file, report.red[0].line, report.partial) == ("shop/tests.py", 9, ())


def test_exactly_what_is_asked_for_is_run(workspace: Open) -> None:
    assert runner("shop").run(workspace(SHOP), only=(NET,), timeout=60).ids() == (NET,)


def test_how_manage_ends_after_the_tests_says_nothing(workspace: Open) -> None:
    report = runner().run(workspace({**SHOP, "manage.py": f"{MANAGE}    sys.exit(1)\n"}), timeout=60)
    assert report.statuses["manage.py"] is Status.PASSED


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shop/models.py": "import nothing_of_that_name\n"}, "No module named 'nothing_of_that_name'"),
        ({"shop/models.py": MODELS.replace("cents = ", "objects = None\n    cents__of = ")}, "ended with 1 before"),
    ],
    ids=["import", "check"],
)
def test_a_project_that_does_not_start_is_one_red_case(workspace: Open, change: dict[str, str], said: str) -> None:
    report = runner().run(workspace({**SHOP, **change}), only=("manage.py",), timeout=60)
    [case] = report.cases
    assert (case.id, case.status, said in case.message) == ("manage.py", Status.ERRORED, True), case.message
    assert runner().run(workspace(SHOP), only=("manage.py",), timeout=60).is_green


def test_a_red_project_is_repaired_as_its_files_say_how_it_is_tested(tmp_path: Path) -> None:
    environment = {"VIRTUAL_ENV": sys.prefix, "HOME": os.environ.get("HOME", "")}
    run = RedRepository.make(tmp_path, SHOP).run(run="", replies=(REPAIR,), environment=environment)
    assert run.outcome == "fixed", run.document["reason"]
    assert [case["id"] for case in run.document["failures"]] == [NET]


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"manage.py": MANAGE}, True),
        ({"manage.py": "print('no project')\n"}, False),
        ({"manage.py": MANAGE, "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = settings\n"}, False),
        ({"manage.py": MANAGE, "pyproject.toml": '[dependency-groups]\ntest = ["pytest-django"]\n'}, False),
        ({"manage.py": MANAGE, "pyproject.toml": '[project]\nname = "shop"\n'}, True),
    ],
    ids=["manage", "other", "ini", "pyproject", "another-pyproject"],
)
def test_a_project_is_one_of_django_where_pytest_is_not_set_up_for_it(files: dict[str, str], *, wanted: bool) -> None:
    assert is_project(lambda path: files.get(path, "")) is wanted


def test_a_command_is_known_by_its_words() -> None:
    assert read(("python", "manage.py", "test", "--parallel", "4", "shop", "--keepdb")) == ("", ("shop", "--keepdb"))
    assert read(("./manage.py", "test")) == ("", ())
    assert read((".venv/bin/python3", "manage.py", "test", "--tag", "x")) == (".venv/bin/python3", ("--tag", "x"))
    assert read(("python", "manage.py", "migrate")) is None
    assert read(("python",)) is None
    assert read(()) is None
