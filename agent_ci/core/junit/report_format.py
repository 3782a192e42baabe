"""What a file that is no report of tests most likely is, for the sentence that refuses it."""

from __future__ import annotations

import re

_ROOTS = {
    "html": "an HTML page",
    "robot": "a Robot Framework report",
    "testng-results": "a TestNG report",
    "testExecutions": "a SonarQube generic test report",
    "valgrindoutput": "a Valgrind report",
    "tusar": "a TUSAR report",
    "coverage": "a coverage report (Cobertura or Clover)",
    "report": "a coverage report (JaCoCo)",
    "checkstyle": "a Checkstyle report",
    "project": "a Maven or Ant project file",
}
_HEADS = (
    (re.compile(rb"\s*$"), "empty"),
    (re.compile(rb"PK\x03\x04|\x1f\x8b|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd"), "a compressed archive; unpack it first"),
    (re.compile(rb"\x7fELF|\x89PNG|%PDF|\0{4}"), "a binary file"),
    (re.compile(rb"\s*<(!doctype\s+)?html\b", re.IGNORECASE), "an HTML page"),
    (re.compile(rb"\s*(\[[\w-]+\]|[\w-]+:|---)[^\n<]*$"), "plain text"),
)


def name_of_root(root: str) -> str:
    """What an XML file whose root element is called *root* is, with its article."""
    return _ROOTS.get(root, f"an XML file with the root <{root[:60]}>")


def name_of_head(head: bytes) -> str:
    """What a file that begins with *head* is, with its article; empty where that cannot be told."""
    plain = head.removeprefix(b"\xef\xbb\xbf")
    return next((name for pattern, name in _HEADS if pattern.match(plain)), "")
