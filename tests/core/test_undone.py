"""Whether a repair leaves anything of a change."""

from __future__ import annotations

import pytest

from agent_ci.core.undone import is_undone

OLD = 'def f(a):\n    """Say a."""\n    return a\n'
NEW = 'def f(a):\n    """Say a, loudly."""\n    return a + "!"\n'
BACK = NEW.replace(' + "!"', "")
WITH_MORE = NEW + "\n\ndef g():\n    return 1\n"

CASES = {
    "all of it": ({"a.py": OLD}, {"a.py": NEW}, {"a.py": BACK}, True),
    "a part of it": ({"a.py": OLD}, {"a.py": WITH_MORE}, {"a.py": WITH_MORE.replace(' + "!"', "")}, False),
    "none of it": ({"a.py": OLD}, {"a.py": NEW}, {"a.py": NEW.replace('"!"', '"?"')}, False),
    "beside a test": ({"a.py": OLD}, {"a.py": NEW, "test_a.py": "x"}, {"a.py": BACK, "test_a.py": "x"}, True),
    "beside prose": ({"a.py": OLD}, {"a.py": NEW, "README.md": "x"}, {"a.py": BACK, "README.md": "x"}, True),
    "one file of two": ({"a.py": OLD, "b.py": OLD}, {"a.py": NEW, "b.py": NEW}, {"a.py": BACK, "b.py": NEW}, False),
    "a file that is new": ({"a.py": OLD}, {"a.py": NEW, "b.py": OLD}, {"a.py": BACK, "b.py": OLD}, False),
    "of a change of a test alone": ({"test_a.py": "x"}, {"test_a.py": "y"}, {"test_a.py": "y", "a.py": OLD}, False),
    "of a change of comments alone": ({"a.py": OLD}, {"a.py": f"# new\n{OLD}"}, {"a.py": NEW}, False),
    "a requirement": ({"requirements.txt": "a==1"}, {"requirements.txt": "a==2"}, {"requirements.txt": "a==1"}, True),
    "comments of another language": (
        {"a.js": "f(1)\n"},
        {"a.js": "// why\n\nf(2)\n"},
        {"a.js": "// why\n\nf(1)\n"},
        True,
    ),
    "what is no Python": ({"a.py": "def"}, {"a.py": "def f"}, {"a.py": "def"}, True),
}


@pytest.mark.parametrize(("base", "changed", "repaired", "is_all"), CASES.values(), ids=CASES)
def test_a_change_is_undone_where_no_program_could_tell_that_it_was_made(
    base: dict[str, str], changed: dict[str, str], repaired: dict[str, str], *, is_all: bool
) -> None:
    assert is_undone(sorted({*base, *changed}), base, changed, repaired) is is_all
