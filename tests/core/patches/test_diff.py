from __future__ import annotations

import contextlib
import time
from textwrap import dedent

import pytest

from agent_ci.core.patches.diff import FileEdit, Hunk, RejectedPatch, read_edits

HUNK = "@@ -1,3 +1,3 @@\n def add(a, b):\n-    return a - b\n+    return a + b\n \n"
DIFF = "--- a/calc.py\n+++ b/calc.py\n" + HUNK
BODY = (" -+ ", ("def add(a, b):", "    return a - b", "    return a + b", ""))
THE_CHANGE = ("calc.py", (BODY,))
TRIMMED = ("calc.py", ((" -+", BODY[1][:3]),))
NUMBERLESS = DIFF.replace("@@ -1,3 +1,3 @@", "@@ @@")


def seen(reply: str) -> tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]:
    return tuple((edit.path, tuple((hunk.marks, hunk.lines) for hunk in edit.hunks)) for edit in read_edits(reply))


SAME_CHANGE = {
    "bare": DIFF,
    "diff-fence": f"```diff\n{DIFF}```\n",
    "patch-fence": f"```patch\n{DIFF}```\n",
    "unlabelled-fence": f"```\n{DIFF}```",
    "tilde-fence": f"~~~diff\n{DIFF}~~~\n",
    "four-backticks": f"````diff\n{DIFF}````\n",
    "fence-with-attributes": f'```diff title="calc.py"\n{DIFF}```\n',
    "fence-never-closed": f"Here you are:\n```diff\n{DIFF}",
    "fence-in-a-list": "1. Fix it:\n\n   ```diff\n" + "".join(f"   {row}\n" for row in DIFF.split("\n")) + "   ```",
    "prose-around-fence": f"The sign is wrong.\n\n```diff\n{DIFF}```\nThis makes `test_add` pass.\n- one line\n",
    "prose-behind-counts-that-are-too-large": DIFF.replace("-1,3 +1,3", "-1,5 +1,5") + "\nThis repairs it.\nSurely.\n",
    "prose-around-bare": f"The sign is wrong.\n\n{DIFF}\nNow `test_add` passes.\n\n- one line changed\n- no API change",
    "other-fences-around": f"```python\nassert add(1, 2) == 3\n```\n```diff\n{DIFF}```\n```sh\npytest -q\n```",
    "thoughts-with-a-draft": f"<think>maybe\n{DIFF.replace('a + b', 'b')}\n</think>\n{DIFF}",
    "git-header-and-index": f"diff --git a/calc.py b/calc.py\nindex 83db48f..bf269f4 100644\n{DIFF}",
    "git-header-no-index": f"diff --git a/calc.py b/calc.py\n{DIFF}",
    "made-up-index": f"diff --git a/calc.py b/calc.py\nindex xxxxxxx..yyyyyyy 100644\n{DIFF}",
    "no-prefixes": DIFF.replace("a/calc", "calc").replace("b/calc", "calc"),
    "git-header-no-prefixes": "diff --git calc.py calc.py\n--- calc.py\n+++ calc.py\n" + HUNK,
    "one-prefix": DIFF.replace("b/calc", "calc"),
    "same-prefix-twice": DIFF.replace("b/calc", "a/calc"),
    "mnemonic-prefixes": DIFF.replace("a/calc", "i/calc").replace("b/calc", "w/calc"),
    "only-plus-name": "+++ b/calc.py\n" + HUNK,
    "only-minus-name": "--- a/calc.py\n" + HUNK,
    "timestamps-by-tab": DIFF.replace("a/calc.py", "a/calc.py\t2024-05-01 10:00:00.000000000 +0200"),
    "timestamps-by-space": DIFF.replace("b/calc.py", "b/calc.py  2024-05-01 10:00:00 +0200"),
    "svn": "Index: calc.py\n" + "=" * 67 + "\n" + DIFF.replace("a/calc.py", "a/calc.py\t(revision 7)"),
    "diff-u-line": "diff -u a/calc.py b/calc.py\n" + DIFF,
    "quoted-names": DIFF.replace("a/calc.py", '"a/calc.py"').replace("b/calc.py", '"b/c\\141lc.py"'),
    "crlf": DIFF.replace("\n", "\r\n"),
    "section-text": DIFF.replace("+1,3 @@", "+1,3 @@ class Calculator:"),
    "counts-too-small": DIFF.replace("-1,3 +1,3", "-1,2 +1,2"),
    "counts-of-one": DIFF.replace("-1,3 +1,3", "-1 +1"),
    "counts-lie-in-different-ways": DIFF.replace("-1,3 +1,3", "-1,9 +1,2"),
    "counts-of-zero": DIFF.replace("-1,3 +1,3", "-0,0 +0,0"),
    "no-numbers": NUMBERLESS,
    "dots-for-numbers": DIFF.replace("-1,3 +1,3", "..."),
    "function-for-numbers": DIFF.replace("-1,3 +1,3", "def add(a, b):"),
    "one-at-sign-pair": DIFF.replace("@@ -1,3 +1,3 @@", "@@"),
    "huge-numbers": DIFF.replace("-1,3 +1,3", "-99999999999999999999,3 +1,3"),
    "mail": "From 83db48f Mon Sep 17 00:00:00 2001\nFrom: A <a@b.c>\nSubject: [PATCH] Fix\n\n---\n calc.py | 2 +-\n"
    f" 1 file changed, 1 insertion(+), 1 deletion(-)\n\ndiff --git a/calc.py b/calc.py\n{DIFF}-- \n2.39.5\n\n",
    "mail-with-lying-counts": DIFF.replace("-1,3", "-1,7") + "-- \n2.39.5\n",
    "heredoc": f"```sh\ngit apply <<'EOF'\n{DIFF}EOF\n```",
    "heredoc-with-lying-counts": f"```sh\npatch -p1 <<'EOF'\n{DIFF.replace('-1,3', '-1,7')}EOF\n```",
    "repeated-block": f"```diff\n{DIFF}```\nOnce more in full:\n```diff\n{DIFF}```",
    "blank-lines-behind": DIFF + "\n\n\n",
}


