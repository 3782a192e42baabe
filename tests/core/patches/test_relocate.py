from __future__ import annotations

import contextlib
import difflib
import random
import subprocess
import time
from pathlib import Path

import pytest

from agent_ci.core.patches.diff import FileEdit, Hunk, RejectedPatch, read_edits
from agent_ci.core.patches.relocate import relocate
from tests.core.patches.shop import SHOP, after


def swap(old: str, new: str) -> bytes:
    assert SHOP.count(old.encode()) == 1
    return SHOP.replace(old.encode(), new.encode())


NET_TO_GROSS = swap("item.net * 2", "item.gross")
DEF, RETURN = "     def price(self, item):\n", "         return total\n"
OLD, NEW = "-        total = item.net * 2\n", "+        total = item.gross\n"
FOUND = {
    "stated-line": f"@@ -5,2 +5,2 @@\n{DEF}{OLD}{NEW}",
    "no-line": f"@@ @@\n{DEF}{OLD}{NEW}",
    "wrong-line": f"@@ -1,2 +1,2 @@\n{DEF}{OLD}{NEW}",
    "line-beyond-the-end": f"@@ -900 +900 @@\n{OLD}{NEW}",
    "trailing-space": f"@@ @@\n     def price(self, item):  \n-        total = item.net * 2\t \n{NEW}",
    "context-lost-its-space": f"@@ @@\n    def price(self, item):\n{OLD}{NEW}        return total\n",
    "whole-hunk-dedented": "@@ @@\n def price(self, item):\n-    total = item.net * 2\n+    total = item.gross\n",
    "whole-hunk-indented": f"@@ @@\n    {DEF}-    {OLD[1:]}+    {NEW[1:]}",
    "one-space-too-many": f"@@ @@\n {DEF}- {OLD[1:]}+ {NEW[1:]}",
    "only-context-indented-wrongly": f"@@ @@\n def price(self, item):\n{OLD}{NEW}",
    "wrong-line-above": f"@@ @@\n     def cost(self, item):\n{OLD}{NEW}{RETURN}",
    "wrong-lines-below": f"@@ @@\n{DEF}{OLD}{NEW}         return 1\n \n     def x():\n",
    "wrong-lines-around": f"@@ @@\n # a\n # b\n # c\n{OLD}{NEW}         return 1\n # d\n",
    "beyond-the-first-line": f"@@ @@\n #!/bin/python\n import os\n \n \n class Shop:\n{DEF}{OLD}{NEW}",
    "swallowed-prose": f"@@ @@\n{OLD}{NEW}{RETURN}\nThis repairs it.\n",
}


@pytest.mark.parametrize("body", FOUND.values(), ids=FOUND)
def test_a_hunk_is_found_by_its_lines(body: str) -> None:
    assert after(body, SHOP) == NET_TO_GROSS


def test_the_stated_line_settles_between_equal_places() -> None:
    body = "@@ -{} +{} @@\n         return total\n+        # seen\n"
    assert after(body.format(7, 7), SHOP) == SHOP.replace(b"return total\n", b"return total\n        # seen\n", 1)
    with pytest.raises(RejectedPatch, match=r"the hunk for m.py matches at lines 7 and 11; add more context lines"):
        after(body.format(8, 8), SHOP)


def test_a_near_match_at_the_stated_line_settles_nothing() -> None:
    with pytest.raises(RejectedPatch, match="lines 7 and 11"):
        after("@@ -7 +7 @@\n         return total  \n+        # seen\n", SHOP)


def test_the_stated_line_settles_nothing_where_context_was_left_out() -> None:
    for line in (6, 7):
        with pytest.raises(RejectedPatch, match="'# no' is not in the file"):
            after(f"@@ -{line} +{line} @@\n # no\n-        return total\n+x\n", SHOP)


def test_an_exact_place_beats_a_near_one() -> None:
    assert after("@@ @@\n-a\n+x\n", b"a  \nb\na\n") == b"a  \nb\nx\n"
    assert after("@@ @@\n-  a\n+  x\n", b"a\nb\n  a \n") == b"a\nb\n  x\n"


def test_hunks_of_one_diff_stand_in_the_order_of_the_file() -> None:
    first = "@@ @@\n-        return total\n+        return 1\n"
    second = first.replace("return 1", "return 2")
    expected = SHOP.replace(b"return total", b"return 1", 1).replace(b"return total", b"return 2", 1)
    assert after(first + second, SHOP) == expected
    below_refund = "@@ @@\n-        total = item.net\n+        total = 0\n" + first
    expected = swap("item.net\n        return total", "0\n        return 1")
    assert after(below_refund, SHOP) == expected


