"""Takes back exactly one repair of ours, as a change of its own down the same ladder."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_ci import git, kept, objects, registry, settings
from agent_ci.artifacts import OutputFolder
from agent_ci.base import settings_file
from agent_ci.checkout import Repository
from agent_ci.clone import Clone, GitTree
from agent_ci.core.asked_change import VARIABLE, read_change
from agent_ci.core.context import Context
from agent_ci.core.environment import forge_tokens, model_keys
from agent_ci.core.ladder import COMMIT, PATCH
from agent_ci.core.message import named_failure, undo_message
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.parcel import Parcel
from agent_ci.core.views.story import Story
from agent_ci.delivery import descend, parcel_of, signed_off
from agent_ci.errors import ForgeUnavailableError, RefusedError, UsageError
from agent_ci.history import message_of, repair_of, touching
from agent_ci.ports import Forge
from agent_ci.process import ToolError, undisturbed
from agent_ci.scanners import likely_secrets

_FILE = "undo.patch"


@dataclass
class Undoing:
    """One undoing of the repair that *name* means, empty for the last one on the branch.

    ``environment`` is the process's; ``given`` are the options of the command line by key.
    """

    environment: Mapping[str, str]
    given: Mapping[str, object]
    name: str = ""
    outward: Outward = field(init=False)

    def __post_init__(self) -> None:
        """Raises UsageError where a key of a model and a token that may write are both around."""
        keys, tokens = model_keys(self.environment), forge_tokens(self.environment)
        if keys and tokens:
            raise UsageError(f"undo may write ({next(iter(tokens))}) and must not hold the key of a model ({keys[0]})")
        self.outward = kept.outward(self.environment, likely_secrets)

    def run(self) -> tuple[Outcome, str]:
        """Take it back, and say how it ended and where the change went.

        Raises UsageError where the commit is none of ours or not on this branch, RefusedError where later commits
        changed the same lines, and what a delivery raises; the patch is in the output folder by then.
        """
        around = {"deliver": COMMIT, **settings.from_environment(self.environment)}
        asked = str(self.given.get("deliver") or around["deliver"])
        folder = settings.heard(self.given, self.environment).repository
        with self._repository(folder) as repository, Clone.of(repository) as clone:
            forge = registry.forge(self.environment, repository, clone)
            context = forge.context()
            chosen = settings.heard(self.given, self.environment, settings_file(context, repository, clone))
            commit = repair_of(self.name, repository, context.commit)
            parcel = self._parcel(commit, _Undo(repository, clone, context))
            if parcel is None:
                return Outcome.NOTHING_TO_DO, f"nothing of commit {commit[:12]} is left to take back"
            parcel = signed_off(parcel, chosen)
            self._keep(parcel, clone, chosen.out)
            with undisturbed():
                delivery = descend(parcel, forge, asked, file=_FILE)
                told = self._tell(forge, parcel, context, commit, delivery.sentence)
        outcome = Outcome.FIXED if delivery.rung == PATCH else Outcome.DELIVERED
        return outcome, f"commit {commit[:12]} is taken back: {delivery.sentence}{told}"

    @contextlib.contextmanager
    def _repository(self, folder: Path) -> Iterator[Repository]:
        """The checkout in *folder*; in a job that a comment started, the objects of the change that it was about."""
        told = self.environment.get(VARIABLE, "")
        if not told:
            yield Repository.at(folder)
            return
        with objects.holding(read_change(told).head, folder, self.environment) as repository:
            yield repository

    def _parcel(self, commit: str, undo: _Undo) -> Parcel | None:
        message = message_of(commit, undo.repository)
        undo.check(commit, message)
        tree = undo.tree(commit)
        head = undo.clone.tree(undo.context.commit)
        if tree == head.id:
            return None
        patch = undo.clone.patch(head.id, tree)
        failure = hashlib.sha256(f"undo {commit}".encode()).hexdigest()[:16]
        said = self.outward.to(Sink.COMMIT, undo_message(commit, message, failure, run=undo.context.run_url))
        parcel = parcel_of(patch, undo.clone, undo.context, said, failure)
        return replace(parcel, title=parcel.subject, body=said)

    def _keep(self, parcel: Parcel, clone: Clone, out: Path) -> None:
        commit = clone.commit(parcel.patch.tree, parent=parcel.commit, message=parcel.message)
        output = OutputFolder(out, self.outward)
        output.make()
        output.keep_patch(_FILE, clone.format_patch(commit))

    def _tell(self, forge: Forge, parcel: Parcel, context: Context, commit: str, sentence: str) -> str:
        """Say it where people look; that it cannot be said there undoes nothing."""
        marker = f"<!-- agent-ci:undo-{parcel.fingerprint} -->"
        comment = self.outward.to(Sink.COMMENT, f"agent-ci took back commit {commit[:12]}: {sentence}")
        try:
            address = forge.tell(Story(marker, f"{marker}\n{comment}"), context)
        except ForgeUnavailableError as error:
            return f" (it could not be told there: {error})"
        return f"; told at {address}" if address else ""


@dataclass(frozen=True)
class _Undo:
    """The judged commit, and how another one is taken out of its files."""

    repository: Repository
    clone: Clone
    context: Context

    def check(self, commit: str, message: str) -> None:
        if not named_failure(message):
            raise UsageError(
                f"commit {commit[:12]} was not made by agent-ci (it has no Agent-CI-Fingerprint); use `git revert`"
            )
        if self.repository.merge_base(commit, self.context.commit) != commit:
            raise UsageError(f"commit {commit[:12]} is not part of {self.context.commit[:12]}, which is judged here")
        if len(self.repository.parents(commit)) != 1:
            raise UsageError(f"commit {commit[:12]} is a merge, or its parent is not here; fetch the history")

    def tree(self, commit: str) -> str:
        """The judged files without the change of *commit*. Raises RefusedError, naming what is in the way."""
        parent = self.clone.tree(self.repository.parents(commit)[0])
        undone, head = self.clone.tree(commit), self.clone.tree(self.context.commit)
        files: dict[str, bytes | None] = {}
        for change in self.clone.patch(undone.id, parent.id).files:
            base, theirs = _content(undone, change.path), _content(parent, change.path)
            try:
                files[change.path] = _merged(base, _content(head, change.path), theirs)
            except ToolError:
                who = self._in_the_way(commit, change.path, base, theirs)
                raise RefusedError(
                    f"commit {commit[:12]} cannot be taken back: later commits changed the same lines of "
                    f"{change.path} ({', '.join(who)}); take those back first, or change it by hand"
                ) from None
        return self.clone.edit(head.id, files) if files else head.id

    def _in_the_way(self, commit: str, path: str, base: bytes | None, theirs: bytes | None) -> tuple[str, ...]:
        """The later commits with whose files the change cannot be taken out, the first of them and those after it."""
        later = touching(path, since=commit, repository=self.repository, head=self.context.commit)
        for index, one in enumerate(later):
            try:
                _merged(base, _content(self.clone.tree(one), path), theirs)
            except ToolError:
                return tuple(id_[:12] for id_ in later[index:])
        return tuple(id_[:12] for id_ in later)


def _content(tree: GitTree, path: str) -> bytes | None:
    with contextlib.suppress(FileNotFoundError):
        return tree.read(path)
    return None


def _merged(base: bytes | None, ours: bytes | None, theirs: bytes | None) -> bytes | None:
    """What *ours* becomes by the change from *base* to *theirs*. Raises ToolError where both changed the same lines."""
    if ours in (base, theirs):
        return theirs
    if base is None or ours is None or theirs is None:
        raise ToolError("one of them removed the file")
    with tempfile.TemporaryDirectory(prefix="agent-ci-undo-") as folder:
        names = tuple(_written(Path(folder), ours=ours, base=base, theirs=theirs))
        return git.run(Path(folder), "merge-file", "--stdout", "--quiet", *names)


def _written(folder: Path, **contents: bytes) -> Iterator[str]:
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        yield name
