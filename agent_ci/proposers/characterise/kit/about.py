"""What is known of one parameter, and the texts and numbers that this speaks for, the most sensible first."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import re
from collections.abc import Iterator
from typing import Any

from .literals import Mined, alternately, unique
from .samples import around, inside_words
from .senses import fitting_texts, numbers_for, texts_for
from .showing import UnshownError, text_of

MOST = 100  # values for one parameter
_FEW = 4
_MANY = 10**7  # a count larger than this only costs time
_LARGE, _LARGEST = 10**4, 10**300
_PLAIN = re.compile(r"[\w.:/@ -]*\w{2}[\w.:/@ -]*", re.ASCII)  # a text as people pass it


@dataclasses.dataclass(frozen=True)
class About:
    """What is known of one parameter beside its type: its *name* and the literals it may be compared with."""

    name: str
    mined: Mined
    passed: tuple[Any, ...] = ()  # what tests pass to parameters of that name
    is_field: bool = False  # whether it is a part of an object, which few functions read as a text

    def texts(self) -> Iterator[str]:
        """Texts, as source."""
        near = [one for one in self.mined.near.get(self.name, ()) if isinstance(one, str)]
        plain = [one for one in near if _PLAIN.fullmatch(one)]
        far = [one for one in self.mined.far if isinstance(one, str)]
        passed = [one for one in self.passed if isinstance(one, str)]
        sources = (
            texts_for(self.name),
            self.mined.matching,
            near,
            around(far),
            inside_words(far),
            self.mined.quoted,
            far,
        )
        own = [self.name.replace("_", " ").strip()] * (self.is_field and not fitting_texts(self.name))
        for text in unique([*plain[:_FEW], *passed, *own, *alternately(sources)]):
            with contextlib.suppress(UnshownError):
                yield text_of(text)

    def integers(self) -> Iterator[str]:
        """Whole numbers, as source."""
        near = [one for one in self.mined.near.get(self.name, ()) if type(one) in (int, float)]
        far = [one for one in self.mined.far if type(one) in (int, float)]
        whole = [int(one) for one in near if abs(one) < _MANY]
        rest = [int(one) for one in far if abs(one) < _MANY]
        sensible = [int(one) for one in numbers_for(self.name)]
        beside = [other for one in (*whole, *rest) for other in (one - 1, one + 1)]
        squares = [one * one for one in (*whole, *rest) if _MANY > one * one >= _LARGE]  # where a unit gives way
        beside += [other for one in squares for other in (one - 1, one)]
        passed = [one for one in self.passed if type(one) is int][:_FEW]
        found = [*passed, *sensible[:4], *whole, *beside[: 2 * len(whole)], *sensible, *rest, *beside]
        yield from map(str, unique(found))

    def floats(self) -> Iterator[str]:
        """Numbers where a float is asked for, as source."""
        near = [*self.mined.near.get(self.name, ()), *self.mined.far]
        floats = [repr(one) for one in near if type(one) is float]
        numbers = [*itertools.islice(self.integers(), MOST // 2)]
        whole = [f"{one}.0" for one in numbers]
        large = [repr(float(one)) for one in near if type(one) is int and _MANY <= abs(one) < _LARGEST]
        usual = [*floats, "1.5", "0.0", "-2.5", *whole, "0.1", "99.99", "1e6", "2.5e9", "1e15", "7e22"]
        # Where a float is asked for, an int will do: PEP 484, "The numeric tower".
        yield from unique([*usual[: _FEW * 3], *alternately((usual[_FEW * 3 :], numbers, large))])
