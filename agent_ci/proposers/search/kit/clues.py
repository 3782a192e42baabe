"""What the failing cases gave away, in a form that another process can read the same hints from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .hints import Hints, read_hints
from .wanted import read_wanted

_MOST, _MOST_IDS, _MOST_CHARACTERS = 200, 500, 100_000


@dataclass(frozen=True)
class Clues:
    """Each text once: the ``errors`` of failing cases, ``suggestions`` of the objects at hand, and the ``ids``."""

    errors: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, red: Mapping[str, Mapping[str, Any]]) -> Clues:
        """What the messages about the *red* cases, by id, give away; of very many, the first."""
        errors = (str(one.get("error", "")) for one in red.values())
        suggestions = (str(word) for one in red.values() for word in one.get("suggestions", ()))
        return cls(tuple(_few(errors)), tuple(dict.fromkeys(suggestions))[:_MOST], tuple(red)[:_MOST_IDS])

    @classmethod
    def read(cls, value: object) -> Clues:
        """Those in *value*, which is JSON-like and from anywhere; what is no list of texts counts as empty."""
        facts = value if isinstance(value, dict) else {}
        return cls(*(_texts(facts.get(field.name)) for field in fields(cls)))

    @property
    def facts(self) -> dict[str, Any]:
        """The same as JSON-like values."""
        return {field.name: list(getattr(self, field.name)) for field in fields(self)}

    def hints(self, messages: Sequence[str], root: Path) -> Hints:
        """What they say together with the *messages* of the failing tests, whose source stands below *root*."""
        return read_hints((*messages, *self.errors), self.suggestions, read_wanted(self.ids, root))


def _few(errors: Iterator[str]) -> Iterator[str]:
    left = _MOST_CHARACTERS
    for error in list(dict.fromkeys(errors))[:_MOST]:
        left -= len(error)
        if left < 0:
            return
        yield error


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
