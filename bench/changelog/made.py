"""Makes histories of any size by chance: squashed requests, merges of all kinds, reverts, copies, programs and tags."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_TITLES = (
    "Add colours", "fix: a crash", "Update the guide", "feat(io): read more", "Bump left-pad from 1.0 to 1.1",
    "chore: tidy", "Release 1.2.3", "Drop Python 3.9", "refactor!: rename all", "", "@everyone <b>look</b>",
)  # fmt: skip
_PATHS = ("src/a.py", "src/b.py", "docs/guide.md", "tests/test_a.py", "CHANGES.md", "pyproject.toml", ".github/ci.yml")
_PEOPLE = ("Ada <ada@example.org>", "Bo <bo@example.org>", "dependabot[bot] <1+dependabot[bot]@example.org>")
_KEPT = 40
_SIDE = 0.3
_MERGED = 0.5


@dataclass
class Made:
    """A history of *size* commits with about *tags* tags, always the same for one *seed*."""

    size: int
    tags: int = 0
    seed: int = 0
    _chance: random.Random = field(init=False)
    _number: int = 0

    def __post_init__(self) -> None:
        """Begin with the seed."""
        self._chance = random.Random(self.seed)  # noqa: S311 - the same for each run

    def write(self, folder: Path) -> None:
        """Make the bare repository *folder*."""
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", folder], check=True)
        stream = "".join(self._stream()).encode()
        command = ["git", "fast-import", "--quiet", "--force"]
        subprocess.run(command, cwd=folder, input=stream, check=True, capture_output=True)

    def _stream(self) -> Iterator[str]:
        every = max(self.size // self.tags, 1) if self.tags else self.size + 1
        sides: list[int] = []
        last = 0
        for mark in range(1, self.size + 1):
            is_side = bool(last) and self._chance.random() < _SIDE and mark < self.size
            parents = [self._chance.choice([*sides[-3:], last]) if is_side else last] if last else []
            merged = self._chance.sample(sides, min(len(sides), self._chance.randint(1, 2)))
            if not is_side and merged and self._chance.random() < _MERGED:
                parents += merged
                sides = [one for one in sides if one not in merged]
            yield self._commit(mark, parents, "refs/heads/side" if is_side else "refs/heads/main")
            if is_side:
                sides = [*sides, mark][-_KEPT:]
            else:
                last = mark
                if mark % every == 0 or every == 1:
                    yield f"reset refs/tags/v1.{mark}.0\nfrom :{mark}\n\n"
        yield f"reset refs/tags/v{2 if self.tags else 1}.0.0\nfrom :{last}\n\n" * bool(self.tags)

    def _commit(self, mark: int, parents: list[int], branch: str) -> str:
        message = self._message(parents)
        person = self._chance.choice(_PEOPLE)
        begun = f"reset {branch}\n" + (f"from :{parents[0]}\n\n" if parents else "")
        joined = "".join(f"merge :{one}\n" for one in parents[1:])
        paths = self._chance.sample(_PATHS, self._chance.randint(0, 3))
        files = "".join(f"M 644 inline {path}\ndata {len(str(mark))}\n{mark}\n" for path in paths)
        who = (
            f"author {person} {1_600_000_000 + 60 * mark} +0000\ncommitter {person} {1_600_000_000 + 60 * mark} +0000\n"
        )
        data = f"data {len(message.encode())}\n{message}\n"
        return f"{begun}commit {branch}\nmark :{mark}\n{who}{data}{joined}{files}\n"

    def _message(self, parents: list[int]) -> str:
        """What a person, a program or a forge would say, each as often."""
        self._number += 1
        title, number = self._chance.choice(_TITLES), self._chance.choice((self._number, 7, 8))
        if len(parents) > 1:
            return self._chance.choice(
                (
                    f"Merge pull request #{number} from ada/side\n\n{title}",
                    f"Merge branch 'side' into 'main'\n\n{title}\n\nSee merge request group/app!{number}",
                    "Merge branch 'side'",
                    "Merge stable into main",
                )
            )
        return self._chance.choice(
            (
                f"{title} (#{number})",
                f"{title} (#{number})\n\nSome words.\n\nCo-authored-by: Cy <cy@example.org>",
                title,
                f'Revert "{title}"\n\nThis reverts commit {self._chance.getrandbits(40):010x}.',
                f'Revert "{title}" (#{number})',
                f"{title}\n\n(cherry picked from commit {self._chance.getrandbits(160):040x})",
            )
        )