@pytest.mark.parametrize("reply", SAME_CHANGE.values(), ids=SAME_CHANGE)
def test_a_diff_is_read_however_it_is_wrapped_and_numbered(reply: str) -> None:
    assert seen(reply) in {(THE_CHANGE,), ((TRIMMED[0], (*TRIMMED[1],)),)}


LOST_SPACES = {
    "blank-context-line-stripped": DIFF.replace("\n \n", "\n\n"),
    "context-without-its-space": DIFF.replace("\n def", "\ndef"),
    "unfenced-context-without-its-space": DIFF.replace("\n def", "\ndef").replace("\n \n", "\n\n"),
    "no-newline-at-the-end": DIFF.removesuffix("\n \n"),
}


@pytest.mark.parametrize("is_fenced", [True, False], ids=["fenced", "prose"])
@pytest.mark.parametrize("diff", LOST_SPACES.values(), ids=LOST_SPACES)
def test_context_lines_may_have_lost_their_space(diff: str, *, is_fenced: bool) -> None:
    reply = f"Fix:\n```diff\n{diff}\n```\n" if is_fenced else f"Fix:\n\n{diff}"
    assert seen(reply) in {(THE_CHANGE,), (TRIMMED,)}


def test_surplus_added_lines_are_kept_where_the_counts_are_too_small() -> None:
    reply = "--- a/m\n+++ b/m\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n+more\n"
    assert seen(reply) == (("m", ((" -++", ("a", "b", "c", "more")),)),)


def test_a_removed_line_that_looks_like_a_header_belongs_to_its_hunk() -> None:
    reply = dedent("""\
        --- a/q.sql
        +++ b/q.sql
        @@ -1,3 +1,3 @@
         select 1;
        --- old comment
        +++ new comment
         select 2;
        """)
    lines = ("select 1;", "-- old comment", "++ new comment", "select 2;")
    assert seen(reply) == (("q.sql", ((" -+ ", lines),)),)
    assert seen(reply.replace("@@ -1,3 +1,3 @@", "@@ -1,7 +1,8 @@")) == (("q.sql", ((" -+ ", lines),)),)


