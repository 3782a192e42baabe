"""Real git in many topologies: what the checkout is, and how it is moved to a proven commit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.errors import StaleError, UnsupportedError
from tests.checkouts import Checkout, fixed


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
