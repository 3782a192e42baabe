"""A call that is tried again, and whose last error is lost."""

from __future__ import annotations

from bench.regressions.project import Project, Regression

_WRONG = """\
    for number in range(attempts):
        try:
            return action()
        except on:
            wait(2**number)
    return None
"""
_SOURCE = f'''\
"""Calls that are tried again when they fail."""

import logging
import time

LOG = logging.getLogger("retries")


def call(action, attempts=3, on=(OSError,), wait=time.sleep):
    """What *action* gives, tried as often as *attempts* says; of no attempts comes None. The last error is raised."""
{_WRONG}

def read(files, name, wait=time.sleep):
    """The text of a file that may not be there yet; empty where it never comes."""
    try:
        return call(lambda: files.read(name), wait=wait) or ""
    except FileNotFoundError:
        return ""


def all_of(actions, wait=time.sleep):
    """What each of *actions* gives."""
    return [call(action, wait=wait) for action in actions]
'''
_TESTS = """\
import contextlib
import logging

import pytest
from retries import all_of, call, read


class Action:
    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.calls = 0
        self.waited = []

    def __call__(self):
        self.calls += 1
        assert self.calls < 20, "this never ends"
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def read(self, name):
        return self()


@pytest.fixture
def quiet():
    yield
    assert logging.getLogger("retries").handlers == []


def test_the_last_error_is_raised():
    action = Action(OSError("busy"))
    with pytest.raises(OSError):
        call(action, wait=action.waited.append)


def test_what_works_is_called_once():
    action = Action(7)
    assert (call(action, wait=action.waited.append), action.calls) == (7, 1)


@pytest.mark.parametrize("failures", [1, 2])
def test_what_fails_is_called_again(failures):
    action = Action(*[OSError()] * failures, 7)
    assert (call(action, wait=action.waited.append), action.calls) == (7, failures + 1)
    assert action.waited == [1, 2][:failures]


def test_no_more_attempts_are_made_than_were_asked_for():
    action = Action(OSError(), OSError(), OSError(), 7)
    with contextlib.suppress(OSError):
        call(action, wait=action.waited.append)
    assert action.calls == 3


def test_no_attempt_gives_nothing():
    action = Action(OSError())
    assert (call(action, attempts=0, wait=action.waited.append), action.calls) == (None, 0)


def test_a_bug_is_not_tried_again():
    action = Action(ValueError("bug"), 7)
    with pytest.raises(ValueError):
        call(action, wait=action.waited.append)


def test_a_file_that_never_comes_is_empty():
    action = Action(FileNotFoundError())
    assert read(action, "x", wait=action.waited.append) == ""


def test_nothing_is_left_in_the_log(quiet):
    action = Action(OSError(), 7)
    assert all_of([action, Action(8)], wait=action.waited.append) == [7, 8]
"""
_PROJECT = Project(
    "retries.py",
    {"retries.py": _SOURCE, "test_retries.py": _TESTS},
    _WRONG,
    "test_retries.py::test_the_last_error_is_raised",
)
_LAST = """\
    last = None
    for number in range(attempts):
        try:
            return action()
        except on as error:
            last = error
            wait(2**number)
    if last is not None:
        raise last
    return None
"""
_NO_WAIT = """\
    for number in range(attempts):
        try:
            return action()
        except on:
            if number == attempts - 1:
                raise
            wait(2**number)
    return None
"""
_COUNTED = """\
    number = 0
    while True:
        try:
            return action()
        except on:
            number += 1
            if number == attempts:
                raise
            wait(2 ** (number - 1))
"""
_HANDLED = "            if not LOG.handlers:\n                LOG.addHandler(logging.StreamHandler())\n"
_LOGGED = '            LOG.warning("attempt %d failed", number + 1)\n'

RETRIES: dict[str, Regression] = {
    "an error of a wider type": _PROJECT.regression(
        "a caller that waits for the type of the error",
        _WRONG.replace(
            "    return None\n",
            '    if attempts:\n        raise OSError(f"gave up after {attempts}")\n    return None\n',
        ),
        _NO_WAIT,
    ),
    "any error tried again": _PROJECT.regression(
        "an error that is a bug and is raised at once", _LAST.replace("except on as", "except Exception as"), _LAST
    ),
    "a loop that counts past its end": _PROJECT.regression(
        "no attempts at all", _COUNTED, "    if attempts < 1:\n        return None\n" + _COUNTED
    ),
    "one attempt too many": _PROJECT.regression(
        "the number of attempts",
        _NO_WAIT.replace("range(attempts)", "range(attempts + 1)").replace("attempts - 1", "attempts"),
        _NO_WAIT.replace("range(attempts)", "range(1, attempts + 1)")
        .replace("attempts - 1", "attempts")
        .replace("2**number", "2 ** (number - 1)"),
    ),
    "a handler for each failure": _PROJECT.regression(
        "what a fixture checks at the end",
        _LAST.replace("            last = error\n", f"            last = error\n{_HANDLED}{_LOGGED}"),
        _LAST.replace("            last = error\n", f"            last = error\n{_LOGGED}"),
    ),
}
