"""What a red pipeline of GitLab left behind: the logs of its failed jobs, and its tests as a JUnit report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from agent_ci.forges.gitlab.project import Item, Project, number_of

_LOG_BYTES = 20_000_000
_MOST_JOBS = 50
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKS = {"failed": "failure", "error": "error", "skipped": "skipped"}


def red_logs(project: Project, pipeline: int) -> Mapping[str, bytes]:
    """The raw logs of the failed jobs of *pipeline* by the job's name and id, at most 50 jobs and 20 MB each."""
    jobs = project.items("pipelines", pipeline, "jobs", **{"scope[]": "failed"})[:_MOST_JOBS]
    named = {f"{job.get('name', 'job')} ({number_of(job)})": number_of(job) for job in jobs}
    return {name: project.download("jobs", job, "trace", limit=_LOG_BYTES) for name, job in named.items()}


def report(project: Project, pipeline: int) -> bytes:
    """What the JUnit reports of *pipeline* said, as one again; without a case where its jobs left none."""
    root = ET.Element("testsuites")
    for suite in _items(project.get("pipelines", pipeline, "test_report"), "test_suites"):
        cases = _items(suite, "test_cases")
        below = ET.SubElement(root, "testsuite", name=_text(suite.get("name")), tests=str(len(cases)))
        below.extend(_case(case) for case in cases)
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
