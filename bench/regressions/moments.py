"""Moments that keep the offset they were written with."""

from __future__ import annotations

from bench.regressions.project import Project, Regression

_WRONG = """\
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
"""
_SOURCE = f'''\
"""Moments in UTC, and what lies between them."""

from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def parse(text):
    """A moment in UTC from ISO text; text without an offset is in UTC already."""
{_WRONG}

def stamp(text):
    """Whole seconds since 1970."""
    return int((parse(text) - EPOCH).total_seconds())


def latest(texts):
    """The last of some moments, as ISO text."""
    return max(map(parse, texts)).isoformat()


def days(first, last):
    """The days from one moment to another, in UTC, both included."""
    day, end = parse(first).date(), parse(last).date()
    return [day + timedelta(days=number) for number in range((end - day).days + 1)]
'''
_TESTS = """\
import time

import pytest
from moments import days, latest, parse, stamp


@pytest.fixture
def new_york(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


def test_an_offset_is_taken_off():
    assert parse("2024-05-01T12:30:00+02:00").hour == 10


@pytest.mark.parametrize("text", ["2024-05-01T12:30:00", "2024-05-01T12:30:00+00:00"])
def test_what_is_in_utc_stays(text):
    assert parse(text).hour == 12


def test_fractions_of_seconds_stay():
    assert parse("2024-05-01T12:30:00.250000").microsecond == 250000


def test_text_without_offset_is_in_utc_wherever_it_is_read(new_york):
    assert parse("2024-05-01T12:30:00").hour == 12


def test_the_seconds_since_1970():
    assert stamp("1970-01-01T00:01:00") == 60


def test_the_seconds_since_1970_at_an_offset():
    assert stamp("1970-01-01T02:01:00+02:00") == 60


def test_the_latest_is_written_in_utc():
    assert latest(["2024-05-01T12:30:00", "2024-05-01T11:30:00"]) == "2024-05-01T12:30:00+00:00"


def test_the_days_between():
    assert [day.day for day in days("2024-05-01T12:00:00", "2024-05-03T01:00:00")] == [1, 2, 3]
"""
_PROJECT = Project(
    "moments.py",
    {"moments.py": _SOURCE, "test_moments.py": _TESTS},
    _WRONG,
    "test_moments.py::test_an_offset_is_taken_off",
)
_READ = "    moment = datetime.fromisoformat(text)\n"
_FILLED = "    if moment.tzinfo is None:\n        moment = moment.replace(tzinfo=timezone.utc)\n"

MOMENTS: dict[str, Regression] = {
    "naive text read as local": _PROJECT.regression(
        "text without an offset, in another time zone",
        "    return datetime.fromisoformat(text).astimezone(timezone.utc)\n",
        f"{_READ}{_FILLED}    return moment.astimezone(timezone.utc)\n",
    ),
    "a moment without zone": _PROJECT.regression(
        "the difference of two moments",
        f"{_READ}    if moment.tzinfo:\n        moment = moment.astimezone(timezone.utc)\n"
        "    return moment.replace(tzinfo=None)\n",
        f"{_READ}    if moment.tzinfo:\n        moment = moment.astimezone(timezone.utc)\n"
        "    return moment.replace(tzinfo=timezone.utc)\n",
    ),
    "an offset taken off twice": _PROJECT.regression(
        "the seconds since 1970",
        f"{_READ}{_FILLED}    return moment - moment.utcoffset()\n",
        f"{_READ}{_FILLED}    return (moment - moment.utcoffset()).replace(tzinfo=timezone.utc)\n",
    ),
    "a fixed format": _PROJECT.regression(
        "fractions of seconds",
        "    if text[-6:-5] not in '+-':\n        text += '+00:00'\n"
        "    return datetime.strptime(text, '%Y-%m-%dT%H:%M:%S%z').astimezone(timezone.utc)\n",
        "    if text[-6:-5] not in '+-':\n        text += '+00:00'\n"
        "    return datetime.fromisoformat(text).astimezone(timezone.utc)\n",
    ),
}
