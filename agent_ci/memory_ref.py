"""What runs proved and tried, in refs of the remote, one for each level of trust: nothing else reads or writes them."""

from __future__ import annotations

import contextlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from agent_ci import git
from agent_ci.checkout import Remote
from agent_ci.clone import PROTOCOLS
from agent_ci.core.context import Context
from agent_ci.core.push_refusal import Refusal, read_refusal
from agent_ci.errors import AgentCIError, ForgeUnavailableError, UnsupportedError
from agent_ci.memory import (
    FILE_NAME,
    MAX_BYTES,
    TRIED,
    Idea,
    ProvenFix,
    last_of_each,
    packed,
    unpacked,
    unpacked_ideas,
)
from agent_ci.process import ToolError

DEFAULT, BRANCHES = "refs/agent-ci/memory/default", "refs/agent-ci/memory/branches"
"""Where runs on the default branch keep what they proved and tried, and where all others do that are trusted."""

_TRIES = 6
_PAUSE = 0.2  # seconds, doubled with each try; a random part of it, so that runs that collided do not collide again
_HERE = "refs/memory"
_AGAIN = frozenset({Refusal.MOVED, Refusal.UNKNOWN})


@runtime_checkable
class Writable(Protocol):
    """A forge whose repository takes pushes from this job."""

    @property
    def writable(self) -> Remote | None:
        """Where to push, with the right to; None where the job has none. Raises AgentCIError where it is not known."""
        ...


@dataclass(frozen=True)
class Held:
    """The *fixes* in a ref and the *ideas* that were tried in vain, oldest first, and the *commit* that it is at.

    That is empty where there is no such ref.
    """

    commit: str = ""
    fixes: tuple[ProvenFix, ...] = ()
    ideas: tuple[Idea, ...] = ()

    @property
    def rows(self) -> tuple[ProvenFix | Idea, ...]:
        """All of them."""
        return (*self.fixes, *self.ideas)


@dataclass(frozen=True)
class MemoryRef:
    """The ref *name* of *remote*: one commit without a parent, and in it a file of fixes and one of ideas, if any."""

    remote: Remote
    name: str

    def held(self) -> Held:
        """What is in there; nothing where there is no such ref.

        Raises UnsupportedError where it holds something else than what we write, or more, and ForgeUnavailableError
        where the remote does not answer.
        """
        with _store() as store:
            return self._held(store)

    def change(self, changed: Callable[[Held], Held]) -> bool:
        """Have the ref hold what *changed* makes of what it holds; whether that is something else than before.

        Where another run writes in between, what that wrote is read and changed again. Raises as ``held`` does.
        """
        for number in range(1, _TRIES + 1):
            with _store() as store:
                held = self._held(store)
                wanted = changed(held)
                if wanted == held:
                    return number > 1  # a try before this one, whose answer was lost, did it
                try:
                    self._push(store, wanted)
                except ToolError as error:
                    refused = read_refusal(error.said or str(error))
                    if refused.kind not in _AGAIN or number == _TRIES:
                        raise ForgeUnavailableError(f"{self} could not be written: {refused.words}") from error
                    time.sleep(random.uniform(0.0, _PAUSE * 2**number))  # noqa: S311 - no secret
                else:
                    return True
        return False

    def __str__(self) -> str:
        return f"{self.name} of {self.remote.shown}"

    def _held(self, store: Path) -> Held:
        if not self.remote.url:
            raise UnsupportedError(f"{self.name} is not read: the checkout's origin is no http or https address")
        try:
            rows = self._ask(store, "ls-remote", "--quiet", "--end-of-options", self.remote.url, self.name)
            if not any(row.split("\t", 1)[-1] == self.name for row in git.text(rows).splitlines()):
                return Held()
            options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--depth=1")
            wanted = (f"--filter=blob:limit={MAX_BYTES + 1}", "--end-of-options", self.remote.url)
            self._ask(store, "fetch", *options, *wanted, f"+{self.name}:{_HERE}")
        except ToolError as error:
            words = read_refusal(error.said or str(error)).words
            raise ForgeUnavailableError(f"{self} could not be read: {words}") from error
        try:
            commit = git.text(self._git(store, "rev-parse", "--verify", f"{_HERE}^{{commit}}")).strip()
            found = self._contents(store, commit)
            return Held(commit, unpacked(found[FILE_NAME]), unpacked_ideas(found.get(TRIED, b"")))
        except (ToolError, ValueError) as error:
            why = str(error) if isinstance(error, ValueError) else "it is no commit with a file of fixes"
            raise UnsupportedError(
                f"{self} holds something that agent-ci did not write ({why}), so nothing of it is offered and nothing "
                f"is added; once you have looked at it, take it away with `git push origin :{self.name}`"
            ) from error

    def _contents(self, store: Path, commit: str) -> Mapping[str, bytes]:
        """The files of *commit*. Raises ValueError where there is something else, ToolError for broken objects."""
        rows = git.text(self._git(store, "ls-tree", "-z", commit)).rstrip("\0").split("\0")
        found = [(row.partition("\t")[2], *row.partition("\t")[0].split(" ")[:3]) for row in rows[:3]]
        kinds = {name: (mode, kind) for name, mode, kind, _ in found}
        if kinds.keys() not in ({FILE_NAME}, {FILE_NAME, TRIED}) or {*kinds.values()} != {("100644", "blob")}:
            raise ValueError(f"its commit has other files than {FILE_NAME} and {TRIED}")
        return {name: self._content(store, blob) for name, _, _, blob in found}

    def _content(self, store: Path, blob: str) -> bytes:
        try:
            size = int(self._git(store, "cat-file", "-s", blob))
        except ToolError:  # the remote left it out, as it was asked to
            size = MAX_BYTES + 1
        if size > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES} bytes")
        return self._git(store, "cat-file", "blob", blob)

    def _push(self, store: Path, held: Held) -> None:
        """Move the ref from the commit of *held* to a new one with its rows, or not at all. Raises ToolError."""
        files: dict[str, Sequence[ProvenFix | Idea]] = {FILE_NAME: held.fixes}
        if held.ideas:
            files[TRIED] = held.ideas
        rows = ""
        for name, content in files.items():
            blob = git.text(self._git(store, "hash-object", "-w", "--stdin", stdin=packed(content))).strip()
            rows += f"100644 blob {blob}\t{name}\n"
        tree = git.text(self._git(store, "mktree", stdin=rows.encode())).strip()
        commit = git.text(self._git(store, "commit-tree", tree, stdin=b"What agent-ci proved\n")).strip()
        self._ask(
            *(store, "push", "--no-verify", "--no-follow-tags", "--no-signed", "--recurse-submodules=no"),
            *(f"--force-with-lease={self.name}:{held.commit}", "--end-of-options"),
            *(self.remote.url, f"{commit}:{self.name}"),
        )

    def _ask(self, store: Path, *arguments: str) -> bytes:
        """Run a command that speaks to the remote; no other does, so that nothing is fetched that was left out."""
        settings, where = self.remote.settings, str(store)
        return git.run(store, *arguments, settings=settings, GIT_DIR=where, GIT_ALLOW_PROTOCOL=PROTOCOLS)

    def _git(self, store: Path, *arguments: str, stdin: bytes = b"") -> bytes:
        identity = {"GIT_DIR": str(store), **git.IDENTITY}
        return git.run(store, *arguments, stdin=stdin, settings=git.NOTHING, **identity)


