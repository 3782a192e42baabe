"""A copy uses the packages that are installed in the checkout, and its own sources."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent_ci.core.frameworks.php import PhpUnit
from agent_ci.core.report import Status
from agent_ci.ports import Workspace
from agent_ci.runners import installed
from agent_ci.runners.framework import FrameworkRunner
from agent_ci.sandboxes.none import NoSandbox
from bench.repositories import write
from tests.checkouts import NOBODY
from tests.frameworks.fixing import around, needs
from tests.trees import Files

AUTOLOAD = """<?php
spl_autoload_register(function (string $class): void {
    if ($class === 'Shop\\\\Money') {
        require dirname(__DIR__, 2) . '/src/Money.php';
    }
});
"""
PROGRAM = "<?php\nrequire __DIR__ . '/../../autoload.php';\necho Shop\\Money::half(4);\n"
VENDOR = {
    "vendor/autoload.php": "<?php\nrequire __DIR__ . '/composer/autoload_real.php';\n",
    "vendor/composer/autoload_real.php": AUTOLOAD,
    "vendor/acme/tool/run.php": PROGRAM,
    "vendor/acme/plain/plain.php": "<?php\n",
    "vendor/bin/run": "<?php\nreturn include __DIR__ . '/..'.'/acme/tool/run.php';\n",
}
MONEY = "<?php\nnamespace Shop;\nfinal class Money\n{{\n    public static function half(int $amount): int\n    {{\n        return intdiv($amount, {});\n    }}\n}}\n"  # noqa: E501
TEST = """<?php
require_once 'vendor/autoload.php';

final class MoneyTest extends PHPUnit\\Framework\\TestCase
{
    public function testHalf(): void
    {
        $this->assertSame(2, Shop\\Money::half(4));
    }
}
"""
SOURCES = {"src/Money.php": MONEY.format(3), "tests/MoneyTest.php": TEST}


@contextmanager
def copied(sources: dict[str, str]) -> Iterator[Workspace]:
    with NoSandbox(dict(around())).open(Files(sources)) as workspace:
        yield workspace


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Where the work tree is right, and packages are installed as composer does it."""
    write(tmp_path, {**VENDOR, "src/Money.php": MONEY.format(2)})
    return tmp_path


def test_the_sources_of_the_copy_are_tested_and_not_those_of_the_checkout(checkout: Path) -> None:
    needs("php", "phpunit")
    with copied(SOURCES) as workspace:
        report = FrameworkRunner(PhpUnit(("tests",)), "", checkout, around()).run(workspace, timeout=60)
        assert report.statuses["MoneyTest::testHalf"] is Status.FAILED  # the checkout's own would pass


@pytest.mark.parametrize("is_link", [False, True], ids=["a proxy of composer", "a link"])
def test_a_program_that_composer_installed_loads_the_sources_of_the_copy(checkout: Path, *, is_link: bool) -> None:
    needs("php")
    if is_link:
        (checkout / "vendor/bin/run").unlink()
        (checkout / "vendor/bin/run").symlink_to("../acme/tool/run.php")
    with copied(SOURCES) as workspace:
        installed.link(checkout, workspace.root)
        done = subprocess.run(
            ["php", "vendor/bin/run"], cwd=workspace.root, env=NOBODY, capture_output=True, text=True, check=True
        )
        assert done.stdout == "1"
        assert (workspace.root / "vendor/acme/plain").is_symlink()


def test_a_package_that_is_a_part_of_the_repository_is_that_of_the_copy(checkout: Path) -> None:
    write(checkout, {"packages/part/part.php": ""})
    (checkout / "vendor/acme/part").symlink_to("../../packages/part")
    with copied({**SOURCES, "packages/part/part.php": "<?php\n"}) as workspace:
        installed.link(checkout, workspace.root)
        assert (workspace.root / "vendor/acme/part").resolve() == workspace.root / "packages/part"


def test_the_gems_of_bundler_and_the_dependencies_of_mix_are_used(tmp_path: Path) -> None:
    gem, dependency = "vendor/bundle/ruby/3.1.0/gems/a/a.rb", "app/deps/b/mix.exs"
    write(tmp_path, {gem: "", dependency: "", "app/mix.exs": "", "lib/deps/c.py": ""})
    with copied({"app/mix.exs": "", "lib/deps/c.py": ""}) as workspace:
        installed.link(tmp_path, workspace.root)
        assert (workspace.root / gem).is_file()
        assert (workspace.root / dependency).is_file()
        assert not (workspace.root / "app/deps/b").is_symlink()
        assert not (workspace.root / "lib/deps").is_symlink()
    assert installed.folders(tmp_path) == (tmp_path / "app/deps", tmp_path / "vendor/bundle")


def test_the_folders_of_a_checkout_are_looked_for_once(tmp_path: Path) -> None:
    write(tmp_path, {"node_modules/a/index.js": ""})
    found = installed.folders(tmp_path)
    shutil.rmtree(tmp_path / "node_modules")
    assert installed.folders(tmp_path) == found == (tmp_path / "node_modules",)


def test_a_vendor_folder_that_is_not_composers_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"vendor/modules.txt": "", "vendor/example.org/a/a.go": ""})
    assert installed.folders(tmp_path) == ()