def test_a_removed_sql_comment_at_the_end_of_one_hunk_is_no_header_of_the_next() -> None:
    reply = "--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,2 @@\n a\n--- x\n+++ y\n@@ -9,1 +9,1 @@\n-b\n+c\n"
    assert seen(reply) == (("q.sql", ((" -+", ("a", "-- x", "++ y")), ("-+", ("b", "c")))),)


def test_a_fence_inside_an_unfenced_diff_is_context() -> None:
    lines = ("```sh", "pip install shop", "pip install store", "```")
    body = " ```sh\n-pip install shop\n+pip install store\n ```\n"
    assert seen(f"--- a/README.md\n+++ b/README.md\n@@ -1,3 +1,3 @@\n{body}") == (("README.md", ((" -+ ", lines),)),)


def test_a_second_file_is_not_swallowed_by_counts_that_are_too_large() -> None:
    reply = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n+b\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-c\n+d\n"
    assert seen(reply) == (("x", (("-+", ("a", "b")),)), ("y", (("-+", ("c", "d")),)))


def test_files_and_hunks_are_read_from_several_fences_and_merged() -> None:
    second = "--- a/calc.py\n+++ b/calc.py\n@@ -9 +9 @@\n-x\n+y\n"
    other = "--- a/o.py\n+++ b/o.py\n@@ @@\n-p\n+q\n@@ @@\n-r\n+s\n"
    edits = read_edits(f"First\n```diff\n{DIFF}```\nthen\n```diff\n{second}{other}```\n")
    assert [(edit.path, len(edit.hunks)) for edit in edits] == [("calc.py", 2), ("o.py", 2)]
    assert [hunk.follows for edit in edits for hunk in edit.hunks] == [False, False, False, True]


def test_a_repeated_hunk_is_dropped_and_a_new_one_kept() -> None:
    more = DIFF + "@@ -9 +9 @@\n-x\n+y\n"
    (edit,) = read_edits(f"```diff\n{DIFF}```\n```diff\n{more}```")
    assert [hunk.old_start for hunk in edit.hunks] == [1, 9]
    assert not edit.hunks[1].follows


def test_a_hunk_after_prose_belongs_to_the_file_above_it() -> None:
    reply = f"{DIFF}\nand further down:\n\n@@ -9,1 +9,1 @@\n-x\n+y\n"
    (edit,) = read_edits(reply)
    assert edit.hunks[1] == Hunk("-+", ("x", "y"), old_start=9, follows=True)


def test_lines_are_split_at_newlines_only() -> None:
    (edit,) = read_edits("--- a/m\n+++ b/m\n@@ -1 +1 @@\n-a\x0cb\u2028c\x85d\x1ce\rf\n+g\n")
    assert edit.hunks[0].old == ("a\x0cb\u2028c\x85d\x1ce\rf",)


MARKS = {
    "unsaid": ("-a\n+b\n", None),
    "both": ("-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n", None),
    "context": ("-a\n+b\n c\n\\ No newline at end of file\n", None),
    "added": ("-a\n\\ No newline at end of file\n+b\n", True),
    "taken-away": ("-a\n+b\n\\ No newline at end of file\n", False),
    "only-change": ("-a\n\\ No newline at end of file\n+a\n", True),
}


@pytest.mark.parametrize(("body", "final_newline"), MARKS.values(), ids=MARKS)
def test_the_marks_for_a_missing_final_newline_are_read(body: str, *, final_newline: bool | None) -> None:
    (edit,) = read_edits(f"--- a/m\n+++ b/m\n@@ -1 +1 @@\n{body}")
    assert edit.hunks[0].final_newline is final_newline