@contextlib.contextmanager
def _store() -> Iterator[Path]:
    """A repository for the objects of one look, so that none of them comes near those of the judged commit."""
    with tempfile.TemporaryDirectory(prefix="agent-ci-memory-") as folder:
        git.run(Path(folder), "init", "--quiet", "--bare", "--template=", folder)
        yield Path(folder)


def recalled(remote: Remote, context: Context, say: Callable[[str], None]) -> Held:
    """What a run about *context* may be told, oldest first; why one of the refs cannot be read is said.

    A run on the default branch hears of nothing that other branches brought.
    """
    names = (DEFAULT,) if context.is_on_default_branch else (BRANCHES, DEFAULT)
    found = Held()
    for name in names:
        try:
            held = MemoryRef(remote, name).held()
            found = replace(found, fixes=(*found.fixes, *held.fixes), ideas=(*found.ideas, *held.ideas))
        except AgentCIError as error:
            say(str(error))
    return found


def add(forge: object, context: Context, *, fix: ProvenFix | None = None, ideas: tuple[Idea, ...] = ()) -> str:
    """Keep *fix* and *ideas* in the ref of *context*'s trust, where *forge* lets this job push; the sentence for that.

    Nothing is kept for a fork. Raises AgentCIError where it could not be.
    """
    if context.from_fork:
        return "nothing is kept in the remote's memory for a change from a fork"
    remote = forge.writable if isinstance(forge, Writable) else None
    if remote is None:
        return "nothing is kept in the remote's memory: this job has no token that may write"
    ref = MemoryRef(remote, DEFAULT if context.is_on_default_branch else BRANCHES)
    ref.change(lambda held: _with(held, fix, ideas))
    kept = (*(("the fix",) if fix else ()), *(("what was tried in vain",) if ideas else ()))
    return f"{' and '.join(kept)} is kept in {ref}"


def _with(held: Held, fix: ProvenFix | None, ideas: tuple[Idea, ...]) -> Held:
    """*held* with *fix* and *ideas* as the newest; what is there already stays where it is."""
    fixes = held.fixes if fix is None or fix in held.fixes else (*held.fixes, fix)
    new = tuple(idea for idea in ideas if idea not in held.ideas)
    return replace(held, fixes=fixes, ideas=last_of_each((*held.ideas, *new)))
