from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.formats.table import parse
from agent_ci.core.report import TestReport
from agent_ci.errors import UnsupportedError
from tests.core.formats.samples import SAMPLES

SETTINGS = settings(
    max_examples=700,
    deadline=2000,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
JUNK = [b"\x1b[31m", b"\0", b"\xff", b"\n", b"{", b"}", b"[", b'"', b"ok\n", b"not ok\n", b"PASS\n", b"    ", b"<a>"]


def read(content: bytes, keep: Keep = Keep.ALL) -> TestReport | None:
    try:
        return parse([content[:100], content[100:]], keep=keep, limits=Limits(text=500))
    except UnsupportedError:
        return None


@SETTINGS
@given(some.sampled_from(sorted(SAMPLES)), some.data())
def test_no_single_damage_turns_a_red_report_green(name: str, data: some.DataObject) -> None:
    content = SAMPLES[name].red
    place = data.draw(some.integers(0, len(content) - 1), label="place")
    kind = data.draw(some.sampled_from(["cut", "change", "insert", "drop"]), label="kind")
    if kind == "cut":
        damaged = content[:place]
    elif kind == "change":
        damaged = content[:place] + data.draw(some.binary(min_size=1, max_size=1)) + content[place + 1 :]
    elif kind == "insert":
        damaged = content[:place] + data.draw(some.sampled_from(JUNK) | some.binary(max_size=8)) + content[place:]
    else:
        damaged = content[:place] + content[place + 1 :]
    report = read(damaged)
    assert report is None or not report.is_green
    only_red = read(damaged, Keep.RED)
    assert (report and (report.tally, report.red)) == (only_red and (only_red.tally, only_red.cases))


@SETTINGS
@given(some.lists(some.sampled_from(JUNK) | some.binary(max_size=20), max_size=20), some.sampled_from(sorted(SAMPLES)))
def test_nothing_that_is_read_ends_in_anything_but_a_report_or_a_refusal(pieces: list[bytes], name: str) -> None:
    lines = SAMPLES[name].red.splitlines(keepends=True)
    mixed = b"".join(piece + lines[number * 7 % len(lines)] for number, piece in enumerate(pieces))
    report = read(mixed)
    assert report is None or report.tally.total >= len(report.cases)
