"""Reads from git what bots and people did on a branch lately, and fetches it where a shallow checkout lacks it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from agent_ci import git
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.loops import History, Step, since_a_person
from agent_ci.errors import UsageError
from agent_ci.process import ToolError

_MOST = 200  # commits that are looked at
_FIELDS = "%H%x00%ct%x00%an%x00%ae%x00%B"
_COUNT = 5
_REPAIR = re.compile(r"\b(?:bug ?)?fix(?:e[sd])?\b|\brepair(?:s|ed)?\b", re.IGNORECASE)
_NUMBER = re.compile(r"[#!]([0-9]{1,9})")


def branch_history(commit: str, repository: Repository, clone: Clone) -> History:
    """The commits up to *commit* along first parents, and the repairs on every branch that is known here.

    Where a shallow checkout ends before a person's commit, more is fetched into *clone* when a remote answers.
    """
    steps = _steps(clone, "--first-parent", "--end-of-options", commit)
    is_cut = repository.is_shallow() and len(since_a_person(steps)) == len(steps) < _MOST
    if is_cut and (remote := repository.remote()).url:
        try:
            clone.fetch(remote, commit)
        except ToolError:
            pass  # then the count is what is known, and the repairs' own numbers
        else:
            steps = _steps(clone, "--first-parent", "--end-of-options", commit)
            is_cut = len(since_a_person(steps)) == len(steps) < _MOST
    return History(steps, _repairs_everywhere(repository), is_cut)


def repair_of(name: str, repository: Repository, head: str) -> str:
    """The commit of the repair that *name* means: a revision, or ``#N`` or ``!N`` for the change request it came in.

    Without a name it is the last repair up to *head* that was not taken back. Raises UsageError where there is none.
    """
    if name and not (number := _NUMBER.fullmatch(name)):
        commit = repository.commit(name)
        if commit is None:
            raise UsageError(f"{name!r} names no commit here; fetch it, or name another")
        return commit
    steps = _read(git.run(repository.root, "log", *_how(), "--no-merges", "--end-of-options", head))
    undone = {step.reverted for step in steps}
    if not name:
        found = [step.id for step in steps if step.failure and step.id not in undone and not step.reverted]
        if not found:
            raise UsageError(f"no repair by agent-ci is among the last {_MOST} commits; name the commit to take back")
        return found[0]
    assert number is not None  # noqa: S101 - it matched above
    merged = _merged(f"#{number[1]}", repository, head)
    found = [step.id for step in steps if step.failure and step.id in merged]
    if len(found) != 1:
        raise UsageError(
            f"{name} has {len(found)} commits by agent-ci among the last {_MOST} on this branch; name one commit"
        )
    return found[0]


def message_of(commit: str, repository: Repository) -> str:
    """The whole message of *commit*."""
    how = ("-1", "--format=%B", "--no-show-signature", "--end-of-options", commit)
    return git.text(git.run(repository.root, "log", *how))


def touching(path: str, *, since: str, repository: Repository, head: str) -> tuple[str, ...]:
    """The commits after *since* up to *head* that changed *path*, the oldest first."""
    rows = git.run(repository.root, "rev-list", "--reverse", "--no-merges", head, f"^{since}", "--", path)
    return tuple(git.text(rows).split())


def often_repaired(commit: str, repository: Repository) -> Mapping[str, int]:
    """How many of the last commits up to *commit* that call themselves a repair changed each file, by path."""
    options = ("-z", "--name-only", "--no-renames", "--no-merges", "--format=%x01%s", f"--max-count={_MOST}")
    raw = git.text(git.run(repository.root, "log", *options, "--no-show-signature", "--end-of-options", commit))
    counted: Counter[str] = Counter()
    for entry in raw.split("\x01"):
        subject, *paths = entry.split("\0")
        if _REPAIR.search(subject):
            counted.update(path.removeprefix("\n") for path in paths if path.strip())
    return counted


def _merged(number: str, repository: Repository, head: str) -> set[str]:
    """The commits that came in with the change request *number*: squashed, or by a merge whose subject names it."""
    rows = git.run(
        repository.root, "log", "-z", "--format=%H %P%x00%s", f"--max-count={_MOST}", "--end-of-options", head
    )
    words = git.text(rows).split("\0")
    found = set[str]()
    for ids, subject in zip(words[::2], words[1::2], strict=False):
        commit, *parents = ids.split()
        if not re.search(rf"[#!]{number[1:]}(?![0-9])", subject):
            continue
        brought = git.run(repository.root, "rev-list", parents[1], f"^{parents[0]}") if len(parents) > 1 else b""
        found |= {commit, *git.text(brought).split()}
    return found


def _repairs_everywhere(repository: Repository) -> tuple[Step, ...]:
    options = ("--branches", "--remotes", "--fixed-strings", "--grep=Agent-CI-Fingerprint: ")
    return _read(git.run(repository.root, "log", *_how(), *options))


def _steps(clone: Clone, *arguments: str) -> tuple[Step, ...]:
    return _read(git.run(clone.directory, "log", *_how(), *arguments, GIT_DIR=str(clone.directory)))


def _how() -> tuple[str, ...]:
    return ("-z", f"--format={_FIELDS}", f"--max-count={_MOST}", "--no-show-signature", "--no-mailmap")


def _read(raw: bytes) -> tuple[Step, ...]:
    words = git.text(raw).split("\0")
    rows = zip(*(words[index::_COUNT] for index in range(_COUNT)), strict=False)
    return tuple(Step.read(id_, int(time), name, address, message) for id_, time, name, address, message in rows)
