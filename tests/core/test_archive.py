"""An archive that a stranger packed gives plain files within limits, or nothing."""

from __future__ import annotations

import pytest

from agent_ci.core.archive import unpacked
from agent_ci.core.red_run import Left, RedRun, is_of_interest, sorted_out
from agent_ci.errors import UnsupportedError
from tests.archives import HOSTILE, REPORT, packed


def test_the_files_that_are_wanted_are_read_and_no_others() -> None:
    inner = packed({"deep.xml": REPORT})
    archive = packed({"junit/a.xml": REPORT, "folder/": b"", "b.log": b"x", "inner.zip": inner, "c.html": b"<p>"})
    assert unpacked(archive, is_of_interest) == (("junit/a.xml", REPORT), ("b.log", b"x"))


@pytest.mark.parametrize("archive", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_archive_is_not_read_at_all(archive: bytes) -> None:
    with pytest.raises(UnsupportedError, match="the archive"):
        unpacked(archive, is_of_interest)


def test_a_size_that_is_told_wrong_is_not_believed() -> None:
    content = b"x" * 5000
    archive = bytearray(packed({"a.log": content}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = archive.index(mark) + at
        archive[start : start + 4] = (10).to_bytes(4, "little")
    with pytest.raises(UnsupportedError, match="the archive"):
        unpacked(bytes(archive), is_of_interest)


def test_an_archive_may_take_no_more_than_it_is_allowed() -> None:
    archive = packed({"a.log": b"x" * 5000})
    assert len(unpacked(archive, is_of_interest, most=5000)) == 1
    with pytest.raises(UnsupportedError, match="too large"):
        unpacked(archive, is_of_interest, most=4999)


def test_what_only_has_the_name_of_a_report_is_none() -> None:
    files = {
        "a.xml": REPORT,
        "b.XML": b"\xef\xbb\xbf <testsuite/>",
        "c.xml": b"<coverage/>",
        "d.xml": b"",
        "e.log": b" ",
    }
    reports, logs = sorted_out((*files.items(), ("f.LOG", b"boom")))
    assert [left.name for left in reports] == ["a.xml", "b.XML"]
    assert [left.name for left in logs] == ["f.LOG"]


def test_a_file_is_kept_under_a_path_of_our_own_words() -> None:
    names = ("a/../../b.xml", ".xml", "x" * 300, "tests (3.12, ubuntu)\n::error::.xml")
    run = RedRun("o/n", "5", "a" * 40, tuple(Left(name, b"") for name in names), (Left("../../etc/passwd", b""),))
    assert list(run.files) == [
        "reports/001-b.xml",
        "reports/002.xml",
        f"reports/003-{'x' * 60}.xml",
        "reports/004-tests-3.12-ubuntu-error.xml",
        "logs/001-passwd.log",
    ]


def test_one_file_may_not_take_all_that_an_archive_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_ci.core.archive._FILE_BYTES", 999)
    assert unpacked(packed({"a.log": bytes(999)}), is_of_interest)
    with pytest.raises(UnsupportedError, match="too large"):
        unpacked(packed({"a.log": bytes(1000)}), is_of_interest)
