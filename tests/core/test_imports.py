from __future__ import annotations

import pytest

from agent_ci.core.imports import imported_files

PATHS = ("pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py", "pkg/sub/b.py", "src/lib/c.py", "tests/helpers.py")


@pytest.mark.parametrize(
    ("source", "path", "expected"),
    [
        ("import pkg.a", "tests/test_a.py", ("pkg/a.py",)),
        ("from pkg import a", "tests/test_a.py", ("pkg/__init__.py", "pkg/a.py")),
        ("from pkg.a import function", "tests/test_a.py", ("pkg/a.py",)),
        ("from .helpers import x", "tests/test_a.py", ("tests/helpers.py",)),
        ("from ..a import x", "pkg/sub/b.py", ("pkg/a.py",)),
        ("from . import b", "pkg/sub/c.py", ("pkg/sub/__init__.py", "pkg/sub/b.py")),
        ("from lib.c import x", "tests/test_a.py", ("src/lib/c.py",)),
        ("def f():\n    import pkg.a\n    import pkg.a", "t.py", ("pkg/a.py",)),
        ("import os, sys", "t.py", ()),
        ("import (", "t.py", ()),
        ("\0", "t.py", ()),
    ],
    ids=["module", "name", "from", "relative", "parent", "package", "src", "nested", "foreign", "syntax", "nul"],
)
def test_the_imported_files_are_found(source: str, path: str, expected: tuple[str, ...]) -> None:
    assert imported_files(source, path, paths=PATHS, roots=("src", ".")) == expected
