"""What can be wrong around agent-ci: the settings file, the checkout, the tools, the sandbox, the other workflows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from agent_ci.core.doctor.complaint import Complaint, Edit
from agent_ci.core.doctor.events import with_event
from agent_ci.core.doctor.places import Page, entries, items, text_of, value_of

SETTINGS = ".agent-ci.yml"
_OLDEST_GIT = (2, 31)  # reads settings from GIT_CONFIG_COUNT, by which ours reach it
_OLDEST_PYTHON = (3, 11)
_NEAREST = re.compile(r"unknown option '([^'\n]+)'; did you mean '([^'\n]+)'")
_WORSE = re.compile(r": ([a-z-]+) cannot be '([^'\n]*)' .*; did you mean '([^'\n]+)'")


@dataclass(frozen=True)
class Facts:
    """What was found out about a checkout and this machine.

    ``settings`` is the text of the settings file, None where there is none, ``settings_error`` what is wrong with it,
    and ``chosen`` its values. ``workflows`` are texts by path. ``tier`` is the sandbox that would be used, and
    ``why_not`` why no better one.
    """

    git: tuple[int, ...] = (99,)
    python: tuple[int, ...] = (99,)
    tier: str = "container"
    why_not: str = ""
    is_shallow: bool = False
    is_in_ci: bool = False
    branch: str = "main"
    default_branch: str = "main"
    tracked_output: bool = False
    settings: str | None = None
    settings_error: str = ""
    chosen: Mapping[str, object] = field(default_factory=dict)
    workflows: Mapping[str, str] = field(default_factory=dict)
    has_python_tests: bool = True
    is_pytest: bool = True
    missing_reports: tuple[str, ...] = ()


def complaints(facts: Facts) -> Iterator[Complaint]:
    """Everything that is wrong around agent-ci."""
    yield from _of_the_machine(facts)
    yield from _of_the_checkout(facts)
    yield from _of_the_settings(facts)
    for path, text in facts.workflows.items():
        yield from _of_a_test_workflow(path, text, facts)


def _of_the_machine(facts: Facts) -> Iterator[Complaint]:
    install = "sudo apt-get install --yes"
    if facts.git < _OLDEST_GIT:
        saw, why = f"git is {_dotted(facts.git)}", f"{_dotted(_OLDEST_GIT)} is the first that keeps to our settings"
        yield Complaint("old-git", saw, why, commands=(f"{install} git",))
    if facts.python < _OLDEST_PYTHON:
        saw, why = f"Python is {_dotted(facts.python)}", f"agent-ci needs {_dotted(_OLDEST_PYTHON)}"
        yield Complaint("old-python", saw, why, commands=(f"{install} python3.12",))
    if facts.tier == "none":
        saw = f"repository code would run in no sandbox here ({facts.why_not})"
        why = "it could read and change everything that this user can"
        yield Complaint("no-sandbox", saw, why, commands=(f"{install} bubblewrap",))


def _of_the_checkout(facts: Facts) -> Iterator[Complaint]:
    if facts.is_shallow:
        why = "without the history nobody knows the base, nor how many repairs came before"
        yield Complaint("shallow-history", "the history was cut off", why, commands=("git fetch --unshallow",))
    if not facts.branch and not facts.is_in_ci:
        why = "a commit would be on no branch"
        switch = f"git switch {shlex.quote(facts.default_branch or 'main')}"
        yield Complaint("detached-head", "no branch is checked out (detached HEAD)", why, commands=(switch,))
    if facts.tracked_output:
        commands = ("git rm -r --cached --quiet .agent-ci", "git commit -m 'Leave out the files of agent-ci'")
        why = "an old verdict would lie in every checkout, and could be taken for a new one"
        yield Complaint("tracked-output", "files of .agent-ci/ are part of the repository", why, commands=commands)


def _of_the_settings(facts: Facts) -> Iterator[Complaint]:
    text = facts.settings or ""
    if facts.settings_error:
        why = "every run ends with usage_error"
        found, worse = _NEAREST.search(facts.settings_error), _WORSE.search(facts.settings_error)
        after = text
        if found:
            after = re.sub(rf"(?m)^{re.escape(found[1])}(?=\s*:)", found[2], text, count=1)
        elif worse:
            after = re.sub(rf"(?m)^({re.escape(worse[1])}:.*){re.escape(worse[2])}", rf"\g<1>{worse[3]}", text, count=1)
        edit = Edit(SETTINGS, text, after) if after != text else None
        advice = "" if edit else f"{SETTINGS}: {facts.settings_error}"
        yield Complaint("bad-settings", facts.settings_error, why, edit, advice=advice)
        return
    if not facts.has_python_tests and not facts.chosen.get("run"):
        saw = "no tests that agent-ci can run by itself (test_*.py) were found, and no `run` is set"
        yield _added("no-runner", saw, "every run ends with unsupported", facts, "run: make test")
    elif facts.chosen.get("run") and not facts.is_pytest and not facts.chosen.get("report"):
        saw = "`run` is not pytest, and no `report` is named"
        line = 'report: ["**/junit*.xml", "**/TEST-*.xml"]'
        yield _added("no-report", saw, "what a test said is read from its JUnit report", facts, line)


def _added(id_: str, saw: str, why: str, facts: Facts, line: str) -> Complaint:
    text = facts.settings or ""
    gap = "" if not text or text.endswith("\n") else "\n"
    return Complaint(id_, saw, why, Edit(SETTINGS, text, f"{text}{gap}{line}\n"))


def _of_a_test_workflow(path: str, text: str, facts: Facts) -> Iterator[Complaint]:
    """What keeps agent-ci from working together with a workflow that runs tests."""
    page = Page(text)
    top = page.top
    if any("agent-ci" in text_of(step, "uses") or "agent-ci " in text_of(step, "run") for step in _steps(top)):
        return  # that is ours
    if any(_pushes(other) for other in facts.workflows.values()):
        yield from _cannot_be_started(path, page)
    for name in facts.missing_reports:
        if name not in text:
            yield from _writes_no_report(path, page, name)


def _pushes(text: str) -> bool:
    """Whether a workflow delivers with a token whose commits start no other workflow."""
    return bool(
        re.search(r"deliver: *(?:commit|pull-request)", text) and re.search(r"github\.token|GITHUB_TOKEN", text)
    )


def _cannot_be_started(path: str, page: Page) -> Iterator[Complaint]:
    after = with_event(page.text, "workflow_dispatch")
    if after == page.text:
        return
    why = (
        "what GITHUB_TOKEN pushes starts no workflow, so that required checks of a fix never run; with "
        "workflow_dispatch they can be started (`gh workflow run`), and the token of a GitHub App needs nothing"
    )
    yield Complaint("checks-never-run", f"{path}: cannot be started for a fix", why, Edit(path, page.text, after))


def _writes_no_report(path: str, page: Page, name: str) -> Iterator[Complaint]:
    for step in _steps(page.top):
        command = value_of(step, "run")
        said = text_of(command).strip()
        found = re.search(r"\bpytest\b", page.text[command.start_mark.index :]) if command is not None else None
        if command is not None and found and "\n" not in said and re.search(r"\bpytest\b", said):
            at = command.start_mark.index + found.end()
            edit = Edit(path, page.text, f"{page.text[:at]} --junitxml={name}{page.text[at:]}")
            why = "a report that is missing is not green, and the run ends with unsupported"
            yield Complaint("report-never-written", f"{path}: nothing writes {name}, which `report` names", why, edit)
            return


def _steps(top: yaml.Node) -> Iterator[yaml.Node]:
    for _, _, job in entries(value_of(top, "jobs")):
        yield from items(value_of(job, "steps"))


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
