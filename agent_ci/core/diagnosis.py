"""What the control runs and the messages of red tests mean: broken from outside, flaky, and what flips a test."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from agent_ci.core.conditions import Conditions
from agent_ci.core.report import Status, TestCase
from agent_ci.core.run import Control, Flake

_NETWORK = (
    r"^(?:[\w.]*\.)?(?:ConnectionRefusedError|ConnectTimeout|ConnectError|ConnectionError|gaierror|URLError"
    r"|NewConnectionError|MaxRetryError|ClientConnectorError|UnknownHostException|ConnectException)\b"
    r"|Name or service not known|Temporary failure in name resolution|Network is unreachable"
    r"|\b(?:ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ENETUNREACH)\b|\bdial tcp\b.*(?:refused|no such host)"
)
_PROGRAM = (
    r"^FileNotFoundError: \[Errno 2\] No such file or directory: '[\w.+-]+'$|: command not found\b"
    r"|\bsh: (?:\d+: )?[\w.+-]+: not found\b"
    r"|\bspawn \S+ ENOENT\b|executable file not found|^(?:[\w.]*\.)?(?:CommandNotFound|ExecutableNotFound)\w*"
)
MISSING_PROGRAM = "a program is missing"
DISK_FULL = "the disk is full"
NO_MEMORY = "memory ran out"
SHOCKS = (
    (DISK_FULL, r"No space left on device|\bENOSPC\b|Disk quota exceeded"),
    ("the file system is read-only", r"Read-only file system|\bEROFS\b"),
    (NO_MEMORY, r"^(?:builtins\.)?MemoryError|Cannot allocate memory|OutOfMemoryError|heap out of memory"),
    ("too many files are open", r"Too many open files|\bEMFILE\b"),
    ("the network cannot be reached", _NETWORK),
    (MISSING_PROGRAM, _PROGRAM),
)
"""What breaks a build from outside, in words, and the patterns that tell it."""

_INFRASTRUCTURE = tuple((what, re.compile(pattern, re.MULTILINE)) for what, pattern in SHOCKS)
_CLAIM = re.compile(r"^(?:AssertionError|assert |expect\(|Failed: )")
_STARTS_A_PROGRAM = re.compile(r"subprocess|Popen|_execute_child|shutil|os\.exec|os\.spawn", re.IGNORECASE)
_NO_MODULE = re.compile(r"No module named '([\w.]+)'|Cannot find (?:module|package) '((?:@[\w.-]+/)?[\w.-]+)")
_MANIFEST = re.compile(
    r"(^|/)(pyproject\.toml|setup\.(py|cfg)|Pipfile|environment\.ya?ml|package\.json|[\w.-]*(requirements|constraints)"
    r"[\w.-]*\.(txt|in)|requirements/[\w.-]+\.(txt|in))$"
)
_DISTRIBUTIONS = {
    "yaml": "pyyaml", "PIL": "pillow", "cv2": "opencv-python", "sklearn": "scikit-learn", "bs4": "beautifulsoup4",
    "dateutil": "python-dateutil", "dotenv": "python-dotenv", "attr": "attrs", "jwt": "pyjwt", "OpenSSL": "pyopenssl",
    "serial": "pyserial", "google": "google-", "pkg_resources": "setuptools", "psycopg2": "psycopg2-binary",
}  # fmt: skip


def is_manifest(path: str) -> bool:
    """Whether *path* is a file in which a project names what it depends on."""
    return bool(_MANIFEST.search(path))


def outside_cause(case: TestCase, manifests: Iterable[str]) -> str:
    """What outside the repository broke *case*, in a few words; empty where nothing says so.

    *manifests* are the texts of the files in which the project names its dependencies.
    """
    said = _error_line(case)
    if _CLAIM.match(said):
        return ""
    for what, pattern in _INFRASTRUCTURE:
        if pattern.search(said) and (what != MISSING_PROGRAM or _is_about_a_program(case, said)):
            return what
    return _missing_dependency(_all_said(case), manifests)


def _error_line(case: TestCase) -> str:
    """The first line of what was raised; pytest puts a fixture's or an import's error in the traceback only."""
    first = next(iter(case.message.strip().splitlines()), "")
    if first and not first.startswith(("collection failure", "failed on setup", "failed on teardown", "test setup")):
        return first
    raised = [line.removeprefix("E").strip() for line in case.traceback.splitlines() if line.startswith("E  ")]
    quoted = first.partition('"')[2].rstrip('"')
    return raised[-1] if raised else quoted or first


def _is_about_a_program(case: TestCase, said: str) -> bool:
    return not said.startswith("FileNotFoundError") or bool(_STARTS_A_PROGRAM.search(case.traceback))


def _missing_dependency(text: str, manifests: Iterable[str]) -> str:
    """The dependency that is declared and not installed, where *text* says that one cannot be imported."""
    module = _module_not_found(text)
    if not module:
        return ""
    name = _DISTRIBUTIONS.get(module, module)
    declared = re.compile(rf"(?<![\w-]){re.escape(name).replace('_', '[-_.]')}(?![\w-])", re.IGNORECASE)
    if any(declared.search(text) for text in manifests):
        return f"the dependency {name} is declared and not installed"
    return ""


def undeclared(cases: Iterable[TestCase], paths: Collection[str]) -> Iterator[str]:
    """A sentence about each module that *cases* could not import and that none of *paths*, the repository's files, is.

    It is for cases that nothing outside broke: no manifest names the module.
    """
    manifest = min((path for path in paths if is_manifest(path)), default="a file of requirements")
    for module in dict.fromkeys(filter(None, map(_module_not_found, map(_all_said, cases)))):
        own = re.compile(rf"(^|/){re.escape(module)}(\.\w+$|/)")
        if not any(map(own.search, paths)):
            yield (
                f"`{module}` is imported and is nowhere: neither a part of the repository, nor named in {manifest}, "
                "nor installed; name it there and install it in an earlier step, or take the import out"
            )


def _all_said(case: TestCase) -> str:
    return f"{case.message}\n{case.traceback[-2000:]}"


def _module_not_found(text: str) -> str:
    """The module or package that *text* says cannot be imported, by its first name; empty where it says nothing."""
    found = _NO_MODULE.search(text)
    if found is None:
        return ""
    module = found[1].split(".")[0] if found[1] else found[2]
    return "" if module.startswith(".") else module


def flakes(ids: Iterable[str], runs: Iterable[Control]) -> tuple[Flake, ...]:
    """Those of *ids* that were both red and green in *runs*, which are all of one commit."""
    seen = {id_: [run.statuses[id_] for run in runs if id_ in run.statuses] for id_ in ids}
    return tuple(
        Flake(id_, passed=statuses.count(Status.PASSED), runs=len(statuses))
        for id_, statuses in seen.items()
        if Status.PASSED in statuses and any(status.is_red for status in statuses)
    )


def exchanges(red: Control, green: Control) -> Mapping[str, tuple[bool, Conditions]]:
    """For each way in which *red* and *green* were run differently: the run of *red* with that one thing as in *green*.

    A run is (alone, conditions); the keys are words for people.
    """
    found: dict[str, tuple[bool, Conditions]] = {}
    if red.alone != green.alone:
        found["the tests that run before it"] = (green.alone, red.conditions)
    for field, words in _WORDS.items():
        value = getattr(green.conditions, field)
        if value != getattr(red.conditions, field):
            found[words] = (red.alone, replace(red.conditions, **{field: value}))
    return found


_WORDS = {
    "order": "the order of the tests",
    "hash_seed": "Python's hash seed",
    "clock": "the clock",
    "workers": "the number of tests that run at a time",
}