NEW = (Hunk("++", ("x = 1", "y = 2"), old_start=0),)
CREATIONS = {
    "dev-null": "--- /dev/null\n+++ b/n.py\n@@ -0,0 +1,2 @@\n+x = 1\n+y = 2\n",
    "git": "diff --git a/n.py b/n.py\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ b/n.py\n"
    "@@ -0,0 +1,2 @@\n+x = 1\n+y = 2\n",
    "git-dev-null": "diff --git /dev/null b/n.py\n--- /dev/null\n+++ b/n.py\n@@ -0,0 +1,2 @@\n+x = 1\n+y = 2\n",
    "prefixed-dev-null": "--- a/dev/null\n+++ b/n.py\n@@ -0,0 +1,99 @@\n+x = 1\n+y = 2\n",
}


@pytest.mark.parametrize("reply", CREATIONS.values(), ids=CREATIONS)
def test_a_new_file_is_read(reply: str) -> None:
    assert read_edits(reply) == (FileEdit("n.py", NEW, is_new=True),)


def test_a_new_file_needs_no_hunk_header() -> None:
    (edit,) = read_edits("```diff\n--- /dev/null\n+++ b/n.py\n+x = 1\n+y = 2\n```")
    assert (edit.is_new, edit.hunks) == (True, (Hunk("++", ("x = 1", "y = 2")),))


def test_an_empty_new_file_needs_no_hunk() -> None:
    reply = "diff --git a/p/__init__.py b/p/__init__.py\nnew file mode 100644\nindex 0000000..e69de29\n"
    assert read_edits(reply) == (FileEdit("p/__init__.py", is_new=True),)


def test_a_deletion_is_read_with_and_without_its_lines() -> None:
    bare = "diff --git a/o.py b/o.py\ndeleted file mode 100755\nindex 1111111..0000000\n"
    full = bare + "--- a/o.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    assert read_edits(bare) == (FileEdit("o.py", is_deleted=True),)
    assert read_edits(full) == (FileEdit("o.py", (Hunk("-", ("x",), old_start=1),), is_deleted=True),)


NAMES = {
    "spaces": ("a/my file.py", "b/my file.py", "my file.py"),
    "umlaut": ('"a/\\303\\244.py"', '"b/\\303\\244.py"', "ä.py"),
    "plain-umlaut": ("a/ä.py", "b/ä.py", "ä.py"),
    "folder-called-a": ("a/a/x.py", "b/a/x.py", "a/x.py"),
    "prefix-letters-inside": ("a/data/a/x.py", "b/data/a/x.py", "data/a/x.py"),
    "folder-called-c": ("c/x.py", "c/x.py", "c/x.py"),
    "octal-escape": ('"a/.github/w\\157rkflows/x.yml"', '"b/.github/w\\157rkflows/x.yml"', ".github/workflows/x.yml"),
    "escaped-quote": ('"a/x\\".py"', '"b/x\\".py"', 'x".py'),
    "only-in-the-new-name": ("/dev/null", "b/a/b/c.py", "a/b/c.py"),
}


