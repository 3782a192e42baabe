"""Which files of a repository no person wrote there: by their name, by what they say, by what git is told of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from agent_ci.core.origins import is_generated, is_vendored
from agent_ci.core.paths import matches

# https://go.dev/s/generatedcode, and the mark that code review tools of several companies know
_SAYS_SO = re.compile(
    r"@generated\b|\bCode generated\b[^\n]{0,200}\bDO NOT EDIT\b|\bautomatically generated\b[^\n]*\bdo not edit\b",
    re.IGNORECASE,
)
_HEAD = 2_000  # characters in which a file says so
_MINIFIED = 500  # characters of an average line; nobody writes such code
_SCRIPTS = (".js", ".mjs", ".cjs", ".css")
_MOST_PATTERNS = 500
_MOST_WILDCARDS = 2  # of a pattern; with more of them a hostile one takes its time
_ATTRIBUTE = re.compile(r"\s(-?)linguist-(?:generated|vendored)(?:=(\w+))?(?=\s|\Z)")


@dataclass(frozen=True)
class Generated:
    """Tells of the files *texts*, by path and read when asked for, which of them nobody looks into for a cause."""

    texts: Mapping[str, str]
    _known: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def holds(self, path: str) -> bool:
        """Whether *path* was made by a program, or copied from others."""
        if path not in self._known:
            self._known[path] = self._is_made(path)
        return self._known[path]

    def _is_made(self, path: str) -> bool:
        declared = [is_set for glob, is_set in self._declared if matches(path, (glob,))]
        if declared:
            return declared[-1]  # as in git, the last line wins
        return is_generated(path) or is_vendored(path) or self._says_so(path)

    def _says_so(self, path: str) -> bool:
        text = self.texts.get(path, "")
        if _SAYS_SO.search(text[:_HEAD]):
            return True
        return path.endswith(_SCRIPTS) and len(text) > _MINIFIED * (text.count("\n") + 1)

    @cached_property
    def _declared(self) -> tuple[tuple[str, bool], ...]:
        """The patterns of the root's ``.gitattributes`` in their order, and what they say.

        Source: https://docs.github.com/en/repositories/working-with-files/managing-files/customizing-how-changed-files-appear-on-github
        """
        found: list[tuple[str, bool]] = []
        for line in self.texts.get(".gitattributes", "").splitlines():
            pattern, attributes = (*line.strip().split(None, 1), "", "")[:2]
            said = _ATTRIBUTE.search(f" {attributes}")
            is_simple = len(re.findall(r"[*]+|[?]", pattern)) <= _MOST_WILDCARDS and not pattern.startswith("#")
            if said and is_simple and len(found) < _MOST_PATTERNS:
                found.append((pattern.strip('"'), not said[1] and said[2] not in ("false", "0")))
        return tuple(found)
