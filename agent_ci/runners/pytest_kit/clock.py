"""Moves the clock that the tests and the code under test see; what measures durations is left alone.

Works for code that is imported after ``move`` was called, in this process.
"""

from __future__ import annotations

import copyreg
import datetime as dt
import time
from typing import Any

_now = dt.datetime.now
_time, _time_ns = time.time, time.time_ns


def move(seconds: float) -> None:
    """Let the time be *seconds* later than it is, or earlier where negative."""
    _move_time(seconds)
    _move_datetime(dt.timedelta(seconds=seconds))


def _move_time(seconds: float) -> None:
    def moved_time() -> float:
        return _time() + seconds

    def moved_time_ns() -> int:
        return _time_ns() + int(seconds * 1_000_000_000)

    def with_now(function: Any) -> Any:
        def moved(given: float | None = None) -> Any:
            return function(moved_time() if given is None else given)

        return moved

    def formatted(function: Any, localtime: Any) -> Any:
        def moved(*given: Any) -> Any:
            return function(*given, localtime()) if len(given) < _FORMATTED[function.__name__] else function(*given)

        return moved

    new: dict[str, Any] = {"time": moved_time, "time_ns": moved_time_ns}
    new |= {name: with_now(getattr(time, name)) for name in ("localtime", "gmtime", "ctime")}
    new |= {name: formatted(getattr(time, name), new["localtime"]) for name in _FORMATTED}
    for name, function in new.items():
        function.__name__ = name
        setattr(time, name, function)


_FORMATTED = {"strftime": 2, "asctime": 1}


class _Kind(type):
    """Lets the real classes' objects be objects of the ones that stand in for them."""

    real: type

    def __instancecheck__(cls, thing: object) -> bool:
        return isinstance(thing, cls.real) if "real" in vars(cls) else super().__instancecheck__(thing)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.real) if "real" in vars(cls) else super().__subclasscheck__(other)


def _move_datetime(shift: dt.timedelta) -> None:
    class MovedDate(dt.date, metaclass=_Kind):
        real = dt.date

        @classmethod
        def today(cls) -> Any:
            now = _now() + shift
            return cls(now.year, now.month, now.day)

        def __repr__(self) -> str:
            return _shown(self, super().__repr__())

    class MovedDatetime(dt.datetime, metaclass=_Kind):
        real = dt.datetime

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            if tz is None:
                return cls._of(_now() + shift)
            return cls._of(tz.fromutc((_now(dt.timezone.utc) + shift).replace(tzinfo=tz)))

        @classmethod
        def today(cls) -> Any:
            return cls.now()

        @classmethod
        def utcnow(cls) -> Any:
            return cls._of((_now(dt.timezone.utc) + shift).replace(tzinfo=None))

        @classmethod
        def _of(cls, moment: dt.datetime) -> Any:
            parts = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
            return cls(*parts, moment.microsecond, moment.tzinfo, fold=moment.fold)

        def __repr__(self) -> str:
            return _shown(self, super().__repr__())

    _stand_in(MovedDate, "date")
    _stand_in(MovedDatetime, "datetime")


def _stand_in(kind: Any, name: str) -> None:
    """Put *kind* in the place of the class *name*; what C code still makes of the real one can be pickled too."""
    kind.__name__ = kind.__qualname__ = name
    kind.__module__ = "datetime"
    setattr(dt, name, kind)
    copyreg.pickle(kind.real, lambda thing: (kind, thing.__reduce__()[1]))


def _shown(thing: object, text: str) -> str:
    """The representation as the real class has it: with the name of its module."""
    is_ours = type(thing).__module__ == "datetime" and not text.startswith("datetime.")
    return f"datetime.{text}" if is_ours else text
