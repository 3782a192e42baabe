"""The fields of an object that is made by its constructor, and which of them are given together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

_PLACES = 12  # values of a field that are tried
_OPTIONAL = 2  # of what an object need not be given, at a time


@dataclasses.dataclass(frozen=True)
class Field:
    """A parameter of a constructor with the texts of its *values*; ``kind`` is keyword or positional."""

    name: str
    values: Iterator[str]
    kind: str
    default: str | None = None  # its text, empty where it has none; None where the field is needed

    @property
    def has_default(self) -> bool:
        """Whether an object is made without it as well."""
        return self.default is not None


def argument(field: Field, value: str) -> str:
    """How *value* is passed."""
    return f"{field.name}={value}" if field.kind == "keyword" or field.has_default else value


def rows(pools: Mapping[str, list[str]], columns: Mapping[str, Field]) -> Iterator[dict[str, str]]:
    """The likeliest value of each field that is needed; then one field changed, or given, at a time, at last several.

    What a field is without being given is not passed, and never more than a few that need not be.
    """
    pools = {field: [one for one in values if one != columns[field].default] for field, values in pools.items()}
    first = {field: values[0] for field, values in pools.items() if values and not columns[field].has_default}
    yield first
    optional = [field for field, values in pools.items() if values and columns[field].has_default]
    for place in range(_PLACES):
        for field, values in pools.items():
            if place < len(values):
                yield {**first, field: values[place]}
        some = [*first, *(optional[(place + shift) % len(optional)] for shift in range(min(_OPTIONAL, len(optional))))]
        yield {
            field: pools[field][(place * (shift + 1)) % len(pools[field])]
            for shift, field in enumerate(pools)
            if field in some and pools[field]
        }
