"""How producers write numbers into the attributes of a report."""

from __future__ import annotations

import math
import re

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_CLOCK = re.compile(r"(?:(\d{1,6})\.)?(\d{1,4}):(\d{1,2}):(\d{1,2}(?:[.,]\d{1,12})?)")
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


def duration(written: str | None, *, unit: float = 1.0) -> float | None:
    """Seconds, from days.hours:minutes:seconds or from a number that counts *unit* seconds."""
    clock = _CLOCK.fullmatch(written.strip()) if written else None
    if clock:
        days, hours, minutes = (int(part or 0) for part in clock.groups()[:3])
        return ((days * 24 + hours) * 60 + minutes) * 60 + float(clock[4].replace(",", "."))
    number = seconds(written)
    return None if number is None else number * unit
