"""How alike a question and a piece of code are by the words in them, the rare ones counting for most."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

_NAME = re.compile(r"[^\W\d]\w*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
# Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), and its usual constants
_SATURATION, _LENGTH = 1.2, 0.75
_LONGEST_NAME = 80


@lru_cache(maxsize=20_000)
def _parts(name: str) -> tuple[str, ...]:
    lower = name.lower()
    parts = [part.lower() for part in _PART.findall(name)]
    return (lower, *parts) if len(parts) > 1 else (lower.strip("_"),)


def words(text: str) -> Counter[str]:
    """The names in *text* and, of ``spelled_like`` or ``spelledLike``, their parts as well, in lower case."""
    found: Counter[str] = Counter()
    for name, count in Counter(_NAME.findall(text)).items():
        if len(name) <= _LONGEST_NAME:
            for part in _parts(name):
                found[part] += count
    return found


def likeness(asked: Iterable[str], texts: Sequence[Counter[str]]) -> tuple[float, ...]:
    """How well each of *texts*, given by its words, answers the words *asked*: BM25, at least 0."""
    if not texts:
        return ()
    query = frozenset(asked)
    shared = [query.intersection(text) for text in texts]  # a question can have far more words than a piece of code
    counts = Counter(word for found in shared for word in found)
    rarity = {word: math.log(1 + (len(texts) - count + 0.5) / (count + 0.5)) for word, count in counts.items()}
    sizes = [text.total() for text in texts]
    mean = sum(sizes) / len(sizes) or 1.0
    return tuple(
        math.fsum(rarity[word] * _weight(text[word], size / mean) for word in found)  # the same in whatever order
        for found, text, size in zip(shared, texts, sizes, strict=True)
    )


def _weight(count: int, size: float) -> float:
    return count * (_SATURATION + 1) / (count + _SATURATION * (1 - _LENGTH + _LENGTH * size))
