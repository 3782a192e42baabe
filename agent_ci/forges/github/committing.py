"""Puts a parcel onto its branch as one commit, only where the branch still ends in the commit of the proof."""

from __future__ import annotations

from base64 import b64encode

from agent_ci.core.ladder import COMMIT
from agent_ci.core.parcel import Parcel
from agent_ci.errors import ForgeUnavailableError, RungRefusedError, StaleError
from agent_ci.forges.github import objects
from agent_ci.forges.github.project import Project, refused
from agent_ci.http.answers import Answer, RejectedError
from agent_ci.ports import Delivery

_PLAIN = "100644"
_MUTATION = """mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}"""
_MOVED = ("expected branch to point to", "not a fast forward", "reference does not exist", "but expected")


def deliver(project: Project, parcel: Parcel) -> Delivery:
    """One commit on the branch of *parcel*, or the one that is there already.

    GitHub signs what ``createCommitOnBranch`` makes, and compares the head in the same step. It cannot set modes, so
    that executable files go by git objects, whose last step refuses what is no fast-forward.
    """
    _check(parcel)
    if (earlier := _earlier(project, parcel)) is not None:
        return _delivery(project, parcel, earlier)
    is_plain = all(content.mode == _PLAIN or content.content is None for content in parcel.contents)
    is_plain = is_plain and all(
        file.old_mode in (_PLAIN, "000000") for file in parcel.patch.files if file.status != "D"
    )
    try:
        commit = _by_mutation(project, parcel) if is_plain else _by_objects(project, parcel)
    except RejectedError as error:
        is_moved = "STALE_DATA" in error.kinds or any(word in error.said.lower() for word in _MOVED)
        if not is_moved:
            raise refused(error, f"a commit on the branch {parcel.branch}") from error
        if (earlier := _earlier(project, parcel)) is None:  # another run of ours was faster
            raise ForgeUnavailableError(f"GitHub says that {parcel.branch} moved, and it has not") from error
        commit = earlier
    return _delivery(project, parcel, commit)


def _check(parcel: Parcel) -> None:
    if parcel.from_fork:
        raise RungRefusedError("the branch is a fork's, and the token of this repository may not write there")
    if not parcel.branch:
        raise RungRefusedError("the run judged no branch, so there is none to commit to")
    objects.check(parcel)


def _earlier(project: Project, parcel: Parcel) -> str | None:
    """The commit of an earlier delivery; None where the branch ends in the parcel's commit. Raises StaleError."""
    head = project.head(parcel.branch)
    if head == parcel.commit:
        return None
    if head is None:
        raise StaleError(f"the branch {parcel.branch} is gone, or this token does not see it")
    for commit in project.history(head):
        if objects.delivered(parcel, commit):
            return commit.id
    raise StaleError(f"the branch {parcel.branch} moved on from {parcel.commit[:12]}, the commit of the proof")


def _by_mutation(project: Project, parcel: Parcel) -> str:
    added = [
        {"path": content.path, "contents": b64encode(content.content).decode()}
        for content in parcel.contents
        if content.content is not None
    ]
    removed = [{"path": content.path} for content in parcel.contents if content.content is None]
    change = {
        "branch": {"repositoryNameWithOwner": project.name, "branchName": parcel.branch},
        "expectedHeadOid": parcel.commit,
        "message": {"headline": parcel.subject, "body": parcel.message.partition("\n")[2].strip("\n")},
        "fileChanges": {"additions": added, "deletions": removed},
        "clientMutationId": parcel.own_branch,
    }
    data = project.api.graphql(_MUTATION, {"input": change}, read_back=lambda: _read_back(project, parcel))
    try:
        return str(data["createCommitOnBranch"]["commit"]["oid"])
    except (KeyError, TypeError) as error:
        raise ForgeUnavailableError("GitHub did not say which commit it made; look at the branch") from error


def _by_objects(project: Project, parcel: Parcel) -> str:
    commit = objects.make(project, parcel)
    if (earlier := _earlier(project, parcel)) is not None:
        return earlier
    path = project.path("git", "refs", f"heads/{parcel.branch}")
    project.send("PATCH", path, {"sha": commit, "force": False}, read_back=lambda: _read_back(project, parcel))
    return _earlier(project, parcel) or commit


def _read_back(project: Project, parcel: Parcel) -> Answer | None:
    """A write whose answer was lost: what it would have answered, None where it did not happen."""
    found = _earlier(project, parcel)
    commit = {"createCommitOnBranch": {"commit": {"oid": found}}}
    return None if found is None else Answer(200, {}, {"data": commit})


def _delivery(project: Project, parcel: Parcel, commit: str) -> Delivery:
    """Look at what is there now: the tree of the proof, or an error that says what to take back."""
    made = project.commit(commit)
    if made.tree != parcel.patch.tree or made.parents != (parcel.commit,):
        raise ForgeUnavailableError(
            f"GitHub put {commit[:12]} on {parcel.branch} with other files than were proven; revert it with "
            f"`git revert {commit[:12]}`"
        )
    return Delivery(COMMIT, f"commit {commit[:12]} is on the branch {parcel.branch} at GitHub", commit)
