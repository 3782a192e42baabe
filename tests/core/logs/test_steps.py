from __future__ import annotations

import time

import pytest

from agent_ci.core.logs.cleaning import clean
from agent_ci.core.logs.steps import FailingStep, failing_step

T = "2021-12-01T13:00:40.1077661Z "
GITHUB = f"""{T}##[group]Run actions/checkout@v4
{T}##[endgroup]
{T}##[group]Run make all
{T}make all
{T}##[endgroup]
{T}make: *** [Makefile:3: all] Error 2
{T}##[error]Process completed with exit code 2.
{T}##[group]Run ./upload
{T}##[endgroup]
{T}##[error]Process completed with exit code 1.
"""
GITLAB = """section_start:1:step_script\r\x1b[0KExecuting "step_script" stage of the job script
$ pip install .
$ pytest -q
1 failed
section_end:2:step_script\r\x1b[0K
section_start:3:after_script\r\x1b[0KRunning after_script
$ ./report.sh
section_end:4:after_script\r\x1b[0K
ERROR: Job failed: exit code 1
"""
SAID = {
    "github": (GITHUB, FailingStep(7, "Run make all", "make all", 2, "all")),
    "gh": (
        (
            f"test\tRun npm test\t{T}npm ERR! cart@1.0.0 test: `jest`\n"
            f"test\tRun npm test\t{T}##[error]Process completed with exit code 1."
        ),
        FailingStep(2, "Run npm test", "jest", 1, "cart@1.0.0 test"),
    ),
    "gitlab": (GITLAB, FailingStep(9, "", "pytest -q", 1)),
    "travis": (
        '$ tox\nred\nThe command "tox -e py39" exited with 1.\nDone.',
        FailingStep(3, "", "tox -e py39", 1),
    ),
    "jenkins": (
        (
            "+ mvn -B verify\n[ERROR] Failed to execute goal org.x:y-plugin:1.0:test (default-test) on project cart:\n"
            "Build step 'Execute shell' marked build as failure\nERROR: Step 'Publish' failed: none\nFinished: FAILURE"
        ),
        FailingStep(3, "", "mvn -B verify", None, "org.x:y-plugin:1.0:test (default-test)"),
    ),
    "make": ("cc a.c\nmake[1]: *** [a.o] Error 1\nmake: *** [all] Error 2", FailingStep(2, "", "", 1, "a.o")),
    "npm 10": ("npm error code 7\nnpm error command sh -c jest", FailingStep(2, "", "jest")),
    "yarn": ("error Command failed with exit code 3.", FailingStep(1, "", "", 3)),
    "gradle": ("> Task :cart:test FAILED\nFAILURE: Build failed", FailingStep(1, "", "", None, ":cart:test")),
    "docker": (
        'ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2',
        FailingStep(1, "", "/bin/sh -c make", 2),
    ),
    "cargo": ("error: could not compile `cart` (lib) due to 2 previous errors", FailingStep(1, inner="cart")),
    "cancelled": ("##[error]The operation was canceled.", FailingStep(1)),
}


@pytest.mark.parametrize("name", SAID)
def test_the_failing_step_and_its_command_are_named(name: str) -> None:
    text, expected = SAID[name]
    assert failing_step(clean(text)) == expected


@pytest.mark.parametrize("text", ["", "all is well\n12 passed", "Process completed with exit code 0 errors"])
def test_a_log_that_names_no_failing_step_has_none(text: str) -> None:
    assert failing_step(clean(text)) is None


def test_a_failing_step_is_told_in_one_sentence() -> None:
    assert FailingStep(7, "Run make", "make", 2, "all").words == 'step "Run make": make ended with exit code 2, in all'
    assert FailingStep(1).words == "a command failed"


@pytest.mark.parametrize(
    "line", ['The command "' + "x" * 1900, "make: *** [" * 150, "error " * 300, "$ " + "exit" * 400]
)
def test_no_line_takes_long(line: str) -> None:
    lines = clean((line + "\n") * 10_000 + "npm ERR! code 1\n" * 10_000)
    started = time.process_time()
    failing_step(lines)
    assert time.process_time() - started < 2