@pytest.mark.parametrize("count", [10, 40])
def test_equal_places_are_settled_by_order_only_where_all_were_looked_at(count: int) -> None:
    old = b"x\n" * count
    body = "".join(f"@@ @@\n-x\n+{number}\n" for number in range(count))
    if count < 30:
        assert after(body, old) == b"".join(b"%d\n" % number for number in range(count))
    else:
        with pytest.raises(RejectedPatch, match=r"hunk 1 for m\.py matches at lines 1, 2, 3, 4, 5 and 25 more"):
            after(body, old)


def test_the_order_of_separate_diffs_means_nothing() -> None:
    late = "@@ @@\n-        total = item.net\n+        total = 0\n"
    early = "@@ @@\n-        return total\n+        return 1\n"
    header = "--- a/m.py\n+++ b/m.py\n"
    (edit,) = read_edits(f"```diff\n{header}{late}```\n```diff\n{header}{early}```")
    with pytest.raises(RejectedPatch, match=r"hunk 2 for m\.py matches at lines 7 and 11"):
        relocate(edit, SHOP)


def test_a_later_diff_does_not_settle_an_earlier_one() -> None:
    first = "@@ @@\n-        return total\n+        return 1\n"
    second = "@@ @@\n-    def refund(self, item):\n+    def refund(self):\n"
    header = "--- a/m.py\n+++ b/m.py\n"
    (edit,) = read_edits(f"```diff\n{header}{first}```\n```diff\n{header}{second}```")
    with pytest.raises(RejectedPatch, match=r"hunk 1 for m\.py matches at lines 7 and 11"):
        relocate(edit, SHOP)
    assert after(first + second, SHOP) == SHOP.replace(b"return total", b"return 1", 1).replace(
        b"d(self, item)", b"d(self)"
    )


def test_places_beyond_those_looked_at_are_not_taken_for_absent() -> None:
    even, uneven = b"  x\n    y\n", b"  x\n     y\n"
    assert after("@@ @@\n-x\n-  y\n+z\n", even + uneven * 20) == b"  z\n" + uneven * 20
    with pytest.raises(RejectedPatch, match="add more context lines"):
        after("@@ @@\n-x\n-  y\n+z\n", even + uneven * 30 + even)


def test_added_lines_are_right_where_only_the_context_lost_its_space() -> None:
    body = "@@ @@\n    def price(self, item):\n+        check(item)\n        total = item.net * 2\n"
    assert after(body, SHOP) == swap("        total = item.net *", "        check(item)\n        total = item.net *")


def test_hunks_in_the_wrong_order_are_applied_where_they_stand() -> None:
    body = "@@ @@\n-def main():\n+def run():\n@@ @@\n-import os\n+import sys\n"
    assert after(body, SHOP) == SHOP.replace(b"main", b"run").replace(b"os", b"sys", 1)


def test_added_lines_follow_a_uniform_shift_and_blank_ones_stay_blank() -> None:
    added = "+    if item:\n+\n+        total = 1\n"
    body = f"@@ @@\n def price(self, item):\n-    total = item.net * 2\n{added}     return total\n"
    expected = swap("        total = item.net * 2\n", "        if item:\n\n            total = 1\n")
    assert after(body, SHOP) == expected


INDENTED = {
    "tabs-written-as-four-spaces": (
        b"if x:\n\tif y:\n\t\tgo()\n",
        " if x:\n     if y:\n-        go()\n+        stop()\n+    else:\n+        go()\n",
        b"if x:\n\tif y:\n\t\tstop()\n\telse:\n\t\tgo()\n",
    ),
    "tabs-written-as-two-spaces": (
        b"{\n\tgo();\n}\n",
        " {\n-  go();\n+  if (a) {\n+    go();\n+  }\n",
        b"{\n\tif (a) {\n\t\tgo();\n\t}\n}\n",
    ),
    "spaces-written-as-tabs": (
        b"{\n  go();\n}\n",
        " {\n-\tgo();\n+\tif (a)\n+\t\tgo();\n",
        b"{\n  if (a)\n    go();\n}\n",
    ),
}


