"""Runs in the user's interpreter: calls what the failing tests call in forks of the run, and tells what gives it away.

At each call the process is forked, so that a fork is in the very situation that the test made. One fork makes the
call as it is and with other arguments, another one first removes what shows that tests are being run. Python 3.10
and its standard library only. Written as a module: ``-m agent_ci_kits.jobs.compare_kit.conduct SPEC RESULT``.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import copy
import inspect
import itertools
import json
import os
import pickle
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ...sandbox_kit.calls import ADDRESS, place_of, quiet, shown
from .nearby import nearby, strangers_equal
from .probe import function_of, functions_in

MOST_OF_ONE = 4  # calls of one function
FEW_OF_ONE = 2  # the same once there were many of others: no function goes unseen behind those called before it
MANY = 12
MOST_CALLS = 200
SECONDS_A_FORK = 4
AGAIN = 8  # further calls, to see an answer that holds for the first ones only
LONGEST_ROW = 60_000
LONGEST_PACKED = 4_000
TOOLS = frozenset({
    "pytest", "_pytest", "py", "pluggy", "iniconfig", "xdist", "execnet", "_hypothesis_pytestplugin", "nose", "nose2",
    "conftest", "agent_ci_kits", "agent_ci_pytest_kit",
})  # fmt: skip
MARKS = ("PYTEST", "_PYTEST", "AGENT_CI", "TOX_", "NOX_", "COV_CORE", "COVERAGE_")


class Observer:
    """Writes one row for each outermost call of a function in the changed files, while the tests run."""

    def __init__(self, spec: dict[str, Any], root: Path, result: Path) -> None:
        self.wanted = dict(place for path in spec["files"] for place in functions_in(root, path))
        self.test_files = [root / path for path in spec["test_files"]]
        self.result = result
        self.beside: dict[str, list[str]] = dict(spec["beside"])
        self.counts: dict[str, int] = {}
        self.depth = 0

    def __call__(self, frame: Any, event: str, _argument: object) -> None:
        """Take note of a call that begins or ends."""
        place = self.wanted.get(place_of(frame.f_code))
        if place is None or threading.current_thread() is not threading.main_thread():
            return
        if event == "call":
            self.depth += 1
            if self.depth == 1 and self.is_open(place):
                self.counts[place] = self.counts.get(place, 0) + 1
                with contextlib.suppress(Exception):
                    self.look(place, frame)
        elif event == "return":
            self.depth -= 1

    def is_open(self, place: str) -> bool:
        """Whether another call of the function at *place* is wanted."""
        calls = sum(self.counts.values())
        return calls < MOST_CALLS and self.counts.get(place, 0) < (MOST_OF_ONE if calls < MANY else FEW_OF_ONE)

    def look(self, place: str, frame: Any) -> None:
        """Write the row of the call that *frame* begins, and of those that are to be made beside it."""
        code = frame.f_code
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        function = function_of(place.partition("::")[2], frame.f_globals["__name__"])
        if function is None or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
            return
        self.write(place, function, {name: frame.f_locals[name] for name in names})
        for packed in self.beside.pop(place, ()):
            self.write(place, function, pickle.loads(base64.b64decode(packed)))  # noqa: S301 - made here a run earlier

    def write(self, place: str, function: Callable[..., Any], arguments: dict[str, Any]) -> None:
        """Write the row of the call of *function* with *arguments*, where it comes to an end."""
        row = in_a_fork(lambda: as_it_is(function, arguments))
        if not row or ADDRESS.search(row["here"]):
            return
        with put_away(self.test_files):
            row.update(in_a_fork(lambda: out_of_sight(function, arguments, self.test_files)))
        row.update(function=place, given=shown(arguments), packed=packed(arguments))
        with self.result.open("a", encoding="utf-8") as result:
            result.write(json.dumps(row) + "\n")


def packed(arguments: dict[str, Any]) -> str:
    """*arguments* as text that can be read back on another tree; empty where they cannot be kept, or are large."""
    with contextlib.suppress(Exception):
        text = base64.b64encode(pickle.dumps(arguments)).decode()
        return text if len(text) <= LONGEST_PACKED else ""
    return ""


def as_it_is(function: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """The outcome of the call, whether what it gives equals anything, and the outcomes of calls nearby."""
    here, value = outcome(function, arguments)
    is_equality = function.__name__ == "__eq__"
    fixed = dict(list(arguments.items())[:1]) if is_equality else {}
    changed = {name: value for name, value in arguments.items() if name not in fixed}
    others = [outcome(function, {**fixed, **other})[0] for other in nearby(changed)]
    gives_all = is_equality and len(others) > 1 and {here, *others} == {"gives True"}
    return {"here": here, "near": others, "equals_anything": gives_all or strangers_equal(value)}


def out_of_sight(function: Callable[..., Any], arguments: dict[str, Any], tests: list[Path]) -> dict[str, Any]:
    """The outcome where nothing shows that tests are being run, and that of the same call made often."""
    hide_the_tests(tests)
    outside = outcome(function, arguments)[0]
    later = [outcome(function, arguments)[0] for _ in range(AGAIN)]
    return {"outside": outside, "later": later[-1]}


def hide_the_tests(tests: list[Path]) -> None:
    """Remove what tells code in this process that tests are being run."""
    files = {str(path) for path in tests}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in TOOLS or getattr(module, "__file__", "") in files:
            del sys.modules[name]
    for name in [name for name in os.environ if name.startswith(MARKS)]:
        del os.environ[name]
    for name in [name for name in vars(sys) if name.startswith("_called")]:
        delattr(sys, name)
    sys.modules["__main__"] = types.ModuleType("__main__")
    sys.argv[:] = ["program"]
    sys.orig_argv[:] = ["python", "program"]


@contextlib.contextmanager
def put_away(files: list[Path]) -> Iterator[None]:
    """Let the files of the tests, which were imported long ago, not be found while this is open."""
    there = [file for file in files if file.exists()]
    for file in there:
        file.rename(f"{file}.away")
    try:
        yield
    finally:
        for file in there:
            Path(f"{file}.away").rename(file)


def outcome(function: Callable[..., Any], arguments: dict[str, Any]) -> tuple[str, Any]:
    """What a call with copies of *arguments* comes to, in words, and the value where it gives one."""
    try:
        given = copy.deepcopy(arguments)
        before = shown(given)
        value = finished(function(**given))
        said = f"gives {shown(value)}"
    except BaseException as error:  # noqa: BLE001 - every way to end is an outcome
        return f"raises {type(error).__name__}: {str(error)[:300]}", None
    after = shown(given)
    return (said if after == before else f"{said} and leaves {after}"), value


def finished(value: Any) -> Any:
    """*value*, run to its end where it is a coroutine or a generator."""
    if inspect.iscoroutine(value):
        return asyncio.run(value)
    return list(itertools.islice(value, 100)) if hasattr(value, "__next__") else value


def in_a_fork(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What *work* comes to in a fork of this process, in a thread of its own, where no test is on the stack.

    It is empty where the fork does not end in time, or ends in any other way.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        serve(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        text = answer.read()
    os.waitpid(child, 0)
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError:
        return {}
    return found


def serve(work: Callable[[], dict[str, Any]], writing: int) -> None:
    """Do *work* in this fork, write what it comes to, and end."""
    sys.setprofile(None)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS_A_FORK)
    answers: list[dict[str, Any]] = []
    with contextlib.suppress(BaseException), quiet():
        thread = threading.Thread(target=lambda: answers.append(work()), daemon=True)
        thread.start()
        thread.join()
    with contextlib.suppress(BaseException):
        os.write(writing, json.dumps(answers[0]).encode()[:LONGEST_ROW])
    os._exit(0)


def main(spec_file: str, result_file: str) -> None:
    """Run the tests of the spec under observation; the rows are written while they run."""
    import pytest  # noqa: PLC0415 - the program is read by tools that have none

    spec = json.loads(Path(spec_file).read_text(encoding="utf-8"))
    observer = Observer(spec, Path.cwd(), Path(result_file))
    with quiet():
        sys.setprofile(observer)
        try:
            pytest.main(["-q", "-p", "no:cacheprovider", *spec["arguments"], *spec["tests"]])
        except BaseException as error:  # noqa: BLE001 - whatever the tests do, what was seen counts
            del error
        finally:
            sys.setprofile(None)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
    os._exit(0)  # threads and exit handlers of the code under test have nothing to add
