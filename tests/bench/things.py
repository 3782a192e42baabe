"""A package of two functions, one of them wrong, as a case of the bench."""

from __future__ import annotations

from bench.real.cases import Case, Release

BUGGY = "def double(x):\n    return x + 2\n\n\ndef half(x):\n    return x / 2\n"
FIXED = "def double(x):\n    # twice\n    return x * 2\n\n\ndef half(x):\n    return x / 2\n"
OTHER_WAY = BUGGY.replace("x + 2", "x + x")
HARMFUL = FIXED.replace("x / 2", "x // 2")

CASE = Case(
    id="a-case",
    package="things",
    buggy=Release("1.0", "0" * 64),
    fixed=Release("1.1", "1" * 64),
    bug="Double is wrong.",
    placed=("tests/test_double.py",),
    run=("tests/test_double.py",),
    source=("src/things.py",),
    failing=("tests/test_double.py::test_double",),
    requires_python=">=3.11",
    requirements=("other==1.0",),
    license="MIT",
    note="",
)