@pytest.mark.parametrize(("old", "body", "new"), INDENTED.values(), ids=INDENTED)
def test_tabs_and_spaces_are_exchanged_level_by_level(old: bytes, body: str, new: bytes) -> None:
    assert after(f"@@ @@\n{body}", old) == new


OPEN = "\\ No newline at end of file\n"
BYTES = {
    "crlf": (b"a\r\nb\r\nc\r\n", " a\n-b\n+x\n+y\n c\n", b"a\r\nx\r\ny\r\nc\r\n"),
    "crlf-inserted-at-the-end": (b"a\r\nb", " b\n+c\n", b"a\r\nb\r\nc"),
    "mixed-ends": (b"a\r\nb\nc\r\nd\n", " a\n-b\n+x\n c\n-d\n+y\n", b"a\r\nx\nc\r\ny\n"),
    "latin-1": (b"# caf\xe9\na\n\xff\n", "-a\n+b\n", b"# caf\xe9\nb\n\xff\n"),
    "latin-1-in-the-context": (b"# caf\xe9\na\n", " # caf\ufffd\n-a\n+b\n", b"# caf\xe9\nb\n"),
    "latin-1-removed": (b"# caf\xe9\na\n", "-# caf\ufffd\n+# cafe\n", b"# cafe\na\n"),
    "zero-width-removed": ("a\u200bb\nc\n".encode(), "-ab\n+ba\n", b"ba\nc\n"),
    "bom-kept-before-a-new-first-line": (b"\xef\xbb\xbfa\nb\n", "-a\n+c\n", b"\xef\xbb\xbfc\nb\n"),
    "bom-written-by-git": (b"\xef\xbb\xbfa\nb\n", "-\ufeffa\n+\ufeffc\n b\n", b"\xef\xbb\xbfc\nb\n"),
    "bom-of-an-emptied-file": (b"\xef\xbb\xbfa\n", "-a\n", b""),
    "bom-in-the-context": (b"\xef\xbb\xbfimport os\na\n", " import os\n-a\n+b\n", b"\xef\xbb\xbfimport os\nb\n"),
    "zero-width-in-the-context": ("'a\u200bb'\na\n".encode(), " 'ab'\n-a\n+b\n", "'a\u200bb'\nb\n".encode()),
    "form-feed-and-friends": ("a\x0c\u2028\x85b\na\n".encode(), "-a\n+b\n", "a\x0c\u2028\x85b\nb\n".encode()),
    "lone-cr": (b"a\rb\na\n", "-a\n+b\n", b"a\rb\nb\n"),
    "cr-before-crlf": (b"a\r\r\nb\r\n", "-b\n+c\n", b"a\r\r\nc\r\n"),
    "trailing-space-kept-in-context": (b"a  \nb\n", " a\n-b\n+c\n", b"a  \nc\n"),
    "no-newline-kept": (b"a\nb", "-b\n+c\n", b"a\nc"),
    "no-newline-kept-behind-an-insertion": (b"a\nb", " b\n+c\n", b"a\nb\nc"),
    "no-newline-far-away": (b"a\nb\nc", "-a\n+x\n", b"x\nb\nc"),
    "last-line-removed": (b"a\nb", " a\n-b\n", b"a\n"),
    "newline-added": (b"a\nb", "-b\n\\ No newline at end of file\n+b\n", b"a\nb\n"),
    "newline-removed": (b"a\nb\n", "-b\n+b\n\\ No newline at end of file\n", b"a\nb"),
    "no-newline-on-both-sides": (b"a\nb", f"-b\n{OPEN}+c\n{OPEN}", b"a\nc"),
    "mark-in-the-middle-of-the-file": (b"a\nb\nc\n", "-a\n+x\n\\ No newline at end of file\n", b"x\nb\nc\n"),
    "mark-behind-context": (b"a\nb\n", "-a\n+x\n b\n\\ No newline at end of file\n", b"x\nb\n"),
    "everything-removed": (b"a\nb\n", "-a\n-b\n", b""),
    "removed-from-the-top": (b"a\nb\n", "-a\n b\n", b"b\n"),
    "inserted-at-the-top": (b"a\nb\n", "+x\n a\n", b"x\na\nb\n"),
    "one-line-file": (b"a", "-a\n+b\n", b"b"),
    "empty-file-filled": (b"", "+a\n", b"a\n"),
    "overlapping-context": (b"a\nb\nc\n", "-a\n+x\n b\n c\n@@ @@\n b\n-c\n+z\n", b"x\nb\nz\n"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "body", "new"), BYTES.values(), ids=BYTES)
