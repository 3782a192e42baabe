from __future__ import annotations

import ast

import pytest

from agent_ci.core.import_edits import from_other_module, redirected, with_import, with_other_name

OWN = frozenset({"shop"})


@pytest.mark.parametrize(
    ("text", "statement", "expected"),
    [
        ("x = 1\n", "import os", "import os\n\nx = 1\n"),
        ("def f(): ...\n", "import os", "import os\n\n\ndef f(): ...\n"),
        ("@mark\nclass A: ...\n", "import os", "import os\n\n\n@mark\nclass A: ...\n"),
        ('"""Doc."""\n\nx = 1\n', "import os", '"""Doc."""\n\nimport os\n\nx = 1\n'),
        ('"""Doc."""\nx = 1\n', "import os", '"""Doc."""\n\nimport os\n\nx = 1\n'),
        (
            '"""Doc."""\nfrom __future__ import annotations\n\nx = 1\n',
            "import os",
            '"""Doc."""\nfrom __future__ import annotations\n\nimport os\n\nx = 1\n',
        ),
        ("#!/usr/bin/python\nx = 1\n", "import os", "#!/usr/bin/python\nimport os\n\nx = 1\n"),
        ("y = 1\n\n# about x\nx = 1\n", "import os", "import os\n\ny = 1\n\n# about x\nx = 1\n"),
        ("import os\nimport sys\n", "import re", "import os\nimport re\nimport sys\n"),
        ("import os\nfrom typing import Any\n", "import re", "import os\nimport re\nfrom typing import Any\n"),
        ("import sys\n", "import os", "import os\nimport sys\n"),
        ("import shop\n", "import os", "import os\n\nimport shop\n"),
        ("import os\n\nx = 1\n", "import shop.cart", "import os\n\nimport shop.cart\n\nx = 1\n"),
        ("import os\n\nimport shop\n", "import numpy as np", "import os\n\nimport numpy as np\n\nimport shop\n"),
        ("from a import b, D\n", "from a import c", "from a import D, b, c\n"),
        ("from a import b  # why\n", "from a import c", "from a import b  # why\nfrom a import c\n"),
        ("from a import *\n", "from a import c", "from a import *\nfrom a import c\n"),
        ("from .a import b\n", "from a import c", "from a import c\n\nfrom .a import b\n"),
        (f"from a import {'b' * 80}\n", "from a import c", f"from a import {'b' * 80}\nfrom a import c\n"),
        ("import os, sys\n", "import sys", "import os, sys\n"),
        ("from a import b, c\n", "from a import c", "from a import b, c\n"),
        ("x = 1\nimport sys\n", "import os", "x = 1\nimport os\nimport sys\n"),
    ],
    ids=[
        *("nothing-yet", "before-function", "before-decorator", "below-docstring", "close-docstring", "below-future"),
        *("below-shebang", "above-code", "sorted", "before-from", "first", "section-above", "section-below"),
        *("section-between", "joined", "not-joined-with-comment", "not-joined-with-star", "not-joined-with-relative"),
        *("not-joined-when-long", "there-already", "name-there-already", "code-above"),
    ],
)
def test_an_import_goes_where_it_belongs(text: str, statement: str, expected: str) -> None:
    assert with_import(text, ast.parse(text), statement, own=OWN) == expected


def first_from(text: str) -> ast.ImportFrom:
    return next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from a import f\n", "from b.c import f\n"),
        ("from  .a  import (f)\n", "from  b.c  import (f)\n"),
        ("if x:\n    from a import f as g, h\n", "if x:\n    from a import h\n    from b.c import f as g\n"),
        ("from . import (\n    f,\n    h,\n)\ny = 1\n", "from . import h\nfrom b.c import f\ny = 1\n"),
        ("from a import (\n    f,  # why\n    h,\n)\n", "from a import (\n    f,  # why\n    h,\n)\n"),
        ("from a import f, h; y = 1\n", "from a import f, h; y = 1\n"),
        ("from \\\n a import f\n", "from \\\n a import f\n"),
    ],
    ids=["only-name", "odd-spaces", "alias-and-others", "several-lines", "comment", "semicolon", "backslash"],
)
def test_a_name_is_imported_from_elsewhere(text: str, expected: str) -> None:
    assert from_other_module(text, first_from(text), {"f"}, "b.c") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from a import f\n", "from a import g as f\n"),
        ("from a import e, f as h, i\n", "from a import e, g as h, i\n"),
        ("from a import f as g\n", "from a import g\n"),
    ],
    ids=["still-called-so", "alias-stays", "alias-is-the-name"],
)
def test_another_name_is_imported_under_the_name_in_use(text: str, expected: str) -> None:
    assert with_other_name(text, first_from(text), "f", "g") == expected


def test_another_name_is_imported_as_itself_where_the_old_one_was_a_slip() -> None:
    text = "from a import f, h\n"
    assert with_other_name(text, first_from(text), "f", "g", is_kept=False) == "from a import g, h\n"


def test_names_that_moved_together_stay_in_one_statement() -> None:
    text = "from a import f, g, h\n"
    assert from_other_module(text, first_from(text), {"f", "g", "h"}, "b") == "from b import f, g, h\n"
    assert from_other_module(text, first_from(text), ("g", "f"), "b") == "from a import h\nfrom b import f, g\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from p.old import x\n", "from q.new import x\n"),
        ("from .old import x\n", "from q.new import x\n"),
        ("from p.old.sub import x\n", "from q.new.sub import x\n"),
        ("from p.older import x\n", "from p.older import x\n"),
        ("import p.old as o, sys\n", "import q.new as o, sys\n"),
        ("import p.old\ny = p.old.x(p.old) + z.p.old\n", "import q.new\ny = q.new.x(q.new) + z.p.old\n"),
        ("def f():\n    import p.old.sub as s\n", "def f():\n    import q.new.sub as s\n"),
        ("x = 'p.old'  # p.old\n", "x = 'p.old'  # p.old\n"),
    ],
    ids=["from", "relative", "below", "longer-name", "alias", "whole-name-and-its-uses", "in-function", "text"],
)
def test_imports_of_a_module_are_pointed_at_another(text: str, expected: str) -> None:
    assert redirected(text, ast.parse(text), "p.old", "q.new", module="p.here") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import old\nold.x()\n", "import q.new as old\nold.x()\n"),
        ("import old\nnew.x()\n", "import q.new\nnew.x()\n"),
    ],
    ids=["used", "not-used"],
)
def test_a_plain_module_keeps_the_name_that_is_in_use(text: str, expected: str) -> None:
    assert redirected(text, ast.parse(text), "old", "q.new", module="here") == expected
