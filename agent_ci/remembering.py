"""What earlier runs proved, as a person lists it and has it forgotten."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from agent_ci import memory, registry, settings
from agent_ci.base import settings_file
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.patches.hunks import added_lines
from agent_ci.core.spelling import did_you_mean
from agent_ci.errors import AgentCIError, UsageError
from agent_ci.memory import Idea, ProvenFix
from agent_ci.memory_ref import BRANCHES, DEFAULT, Held, MemoryRef, Writable

_CHANGED = re.compile(r"^diff --git a/(.+) b/\1$", re.MULTILINE)  # git's own, which shows a renamed file as two
_LEAST = 4  # characters of a fingerprint that are taken for it
_Row = TypeVar("_Row", ProvenFix, Idea)


@dataclass(frozen=True)
class Shared:
    """What is in a *ref* of the remote, the newest first; *fault* says why it cannot be read, empty where it can."""

    ref: MemoryRef
    fixes: tuple[ProvenFix, ...] = ()
    ideas: tuple[Idea, ...] = ()
    fault: str = ""


@dataclass(frozen=True)
class Remembered:
    """The proven fixes of one checkout. ``environment`` holds no secret; ``given`` are options of the command line.

    ``tokens`` are those that let us write at the forge, where there are any.
    """

    environment: Mapping[str, str]
    given: Mapping[str, object]
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def _place(self) -> tuple[Path, tuple[MemoryRef, ...]]:
        """The file, in the folder that the run of a job would write to, and the refs where runs keep such as well."""
        repository = Repository.at(settings.heard(self.given, self.environment).repository)
        with Clone.of(repository) as clone:
            context = registry.forge(self.environment, repository, clone).context()
            chosen = settings.heard(self.given, self.environment, settings_file(context, repository, clone))
            forge = registry.forge({**self.environment, **self.tokens}, repository, clone)
            remote = (forge.writable if isinstance(forge, Writable) else None) or repository.remote()
        names = (DEFAULT, BRANCHES) if chosen.memory_ref else ()
        return chosen.out / memory.FILE_NAME, tuple(MemoryRef(remote, name) for name in names)

    @property
    def path(self) -> Path:
        """The file. Raises AgentCIError as a run does."""
        return self._place[0]

    def fixes(self) -> tuple[ProvenFix, ...]:
        """All that the file remembers, the newest first."""
        return tuple(reversed(memory.recall(self.path)))

    def ideas(self) -> tuple[Idea, ...]:
        """All that a model tried in vain by what is kept beside the file, the newest first."""
        return tuple(reversed(memory.tried(self._tried)))

    def shared(self) -> Iterator[Shared]:
        """What the refs of the remote remember, where the settings say that it is kept there."""
        for ref in self._place[1]:
            try:
                held = ref.held()
                yield Shared(ref, tuple(reversed(held.fixes)), tuple(reversed(held.ideas)))
            except AgentCIError as error:
                yield Shared(ref, fault=str(error))

    def forget(self, names: Sequence[str], *, all_of_them: bool = False) -> int:
        """Forget the fixes of the failures *names*, fingerprints or beginnings of one; how many fixes that were.

        What was tried in vain at these failures is forgotten as well, also where no fix of them is known.

        Raises UsageError for a name that means none or several of them, and forgets nothing then; nor does it where a
        ref of the remote cannot be read, of which the AgentCIError says why.
        """
        if bool(names) == all_of_them:
            raise UsageError(
                "name the failures to forget by their fingerprints, or give --all; `memory list` shows them"
            )
        known = memory.recall(self.path)
        ideas = memory.tried(self._tried)
        shared = [(ref, ref.held()) for ref in self._place[1]]
        fingerprints = [
            row.fingerprint for held in (Held("", known, ideas), *(one for _, one in shared)) for row in held.rows
        ]
        wanted = {_meant(name, fingerprints) for name in names}

        def left(rows: Sequence[_Row]) -> tuple[_Row, ...]:
            return tuple(row for row in rows if row.fingerprint not in wanted and not all_of_them)

        for ref, held in shared:
            if (left(held.fixes), left(held.ideas)) != (held.fixes, held.ideas):
                ref.change(lambda held: replace(held, fixes=left(held.fixes), ideas=left(held.ideas)))
        try:
            _keep(self.path, known, left(known))
            _keep(self._tried, ideas, left(ideas))
        except OSError as error:
            raise UsageError(
                f"{self.path} cannot be written ({error.strerror}), so that nothing was forgotten in it"
            ) from error
        return sum(len(fixes) - len(left(fixes)) for fixes in (known, *(held.fixes for _, held in shared)))

    @property
    def _tried(self) -> Path:
        return self.path.with_name(memory.TRIED)


def _keep(path: Path, known: Sequence[ProvenFix | Idea], left: Sequence[ProvenFix | Idea]) -> None:
    """Have *path* hold what is *left* of the rows *known*. Raises OSError where it cannot be written."""
    if len(left) < len(known):
        memory.keep(path, left)


def _meant(name: str, known: Sequence[str]) -> str:
    fingerprints = dict.fromkeys(known)
    if name in fingerprints:
        return name
    found = [one for one in fingerprints if len(name) >= _LEAST and one.startswith(name)]
    if len(found) != 1:
        what = f"means {len(found)} failures; give more of the fingerprint" if found else "is no failure in the memory"
        raise UsageError(f"{name!r} {what}{did_you_mean(name, fingerprints) if not found else ''}")
    return found[0]


def rows(fixes: Sequence[ProvenFix]) -> Iterator[dict[str, object]]:
    """What a program reads of each of *fixes*: fingerprint, cause, the changed files, and how many lines are new."""
    for fix in fixes:
        yield {"fingerprint": fix.fingerprint, "cause": fix.cause, "files": _files(fix), "added": _added(fix)}


def tried_rows(ideas: Sequence[Idea]) -> Iterator[dict[str, object]]:
    """What a program reads of *ideas*: of each failure how many there are."""
    for fingerprint, count in Counter(idea.fingerprint for idea in ideas).items():
        yield {"fingerprint": fingerprint, "ideas": count}


def lines(fixes: Sequence[ProvenFix], ideas: Sequence[Idea], path: Path) -> Iterator[str]:
    """What a person reads of *fixes* and *ideas*, which are those in *path* and beside it."""
    if not fixes and not ideas:
        yield f"nothing is remembered in {path}"
    yield from map(_line, fixes)
    yield from _tried_lines(ideas)


def shared_rows(shared: Sequence[Shared]) -> Iterator[dict[str, object]]:
    """What a program reads of *shared*: the same for each fix, and its ref."""
    for one in shared:
        yield from ({**row, "ref": one.ref.name} for row in rows(one.fixes))


def shared_tried_rows(shared: Sequence[Shared]) -> Iterator[dict[str, object]]:
    """The same of what was tried in vain."""
    for one in shared:
        yield from ({**row, "ref": one.ref.name} for row in tried_rows(one.ideas))


def shared_lines(shared: Sequence[Shared]) -> Iterator[str]:
    """What a person reads of *shared*."""
    for one in shared:
        if one.fault:
            yield one.fault
        else:
            yield f"in {one.ref}:" if one.fixes or one.ideas else f"nothing is remembered in {one.ref}"
            yield from map(_line, one.fixes)
            yield from _tried_lines(one.ideas)


def _line(fix: ProvenFix) -> str:
    return f"{fix.fingerprint}  {', '.join(_files(fix))}, +{_added(fix)}  {fix.cause}".rstrip()


def _tried_lines(ideas: Sequence[Idea]) -> Iterator[str]:
    for row in tried_rows(ideas):
        yield f"{row['fingerprint']}  tried in vain: {row['ideas']}"


def _files(fix: ProvenFix) -> list[str]:
    return sorted(set(_CHANGED.findall(fix.diff)))


def _added(fix: ProvenFix) -> int:
    return sum(map(len, added_lines(fix.diff).values()))
