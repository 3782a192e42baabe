from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from agent_ci.core.formats.limits import Keep
from agent_ci.core.report import TestReport
from agent_ci.errors import UnsupportedError
from tests.core.xml.families import FAMILIES, read

BOUNDED = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
MARKS = ["<", ">", "&", '"', "'", "]]>", "<![CDATA[", "<!--", "-->", "<?xml version='1.0'?>", "&#0;", "\x1b[31m", "\0"]
FAMILY = some.sampled_from(sorted(FAMILIES))
PIECE = some.one_of(some.sampled_from(MARKS).map(str.encode), some.binary(max_size=12))
PLACE = some.floats(min_value=0, max_value=1)


def outcome(content: bytes, keep: Keep = Keep.ALL) -> TestReport | None:
    """What is read of *content*; None where it is refused."""
    try:
        return read(content, keep=keep, size=89)
    except UnsupportedError:
        return None


@BOUNDED
@given(family=FAMILY, place=PLACE, mark=some.sampled_from(MARKS))
def test_nothing_that_is_put_into_a_red_report_makes_it_green(family: str, place: float, mark: str) -> None:
    whole = FAMILIES[family]
    at = int(place * len(whole))
    report = outcome(f"{whole[:at]}{mark}{whole[at:]}".encode())
    assert report is None or not report.is_green


@BOUNDED
@given(family=FAMILY, place=PLACE, rest=some.binary(max_size=30), keep=some.sampled_from(Keep))
def test_a_red_report_that_ends_early_is_never_green(family: str, place: float, rest: bytes, keep: Keep) -> None:
    whole = FAMILIES[family].encode()
    report = outcome(whole[: int(place * (len(whole) - 1))] + rest, keep)
    assert report is None or not report.is_green


@BOUNDED
@given(
    family=FAMILY,
    edits=some.lists(some.tuples(PLACE, some.integers(min_value=0, max_value=60), PIECE), min_size=1, max_size=4),
)
def test_a_report_damaged_in_any_way_is_read_or_refused(family: str, edits: list[tuple[float, int, bytes]]) -> None:
    content = FAMILIES[family].encode()
    for place, length, piece in edits:
        at = int(place * len(content))
        content = content[:at] + piece + content[at + length :]
    everything, red = outcome(content), outcome(content, Keep.RED)
    assert (everything is None) == (red is None)
    if everything and red:
        assert (everything.tally, everything.partial) == (red.tally, red.partial)
        assert red.cases == everything.red


@BOUNDED
@given(content=some.one_of(some.binary(max_size=300), some.lists(some.sampled_from([*MARKS, *FAMILIES.values()])).map(
    lambda parts: "".join(parts).encode()
)))  # fmt: skip
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    report = outcome(content)
    assert report is None or report.tally.total >= len(report.red)
