"""Makes a small red repository: several modules, a real pytest suite, and one injected bug chosen by a seed."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from agent_ci import git
from agent_ci.errors import UsageError

_PROJECT = Path(__file__).with_name("demo_project")


@dataclass(frozen=True, slots=True)
class Bug:
    """One way to break one line of the project."""

    path: str
    right: str
    wrong: str


BUGS = (
    Bug("shop/discounts.py", "if cents >= threshold:", "if cents > threshold:"),
    Bug("shop/stock.py", "if count < minimum", "if count <= minimum"),
    Bug("shop/money.py", "number < rest else", "number <= rest else"),
    Bug("shop/cart.py", "if already <= count:", "if already < count:"),
    Bug("shop/delivery.py", "or cents >= 4_000) and", "and cents >= 4_000) and"),
    Bug("shop/stock.py", "return bisect_left(", "return bisect_right("),
    Bug("shop/cart.py", "already + count)", "already - count)"),
    Bug("shop/discounts.py", "max(usable", "min(usable"),
    Bug("shop/delivery.py", "+ weight <= limit", "+ weight < limit"),
    Bug("shop/money.py", "int(whole) * 100", "int(whole) * 10"),
    Bug("shop/stock.py", "min(stock.get(name, 0), count)", "max(stock.get(name, 0), count)"),
    Bug("shop/delivery.py", "timedelta(days=1)", "timedelta(days=2)"),
)


@dataclass(frozen=True, slots=True)
class DemoRepository:
    """The red repository and the bug that was put into it."""

    path: Path
    bug: Bug


def create(into: Path | None, *, seed: int) -> DemoRepository:
    """A repository in *into*, or in a new temporary folder; bug number *seed* is a part of its last commit.

    Raises UsageError where *into* holds files already.
    """
    path = into.resolve() if into else Path(tempfile.mkdtemp(prefix="agent-ci-demo-"))
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(f"{path} is not an empty folder; name a new one with --into")
    bug = BUGS[seed % len(BUGS)]
    shutil.copytree(_PROJECT, path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    git.create(path, "Add the shop")
    _break(path / bug.path, bug)
    (path / "shop" / "__init__.py").write_text('"""A small shop."""\n\n__version__ = "1.1"\n', encoding="utf-8")
    git.commit_all(path, "Speed up a calculation, and call it 1.1")
    return DemoRepository(path, bug)


def _break(file: Path, bug: Bug) -> None:
    source = file.read_text(encoding="utf-8")
    broken = source.replace(bug.right, bug.wrong, 1)
    if "bisect_right" in bug.wrong:
        broken = broken.replace("import bisect_left", "import bisect_left, bisect_right")
    file.write_text(broken, encoding="utf-8")
