"""What a red pipeline of GitLab left behind: the logs of its failed jobs, and its tests as a JUnit report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from agent_ci.forges.gitlab.project import Item, Project, number_of

_LOG_BYTES = 20_000_000
_MOST_JOBS = 50
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKS = {"failed": "failure", "error": "error", "skipped": "skipped"}


@dataclass(frozen=True)
class Pipelines:
    """The pipelines of *project*. All that comes from them is text of strangers."""

    project: Project

    def failed_logs(self, pipeline: int) -> Iterator[tuple[str, bytes]]:
        """The name and the log of each failed job, at most 50 jobs and 20 MB each."""
        jobs = self.project.items("pipelines", pipeline, "jobs", **{"scope[]": "failed"})
        for job in jobs[:_MOST_JOBS]:
            yield str(job.get("name", "")), self.project.download("jobs", number_of(job), "trace", limit=_LOG_BYTES)

    def report(self, pipeline: int) -> bytes:
        """What the jobs' JUnit reports said, put together again as one; without a case where they left none."""
        report = self.project.get("pipelines", pipeline, "test_report")
        root = ET.Element("testsuites")
        for suite in _items(report, "test_suites"):
            cases = _items(suite, "test_cases")
            below = ET.SubElement(root, "testsuite", name=_text(suite.get("name")), tests=str(len(cases)))
            for case in cases:
                below.append(_case(case))
        return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _items(item: Item, name: str) -> list[Item]:
    rows = item.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _case(case: Item) -> ET.Element:
    names = {"name": case.get("name"), "classname": case.get("classname"), "file": case.get("file")}
    element = ET.Element("testcase", {name: _text(value) for name, value in names.items() if value})
    element.set("time", _text(case.get("execution_time") or 0))
    if mark := _MARKS.get(str(case.get("status"))):
        said = [_text(case[name]) for name in ("system_output", "stack_trace") if case.get(name)]
        ET.SubElement(element, mark, message=said[0].split("\n", 1)[0] if said else "").text = "\n".join(said)
    return element


def _text(value: object) -> str:
    return _NO_XML.sub("\ufffd", str(value if value is not None else ""))