def test_every_other_byte_stays_as_it_was(old: bytes, body: str, new: bytes) -> None:
    assert after(f"@@ @@\n{body}", old) == new


CREATE = "--- /dev/null\n+++ b/m.py\n"
DELETE = "--- a/m.py\n+++ /dev/null\n"


def test_a_file_is_created_and_deleted() -> None:
    assert after("@@ -0,0 +1,3 @@\n+a\n\n+b\n", None, CREATE) == b"a\n\nb\n"
    assert after("@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n", None, CREATE) == b"a"
    assert after("@@ -0,0 +1,2 @@\n+a\n+b\n", None) == b"a\nb\n"
    assert relocate(FileEdit("m.py", is_new=True), None) == b""
    assert after("@@ -1,2 +0,0 @@\n-a\n-b\n", b"a\nb\n", DELETE) is None
    assert relocate(FileEdit("m.py", is_deleted=True), b"\0anything") is None


PRESENCE = {
    "created-over": ("@@ -0,0 +1 @@\n+a\n", b"b\n", CREATE, "exists already; change it with hunks"),
    "created-again": ("@@ -0,0 +1 @@\n+a\n", b"a\n", CREATE, "exists already with exactly this content"),
    "created-reversed": ("@@ -1 +0,0 @@\n-a\n", None, CREATE, "is reversed"),
    "deleted-reversed": ("@@ -0,0 +1 @@\n+a\n", b"a\n", DELETE, "is reversed"),
    "created-with-old-lines": ("@@ -0,0 +1 @@\n+a\n b\n", None, CREATE, "start every line of a new file with"),
    "inserted-into-nothing": ("@@ -3 +3,2 @@\n a\n+b\n", None, "--- a/m.py\n+++ b/m.py\n", "no file m.py; correct"),
    "deleted-in-part": ("@@ -1 +0,0 @@\n-a\n", b"a\nb\n", DELETE, "does not remove all of its lines"),
    "deleted-unlike": ("@@ -1 +0,0 @@\n-a\n", b"b\n", DELETE, "is not in the file"),
    "deleted-twice": ("@@ -1 +0,0 @@\n-a\n", None, DELETE, "cannot be deleted"),
    "start-zero-on-a-full-file": ("@@ -0,0 +1 @@\n+a\n", b"b\n", "--- a/m.py\n+++ b/m.py\n", "no context"),
}


@pytest.mark.parametrize(("body", "old", "header", "sentence"), PRESENCE.values(), ids=PRESENCE)
def test_an_edit_that_expects_another_file_is_explained(
    body: str, old: bytes | None, header: str, sentence: str
) -> None:
    with pytest.raises(RejectedPatch, match=sentence):
        after(body, old, header)


WORDS = ["if x:", "    return y", "    total += 1", "", "}", "for i in items:", "        call(a, b)", "# note", "x = 1"]


def some_file(chance: random.Random) -> list[str]:
    """Lines of which some are unique and many repeat, as in real code."""
    return [chance.choice(WORDS) if chance.random() < 0.5 else f"name_{n} = {n}" for n in range(chance.randint(1, 60))]


def edited(lines: list[str], chance: random.Random) -> list[str]:
    changed = list(lines)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        stop = at + chance.randint(0, 3)
        changed[at:stop] = [f"new_{chance.randrange(999)}()" for _ in range(chance.randint(0, 3))]
    return changed if changed != lines else [*lines, "new_end()"]


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    ran = subprocess.run(["git", *arguments], cwd=folder, input=stdin, capture_output=True, check=False)
    assert ran.returncode in {0, 1}, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("seed", range(25))
