"""What a red pipeline left at GitLab: the logs of its failed jobs, and its tests as a JUnit report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from agent_ci.core.context import read_commit_id, read_number
from agent_ci.core.red_run import Left, RedRun
from agent_ci.errors import ForgeUnavailableError, NotAllowedError, UnsupportedError
from agent_ci.forges.gitlab.project import Item, Project, number_of
from agent_ci.http.api import Timing

_LOG_BYTES = 20_000_000
_MOST_JOBS = 20
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKS = {"failed": "failure", "error": "error", "skipped": "skipped"}
_RIGHT = "give AGENT_CI_FORGE_TOKEN a project access token of the role Reporter with the scope read_api"


def red_run(environment: Mapping[str, str], named: int | None = None, timing: Timing | None = None) -> RedRun:
    """The pipeline *named*, else the one that this job is part of.

    Raises UnsupportedError where it is of another commit than this job, NotAllowedError where the token may not read
    it, and ForgeUnavailableError where GitLab does not answer.
    """
    number = named or read_number(environment.get("CI_PIPELINE_ID"))
    if number is None:
        raise UnsupportedError("this job is part of no pipeline (CI_PIPELINE_ID); name the pipeline with --of")
    project = Project.of_pipeline(environment, timing)
    try:
        pipeline = project.get("pipelines", number)
        _check(pipeline, environment)
        notes: list[str] = []
        logs = tuple(_logs(project, number, notes))
        reports = tuple(_report(project, number, notes))
    except NotAllowedError as error:
        raise NotAllowedError(f"{error}; {_RIGHT}") from error
    judged = environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environment.get("CI_COMMIT_SHA", "")
    name = environment.get("CI_PROJECT_PATH") or project.name
    return RedRun(name, str(number), read_commit_id(judged), reports, logs, tuple(notes))


def _check(pipeline: Item, environment: Mapping[str, str]) -> None:
    """Raise UnsupportedError where *pipeline* is not of the commit that this job has, in this project."""
    told, ours = read_commit_id(pipeline.get("sha")), environment.get("CI_COMMIT_SHA", "")
    project = environment.get("CI_PROJECT_ID")
    if not told or told != ours:
        raise UnsupportedError(f"pipeline {pipeline.get('id')} is of the commit {told!r}, and this job of {ours!r}")
    if project and str(pipeline.get("project_id")) != project:
        raise UnsupportedError(f"pipeline {pipeline.get('id')} belongs to another project; nothing was read")


def _logs(project: Project, pipeline: int, notes: list[str]) -> Iterator[Left]:
    jobs = project.items("pipelines", pipeline, "jobs", **{"scope[]": "failed"})
    if len(jobs) > _MOST_JOBS:
        notes.append(f"{len(jobs)} jobs failed, and the logs of {_MOST_JOBS} are read")
    for job in jobs[:_MOST_JOBS]:
        number = number_of(job)
        name = f"{job.get('name', 'job')} ({number})"
        try:
            content = project.download("jobs", number, "trace", limit=_LOG_BYTES)
        except NotAllowedError:
            raise
        except ForgeUnavailableError as error:
            notes.append(f"the log of {name} is left out: {error}")
        else:
            yield Left(name, content)


def _report(project: Project, pipeline: int, notes: list[str]) -> Iterator[Left]:
    """What the JUnit reports of *pipeline* said, as one again; nothing where its jobs left none."""
    try:
        suites = _items(project.get("pipelines", pipeline, "test_report"), "test_suites")
    except NotAllowedError:
        raise
    except ForgeUnavailableError as error:
        notes.append(f"the test report is left out: {error}")
        return
    root = ET.Element("testsuites")
    for suite in suites:
        cases = _items(suite, "test_cases")
        below = ET.SubElement(root, "testsuite", name=_text(suite.get("name")), tests=str(len(cases)))
        below.extend(_case(case) for case in cases)
    if len(root):
        yield Left("test report", bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)))


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
