"""Bytes and names leave and enter the object store as they are, and the user's checkout is left alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_ci import git
from agent_ci.checkout import Repository
from agent_ci.clone import Clone, Loaded
from agent_ci.core.change import ChangedFile
from agent_ci.process import ToolError
from tests.checkouts import Checkout, digest, fixed, read_everything, with_a_submodule

ODD_NAMES = {
    "spa ce.txt": b"1",
    "\u00fcml\u00e4ut.txt": b"2",
    'quo"te\\.txt': b"3",
    "new\nline.txt": b"4",
    "tab\there.txt": b"5",
    "-dash": b"6",
    ":colon": b"7",
    "deep/er/\u65e5\u672c.txt": b"8",
    os.fsdecode(b"latin-\xe9.txt"): b"9",
}


BYTES = {
    "crlf.txt": b"one\r\ntwo\r\n",
    "mixed.txt": b"one\r\ntwo\nthree\r",
    "ident.txt": b"$Id$\n",
    "utf16.txt": "text\n".encode("utf-16"),
    "nul.bin": bytes(range(256)),
    "empty.txt": b"",
    "large.lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n",
}


ATTRIBUTES = (
    b"*.txt text\ncrlf.txt eol=crlf\nident.txt ident\nutf16.txt working-tree-encoding=UTF-16\n"
    b"*.lfs filter=lfs diff=lfs merge=lfs -text\n*.bin diff=own export-ignore export-subst\n[attr]own -text\n"
)


def put(checkout: Checkout, files: dict[str, bytes]) -> str:
    """Commit *files* as exactly these blobs, whatever the attributes say."""
    for name, content in files.items():
        blob = checkout.git("hash-object", "-w", "--stdin", stdin=content)
        feed = os.fsencode(f"100644 {blob}\t{name}\0")
        checkout.raw("update-index", "-z", "--index-info", stdin=feed)
    checkout.git("commit", "--quiet", "--message", "odd files")
    return checkout.git("rev-parse", "HEAD")


def test_every_byte_and_name_leaves_the_object_store_as_it_is(
    checkout: Checkout, repository: Repository, clone: Clone, tmp_path: Path
) -> None:
    files = {**ODD_NAMES, **BYTES, ".gitattributes": ATTRIBUTES}
    tree = clone.tree(put(checkout, files))
    out = tmp_path / "out"
    out.mkdir()
    tree.export(out)
    exported = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert tree.paths() == tuple(sorted([*files, "a.py", "b.py"]))
    assert {name: exported[name] for name in files} == files
    assert {name: tree.read(name) for name in files} == files
    assert exported.keys() == set(tree.paths())
    listed = checkout.raw("ls-tree", "-r", "-z", repository.head()).split(b"\0")
    for row in filter(None, listed):
        facts, _, name = row.partition(b"\t")
        blob = facts.split()[2].decode()
        assert exported[os.fsdecode(name)] == checkout.raw("cat-file", "blob", blob)


def test_links_and_the_exec_bit_are_exported_and_submodules_are_empty_folders(
    checkout: Checkout, clone: Clone, tmp_path: Path
) -> None:
    other = Checkout.at(tmp_path / "other")
    other.commit({"inner.txt": "x"})
    checkout.git("submodule", "--quiet", "add", str(other.root), "sub")
    checkout.write({"run.sh": "#!/bin/sh\n"})
    (checkout.root / "run.sh").chmod(0o755)
    (checkout.root / "link").symlink_to("/etc/passwd")
    tree = clone.tree(checkout.commit())
    out = tmp_path / "out"
    out.mkdir()
    tree.export(out)
    assert (out / "run.sh").stat().st_mode & stat.S_IXUSR
    assert not (out / "a.py").stat().st_mode & stat.S_IXUSR
    assert (out / "link").readlink() == Path("/etc/passwd")
    assert list((out / "sub").iterdir()) == []
    assert tree.paths() == (".gitmodules", "a.py", "b.py", "link", "run.sh")
    with pytest.raises(FileNotFoundError):
        tree.read("sub")


def test_a_tree_is_exported_again_and_again_the_same(clone: Clone, repository: Repository, tmp_path: Path) -> None:
    tree = clone.tree(repository.head())
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        tree.export(tmp_path / name)
        assert (tmp_path / name / "a.py").read_text() == "a = 1\n"
        (tmp_path / name / "a.py").write_text("tampered")


def test_what_an_id_means_is_asked_once_and_what_a_name_means_each_time(checkout: Checkout, clone: Clone) -> None:
    first, second = checkout.commit({"a.py": "a = 3\n"}), checkout.commit({"a.py": "a = 4\n"})
    read = []
    for commit in (first, second):
        git.run(clone.directory, "update-ref", "refs/heads/side", commit, GIT_DIR=str(clone.directory))
        read.append(clone.tree("refs/heads/side").read("a.py"))
    assert read == [b"a = 3\n", b"a = 4\n"]
    assert clone.tree(first) is clone.tree(clone.tree(first).id)


def test_the_latest_commits_that_changed_a_file_are_told_by_its_literal_path(checkout: Checkout, clone: Clone) -> None:
    for number in range(12):
        checkout.commit({"a.py": f"a = {number + 3}\n"}, f"number {number}\n\nmore of it")
    head = checkout.commit({"b.py": "b = 3\n"}, "another file")
    told = clone.subjects(head, "a.py")
    assert [line.partition(" ")[2] for line in told] == [f"number {number}" for number in range(11, 1, -1)]
    assert [clone.subjects(head, path) for path in ("*.py", ":(top)", "gone.py")] == [()] * 3


def test_the_files_of_no_more_than_a_few_trees_are_remembered(checkout: Checkout, clone: Clone) -> None:
    trees = [clone.tree(checkout.commit({"a.py": f"a = {number}\n"})) for number in range(3, 9)]
    assert clone.tree(trees[-1].id) is trees[-1]
    assert clone.tree(trees[0].id) is not trees[0]
    assert clone.tree(trees[0].id).read("a.py") == b"a = 3\n"


def test_a_repository_with_sha256_ids_is_read_and_repaired(tmp_path: Path) -> None:
    Checkout(tmp_path).git("init", "--quiet", "--object-format=sha256", "--initial-branch=main", "work")
    made = Checkout(tmp_path / "work")
    made.commit({"a.py": "a = 1\n", "b.py": "b = 1\n"})
    repository = Repository.at(made.root)
    with Clone.of(repository) as clone:
        commit = fixed(clone, repository, {"a.py": b"a = 2\n", "b.py": None})
        repository.fast_forward(clone, commit, expected=repository.head())
    assert (made.git("ls-files"), made.git("status", "--porcelain"), len(commit)) == ("a.py", "", 64)


def test_a_linked_worktree_is_a_checkout(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = Repository.at(tmp_path / "side")
    with Clone.of(side) as clone:
        assert (side.branch(), clone.tree(side.head()).paths()) == ("side", ("a.py", "b.py"))
        side.fast_forward(clone, fixed(clone, side), expected=side.head())
    assert ((tmp_path / "side/a.py").read_text(), (checkout.root / "a.py").read_text()) == ("a = 2\n", "a = 1\n")


def test_edits_become_the_change_that_git_sees(checkout: Checkout, clone: Clone) -> None:
    checkout.write({"run.sh": "one\n"})
    (checkout.root / "run.sh").chmod(0o755)
    base = clone.tree(checkout.commit()).id
    files = {"a.py": b"a = 2\r\n", "b.py": None, "run.sh": b"two\n", "n\new \u00fc.txt": b"1\n2\n", "x.bin": b"\0"}
    patch = clone.patch(base, clone.edit(base, files))
    assert sorted(patch.files, key=lambda file: file.path) == [
        ChangedFile("a.py", "M", "100644", "100644", 1, 1),
        ChangedFile("b.py", "D", "100644", "000000", 0, 1),
        ChangedFile("n\new \u00fc.txt", "A", "000000", "100644", 2, 0),
        ChangedFile("run.sh", "M", "100755", "100755", 1, 1),
        ChangedFile("x.bin", "A", "000000", "100644", is_binary=True),
    ]
    assert clone.tree(patch.tree).read("a.py") == b"a = 2\r\n"


@pytest.mark.parametrize("name", [*ODD_NAMES, *BYTES])
def test_a_patch_applies_to_where_it_came_from(checkout: Checkout, clone: Clone, name: str) -> None:
    base = clone.tree(put(checkout, {**ODD_NAMES, **BYTES, ".gitattributes": ATTRIBUTES})).id
    tree = clone.edit(base, {name: b"changed\r\n\x0c\xff\n", "a.py": b"a = 1"})
    patch = clone.patch(base, tree)
    assert clone.apply(base, patch.diff) == tree


def test_a_patch_that_does_not_fit_is_refused(repository: Repository, clone: Clone) -> None:
    base = clone.tree(repository.head()).id
    patch = clone.patch(base, clone.edit(base, {"a.py": b"a = 2\n"}))
    with pytest.raises(ToolError, match="patch does not apply"):
        clone.apply(patch.tree, patch.diff)
    with pytest.raises(ToolError):
        clone.apply(base, "")


def test_nothing_changed_is_an_empty_patch(repository: Repository, clone: Clone) -> None:
    base = clone.tree(repository.head()).id
    patch = clone.patch(base, clone.edit(base, {"a.py": b"a = 1\n", "never there": None}))
    assert (patch.diff, patch.files, patch.tree) == ("", (), base)


@pytest.mark.parametrize(
    "path", ["../x", "/etc/x", ".git/config", "a/../../x", ".GIT/hooks/x", "git~1/x", "a//b", "x\0y"]
)
def test_a_path_that_leaves_the_tree_is_refused(repository: Repository, clone: Clone, path: str) -> None:
    with pytest.raises(ToolError):
        clone.edit(clone.tree(repository.head()).id, {path: b"x"})


@pytest.mark.parametrize("options", [["--keep-cr"], []], ids=["am --keep-cr", "am"])
def test_the_mailed_patch_is_taken_by_git_am(
    checkout: Checkout, repository: Repository, clone: Clone, options: list[str]
) -> None:
    files: dict[str, bytes | None] = {"a.py": b"a = 2\n", "b.py": None, "\u00fc.txt": b"no line end"}
    if options:
        checkout.commit({"dos.py": b"a = 1\r\n"})
        files["dos.py"] = b"a = 2\r\n"
    message = "fix: handle \u00fc\n\nWhat failed:\n- tests/t.py::t: E   assert 1\n\nAgent-CI-Attempt: 1\n"
    head = repository.head()
    tree = clone.edit(clone.tree(head).id, files)
    mail = clone.format_patch(clone.commit(tree, parent=head, message=message))
    checkout.git("am", "--quiet", *options, stdin=mail)
    assert checkout.git("rev-parse", "HEAD^{tree}") == tree
    assert checkout.git("log", "-1", "--format=%B%an") == message + "agent-ci"


def messy(checkout: Checkout) -> None:
    checkout.write({".gitattributes": "*.dos text eol=crlf\n", ".gitignore": "*.log\n"})
    checkout.commit({"x.dos": b"1\n2\n", "gone.txt": "x", "mode.sh": "x", "kept.txt": "k"})
    (checkout.root / "gone.txt").unlink()
    (checkout.root / "mode.sh").chmod(0o755)
    (checkout.root / "link").symlink_to("a.py")
    (checkout.root / ".git/info/exclude").write_text("secret.env\n")
    checkout.write({"secret.env": "TOKEN=1", "x.log": "ignored", "x.dos": b"1\r\n3\r\n", "new \u00fc\n.txt": "new"})
    checkout.write({"a.py": "staged\n"})
    checkout.git("add", "a.py")
    checkout.write({"a.py": "worked on since\n"})


def staged_tree(checkout: Checkout, tmp_path: Path) -> str:
    """What git itself would commit after adding everything, made with a copy of the index."""
    index = tmp_path / "index"
    index.write_bytes((checkout.root / ".git/index").read_bytes())
    checkout.git("add", "--all", GIT_INDEX_FILE=str(index))
    return checkout.git("write-tree", GIT_INDEX_FILE=str(index))


def sparse(checkout: Checkout) -> None:
    checkout.commit({"in/x.txt": "1\n", "out/y.txt": "1\n"})
    checkout.git("sparse-checkout", "set", "in")
    checkout.write({"in/x.txt": "2\n"})


def dos_by_setting(checkout: Checkout) -> None:
    checkout.git("config", "core.autocrlf", "true")
    checkout.write({"a.py": b"a = 2\r\n"})


def without_modes(checkout: Checkout) -> None:
    checkout.git("config", "core.fileMode", "false")
    (checkout.root / "a.py").chmod(0o755)


def clean(_: Checkout) -> None:
    """Leave everything as committed."""


@pytest.mark.parametrize("state", [clean, messy, sparse, dos_by_setting, without_modes, with_a_submodule])
def test_the_checkout_s_tree_is_what_adding_everything_would_commit(
    checkout: Checkout, clone: Clone, tmp_path: Path, state: Callable[[Checkout], None]
) -> None:
    state(checkout)
    expected = staged_tree(checkout, tmp_path)
    with Clone.of(Repository.at(checkout.root)) as fresh:
        assert fresh.tree_of_checkout(Repository.at(checkout.root)).id == expected
        assert fresh.patch(expected, expected).diff == "", "the attributes are back in place"
    assert clone.directory.is_dir()


@pytest.mark.parametrize("state", [clean, messy, with_a_submodule])
def test_reading_writes_nothing_into_the_checkout(
    checkout: Checkout, state: Callable[[Checkout], None], tmp_path: Path
) -> None:
    state(checkout)
    checkout.git("status")
    os.utime(checkout.root / "b.py", (1, 1))  # git would like to refresh its index now
    before = digest(checkout.root)
    read_everything(Repository.at(checkout.root), tmp_path / "out")
    assert digest(checkout.root) == before


@pytest.mark.parametrize("state", [messy, dos_by_setting, with_a_submodule])
def test_dirt_is_seen(checkout: Checkout, repository: Repository, state: Callable[[Checkout], None]) -> None:
    assert not repository.is_dirty()
    state(checkout)
    assert repository.is_dirty() is (state is not with_a_submodule)


def test_added_lines_follow_a_file_that_was_renamed(checkout: Checkout) -> None:
    body = "".join(f"line = {number}\n" for number in range(30))
    old = checkout.commit({"old é.py": body, "gone.py": "x = 1\n"})
    (checkout.root / "old é.py").rename(checkout.root / "new é.py")
    checkout.git("rm", "--quiet", "gone.py")
    new = checkout.commit(
        {"new é.py": body.replace("line = 7\n", "line = 7\nmore = 1\n"), "fresh.py": "a = 1\nb = 2\n"}
    )
    with Clone.of(Repository.at(checkout.root)) as clone:
        found = clone.added_lines(clone.tree(old).id, clone.tree(new).id)
    assert found == {"new é.py": frozenset({9}), "fresh.py": frozenset({1, 2})}


def test_many_files_are_read_at_once_and_those_that_are_not_here_left_out(checkout: Checkout) -> None:
    texts = {"a.py": "a = 1\n", "empty.py": "", "lines.py": "one\n\ntwo", "latin.txt": "x\n"}
    commit = checkout.commit(texts)
    with Clone.of(Repository.at(checkout.root)) as clone:
        tree = clone.tree(commit)
        assert tree.read_all([*texts, "none.py"]) == {path: text.encode() for path, text in texts.items()}
        assert tree.read_all([]) == {}


def test_a_reader_of_many_files_sees_those_in_other_encodings_and_knows_what_is_not_there(checkout: Checkout) -> None:
    (checkout.root / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\nNAME = 'Andr\xe9'\n")
    commit = checkout.commit({"LICENSE": "free\n"})
    with Clone.of(Repository.at(checkout.root)) as clone:
        texts = Loaded(clone.tree(commit))
        assert texts["latin.py"].endswith("NAME = 'Andr\ufffd'\n")
        assert texts["LICENSE"] == "free\n"
        assert [path for path in ("none.py", "none.txt", "none") if path in texts] == []
