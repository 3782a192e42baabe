"""Runs inside the user's Python: finds the tests as unittest does, runs all or exactly some, and reports them.

Standard library only, and started as a file, so that nothing of the repository is imported before all that this needs.
What it is told stands in one environment variable, which is removed before any code of the repository is imported.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import random
import re
import runpy
import sys
import time
import traceback
import types
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any
from xml.etree import ElementTree as ET

TOLD = "AGENT_CI_UNITTEST"
HANDED = "agent_ci_unittest_handed"  # the module in which the runner is found by what Django makes
REVERSED = 1

_Error = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # https://www.w3.org/TR/xml/#charsets
_FIXTURE = re.compile(r"(?:setUp|tearDown)(Class|Module) \((.+)\)")
_FAILED_TO_LOAD = "_FailedTest"
_THROUGH_DJANGO = "through_django.Runner"


class Result(unittest.TestResult):
    """Remembers how each test ended: ``skipped``, ``passed``, ``failed`` or ``errored``, and the worst of several."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.recorder: Any = None  # where somebody wants to know which lines a test executes
        self.cases: dict[str, dict[str, Any]] = {}
        self._started = 0.0

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's name
        """Start the clock of *test*."""
        super().startTest(test)
        if self.recorder:
            self.recorder.enter(name(test, self.root)[0])
        self._started = time.perf_counter()

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's name
        """*test* ended."""
        super().stopTest(test)
        if self.recorder:
            self.recorder.enter()

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's name
        """*test* passed."""
        self._note(test, "passed")

    def addFailure(self, test: unittest.TestCase, err: _Error) -> None:  # noqa: N802 - unittest's name
        """*test* failed."""
        self._note(test, "failed", err=err)

    def addError(self, test: unittest.TestCase, err: _Error) -> None:  # noqa: N802 - unittest's name
        """*test*, or a fixture of its class or module, or the import of a module, broke."""
        self._note(test, "errored", err=err)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802 - unittest's name
        """*test* was skipped."""
        self._note(test, "skipped", reason)

    def addExpectedFailure(self, test: unittest.TestCase, err: _Error) -> None:  # noqa: N802 - unittest's name
        """*test* failed, as it should."""
        del err
        self._note(test, "passed")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's name
        """*test* passed, and should not."""
        self._note(test, "failed", "it passed, and was expected to fail")

    def addSubTest(  # noqa: N802 - unittest's name
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: _Error | None
    ) -> None:
        """A part of *test* ended; the test stands for it."""
        if err is not None and err[0] is not None:
            status = "failed" if issubclass(err[0], test.failureException) else "errored"
            self._note(test, status, str(subtest).partition(") ")[2], err=err)

    def _note(
        self, test: unittest.TestCase, status: str, message: str = "", *, err: _Error = (None, None, None)
    ) -> None:
        id_, file = name(test, self.root)
        order = ("skipped", "passed", "failed", "errored")
        known = self.cases.get(id_)
        if known and order.index(known["status"]) >= order.index(status):
            return
        seconds = time.perf_counter() - self._started if self._started else 0.0
        case = {
            "id": id_,
            "file": file,
            "status": status,
            "message": message,
            "seconds": seconds,
            "text": "",
            "line": 0,
        }
        if err[1] is not None:
            told = str(err[1]).strip()
            # An import that failed is told with its own traceback, which ends in what was wrong.
            said = told.rpartition("\n")[2] if _is_import(test) else f"{type(err[1]).__name__}: {told}".strip(": ")
            case["message"] = f"{message}: {said}" if message else said
            case["text"] = "".join(traceback.format_exception(*err))
            frames = traceback.extract_tb(err[2])
            lines = [frame.lineno for frame in frames if file and Path(frame.filename) == self.root / file]
            case["line"] = lines[-1] if lines else 0
        self.cases[id_] = case


def name(test: unittest.TestCase, root: Path) -> tuple[str, str]:
    """The id of *test*, ``FILE::CLASS::METHOD``, and its file relative to *root*; an id that is a file is no test."""
    if _is_import(test):
        return (_of_module(test.id().partition(f"{_FAILED_TO_LOAD}.")[2], root),) * 2
    if fixture := _FIXTURE.fullmatch(test.id()):
        module, _, class_name = fixture[2].rpartition(".") if fixture[1] == "Class" else (fixture[2], "", "")
        file = _of_module(module, root)
        return "::".join(filter(None, (file, class_name))), file
    file = _of_module(type(test).__module__, root)
    method = getattr(test, "_testMethodName", "")
    if isinstance(test, unittest.FunctionTestCase) or not method or not hasattr(type(test), method):
        return f"{file}::{test.id()}", file
    return "::".join((file, *type(test).__qualname__.split("."), method)), file


def _is_import(test: unittest.TestCase) -> bool:
    """Whether *test* stands for a module that could not be imported."""
    return type(test).__name__ == _FAILED_TO_LOAD


def _of_module(module: str, root: Path) -> str:
    """The file of *module* relative to *root*, else its name."""
    place = getattr(sys.modules.get(module), "__file__", None)
    if place and Path(place).is_relative_to(root):
        return Path(place).relative_to(root).as_posix()
    path = module.replace(".", "/")
    return next((known for known in (f"{path}.py", f"{path}/__init__.py") if (root / known).is_file()), module)


