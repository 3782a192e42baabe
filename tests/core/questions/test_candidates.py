"""Of several answers to a question each change is tried once, the smallest first."""

from __future__ import annotations

import pytest

from agent_ci.core.questions.candidates import order

SMALL = "A.\n\n```diff\n--- a/c.py\n+++ b/c.py\n@@ -1 +1 @@\n-a\n+b\n```\n"
LARGE = SMALL.replace("+b\n", "+b\n+c\n+d\n")
WHOLE = "c.py\n```python\ndef a():\n    return 1\n```\n"
PROSE = "It cannot be done."


@pytest.mark.parametrize(
    ("texts", "tried"),
    [
        ((SMALL,), (0,)),
        ((LARGE, SMALL), (1, 0)),
        ((SMALL, LARGE, SMALL.replace("A.", "Another cause.")), (0, 1)),
        ((PROSE, LARGE), (1,)),
        ((PROSE, "", "LOOK read c.py"), (0,)),
        ((LARGE, WHOLE, SMALL), (2, 1, 0)),
    ],
    ids=["one", "the smaller first", "the same twice", "no change", "no change at all", "another notation"],
)
def test_each_change_is_tried_once_and_the_smallest_first(texts: tuple[str, ...], tried: tuple[int, ...]) -> None:
    assert order(texts) == tried
