"""Checkouts as they are in CI and on desks: cut off, linked, sparse, detached, odd bytes, or no checkout at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from agent_ci.core.outcome import Outcome
from bench.repositories import git
from tests.checkouts import Checkout, with_a_submodule
from tests.faults.lab import Cell, Elsewhere, End, Lab, Stage
from tests.red import GOOD, RedRepository

_ANY_OWNER = ("-c", "safe.directory=*")
_LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "4d" * 32 + "\nsize 12345\n"


@dataclass(frozen=True)
class Shaped:
    """A run on a checkout that *shape* was done to; whatever was not in the diff must be there byte for byte."""

    shape: Callable[[RedRepository], RedRepository]
    change: Callable[[str], str] = str

    def __call__(self, lab: Lab) -> End:
        red = self.shape(lab.red())
        end = lab.here(red, self.change(GOOD))
        if end.document["patch"]:
            _only_the_line_differs(red, end)
        return end


def _only_the_line_differs(red: RedRepository, end: End) -> None:
    tree, base = end.document["patch"]["tree"], end.document["patch"]["base_tree"]
    assert end.document["patch"]["files"] == ["calc.py"]
    assert tree != base
    index = str(red.scratch / "index")
    checkout = Checkout(red.path)
    checkout.git(*_ANY_OWNER, "read-tree", base, GIT_INDEX_FILE=index)
    checkout.git(*_ANY_OWNER, "apply", "--cached", str(end.out / "fix.patch"), GIT_INDEX_FILE=index)
    old, new = (
        checkout.raw(*_ANY_OWNER, "cat-file", "blob", f"{of}:calc.py", GIT_INDEX_FILE=index) for of in (base, "")
    )
    assert new == old.replace(b"a - b", b"a + b")
    assert checkout.git(*_ANY_OWNER, "write-tree", GIT_INDEX_FILE=index) == tree


def _cloned(*options: str) -> Callable[[RedRepository], RedRepository]:
    def shape(red: RedRepository) -> RedRepository:
        red.commit({"later.txt": "x\n"})
        git(red.path, "config", "uploadpack.allowFilter", "true")
        git(red.scratch, "clone", "-q", *options, f"file://{red.path}", str(red.scratch / "clone"))
        return RedRepository(red.scratch / "clone", red.scratch)

    return shape


def _with_git(*arguments: str) -> Callable[[RedRepository], RedRepository]:
    def shape(red: RedRepository) -> RedRepository:
        git(red.path, *arguments)
        return red

    return shape


def _worktree(red: RedRepository) -> RedRepository:
    git(red.path, "worktree", "add", "-q", "-b", "topic", str(red.scratch / "linked"))
    return RedRepository(red.scratch / "linked", red.scratch)


def _dirty(red: RedRepository) -> RedRepository:
    (red.path / "calc.py").write_text("not committed\n", encoding="utf-8")
    (red.path / "new.txt").write_text("not added\n", encoding="utf-8")
    return red


def _submodule(red: RedRepository) -> RedRepository:
    with_a_submodule(Checkout(red.path))
    return red


def _bytes(content: Callable[[bytes], bytes], *attributes: str) -> Callable[[RedRepository], RedRepository]:
    def shape(red: RedRepository) -> RedRepository:
        (red.path / "calc.py").write_bytes(content((red.path / "calc.py").read_bytes()))
        return red.commit({".gitattributes": "".join(f"{line}\n" for line in attributes)})

    return shape


def _executable(red: RedRepository) -> RedRepository:
    (red.path / "calc.py").chmod(0o755)
    return red.commit({})


def _pointer(red: RedRepository) -> RedRepository:
    return red.commit({"model.bin": _LFS, ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})


def _many(red: RedRepository) -> RedRepository:
    deep = "/".join(["a-folder-with-a-rather-long-name"] * 6)
    return red.commit({f"{deep}/{number}.txt": f"{number}\n" for number in range(300)})


def _odd_names(red: RedRepository) -> RedRepository:
    return red.commit({"a b/\u00e4\u65e5.txt": "x\n", "-n": "x\n", "new\nline.txt": "x\n", "tab\there.txt": "x\n"})


def _unborn(lab: Lab) -> End:
    path = lab.scratch / "repository"
    path.mkdir()
    git(path, "init", "-q", "-b", "main")
    return lab.here(RedRepository(path, lab.scratch), GOOD)


def _no_repository(lab: Lab) -> End:
    path = lab.scratch / "repository"
    path.mkdir()
    return lab.here(RedRepository(path, lab.scratch), GOOD)


def _lost_object(lab: Lab) -> End:
    red = lab.red()
    blob = git(red.path, "rev-parse", "HEAD:calc.py")
    (red.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    return lab.here(red, GOOD)


def _of_another_user(red: RedRepository) -> RedRepository:
    if os.geteuid() == 0:
        for path in (red.path, *red.path.rglob("*")):
            os.chown(path, 12345, 12345, follow_symlinks=False)
    return red


def _settings(text: str, says: str) -> Callable[[Lab], End]:
    def meet(lab: Lab) -> End:
        red = lab.red()
        end = lab.here(red.commit({".agent-ci.yml": text}), GOOD)
        assert says in str(end.document["reason"])
        return end

    return meet


_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
_FIXED = (
    ("shallow", Shaped(_cloned("--depth=1")), ""),
    ("partial (without blobs)", Shaped(_cloned("--filter=blob:none")), "nothing is fetched"),
    ("sparse", Shaped(_with_git("sparse-checkout", "set", "--no-cone", "/calc.py")), "files left out are run as well"),
    ("a linked worktree", Shaped(_worktree), ""),
    ("detached HEAD", Shaped(_with_git("checkout", "-q", "--detach")), ""),
    ("a remote that is not there", Shaped(_with_git("remote", "add", "origin", "/nonexistent")), ""),
    ("uncommitted work", Shaped(_dirty), "the commit is judged, and the work is not touched"),
    ("owned by another user", Shaped(_of_another_user), ""),
    ("CRLF", Shaped(_bytes(lambda text: text.replace(b"\n", b"\r\n"), "*.py -text")), "line ends stay"),
    ("CRLF by `.gitattributes`", Shaped(_bytes(bytes, "*.py text eol=crlf")), "line ends stay"),
    ("`core.autocrlf`", Shaped(_with_git("config", "core.autocrlf", "true")), "line ends stay"),
    ("Latin-1", Shaped(_bytes(lambda text: b"# -*- coding: latin-1 -*-\n# \xe9\n" + text)), "bytes stay"),
    ("a byte order mark", Shaped(_bytes(lambda text: b"\xef\xbb\xbf" + text)), "it stays"),
    ("no newline at the end", Shaped(_bytes(lambda text: text.rstrip(b"\n"))), "there is none afterwards"),
    ("an executable file", Shaped(_executable), "it stays executable"),
    ("an LFS pointer", Shaped(_pointer), "the pointer stays; nothing is fetched"),
    ("a submodule that moved on", Shaped(_submodule), "an empty folder for the tests"),
    ("300 files, six long folders down", Shaped(_many), ""),
    ("names with spaces, line ends, dashes", Shaped(_odd_names), ""),
)  # fmt: skip
CELLS = (
    *(Cell(Stage.CLONE, f"checkout: {name}", Outcome.FIXED, meet, promise) for name, meet, promise in _FIXED),
    Cell(Stage.CLONE, "checkout: no commit yet", Outcome.UNSUPPORTED, _unborn, "says what to do"),
    Cell(Stage.CLONE, "checkout: none", Outcome.UNSUPPORTED, _no_repository, "says what to do"),
    Cell(Stage.CLONE, "checkout: an object is lost", Outcome.INFRASTRUCTURE, _lost_object),
    Cell(Stage.SETTINGS, "no YAML", Outcome.USAGE_ERROR, _settings("a: [", "not valid YAML")),
    Cell(Stage.SETTINGS, "another kind of value", Outcome.USAGE_ERROR, _settings("repeat: many\n", "repeat must be")),
    Cell(Stage.SETTINGS, "an unknown option", Outcome.USAGE_ERROR, _settings("repaet: 2\n", "did you mean")),
    Cell(Stage.SETTINGS, "not UTF-8", Outcome.USAGE_ERROR, _settings("\0\x01", "not valid YAML")),
    Cell(Stage.SETTINGS, "aliases that stand for gigabytes", Outcome.USAGE_ERROR, _settings(_BOMB, "alias")),
    Cell(Stage.SETTINGS, "too large", Outcome.USAGE_ERROR, _settings(f"# {'x' * 300_000}\n", "larger than")),
)  # fmt: skip
ELSEWHERE = (
    Elsewhere(Stage.CLONE, "checkout: SHA-256 ids", "read and repaired",
              "test_clone.py::test_a_repository_with_sha256_ids_is_read_and_repaired"),
    Elsewhere(Stage.CLONE, "checkout: files elsewhere by `core.worktree`", "`unsupported`",
              "test_checkout.py::test_files_elsewhere_by_a_setting_are_refused"),
    Elsewhere(Stage.CLONE, "checkout: grafts and replacements", "not followed",
              "test_checkout.py::test_grafts_and_replacements_show_no_other_history"),
    Elsewhere(Stage.CLONE, "a forge's merge commit is checked out", "the change itself is judged",
              "forges/github/test_events.py::test_a_head_that_is_not_here_is_the_second_parent_of_the_merge"),
)  # fmt: skip