def test_well_formed_diffs_give_what_git_apply_gives(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seeded choice of cases, no secret
    end = chance.choice(["\n", "\n", "\r\n"])
    lines = some_file(chance)
    for name, rows in (("old", lines), ("new", edited(lines, chance))):
        last = chance.choice(["", end]) if rows else ""
        (tmp_path / name).write_bytes((end.join(rows) + last).encode())
    diff = git(tmp_path, "diff", "--no-index", f"-U{chance.randint(1, 4)}", "old", "new")
    diff = diff.replace(b"b/new", b"b/old").replace(b"a/new", b"a/old")
    old = (tmp_path / "old").read_bytes()
    if not diff:
        pytest.skip("this seed changes nothing")
    git(tmp_path, "apply", "-", stdin=diff)
    (edit,) = read_edits(diff.decode())
    assert relocate(edit, old) == (tmp_path / "old").read_bytes()


def perturbed(diff: str, chance: random.Random) -> str:
    """*diff* with the faults that models make, none of which leaves its meaning open."""
    rows = diff.split("\n")
    for at, row in enumerate(rows):
        if row.startswith("@@"):
            numbers = ["@@ @@", "@@ ... @@", row, f"@@ -{chance.randrange(99)},3 +7,{chance.randrange(9)} @@"]
            rows[at] = chance.choice(numbers)
        elif row == " " and chance.random() < 0.5:
            rows[at] = ""
        elif row.startswith(" ") and chance.random() < 0.2:
            rows[at] = row + " " * chance.randint(1, 3)
        elif row.startswith(" x") and chance.random() < 0.2:
            rows[at] = row[1:]
    end = chance.choice(["\n", "\r\n"])
    return chance.choice(["", f"Here is the fix:{end}{end}"]) + f"```diff{end}{end.join(rows)}{end}```{end}"


@pytest.mark.parametrize("seed", range(150))
def test_perturbed_diffs_give_the_right_bytes_or_an_objection(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seeded choice of cases, no secret
    lines = [f"{line}  # {n}" if line.strip() else line for n, line in enumerate(some_file(chance))]
    changed = edited(lines, chance)
    old, new = ("".join(f"{line}\n" for line in rows) for rows in (lines, changed))
    rows = difflib.unified_diff(lines, changed, "a/m.py", "b/m.py", lineterm="")
    (edit,) = read_edits(perturbed("\n".join(rows), chance))
    assert relocate(edit, old.encode()) == new.encode()


@pytest.mark.parametrize("seed", range(100))
def test_a_repetitive_file_is_changed_rightly_or_not_at_all(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seeded choice of cases, no secret
    lines = [chance.choice(WORDS) for _ in range(30)]
    changed = edited(lines, chance)
    old, new = ("".join(f"{line}\n" for line in rows) for rows in (lines, changed))
    rows = list(difflib.unified_diff(lines, changed, "a/m.py", "b/m.py", lineterm="", n=1))
    bare = "\n".join("@@ @@" if row.startswith("@@") else row for row in rows)
    try:
        (edit,) = read_edits(f"```diff\n{bare}\n```")
        result = relocate(edit, old.encode())
    except RejectedPatch:
        result = None
    (edit,) = read_edits("\n".join(rows))
    assert result in {None, new.encode()}
    assert relocate(edit, old.encode()) == new.encode()


def hunks(count: int) -> tuple[Hunk, ...]:
    return tuple(Hunk("-+", (f"line {n}", f"LINE {n}"), follows=n > 0) for n in range(count))


EQUAL = ("x",) * 40_000
HOSTILE = {
    "many-hunks": (b"".join(b"line %d\n" % n for n in range(10_000)), hunks(10_000)),
    "equal-lines": (b"x\n" * 100_000, (Hunk("-" * 40_000 + "+", (*EQUAL, "y")),)),
    "nearly-equal-lines": (b"x\n" * 100_000 + b"y\n" * 50_000, (Hunk("-" * 40_001 + "+", (*EQUAL, "y", "z")),)),
    "many-equal-hunks": (b"x\n" * 100_000, tuple(Hunk("-+", ("x", str(n))) for n in range(10_000))),
    "long-lines": (b"a b c " * 300_000 + b"\n", (Hunk("-+", ("a b d " * 300_000, "y")),)),
    "similar-lines": (
        b"".join(b"alpha beta " * 16 + b"%d\n" % n for n in range(30_000)),
        (Hunk("-+", ("beta alpha " * 16, "y")),),
    ),
    "long-context-not-there": (b"x\n" * 100_000, (Hunk(" " * 40_000 + "-+", (*EQUAL, "z", "y")),)),
    "parted": (b"x\ny\n" * 50_000, (Hunk("-" * 40_000 + "+", (*EQUAL, "y")),)),
    "indented": (b"  x\n" * 45_025, (Hunk("-" * 45_000 + "+", (*["x"] * 44_999, " x", "y")),)),
}


@pytest.mark.parametrize(("old", "many"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_edit_costs_little_time(old: bytes, many: tuple[Hunk, ...]) -> None:
    began = time.process_time()
    with contextlib.suppress(RejectedPatch):
        relocate(FileEdit("m.py", many), old)
    assert time.process_time() - began < 2
