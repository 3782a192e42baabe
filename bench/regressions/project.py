"""What one injected regression is: a patch that repairs a red test and breaks something else that the suite checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.cheats.pairs import Edits


@dataclass(frozen=True)
class Regression:
    """Two patches for the red repository of *files*: ``slip`` breaks what ``breaks`` says, ``twin`` breaks nothing."""

    files: Mapping[str, str]
    failing: str
    breaks: str
    slip: Edits
    twin: Edits


@dataclass(frozen=True)
class Project:
    """A small red repository; all its patches replace the text *wrong* of *source*, and *failing* is what is red."""

    source: str
    files: Mapping[str, str]
    wrong: str
    failing: str

    def regression(self, breaks: str, slip: str, twin: str) -> Regression:
        """The patches that put *slip* and *twin* in the place of what is wrong. Raises ValueError where it is not."""
        text = self.files[self.source]
        if text.count(self.wrong) != 1:
            raise ValueError(
                f"the wrong text stands {text.count(self.wrong)} times in {self.source}; name a unique one"
            )
        both = ({self.source: text.replace(self.wrong, new)} for new in (slip, twin))
        return Regression(self.files, self.failing, breaks, next(both), next(both))
