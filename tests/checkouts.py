"""Real checkouts for tests: made with plain git, far from the settings of whoever runs the tests."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.checkout import Repository
from agent_ci.clone import Clone

NOBODY = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}
"""What git is run with where no setting of whoever runs the tests may count."""

_ENVIRONMENT = {
    **NOBODY,
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


@dataclass(frozen=True)
class Checkout:
    """A folder in which git can be told what to do, as its user would."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> Checkout:
        """A new repository without a commit, on the branch ``main``."""
        root.mkdir(parents=True, exist_ok=True)
        checkout = cls(root)
        checkout.git("init", "--quiet", "--initial-branch=main")
        return checkout

    def git(self, *arguments: str, stdin: bytes = b"", **variables: str) -> str:
        """Run git here and give what it said."""
        return self.raw(*arguments, stdin=stdin, **variables).decode("utf-8", "surrogateescape").strip()

    def raw(self, *arguments: str, stdin: bytes = b"", **variables: str) -> bytes:
        """Run git here and give its output's bytes."""
        command = ("git", "-c", "protocol.file.allow=always", *arguments)
        environment = {**_ENVIRONMENT, **variables}
        done = subprocess.run(command, cwd=self.root, env=environment, input=stdin, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout

    def write(self, files: Mapping[str, bytes | str]) -> None:
        """Write files of the working tree."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, bytes | str] | None = None, message: str = "a change") -> str:
        """Write and commit *files* and everything else that is new; the commit's id."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str) -> str:
        """Merge *branch* with a commit of its own; the commit's id."""
        self.git("merge", "--quiet", "--no-ff", "--message", f"Merge {branch}", branch)
        return self.git("rev-parse", "HEAD")


def digest(*folders: Path) -> str:
    """One digest of every name, mode, time, link and byte below *folders*.

    The times of git's objects do not count: git renews them wherever an object that it would write is there.
    """
    total = hashlib.sha256()
    for path in sorted(path for folder in folders for path in (folder, *folder.rglob("*"))):
        found = path.lstat()
        time = 0 if "objects" in path.parts else found.st_mtime_ns
        total.update(repr((str(path), found.st_mode, time, found.st_size)).encode())
        if path.is_symlink():
            total.update(os.fsencode(path.readlink()))
        elif path.is_file():
            total.update(path.read_bytes())
    return total.hexdigest()


def fixed(clone: Clone, repository: Repository, files: dict[str, bytes | None] | None = None) -> str:
    """A commit of ours on top of what is checked out."""
    head = repository.head()
    tree = clone.edit(clone.tree(head).id, files or {"a.py": b"a = 2\n"})
    return clone.commit(tree, parent=head, message="fix: a\n")


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


def with_a_submodule(checkout: Checkout) -> None:
    other = Checkout.at(checkout.root.parent / "other")
    other.commit({"inner.txt": "x"})
    checkout.git("submodule", "--quiet", "add", str(other.root), "sub")
    checkout.commit()
    Checkout(checkout.root / "sub").commit({"inner.txt": "moved on"})