class Runner:
    """What unittest hands the tests to that it found."""

    def __init__(self, told: dict[str, Any], root: Path) -> None:
        self.told, self.root = told, root
        self.result = Result(root)
        self.has_begun = False

    def __call__(self, **_options: object) -> Runner:
        """Itself: unittest makes a runner with the options of its command line."""
        return self

    def run(self, test: unittest.TestSuite | unittest.TestCase) -> Result:
        """Run the wanted ones of *test*, in the wanted order."""
        self.has_begun = True
        only = self.told["only"]
        cases = [case for case in _flat(test) if not only or any(_is_within(self._id(case), id_) for id_ in only)]
        if order := int(self.told["order"]):
            cases = cases[::-1] if order == REVERSED else _shuffled(cases, order)
        unittest.TestSuite(cases).run(self.result)
        return self.result

    def _id(self, case: unittest.TestCase) -> str:
        return name(case, self.root)[0]


def _is_within(id_: str, container: str) -> bool:
    return id_ == container or id_.startswith(f"{container}::")


def _flat(test: unittest.TestSuite | unittest.TestCase) -> Iterator[unittest.TestCase]:
    if isinstance(test, unittest.TestCase):
        yield test
        return
    for part in test:
        yield from _flat(part)


def _shuffled(cases: list[unittest.TestCase], seed: int) -> list[unittest.TestCase]:
    """*cases* with the classes among each other and the tests in each of them in another order."""
    classes: dict[type, list[unittest.TestCase]] = {}
    for case in cases:
        classes.setdefault(type(case), []).append(case)
    dice = random.Random(seed)  # noqa: S311 - an order that can be repeated, not a secret
    groups = list(classes.values())
    dice.shuffle(groups)
    for group in groups:
        dice.shuffle(group)
    return [case for group in groups for case in group]


def document(cases: dict[str, dict[str, Any]]) -> bytes:
    """*cases* as JUnit XML."""
    suite = ET.Element("testsuite", name="unittest", tests=str(len(cases)))
    for case in cases.values():
        container, _, last = case["id"].rpartition("::")
        facts = {"classname": container, "name": last, "file": case["file"], "time": f"{case['seconds']:.6f}"}
        if case["line"]:
            facts["line"] = str(case["line"])
        element = ET.SubElement(suite, "testcase", {key: _legal(fact) for key, fact in facts.items() if fact})
        kind = {"failed": "failure", "errored": "error", "skipped": "skipped"}.get(case["status"])
        if kind:
            ET.SubElement(element, kind, message=_legal(case["message"])).text = _legal(case["text"])
    text: str = ET.tostring(suite, encoding="unicode", xml_declaration=False)
    return text.encode()


def _legal(text: str) -> str:
    return _ILLEGAL.sub("?", text)


def _recorder(told: dict[str, str], root: Path) -> Any:
    """What records the lines that each test executes, from now on."""
    sys.path.insert(0, told["folder"])
    made = importlib.import_module("agent_ci_coverage_kit.collector").Recorder(str(root), told["file"])
    del sys.path[0]
    return made


def through_django(program: str, arguments: list[str], runner: Runner, kit: Path) -> None:
    """Have the *program* of a Django project, its manage.py, find the tests and prepare what they need.

    Where it does not get as far as the tests, that is the error of a case which bears the name of the *program*.
    """
    handed = types.ModuleType(HANDED)
    vars(handed)["run"] = runner.run
    sys.modules[HANDED] = handed
    sys.path.append(str(kit.parent))
    case = {"id": program, "file": program, "status": "passed", "message": "", "seconds": 0.0, "text": "", "line": 0}
    sys.argv = [program, "test", *arguments, f"--testrunner={kit.name}.{_THROUGH_DJANGO}", "--noinput"]
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit as error:
        if not runner.has_begun:
            case |= {"status": "errored", "message": f"it ended with {error.code!r} before it ran a test"}
    except Exception as error:  # noqa: BLE001 - it runs the user's own code
        told = f"{type(error).__name__}: {error}"
        case |= {"status": "errored", "message": told, "text": traceback.format_exc()}
    runner.result.cases[program] = case


def main() -> None:
    """Run unittest with the arguments of the command line, and leave the report where we are told to."""
    told = json.loads(os.environ.pop(TOLD))
    root = Path.cwd()
    recorder = _recorder(told["recorder"], root) if "recorder" in told else None
    sys.path[:1] = [str(root), *told["paths"]]  # as with `python -m unittest`, and not before our own imports
    os.environ["PYTHONPATH"] = os.pathsep.join(told["paths"])  # for the processes that tests start
    runner = Runner(told, root)
    runner.result.recorder = recorder
    if program := told.get("program"):
        through_django(program, sys.argv[1:], runner, Path(__file__).parent)
    else:
        unittest.TestProgram(module=None, argv=["python -m unittest", *sys.argv[1:]], testRunner=runner, exit=False)
    if recorder:
        recorder.finish()
    report = document(runner.result.cases)
    Path(told["report"]).write_bytes(report)
    red = {"failed": "failed", "errored": "failed"}
    seen = {id_: red.get(case["status"], case["status"]) for id_, case in runner.result.cases.items()}
    confirmation = {"sha256": hashlib.sha256(report).hexdigest(), "seen": seen}
    Path(told["confirmation"]).write_text(json.dumps(confirmation), encoding="utf-8")


if __name__ == "__main__":
    main()
