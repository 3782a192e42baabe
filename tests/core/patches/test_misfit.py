from __future__ import annotations

import pytest

from agent_ci.core.patches.diff import RejectedPatch
from tests.core.patches.shop import SHOP, after

DEF, RETURN = "     def price(self, item):\n", "         return total\n"
OLD, NEW = "-        total = item.net * 2\n", "+        total = item.gross\n"


ADDED_TWICE = " a\n+x\n b\n@@ @@\n a\n+y\n b\n"
REJECTED = {
    "line-not-there": (
        SHOP,
        "-        total = item.nett * 2\n+x\n",
        r"hunk for m.py does not fit: its line ' +total = item.nett \* 2' is not .*; the nearest is line 6: ' +total",
    ),
    "nothing-like-it": (SHOP, "-zzz(qqq)\n+x\n", r"its line 'zzz\(qqq\)' is not in the file$"),
    "no-words": (b"a\n", "-+++\n+x\n", r"its line '\+\+\+' is not in the file$"),
    "empty-file": (b"", "-a\n+b\n", "its line 'a' is not in the file$"),
    "parted": (
        SHOP,
        "-import os\n-    print(Shop())\n+    pass\n",
        r"not together; line 2 of the file is '' where the hunk has '    print\(Shop\(\)\)'",
    ),
    "parted-at-the-top": (b"a\nb\n", "-b\n-a\n+c\n", "not together; the file ends where the hunk has 'a'"),
    "parted-at-the-end": (b"a\nb\n", "-b\n-b\n+c\n", "not together; the file ends where the hunk has 'b'"),
    "uneven-indentation": (
        SHOP,
        " class Shop:\n-      def price(self, item):\n-         total = item.net * 2\n+x\n",
        "stands at line 4, but its lines are indented unevenly",
    ),
    "added-line-cannot-follow": (b"a\nb\n", "-    a\n-    b\n+    c\n+ d\n", "indented unevenly"),
    "no-context": (SHOP, "+x\n", "no context and no removed line"),
    "blank-context-only": (b"a\n\nb\n", " \n \n \n+x\n", "no context and no removed line"),
    "applied": (
        SHOP,
        f"{DEF}-        total = item.net\n+        total = item.net * 2\n{RETURN}",
        "already applied: the file holds its new lines from line 5 on",
    ),
    "applied-insertion": (b"import a\nimport b\n\nx\n", " import a\n+import b\n \n x\n", "already applied"),
    "applied-removal": (b"a\nb\n", " a\n-gone\n b\n", "already applied: the lines it removes are not there"),
    "reversed": (
        b"a\nfixed = 1\nb\n",
        " a\n+fixed = 1\n-broken = 1\n b\n",
        "is reversed: line 1 on holds what it adds",
    ),
    "twice-the-same-line": (b"a\nb\nc\n", " a\n-b\n+x\n@@ @@\n-b\n+y\n c\n", "two hunks of m.py change line 2"),
    "two-insertions-at-one-place": (b"a\nb\n", ADDED_TWICE, "two hunks of m.py change line 2"),
    "half-the-same-lines": (b"a\nb\nc\nd\n", "-a\n-b\n@@ @@\n-b\n-c\n", "two hunks of m.py change line 2"),
    "removed-line-is-elsewhere": (b"a\nb\ngo\nx\non\n", " a\n-go\n-on\n b\n", "but not together"),
    "all-context-wrong": (SHOP, f" # 1\n # 2\n # 3\n # 4\n{OLD}+x\n", "'# 1' is not in the file"),
    "insertion-by-one-line": (SHOP, " # no\n import os\n+import sys\n # no\n", "'# no' is not in the file"),
    "loosely-in-two-places": (SHOP, " # no\n-        return total\n+x\n", "'# no' is not in the file"),
    "binary": (b"a\0b\n", "-a\n+b\n", "m.py is binary"),
    "whitespace-only-outcome": (b"a\r\n", "-a \n+a\n", "changes nothing"),
}


@pytest.mark.parametrize(("old", "body", "sentence"), REJECTED.values(), ids=REJECTED)
def test_what_stands_nowhere_is_explained_to_its_author(old: bytes, body: str, sentence: str) -> None:
    with pytest.raises(RejectedPatch, match=sentence):
        after(f"@@ @@\n{body}", old)


def test_a_reversed_header_is_named_as_the_cause() -> None:
    body = "@@ -1 +1 @@\n-broken\n+fixed\n"
    with pytest.raises(RejectedPatch, match="is reversed"):
        after(body, b"fixed\n", header="--- b/m.py\n+++ a/m.py\n")
    assert after(body, b"broken\n", header="--- b/m.py\n+++ a/m.py\n") == b"fixed\n"


def test_many_places_are_not_all_listed() -> None:
    with pytest.raises(RejectedPatch, match=r"at lines 1, 2, 3, 4, 5 and 4 more places; add"):
        after("@@ @@\n-x\n+y\n", b"x\n" * 9)
