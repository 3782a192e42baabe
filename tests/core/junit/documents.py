"""Small JUnit documents, and the reader that is asked about them."""

from __future__ import annotations

from typing import Any

from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.report import Status, Tally, TestCase, TestReport
from agent_ci.core.xml.reader import parse

DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'


PASSED = b'<testcase classname="c" name="ok"/>'


FAILED = b'<testcase classname="c" name="bad"><failure message="m">trace</failure></testcase>'


RED_IN_THE_MIDDLE = Tally(passed=2, failed=1)


def document(*cases: bytes, declaration: bytes = DECLARATION) -> bytes:
    return declaration + b'<testsuites><testsuite name="s">' + b"".join(cases) + b"</testsuite></testsuites>"


def failed(*, message: bytes = b"m", body: bytes = b"trace") -> bytes:
    return b'<testcase classname="c" name="bad"><failure message="%s">%s</failure></testcase>' % (message, body)


def bad(**given: Any) -> TestCase:
    """The case that ``FAILED`` and ``failed()`` write into the suite of ``document``."""
    return TestCase(**{**_BAD, **given})


_BAD: dict[str, Any] = {
    "id": "c::bad",
    "status": Status.FAILED,
    "message": "m",
    "traceback": "trace",
    "classname": "c",
    "name": "bad",
    "suite": ("s",),
}


def declared(encoding: bytes) -> bytes:
    return b'<?xml version="1.0" encoding="%s"?>' % encoding


def read(content: bytes, *, keep: Keep = Keep.ALL, limits: Limits | None = None, size: int = 2**16) -> TestReport:
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    return parse(chunks, keep=keep, limits=limits or Limits())


def one(case: bytes) -> TestCase:
    (only,) = read(document(case)).cases
    return only
