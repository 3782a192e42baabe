"""Real git in many topologies: bytes are kept, the user's checkout is left alone, and nothing in it is run."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.change import ChangedFile
from agent_ci.errors import StaleError, UnsupportedError
from agent_ci.process import ToolError
from tests.checkouts import Checkout, digest


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout.at(tmp_path / "work")
    made.commit({"a.py": "a = 1\n", "b.py": "b = 1\n"})
    return made


@pytest.fixture
def repository(checkout: Checkout) -> Repository:
    return Repository.at(checkout.root)


@pytest.fixture
def clone(repository: Repository) -> Iterator[Clone]:
    with Clone.of(repository) as made:
        yield made


def fixed(clone: Clone, repository: Repository, files: dict[str, bytes | None] | None = None) -> str:
    """A commit of ours on top of what is checked out."""
    head = repository.head()
    tree = clone.edit(clone.tree(head).id, files or {"a.py": b"a = 2\n"})
    return clone.commit(tree, parent=head, message="fix: a\n")


# where a repository is


def test_a_path_inside_a_subfolder_leads_to_the_top(checkout: Checkout) -> None:
    checkout.write({"deep/er/x.txt": ""})
    assert Repository.at(checkout.root / "deep" / "er").root == checkout.root


def test_a_checkout_whose_name_ends_in_a_line_end_keeps_its_name(tmp_path: Path) -> None:
    odd = Checkout.at(tmp_path / 'sp ace "ü"\n')
    odd.commit({"x": "x"})
    assert Repository.at(odd.root).root == odd.root


@pytest.mark.parametrize("kind", ["missing", "file", "plain folder", "bare", "inside .git"])
def test_what_is_no_checkout_is_refused_in_one_sentence(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "place"
    if kind == "file":
        place.write_text("x")
    elif kind == "plain folder":
        place.mkdir()
    elif kind == "bare":
        Checkout.at(tmp_path / "w").git("init", "--quiet", "--bare", str(place))
    elif kind == "inside .git":
        Checkout.at(place)
        place /= ".git"
    with pytest.raises(UnsupportedError, match="--repository"):
        Repository.at(place)


def test_files_elsewhere_by_a_setting_are_refused(checkout: Checkout, tmp_path: Path) -> None:
    other = Checkout.at(tmp_path / "home")
    other.commit({"private.key": "secret"})
    checkout.git("config", "core.worktree", str(other.root))
    with pytest.raises(UnsupportedError, match=r"core\.worktree"):
        Repository.at(checkout.root)


def test_an_unborn_branch_has_no_commit(tmp_path: Path) -> None:
    unborn = Repository.at(Checkout.at(tmp_path).root)
    assert (unborn.branch(), unborn.commit("HEAD")) == ("main", None)
    with pytest.raises(UnsupportedError, match="no commit yet"):
        unborn.head()


def test_a_detached_head_has_no_branch(checkout: Checkout, repository: Repository) -> None:
    checkout.git("checkout", "--quiet", "--detach")
    assert repository.branch() == ""


def test_a_tag_of_the_same_name_does_not_change_the_branch_s_name(checkout: Checkout, repository: Repository) -> None:
    checkout.git("tag", "main")
    assert repository.branch() == "main"


def test_without_a_remote_the_default_branch_is_a_local_habit(checkout: Checkout, repository: Repository) -> None:
    assert (repository.default_branch(), repository.remote_url()) == ("main", "")
    checkout.git("branch", "--move", "trunk")
    assert repository.default_branch() == ""


def test_a_clone_knows_its_remote_s_default_branch(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("branch", "--move", "feature/trunk")
    checkout.git("clone", "--quiet", str(checkout.root), str(tmp_path / "copy"))
    copy = Repository.at(tmp_path / "copy")
    assert (copy.default_branch(), copy.remote_url()) == ("feature/trunk", str(checkout.root))


@pytest.mark.parametrize(
    "name", ["--output=PWNED", "--upload-pack=touch PWNED", "nothing", "a..b", "HEAD:a.py", "", "\x00"]
)
def test_what_names_no_commit_gives_none(repository: Repository, name: str) -> None:
    assert repository.commit(name) is None
    assert not (repository.root / "PWNED").exists()


def test_a_branch_named_like_an_option_is_a_branch(checkout: Checkout, repository: Repository) -> None:
    checkout.git("update-ref", "refs/heads/--output=x", "HEAD")
    assert repository.commit("refs/heads/--output=x") == repository.head()


# history


def test_a_merge_has_its_parents_in_order(checkout: Checkout, repository: Repository) -> None:
    checkout.git("checkout", "--quiet", "-b", "change")
    change = checkout.commit({"a.py": "a = 3\n"})
    checkout.git("checkout", "--quiet", "main")
    main = checkout.commit({"b.py": "b = 3\n"})
    merge = checkout.merge("change")
    assert repository.parents(merge) == (main, change)
    assert repository.merge_base(main, change) == repository.parents(main)[0]
    assert repository.judged_commit("", is_forge_merge=True) == change
    assert repository.judged_commit("0" * 40, is_forge_merge=True) == change
    assert repository.judged_commit(main, is_forge_merge=True) == main
    assert repository.judged_commit("", is_forge_merge=False) == merge


def test_a_shallow_checkout_knows_what_it_lacks(checkout: Checkout, tmp_path: Path) -> None:
    first = checkout.git("rev-parse", "HEAD")
    checkout.commit({"a.py": "a = 2\n"})
    checkout.git("clone", "--quiet", "--depth=1", f"file://{checkout.root}", str(tmp_path / "shallow"))
    shallow = Repository.at(tmp_path / "shallow")
    head = shallow.head()
    assert (shallow.is_shallow(), shallow.parents(head), shallow.commit(first)) == (True, (), None)
    assert shallow.merge_base(head, first) is None
    assert shallow.judged_commit(first, is_forge_merge=True) == head
    with Clone.of(shallow) as clone:
        assert clone.tree(head).paths() == ("a.py", "b.py")
        shallow.fast_forward(clone, fixed(clone, shallow, {"a.py": b"a = 9\n"}), expected=head)
    assert (shallow.root / "a.py").read_text() == "a = 9\n"


def test_grafts_and_replacements_show_no_other_history(checkout: Checkout, repository: Repository) -> None:
    first = repository.head()
    second = checkout.commit({"a.py": "a = 2\n"})
    evil = checkout.git("commit-tree", f"{second}^{{tree}}", stdin=b"evil\n")
    (checkout.root / ".git/info/grafts").write_text(f"{second} {evil}\n")
    assert checkout.git("rev-list", "--parents", "-1", second).split() == [second, evil], "the graft is live"
    assert repository.parents(second) == (first,)
    (checkout.root / ".git/info/grafts").unlink()
    checkout.git("replace", second, evil)
    assert repository.parents(second) == (first,)


def test_our_commits_in_a_row_are_counted_up_to_a_person_s(
    checkout: Checkout, repository: Repository, clone: Clone
) -> None:
    assert repository.our_commits_at_head() == 0
    for content in (b"a = 2\n", b"a = 3\n"):
        commit = fixed(clone, repository, {"a.py": content})
        repository.fast_forward(clone, commit, expected=repository.head())
    assert repository.our_commits_at_head() == 2
    checkout.commit({"a.py": "a = 4\n"})
    assert repository.our_commits_at_head() == 0


# byte fidelity


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


# changes


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


# the checkout as it is now


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


def with_a_submodule(checkout: Checkout) -> None:
    other = Checkout.at(checkout.root.parent / "other")
    other.commit({"inner.txt": "x"})
    checkout.git("submodule", "--quiet", "add", str(other.root), "sub")
    checkout.commit()
    Checkout(checkout.root / "sub").commit({"inner.txt": "moved on"})


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


def read_everything(repository: Repository, out: Path) -> None:
    """Every call that only reads."""
    head = repository.head()
    repository.branch()
    repository.default_branch()
    repository.remote_url()
    repository.parents(head)
    repository.merge_base(head, head)
    repository.is_shallow()
    repository.is_dirty()
    repository.our_commits_at_head()
    repository.first_commit(("0123456789" * 4, "refs/remotes/origin/none"))
    repository.judged_commit("0123456789" * 4, is_forge_merge=True)
    with Clone.of(repository) as clone:
        tree = clone.tree(head)
        out.mkdir()
        tree.export(out)
        now = clone.tree_of_checkout(repository)
        patch = clone.patch(tree.id, clone.edit(now.id, {"a.py": b"a = 7\n", "n.txt": b"1\n"}))
        clone.apply(tree.id, patch.diff)
        clone.format_patch(clone.commit(patch.tree, parent=head, message="x\n"))


@pytest.mark.parametrize("state", [messy, dos_by_setting, with_a_submodule])
def test_dirt_is_seen(checkout: Checkout, repository: Repository, state: Callable[[Checkout], None]) -> None:
    assert not repository.is_dirty()
    state(checkout)
    assert repository.is_dirty() is (state is not with_a_submodule)


# the fast forward


def test_a_fast_forward_moves_branch_index_and_files_and_keeps_other_work(
    checkout: Checkout, repository: Repository, clone: Clone
) -> None:
    checkout.write({"b.py": "b = 'in work'\n", "untracked.txt": "mine"})
    commit = fixed(clone, repository, {"a.py": b"a = 2\n", "new/x.py": b"x\n"})
    repository.fast_forward(clone, commit, expected=repository.head())
    assert checkout.git("rev-parse", "refs/heads/main") == commit
    assert checkout.git("status", "--porcelain").splitlines() == ["M b.py", "?? untracked.txt"]
    assert (checkout.root / "new/x.py").read_text() == "x\n"
    checkout.git("fsck", "--strict")


def test_line_ends_by_attribute_are_kept_by_a_fast_forward(checkout: Checkout) -> None:
    checkout.commit({".gitattributes": "*.dos text eol=crlf\n", "x.dos": b"1\n"})
    repository = Repository.at(checkout.root)
    with Clone.of(repository) as clone:
        repository.fast_forward(clone, fixed(clone, repository, {"x.dos": b"2\n"}), expected=repository.head())
    assert ((checkout.root / "x.dos").read_bytes(), repository.is_dirty()) == (b"2\r\n", False)


def edited(checkout: Checkout) -> None:
    checkout.write({"a.py": "a = 'in work'\n"})


def staged(checkout: Checkout) -> None:
    edited(checkout)
    checkout.git("add", "a.py")


def in_the_way(checkout: Checkout) -> None:
    checkout.write({"new.py": "mine\n"})


def index_is_locked(checkout: Checkout) -> None:
    checkout.write({".git/index.lock": ""})


def branch_is_locked(checkout: Checkout) -> None:
    checkout.write({".git/refs/heads/main.lock": ""})


@pytest.mark.parametrize("state", [edited, staged, in_the_way, index_is_locked, branch_is_locked])
def test_what_stands_in_the_way_is_stale_and_nothing_is_lost(
    checkout: Checkout, repository: Repository, clone: Clone, state: Callable[[Checkout], None]
) -> None:
    commit = fixed(clone, repository, {"a.py": b"a = 2\n", "new.py": b"ours\n"})
    head = repository.head()
    state(checkout)
    before = (checkout.git("diff", "HEAD"), (checkout.root / "a.py").read_bytes(), checkout.git("ls-files", "--stage"))
    with pytest.raises(StaleError):
        repository.fast_forward(clone, commit, expected=head)
    after = (checkout.git("diff", "HEAD"), (checkout.root / "a.py").read_bytes(), checkout.git("ls-files", "--stage"))
    assert (after, repository.head()) == (before, head)
    assert (checkout.root / "new.py").exists() is (state is in_the_way)


def test_a_branch_that_moved_is_stale(checkout: Checkout, repository: Repository, clone: Clone) -> None:
    commit, head = fixed(clone, repository), repository.head()
    moved = checkout.commit({"b.py": "b = 2\n"})
    with pytest.raises(StaleError, match="moved on"):
        repository.fast_forward(clone, commit, expected=head)
    assert repository.head() == moved


# nothing in the checkout is run: a tripwire for each way


def script(tmp_path: Path) -> str:
    path = tmp_path / "trip.sh"
    path.write_text(f'#!/bin/sh\ntouch "{tmp_path}/PWNED"\nexec cat\n')
    path.chmod(0o755)
    return str(path)


def hooks(checkout: Checkout, trip: str) -> None:
    names = (
        "post-index-change", "reference-transaction", "pre-commit", "commit-msg", "prepare-commit-msg", "post-commit",
        "pre-merge-commit", "post-merge", "post-checkout", "pre-auto-gc", "post-rewrite", "post-applypatch",
        "pre-applypatch", "applypatch-msg", "fsmonitor-watchman", "push-to-checkout", "update", "pre-receive",
    )  # fmt: skip
    for name in names:
        (checkout.root / ".git/hooks" / name).write_bytes(Path(trip).read_bytes())
        (checkout.root / ".git/hooks" / name).chmod(0o755)


def hooks_path(checkout: Checkout, trip: str) -> None:
    hooks(checkout, trip)
    (checkout.root / ".git/hooks").rename(checkout.root / ".git/other")
    checkout.git("config", "core.hooksPath", ".git/other")


def fsmonitor(checkout: Checkout, trip: str) -> None:
    checkout.git("config", "core.fsmonitor", trip)


def filters(checkout: Checkout, trip: str) -> None:
    checkout.commit({".gitattributes": "*.py filter=x.=y diff=x merge=x\n*.txt filter=long\n"})
    for kind in ("clean", "smudge"):
        checkout.git("config", f"filter.x.=y.{kind}", trip)
    checkout.git("config", "filter.long.process", trip)
    checkout.git("config", "filter.long.required", "true")


def filters_by_include(checkout: Checkout, trip: str) -> None:
    checkout.commit({".gitattributes": "*.py filter=x\n"})
    checkout.write({".git/more": f'[filter "x"]\n\tclean = {trip}\n\tsmudge = {trip}\n[core]\n\tfsmonitor = {trip}\n'})
    checkout.git("config", "include.path", "more")


def filters_by_attributes_beside_the_files(checkout: Checkout, trip: str) -> None:
    filters(checkout, trip)
    checkout.write({".git/info/attributes": "* filter=x.=y diff=x merge=x\n", ".git/own": "* filter=x.=y\n"})
    checkout.git("config", "core.attributesFile", str(checkout.root / ".git/own"))


def diff_programs(checkout: Checkout, trip: str) -> None:
    checkout.commit({".gitattributes": "*.py diff=x\n"})
    checkout.git("config", "diff.external", trip)
    checkout.git("config", "diff.x.command", trip)
    checkout.git("config", "diff.x.textconv", trip)


def merge_programs(checkout: Checkout, trip: str) -> None:
    checkout.commit({".gitattributes": "*.py merge=x\n"})
    checkout.git("config", "merge.x.driver", trip)
    checkout.git("config", "branch.main.mergeOptions", "--no-ff")
    checkout.git("config", "merge.autoStash", "true")


def signing(checkout: Checkout, trip: str) -> None:
    for name in ("commit.gpgSign", "tag.gpgSign", "log.showSignature", "merge.verifySignatures"):
        checkout.git("config", name, "true")
    checkout.git("config", "gpg.program", trip)


def outside_world(checkout: Checkout, trip: str) -> None:
    for name in ("core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy"):
        checkout.git("config", name, trip)
    checkout.git("config", "credential.helper", f"!{trip}")
    checkout.git("config", "protocol.ext.allow", "always")
    checkout.git("config", f"url.ext::{trip} .insteadOf", "/")
    checkout.git("config", "core.alternateRefsCommand", trip)
    checkout.git("config", "alias.rev-parse", f"!{trip}")


def promised_objects(checkout: Checkout, trip: str) -> None:
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", f"file://{checkout.root}"),
        ("remote.origin.uploadpack", trip),
    ):
        checkout.git("config", name, value)


def submodule_with_programs(checkout: Checkout, trip: str) -> None:
    with_a_submodule(checkout)
    inner = Checkout(checkout.root / "sub")
    inner.commit({".gitattributes": "* filter=x\n"})
    inner.write({"inner.txt": "dirty"})
    for name in ("core.fsmonitor", "filter.x.clean", "filter.x.smudge", "diff.external"):
        inner.git("config", name, trip)
    for name in ("submodule.recurse", "status.submoduleSummary"):
        checkout.git("config", name, "true")
    checkout.git("config", "diff.ignoreSubmodules", "none")
    checkout.git("config", "submodule.sub.update", f"!{trip}")
    checkout.git("config", "fetch.recurseSubmodules", "true")


def embedded_bare_repository(checkout: Checkout, trip: str) -> None:
    bare = checkout.root / "inner"
    checkout.git("init", "--quiet", "--bare", str(bare))
    (bare / "config").write_text(f"[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = {trip}\n")


def embedded_repository(checkout: Checkout, trip: str) -> None:
    inner = Checkout.at(checkout.root / "inner")
    inner.commit({".gitattributes": "* filter=x\n", "x.txt": "x"})
    inner.git("config", "core.fsmonitor", trip)
    inner.git("config", "filter.x.clean", trip)
    inner.write({"x.txt": "dirty"})


TRAPS = [
    hooks,
    hooks_path,
    fsmonitor,
    filters,
    filters_by_include,
    filters_by_attributes_beside_the_files,
    diff_programs,
    merge_programs,
    signing,
    outside_world,
    promised_objects,
    submodule_with_programs,
    embedded_bare_repository,
    embedded_repository,
]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
def test_nothing_that_a_checkout_names_is_ever_run(
    checkout: Checkout, tmp_path: Path, trap: Callable[[Checkout, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    trip = script(tmp_path)
    trap(checkout, trip)
    (tmp_path / "PWNED").unlink(missing_ok=True)
    checkout.write({"b.py": "b = 'in work'\n"})
    os.utime(checkout.root / "a.py", (1, 1))  # its stored size and time are of no use: git must read the file
    for name in ("GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_PAGER", "GIT_EDITOR", "GIT_ASKPASS"):
        monkeypatch.setenv(name, trip)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", trip)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    folder = checkout.root / "inner" if (checkout.root / "inner/HEAD").exists() else checkout.root
    repository = Repository(checkout.root) if folder != checkout.root else Repository.at(folder)
    read_everything(repository, tmp_path / "out")
    with Clone.of(repository) as clone:
        commit = fixed(clone, repository, {"a.py": b"a = 2\n", "new.txt": b"new\n"})
        repository.fast_forward(clone, commit, expected=repository.head())
    assert not (tmp_path / "PWNED").exists()
    assert (checkout.root / "a.py").read_text() == "a = 2\n"


def test_an_embedded_bare_repository_is_not_taken_for_the_checkout(checkout: Checkout, tmp_path: Path) -> None:
    embedded_bare_repository(checkout, script(tmp_path))
    with pytest.raises(UnsupportedError, match="cannot use bare repository"):
        Repository.at(checkout.root / "inner")
    assert not (tmp_path / "PWNED").exists()
