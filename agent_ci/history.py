"""Reads from git what bots and people did on a branch lately, and fetches it where a shallow checkout lacks it."""

from __future__ import annotations

from agent_ci import git
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.loops import History, Step, since_a_person
from agent_ci.process import ToolError

_MOST = 200  # commits that are looked at
_FIELDS = "%H%x00%ct%x00%an%x00%ae%x00%B"
_COUNT = 5


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
