"""The pytest side: starts a session as the user would, takes it over once collected, runs chosen items."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pytest

from ....sandbox_kit.children import Message
from .localise import Files, Lines, frames, recording

Send = Callable[[Message], None]

_LONGEST_ERROR = 4000
_TAMED = {"xdist": ("-n0",), "pytest_cov": ("--no-cov",), "pytest_randomly": ("-p", "no:randomly")}
_OWN = ("-s", "-q", "--tb=native", "--maxfail=0", "--continue-on-collection-errors", "--color=no")
_NO_IMPORT = re.compile(r"cannot import name '(\w+)'")
_NO_CACHE = ("-p", "no:cacheprovider")


class Recorder:
    """A plugin that keeps what was reported, and does *then* in the place of running the tests."""

    def __init__(self, then: Callable[[pytest.Session], None]) -> None:
        self._then = then
        self.reports: list[pytest.TestReport] = []
        self.error: BaseException | None = None
        self.uncollected: dict[str, BaseException | None] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the collected session over."""
        self._then(session)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a phase's report."""
        self.reports.append(report)

    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        """Keep the error itself: its traceback names the suspects."""
        self.error = call.excinfo.value if call.excinfo else None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep which file could not be collected, and its error."""
        if report.failed:
            self.uncollected[report.nodeid.partition("::")[0]] = self.error


def ladder(arguments: Sequence[str], root: str) -> list[list[str]]:
    """Ways to start pytest, the gentlest first: a user's settings may forbid what we add."""
    tamed = [part for name, parts in _TAMED.items() if importlib.util.find_spec(name) for part in parts]
    place = [] if any(one.startswith("--rootdir") for one in arguments) else [f"--rootdir={root}"]
    own = [*arguments, *_OWN, *place]
    ways = [[*own, *tamed, *_NO_CACHE], [*own, *tamed], [*own, *_NO_CACHE], own]
    ways.append([*_OWN, *place, *_NO_CACHE, "-o", "addopts="])
    return ways


def start(arguments: Sequence[str], files: Iterable[str], recorder: Recorder) -> None:
    """Run a pytest session over *files*; *recorder* takes over once it has collected."""
    pytest.main([*arguments, *files], plugins=[recorder])


def id_of(item: pytest.Item, root: str) -> str:
    """The item's node id with its file relative to *root*, whatever pytest took for its own root."""
    path = os.path.relpath(os.path.realpath(item.path), root).replace(os.sep, "/")
    rest = item.nodeid.partition("::")[2]
    return f"{path}::{rest}" if rest else path


def be_quick(config: pytest.Config) -> None:
    """Do without the explanations of failures, which cost more than most tests do."""
    config.pluginmanager.unregister(name="assertion")


def forget_instance(item: pytest.Item) -> None:
    """Have *item* make a new object of its class when it runs the next time, as it did the first time."""
    if isinstance(item.parent, pytest.Class):
        for name in ("_instance", "_obj"):
            vars(item).pop(name, None)


@dataclass(frozen=True)
class Watch:
    """What to observe while cases run: lines of the suspects in *files*, with *only* those in its files."""

    files: Files
    only: Lines | None = None

    def observing(self) -> AbstractContextManager[Lines]:
        """Observe while it is open."""
        return recording(self.files, only=self.only)

    def told(self) -> Message:
        """What else the message holds of what was observed."""
        return {}


def run_items(  # noqa: PLR0913 - what is run, and how
    items: Sequence[tuple[str, pytest.Item]],
    recorder: Recorder,
    send: Send,
    *,
    watch: Watch | None = None,
    stop: bool = False,
    apart: bool = False,
) -> bool:
    """Run *items* in order and send one message for each; with *stop*, no further than the first that fails.

    With *watch* the message holds the suspects' lines that ran and the error's frames; with *apart*, no fixture
    outlives an item.
    """
    for index, (id_, item) in enumerate(items):
        following = items[index + 1][1] if index + 1 < len(items) and not apart else None
        message = _run(id_, item, following, recorder, watch)
        send(message)
        if stop and message["outcome"] != "passed":
            return False
    return True


def _run(
    id_: str,
    item: pytest.Item,
    following: pytest.Item | None,
    recorder: Recorder,
    watch: Watch | None,
) -> Message:
    recorder.reports.clear()
    recorder.error = None
    if watch is None:
        item.repr_failure = lambda *_, **__: ""  # type: ignore[method-assign] # nobody reads it
    started = time.monotonic()
    observing: AbstractContextManager[Lines] = watch.observing() if watch else nullcontext({})
    with observing as lines:
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
    message: Message = {"id": id_, "outcome": _outcome(recorder.reports), "seconds": time.monotonic() - started}
    if watch:
        message["lines"] = {path: sorted(hit) for path, hit in lines.items()}
        message.update(watch.told())
        message.update(_about_error(recorder.error, watch.files))
        message["stopped"] = _place_in_test(item, recorder.error)
    return message


def _place_in_test(item: pytest.Item, error: BaseException | None) -> tuple[str, int]:
    """The file, from the current folder, and the line of *item*'s own function at which *error* came out of it.

    Nothing and 0 where it is not in the traceback.
    """
    traceback = error.__traceback__ if error else None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_name == item.name.partition("[")[0]:
            return os.path.relpath(os.path.realpath(code.co_filename)).replace(os.sep, "/"), traceback.tb_lineno
        traceback = traceback.tb_next
    return "", 0


def _about_error(error: BaseException | None, files: Files) -> Message:
    text = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR] if error else ""
    return {"error": text, "frames": frames(error, files)[:20], "suggestions": _suggestions(error)}


def _suggestions(error: BaseException | None) -> list[str]:
    """What the module or object at hand has instead of the name that was looked up in it."""
    while error is not None:
        if isinstance(error, AttributeError) and isinstance(error.name, str):
            return get_close_matches(error.name, _names_of(error.obj), n=5, cutoff=0.5)
        if isinstance(error, ImportError) and (found := _NO_IMPORT.search(str(error))):
            return get_close_matches(found.group(1), _names_of(sys.modules.get(error.name or "")), n=5, cutoff=0.5)
        error = error.__cause__ or error.__context__
    return []


def _names_of(thing: object) -> list[str]:
    try:
        return [name for name in dir(thing) if not name.startswith("__")]
    except Exception:  # noqa: BLE001 - it runs the user's own code
        return []


def about_collection(path: str, error: BaseException | None, files: Files) -> Message:
    """The message about a file that could not be collected."""
    about = {"lines": {}, "stopped": ("", 0), **_about_error(error, files)}
    return {"id": path, "outcome": "failed", "seconds": 0.0, **about}


def _outcome(reports: Sequence[pytest.TestReport]) -> str:
    if any(report.failed for report in reports):
        return "failed"
    if any(report.skipped for report in reports):
        return "skipped"
    return "passed" if any(report.when == "call" and report.passed for report in reports) else "failed"
