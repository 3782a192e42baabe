"""The bugs that were written for this bench: small functions with what is wrong in them, and the checks that see it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.repositories import write
from bench.search.case import Case


@dataclass(frozen=True)
class Broken:
    """A module that is *right*, the *edits* (old text, new text) that break it, and *checks* of it, one a line.

    ``kind`` says what goes wrong, or in which language.
    """

    name: str
    kind: str
    right: str
    edits: tuple[tuple[str, str], ...]
    checks: str

    @property
    def source(self) -> str:
        """The right module."""
        return self.right.lstrip("\n")

    @property
    def broken(self) -> str:
        """The module with its bug. Raises ValueError where an edit is not there to be made once."""
        text = self.source
        for old, new in self.edits:
            if text.count(old) != 1:
                raise ValueError(f"{self.name}: {old!r} stands {text.count(old)} times in the module")
            text = text.replace(old, new)
        return text


@dataclass(frozen=True)
class Slip(Broken):
    """A module of Python, its ``kind`` of bug (one edit in one place, something missing, two places) and its checks.

    A check is an expression that is true of the right module; ``ERROR: call`` is a call that raises ERROR.
    """

    @property
    def test_file(self) -> str:
        """The checks as a pytest module."""
        tests = [_test(number, line) for number, line in enumerate(self.checks.strip().splitlines(), 1)]
        return "import pytest\nfrom subject import *\n\n\n" + "\n\n".join(tests)


_OTHERS = 3
TOGETHER = "in one test"
"""The group of the bugs that stand in four modules each, which one test checks."""


def _test(number: int, line: str) -> str:
    return f"def test_{number}():\n{_check(line)}"


def _check(line: str) -> str:
    error, _, call = line.strip().partition(": ")
    if call and error.isidentifier():
        return f"    with pytest.raises({error}):\n        {call}\n"
    return f"    assert {line.strip()}\n"


def cases(slips: tuple[Slip, ...], into: Path) -> Iterator[Case]:
    """*slips* as repositories below *into*."""
    for slip in slips:
        folder = into / slip.name
        write(folder, {"subject.py": slip.source, "test_code.py": slip.test_file})
        yield Case(slip.name, slip.kind, folder, "subject.py", slip.source, slip.broken, sys.executable)


def in_one_test(slips: tuple[Slip, ...], into: Path) -> Iterator[Case]:
    """*slips* once more, each in the place before the last of the checks of four modules that one test makes."""
    for index, slip in enumerate(slips):
        others = [slips[(index + step) % len(slips)] for step in range(1, _OTHERS + 1)]
        others.insert(_OTHERS - 1, slip)
        modules = {one: "subject" if one is slip else f"other_{number}" for number, one in enumerate(others)}
        checks = "".join(_check(line) for one in others for line in one.checks.strip().splitlines())
        folder = into / f"one_test_{slip.name}"
        stars = "".join(f"from {module} import *\n" for module in modules.values())
        test = f"import pytest\n{stars}\n\ndef test_all():\n{checks}"
        files = {f"{module}.py": one.source for one, module in modules.items()}
        write(folder, {**files, "test_code.py": test})
        yield Case(slip.name, TOGETHER, folder, "subject.py", slip.source, slip.broken, sys.executable)
