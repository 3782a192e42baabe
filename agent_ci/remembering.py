"""What earlier runs proved, as a person lists it and has it forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agent_ci import memory, registry, settings
from agent_ci.base import settings_file
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.patches.hunks import added_lines
from agent_ci.core.spelling import did_you_mean
from agent_ci.errors import UsageError
from agent_ci.memory import ProvenFix

_CHANGED = re.compile(r"^diff --git a/(.+) b/\1$", re.MULTILINE)  # git's own, which shows a renamed file as two
_LEAST = 4  # characters of a fingerprint that are taken for it


@dataclass(frozen=True)
class Remembered:
    """The proven fixes of one checkout. ``environment`` holds no secret; ``given`` are options of the command line."""

    environment: Mapping[str, str]
    given: Mapping[str, object]

    @cached_property
    def path(self) -> Path:
        """The file, in the folder that the run of a job would write to. Raises AgentCIError as a run does."""
        repository = Repository.at(settings.heard(self.given, self.environment).repository)
        with Clone.of(repository) as clone:
            context = registry.forge(self.environment, repository, clone).context()
            file = settings_file(context, repository, clone)
        return settings.heard(self.given, self.environment, file).out / memory.FILE_NAME

    def fixes(self) -> tuple[ProvenFix, ...]:
        """All that is remembered, the newest first."""
        return tuple(reversed(memory.recall(self.path)))

    def forget(self, names: Sequence[str], *, all_of_them: bool = False) -> int:
        """Forget the fixes of the failures *names*, fingerprints or beginnings of one; how many fixes that were.

        What was tried in vain at these failures is forgotten as well.

        Raises UsageError for a name that means none or several of them, and forgets nothing then.
        """
        if bool(names) == all_of_them:
            raise UsageError(
                "name the failures to forget by their fingerprints, or give --all; `memory list` shows them"
            )
        known = memory.recall(self.path)
        wanted = {_meant(name, known) for name in names}
        kept = [fix for fix in known if fix.fingerprint not in wanted and not all_of_them]
        try:
            if len(kept) < len(known):
                memory.keep(self.path, kept)
            ideas = memory.tried(self.path.with_name(memory.TRIED))
            left = [idea for idea in ideas if idea.fingerprint not in wanted and not all_of_them]
            if len(left) < len(ideas):
                memory.keep(self.path.with_name(memory.TRIED), left)
        except OSError as error:
            raise UsageError(
                f"{self.path} cannot be written ({error.strerror}), so that nothing was forgotten"
            ) from error
        return len(known) - len(kept)


def _meant(name: str, known: Sequence[ProvenFix]) -> str:
    fingerprints = {fix.fingerprint: None for fix in known}
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


def lines(fixes: Sequence[ProvenFix], path: Path) -> Iterator[str]:
    """What a person reads of *fixes*, which are those in *path*."""
    if not fixes:
        yield f"nothing is remembered in {path}"
    for fix in fixes:
        yield f"{fix.fingerprint}  {', '.join(_files(fix))}, +{_added(fix)}  {fix.cause}".rstrip()


def _files(fix: ProvenFix) -> list[str]:
    return sorted(set(_CHANGED.findall(fix.diff)))


def _added(fix: ProvenFix) -> int:
    return sum(map(len, added_lines(fix.diff).values()))
