"""How producers write numbers into the attributes of a JUnit report."""

from __future__ import annotations

import math
import re

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_MOST = 10**9  # a header can claim anything


def count(written: str | None) -> int:
    """A header's number, 0 where there is none; some producers write 1.0."""
    return int(min(seconds(written) or 0, _MOST))


def line_number(written: str | None, *, zero_based: bool) -> int | None:
    """A line counted from 1, None where there is none; *zero_based* says that *written* counts from 0."""
    if not written:
        return None
    try:
        line = int(written) + zero_based
    except ValueError:
        return None
    return line if line > 0 else None


def seconds(written: str | None) -> float | None:
    """A non-negative, finite number, also with commas before groups of three digits or as decimal sign."""
    if not written:
        return None
    try:
        number = float(written)
    except ValueError:
        if "," not in written:
            return None
        return seconds(written.replace(",", "" if _THOUSANDS.fullmatch(written.strip()) else "."))
    return number if math.isfinite(number) and number >= 0 else None
