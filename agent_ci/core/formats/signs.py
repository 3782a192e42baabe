"""By which lines the formats that are not XML can be recognised, with log lines in front of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from agent_ci.core.xml.text import decoded

_GO_ACTIONS = "start|run|pause|cont|pass|bench|fail|output|skip|attr|artifacts|build-output|build-fail"
_SIGNS = (
    ("XML", re.compile(r"\s*<(\?xml\s|!DOCTYPE\s|!--|[A-Za-z_])")),
    (
        "go test -json",
        re.compile(
            rf'[^{{]*\{{(?=.*"Action"\s*:\s*"({_GO_ACTIONS})")(?=.*"(Package|Test|ImportPath|Output)"\s*:)',
        ),
    ),
    ("dart test JSON", re.compile(r'\{(?=.*"protocolVersion"\s*:)(?=.*"runnerVersion"\s*:)|\{"test":\{"id":\d')),
    ("JSON", re.compile(r'\s*(\{\s*("|$)|\[\s*([{"\[]|$|\]))')),
    (
        "go test text",
        re.compile(
            r"=== (RUN|PAUSE|CONT|NAME)\s|\s*--- (PASS|FAIL|SKIP|BENCH): \S"
            r"|(ok|FAIL)\s+\S+\s+(\(cached\)|\d+\.\d+s\b|\[(build|setup) failed\]|\[no tests to run\])"
            r"|\?\s+\S+\s+\[no test files\]|testing: warning: no tests to run|Benchmark\S+\s+\d+\s+[\d.]+ ns/op"
        ),
    ),
    (
        "TAP",
        re.compile(
            r"TAP version \d|\d+\.\.\d+\s*($|#|todo\b)|(not )?ok(\s*$|\s+\d|\s*-|\s+\S)|Bail out!", re.IGNORECASE
        ),
    ),
)
_XML_REPORT = re.compile(r"^\s*<(\?xml\s|(?:[\w.-]+:)?testsuites?[\s>])", re.MULTILINE)


@lru_cache(maxsize=1)
def sign(head: bytes) -> str:
    """The name of the format whose sign comes first in *head*; empty where there is none."""
    text = "".join(decoded([head]))
    is_first = True
    for line in text.splitlines():
        if not line.strip():
            continue
        found = next((name for name, pattern in _SIGNS if pattern.match(line)), "")
        if found:
            # What looks like another format in front of an XML report is a log.
            return found if is_first or found.startswith(("go", "dart")) or not _XML_REPORT.search(text) else "XML"
        is_first = False
    return ""


def shows(*names: str) -> Callable[[bytes], bool]:
    """Whether the beginning of a file shows the sign of one of the formats *names*."""
    return lambda head: sign(head) in names
