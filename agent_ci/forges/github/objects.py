"""Makes the commit of a parcel out of git objects at GitHub: on no branch yet, and exactly the tree that was proven."""

from __future__ import annotations

from base64 import b64encode

from agent_ci.core.message import named_failure
from agent_ci.core.parcel import Parcel
from agent_ci.errors import ForgeUnavailableError, RungRefusedError
from agent_ci.forges.github.project import GitCommit, Project, refused
from agent_ci.http.answers import RejectedError

_FILES = 300
_BYTES = 5_000_000  # of contents, before base64
_WORKFLOWS = ".github/workflows/"


def check(parcel: Parcel) -> None:
    """Raise RungRefusedError where GitHub cannot be given the files of *parcel* in a commit."""
    paths = [content.path for content in parcel.contents]
    for path in paths:
        if path.lower().startswith(_WORKFLOWS):
            raise RungRefusedError(
                f"{path} is a workflow file, which the token of a job may not change; commit the patch yourself, or "
                "give agent-ci a token of an app with the permission workflows: write"
            )
        if not path.isprintable() or path.encode("utf-8", "replace").decode() != path:
            raise RungRefusedError(f"the path {path!r} cannot be sent to GitHub's API, which takes text only")
    size = sum(len(content.content or b"") for content in parcel.contents)
    if size > _BYTES or len(paths) > _FILES:
        raise RungRefusedError(
            f"the change is too large for GitHub's API: {len(paths)} files with {size} bytes, where {_FILES} with "
            f"{_BYTES} are the most"
        )


def delivered(parcel: Parcel, commit: GitCommit) -> bool:
    """Whether *commit* is an earlier delivery of *parcel*: same parent, same tree, same failure."""
    is_ours = named_failure(commit.message) == parcel.fingerprint
    return is_ours and commit.parents == (parcel.commit,) and commit.tree == parcel.patch.tree


def make(project: Project, parcel: Parcel) -> str:
    """The id of a new commit of *parcel* on top of its commit, that no branch holds yet.

    GitHub names a tree by its content, so that another tree than the proven one is seen before anything is visible.
    """
    base = project.commit(parcel.commit)
    if base.tree != parcel.patch.base_tree:
        raise ForgeUnavailableError(f"GitHub has other files at {parcel.commit[:12]} than those of the proof")
    try:
        rows = [_row(project, parcel, index) for index in range(len(parcel.contents))]
        tree = project.send("POST", project.path("git", "trees"), {"base_tree": base.tree, "tree": rows}).item.get(
            "sha"
        )
        if tree != parcel.patch.tree:
            raise ForgeUnavailableError(
                f"GitHub made the tree {tree} of the change, and {parcel.patch.tree} was proven"
            )
        body = {"message": parcel.message, "tree": tree, "parents": [parcel.commit]}
        return _made(project, "commits", body)
    except RejectedError as error:
        raise refused(error, "the objects of the commit") from error


def _row(project: Project, parcel: Parcel, index: int) -> dict[str, object]:
    file, change = parcel.contents[index], parcel.patch.files[index]
    mode = file.mode if file.content is not None else change.old_mode
    if mode not in ("100644", "100755"):
        raise RungRefusedError(f"{file.path} is no regular file")
    sha = None
    if file.content is not None:
        blob = {"content": b64encode(file.content).decode(), "encoding": "base64"}
        sha = _made(project, "blobs", blob)
    return {"path": file.path, "mode": mode, "type": "blob", "sha": sha}


def _made(project: Project, kind: str, body: object) -> str:
    """The id of a new object. One that is made twice is seen by nobody, so that a lost answer is asked for again."""
    return str(project.send("POST", project.path("git", kind), body, read_back=lambda: None).item.get("sha"))
