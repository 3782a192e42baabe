from __future__ import annotations

import itertools
import random
import re
import subprocess
from pathlib import Path

import pytest

from agent_ci.core.patches.hunks import added_lines, join, split, without

LINES = [f"line {n}" for n in range(60)]


class Repository:
    """A real repository whose trees are the states of files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "--quiet")
        self.git("config", "core.autocrlf", "false")

    def git(self, *arguments: str, stdin: str | None = None) -> str:
        feed = None if stdin is None else stdin.encode("utf-8", "surrogateescape")
        ran = subprocess.run(["git", *arguments], cwd=self.root, input=feed, capture_output=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.decode("utf-8", "surrogateescape")

    def tree(self, files: dict[str, bytes], mode: int = 0o644) -> str:
        for path in self.root.iterdir():
            if path.name != ".git":
                path.unlink()
        for name, content in files.items():
            Path(self.root, name).write_bytes(content)
            Path(self.root, name).chmod(mode)
        self.git("add", "--all")
        return self.git("write-tree").strip()

    def diff(self, old: str, new: str) -> str:
        return self.git("diff-tree", "-r", "--no-renames", "--full-index", "-p", "--binary", old, new)

    def applied(self, tree: str, diff: str) -> str:
        self.git("read-tree", tree)
        self.git("apply", "--cached", "--whitespace=nowarn", "-", stdin=diff)
        return self.git("write-tree").strip()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def text(lines: list[str], end: str = "\n") -> bytes:
    return "".join(line + end for line in lines).encode("utf-8", "surrogateescape")


def changed(*numbers: int) -> list[str]:
    """LINES with some removed, replaced and added, so that line numbers move."""
    made: list[str] = []
    for number, line in enumerate(LINES):
        made.extend([f"new {number}"] * (number % 4) if number in numbers else [line])
    return made


def test_every_subset_of_hunks_applies_and_makes_exactly_its_changes(repository: Repository) -> None:
    places = (0, 15, 30, 59)
    old = repository.tree({"m": text(LINES)})
    diff = repository.diff(old, repository.tree({"m": text(changed(*places))}))
    parts = split(diff)
    assert len(parts) == len(places)
    for size in range(1, len(places) + 1):
        for chosen in itertools.combinations(range(len(places)), size):
            wanted = repository.tree({"m": text(changed(*(places[number] for number in chosen)))})
            assert repository.applied(old, join(parts[number] for number in chosen)) == wanted


def test_one_hunk_is_left_out_and_the_later_ones_still_stand(repository: Repository) -> None:
    old = repository.tree({"m": text(["x"] * 40 + LINES + ["x"] * 40)})
    new = text(["x"] * 9 + ["x"] * 40 + changed(30) + ["x"] * 20 + ["y"] + ["x"] * 20)
    diff = repository.diff(old, repository.tree({"m": new}))
    wanted = repository.tree({"m": text(["x"] * 40 + changed(30) + ["x"] * 20 + ["y"] + ["x"] * 20)})
    assert repository.applied(old, without(diff, 0)) == wanted
    assert "+3" not in without(diff, 0).split("@@")[1]


def test_all_parts_together_are_the_same_change(repository: Repository) -> None:
    old = repository.tree({"m": text(LINES), "ä ö": text(LINES), "gone": b"x\n", "empty": b"", "bin": b"\0a"})
    new = repository.tree(
        {"m": text(changed(0, 30)), "ä ö": text(changed(5, 50)), "new": b"y\n", "empty": b"z", "bin": b"\0b", "e": b""}
    )
    diff = repository.diff(old, new)
    parts = split(diff)
    assert len(parts) == 9
    assert repository.applied(old, join(parts)) == new
    assert repository.applied(old, join(reversed(parts))) == new
    assert repository.applied(new, join(split(repository.diff(new, old)))) == old
    for number in range(len(parts)):
        repository.applied(old, parts[number])
        repository.applied(old, without(diff, number))


def test_a_mode_change_stays_with_its_lines(repository: Repository) -> None:
    old = repository.tree({"m": text(LINES)})
    new = repository.tree({"m": text(changed(2, 40))}, mode=0o755)
    (part,) = split(repository.diff(old, new))
    assert repository.applied(old, part) == new


CONTENTS = {
    "crlf": (text(LINES, "\r\n"), text(changed(2, 40), "\r\n")),
    "line-ends-changed": (text(LINES, "\r\n"), text(LINES, "\n")),
    "form-feed-and-separators": (text(["\x0c\x85\u2028\x1c", *LINES]), text(["\x0c\x85\u2028\x1d", *changed(40)])),
    "lone-cr": (text(["a\rb", *LINES]), text(["a\rc", *changed(40)])),
    "latin-1": (text(["\udce9", *LINES]), text(["\udcff", *changed(40)])),
    "no-newline-before": (b"\n".join([b"a", *[b"x"] * 30, b"b"]), b"\n".join([b"c", *[b"x"] * 30, b"d", b""])),
    "no-newline-after": (b"\n".join([b"a", *[b"x"] * 30, b"b", b""]), b"\n".join([b"c", *[b"x"] * 30, b"d"])),
    "no-newline-at-all": (b"\n".join([b"a", *[b"x"] * 30, b"b"]), b"\n".join([b"c", *[b"x"] * 30, b"d"])),
    "lines-like-headers": (text(["-- a/x", *LINES, "@@ -1 +1 @@", "diff --git a/x b/x"]),
                           text(["++ b/x", *LINES, "@@ -2 +2 @@", "diff --git a/y b/y"])),
    "emptied": (b"a\n", b""),
    "filled": (b"", b"a\n"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CONTENTS.values(), ids=CONTENTS)
def test_odd_lines_survive(repository: Repository, before: bytes, after: bytes) -> None:
    old, new = repository.tree({"m": before}), repository.tree({"m": after})
    diff = repository.diff(old, new)
    assert repository.applied(old, join(split(diff))) == new
    for part in split(diff):
        repository.applied(old, part)


def ranges(diff: str) -> list[str]:
    return [re.sub(r"(?<=[-+])(\d+)(?= )", r"\1,1", row.split("@@")[1]) for row in diff.split("\n") if row[:3] == "@@ "]


@pytest.mark.parametrize(("before", "after"), CONTENTS.values(), ids=CONTENTS)
def test_all_hunks_together_are_numbered_as_git_does(repository: Repository, before: bytes, after: bytes) -> None:
    diff = repository.diff(repository.tree({"m": before}), repository.tree({"m": after}))
    assert ranges(join(split(diff))) == ranges(diff)
    assert join(reversed(split(diff))) == join(split(diff))


def test_random_subsets_give_what_the_hunks_say(repository: Repository) -> None:
    chance = random.Random(7)  # noqa: S311 - a seeded choice of cases, no secret
    for _ in range(5):
        places = sorted(chance.sample(range(1, 60, 11), 4))
        chosen = sorted(chance.sample(range(4), 2))
        old = repository.tree({"m": text(LINES)})
        diff = repository.diff(old, repository.tree({"m": text(changed(*places))}))
        wanted = repository.tree({"m": text(changed(*(places[number] for number in chosen)))})
        left = diff
        for number in reversed(range(4)):
            left = left if number in chosen else without(left, number)
        assert repository.applied(old, left) == wanted


def test_an_empty_diff_has_no_parts() -> None:
    assert split("") == ()
    assert join(()) == ""


ADDING = """diff --git a/a.py b/a.py
--- a/a.py
+++ b/a.py
@@ -1,3 +1,4 @@
 one
-two
+2
+++ b/none.py
 three
@@ -10 +11 @@
-ten
+10
\\ No newline at end of file
diff --git a/gone.py b/gone.py
--- a/gone.py
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/new.py b/new.py
--- /dev/null
+++ b/new.py
@@ -0,0 +1,2 @@
+x
+y
"""


def test_added_lines_are_numbered_in_the_new_file() -> None:
    assert added_lines(ADDING) == {"a.py": frozenset({2, 3, 11}), "new.py": frozenset({1, 2})}


def test_lines_of_a_file_whose_name_stands_in_quotes_are_no_other_files() -> None:
    diff = (
        "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,0 +2 @@\n+x = 1\n"
        'diff --git "a/q\\".py" "b/q\\".py"\n--- "a/q\\".py"\n+++ "b/q\\".py"\n@@ -6,0 +7 @@\n+y = 1\n'
    )
    assert added_lines(diff) == {"a.py": frozenset({2})}