@pytest.mark.parametrize(("source", "target", "path"), NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("git_line", [True, False], ids=["git", "plain"])
def test_names_are_decoded(source: str, target: str, path: str, *, git_line: bool) -> None:
    first = f"diff --git {source} {target}\n" if git_line else ""
    (edit,) = read_edits(f"{first}--- {source}\n+++ {target}\n@@ -0,0 +1 @@\n+x\n")
    assert edit.path == path


UNSAFE = {
    "parent": ("../x", "'..'"),
    "parent-inside": ("x/../../y", "'..'"),
    "here": ("./x", "'.'"),
    "absolute": ("/etc/passwd", "absolute"),
    "drive": ("C:/x", "absolute"),
    "empty-part": ("x//y", "empty"),
    "folder": ("x/", "empty"),
    "git": (".git/config", "git's own folder"),
    "git-upper": (".GIT/config", "git's own folder"),
    "git-nested": ("sub/.git/hooks/pre-commit", "git's own folder"),
    "git-short-name": ("git~1/config", "git's own folder"),
    "git-dot": (".git./config", "git's own folder"),
    "git-space": (".git /config", "git's own folder"),
    "git-stream": (".git::$INDEX_ALLOCATION/config", "git's own folder"),
    "git-zero-width": (".g\u200cit/config", "U+200C"),
    "git-octal-zero-width": ('"b/.g\\342\\200\\214it/config"', "U+200C"),
    "git-octal": ('"b/.gi\\164/config"', "git's own folder"),
    "backslash": ("x\\y", "backslash"),
    "quoted-backslash": ('"b/x\\\\..\\\\y"', "backslash"),
    "newline": ('"b/x\\ny"', "U+000A"),
    "nul": ('"b/x\\000y"', "U+0000"),
    "escape-code": ("x\x1b[31m", "U+001B"),
    "bidi": ("x\u202ey", "U+202E"),
    "not-utf-8": ('"b/x\\377y"', "U+DCFF"),
    "dash": ("-rf", "dash"),
    "dash-inside": ("x/--help", "dash"),
    "trailing-dot": ("x./y", "dot or a space"),
    "long": ("x/" * 2100 + "y", "longer than 4096"),
    "very-long": ("x/" * 5000 + "y", "longer than any path"),
    "long-part": ("x" * 256, "255"),
    "bad-quoting": ('"b/x', "quoted"),
    "unknown-escape": ('"b/\\q"', "escape"),
}


@pytest.mark.parametrize(("name", "fault"), UNSAFE.values(), ids=UNSAFE)
def test_a_path_that_could_lead_elsewhere_is_refused(name: str, fault: str) -> None:
    target = name if name.startswith('"') else f"b/{name}"
    with pytest.raises(RejectedPatch, match=fault.replace("+", r"\+").replace(".", r"\.")):
        read_edits(f"--- /dev/null\n+++ {target}\n@@ -0,0 +1 @@\n+x\n")


GIT = "diff --git a/x b/x\n"
BODY_OF_X = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
REFUSED = {
    "nothing": ("I could not find the bug.", "holds no diff"),
    "empty": ("", "holds no diff"),
    "code-only": ("```python\ndef add(a, b):\n    return a + b\n```", "holds no diff"),
    "apply-patch": ("*** Begin Patch\n*** Update File: x\n-a\n+b\n*** End Patch", "apply_patch"),
    "no-name": ("```diff\n@@ -1 +1 @@\n-a\n+b\n```", "no file name"),
    "no-op-context": ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n a\n", "changes nothing"),
    "no-op-pair": ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+a\n", "changes nothing"),
    "only-line-endings": ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\r\n+a\n", "line endings stay"),
    "carriage-return": ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+a // b\rexit()\n", "carriage return"),
    "empty-hunk": ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n", "changes nothing"),
    "no-hunk": (GIT + "index 1..2 100644\n", "no hunk"),
    "surplus-in-fence": (f"```diff\n{BODY_OF_X}\nsome words\n+more\n```", None),
    "surplus-in-prose": (f"{BODY_OF_X}\nsome words\n+more\n", "outside any hunk"),
    "fence-closed-too-early": (f"```diff\n{BODY_OF_X}```\n+more = 1\n```\n", "outside any hunk"),
    "symlink": (GIT + "new file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+/etc/passwd\n", "mode"),
    "symlink-edit": (GIT + "index 1111111..2222222 120000\n" + BODY_OF_X, "mode"),
    "submodule": (GIT + "new file mode 160000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+Subproject commit 1\n", "mode"),
    "executable": (GIT + "new file mode 100755\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n", "mode"),
    "mode-only": (GIT + "old mode 100644\nnew mode 100755\n", "mode"),
    "mode-and-hunk": (GIT + "old mode 100644\nnew mode 100755\n" + BODY_OF_X, "mode"),
    "binary": (GIT + "index 1..2 100644\nGIT binary patch\nliteral 1\nIcmZPo\n", "binary"),
    "binary-differ": (GIT + "Binary files a/x and b/x differ\n", "binary"),
    "rename": ("diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n", "two files"),
    "copy": ("diff --git a/x b/conftest.py\nsimilarity index 100%\ncopy from x\ncopy to conftest.py\n", "two files"),
    "rename-in-disguise": (GIT + "rename from x\nrename to y\n" + BODY_OF_X, "renames"),
    "names-differ": ("--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", "two files"),
    "header-and-body-differ": ("diff --git a/y b/y\n" + BODY_OF_X, "differ"),
    "quoted-header-and-body-differ": ('diff --git "a/\\171" "b/\\171"\n' + BODY_OF_X, "differ"),
    "case-twins": (BODY_OF_X + BODY_OF_X.replace("/x", "/X"), "differ in case only"),
    "created-and-changed": (BODY_OF_X + "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n", "creates or deletes"),
    "created-twice": (
        "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b\n",
        "two different versions",
    ),
    "combined": ("diff --cc x\n--- a/x\n+++ b/x\n@@@ -1 -1 +1 @@@\n- a\n++b\n", "combined"),
    "lone-surrogate": (BODY_OF_X + "\ud800", "UTF-8"),
    "too-long": (BODY_OF_X + "x" * 2_000_000, "limits are 2,000,000"),
    "too-many-lines": (BODY_OF_X + "-\n" * 990_000, "limits are 2,000,000 and 50,000"),
    "too-many-files": ("".join(BODY_OF_X.replace("/x", f"/f{n}") for n in range(201)), "201 files"),
}


@pytest.mark.parametrize(("reply", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_or_must_not_be_done_is_refused_in_a_sentence(reply: str, sentence: str | None) -> None:
    if sentence is None:
        assert "more" in str(read_edits(reply))  # inside a fence all lines belong to the hunk: none is lost
        return
    with pytest.raises(RejectedPatch, match=sentence):
        read_edits(reply)


def test_a_line_that_holds_carriage_returns_may_be_changed_while_it_gains_none() -> None:
    reply = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\rb\n+a\rc\n"
    assert seen(reply) == (("x", (("-+", ("a\rb", "a\rc")),)),)


HOSTILE = {
    "removed-lines": DIFF + "-\n" * 49_990,
    "removed-lines-in-a-fence": f"```diff\n{DIFF}" + "-x\n" * 49_990,
    "prose-removed-lines": "-\n" * 49_990,
    "blank-lines": DIFF + "\n" * 49_990 + "-x",
    "fences": "```\n" * 49_990,
    "headers": "--- a/x\n+++ b/x\n" * 24_000,
    "same-file": "--- a/x\n+++ b/x\n@@ @@\n-a\n+b\n" * 9_900,
    "many-hunks": "--- a/x\n+++ b/x\n" + "@@ @@\n-a\n+b\n" * 16_000,
    "spaces-in-git-line": "diff --git " + " " * 1_900_000,
    "git-lines": "diff --git a b c d e f\n" * 49_000,
    "quotes": '--- "' + "\\" * 1_900_000,
    "digits": "--- a/x\n+++ b/x\n@@ -" + "1" * 1_900_000,
    "at-signs": "--- a/x\n+++ b/x\n" + "@" * 1_900_000,
    "long-path": "--- a/" + "x/" * 900_000 + "\n+++ b/x\n@@",
    "dots": "--- a/" + "." * 1_900_000 + "\n@@\n-a\n",
    "timestamps": "--- a/x " + "2024-01-01 " * 170_000 + "\n@@\n-a\n",
    "spaces-in-a-name": "--- a/x" + " " * 1_900_000 + "y\n@@\n-a\n",
    "unclosed-thought": "<think>" * 250_000,
}


@pytest.mark.parametrize("reply", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_reply_costs_little_time(reply: str) -> None:
    began = time.process_time()
    with contextlib.suppress(RejectedPatch):
        read_edits(reply)
    assert time.process_time() - began < 2
