"""A bare repository behind a forge that is none: reads and writes objects and refs with real git."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.checkouts import NOBODY

_ENVIRONMENT = {
    **NOBODY,
    "GIT_AUTHOR_NAME": "bot",
    "GIT_AUTHOR_EMAIL": "bot@example.org",
    "GIT_COMMITTER_NAME": "bot",
    "GIT_COMMITTER_EMAIL": "bot@example.org",
}


class GitError(Exception):
    """Git declined; the message is what it said."""


@dataclass(frozen=True)
class Bare:
    """The repository in *directory*. Every method raises GitError."""

    directory: Path

    def git(self, *arguments: str, stdin: bytes = b"", **variables: str) -> str:
        """What git says."""
        return self.raw(*arguments, stdin=stdin, **variables).decode("utf-8", "surrogateescape").strip()

    def raw(self, *arguments: str, stdin: bytes = b"", **variables: str) -> bytes:
        """The bytes that git gives."""
        environment = {**_ENVIRONMENT, "GIT_DIR": str(self.directory), **variables}
        done = subprocess.run(["git", *arguments], env=environment, input=stdin, capture_output=True, check=False)
        if done.returncode:
            raise GitError(done.stderr.decode("utf-8", "replace").strip())
        return done.stdout

    def head(self, branch: str) -> str:
        """The commit at the end of *branch*; empty where there is none."""
        return self.refs(f"refs/heads/{branch}").get(f"refs/heads/{branch}", "")

    def refs(self, prefix: str = "refs/heads/") -> dict[str, str]:
        """The ids of refs by name."""
        rows = self.git("for-each-ref", "--format=%(refname) %(objectname)", prefix).splitlines()
        return dict(row.split(" ") for row in rows)

    def move(self, branch: str, commit: str, *, expected: str) -> None:
        """Have *branch* end in *commit*, where it ends in *expected* now; zeros stand for no branch."""
        self.git("update-ref", f"refs/heads/{branch}", commit, expected)

    def blob(self, content: bytes) -> str:
        """The id of *content*."""
        return self.git("hash-object", "-w", "--stdin", stdin=content)

    def tree(self, base: str, rows: Iterable[tuple[str, str, str | None]]) -> str:
        """The id of the tree *base* with *rows*: mode, path and blob, None for one that goes."""
        lines = [f"{mode} {blob}\t{path}" if blob else f"0 {'0' * 40}\t{path}" for mode, path, blob in rows]
        with tempfile.TemporaryDirectory() as folder:
            index = str(Path(folder, "index"))
            self.git("read-tree", base, GIT_INDEX_FILE=index)
            feed = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
            self.git("update-index", "-z", "--index-info", stdin=feed, GIT_INDEX_FILE=index)
            return self.git("write-tree", GIT_INDEX_FILE=index)

    def commit(self, tree: str, parents: Iterable[str], message: str) -> str:
        """The id of a new commit."""
        options = [option for parent in parents for option in ("-p", parent)]
        return self.git("commit-tree", tree, *options, stdin=message.encode())

    def described(self, commit: str, count: int = 1) -> list[dict[str, object]]:
        """*commit* and what lies before it: ``sha``, ``tree``, ``parents`` and ``message``."""
        text = self.git("log", f"--max-count={count}", "--format=%H %T%n%P%n%B%x00", commit, "--")
        found: list[dict[str, object]] = []
        for row in text.split("\0"):
            if row.strip():
                ids, parents, message = row.lstrip("\n").split("\n", 2)
                sha, tree = ids.split(" ")
                found.append({"sha": sha, "tree": tree, "parents": parents.split(), "message": message.strip("\n")})
        return found

    def modes(self, revision: str) -> Mapping[str, str]:
        """The modes of all files by path."""
        rows = self.git("ls-tree", "-r", "-z", "--full-tree", revision).split("\0")
        return {row.partition("\t")[2]: row.split(" ", 1)[0] for row in rows if row}

    def contains(self, ancestor: str, commit: str) -> bool:
        """Whether *commit* comes after *ancestor*, or is it."""
        try:
            self.git("merge-base", "--is-ancestor", ancestor, commit)
        except GitError:
            return False
        return True

    def patches(self, base: str, head: str) -> dict[str, str]:
        """The hunks of each file from where *head* left *base*, by path, as a change request shows them."""
        parted = self.git("merge-base", base, head)
        names = [name for name in self.git("diff", "--name-only", "-z", parted, head).split("\0") if name]
        diffs = {name: self.git("diff", "--no-renames", parted, head, "--", name) for name in names}
        return {name: diff[diff.index("@@") :] if "@@" in diff else "" for name, diff in diffs.items()}
