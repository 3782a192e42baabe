"""What a path inside a repository is: one that may be written, one that a glob matches, a test."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_PATH_BYTES = 4096
MAX_NAME_BYTES = 255

_TEST = re.compile(
    r"""
    (^|/)(tests?|e2e|cypress|testdata|__tests__|__snapshots__|__fixtures__)/ |  # a folder of tests
    ^(testing|fixtures|specs?)/ |                                               # the same, at the root only
    (^|/)spec/([^/]+/)*[^/]+\.rb$ |                                             # a gem inside a monorepo
    (^|/)([^/]*Tests|([^/]*\.)?Test)/ |                                         # Shop.Tests/, ShopUITests/
    (^|/)(test_[^/]*|[^/]*_tests?|tests|conftest)\.pyi?$ |                      # Python
    (^|/)tests\.rs$ |                                                           # Rust
    (^|/)[^/]+[._-]tests?\.(go|rb|rs|exs?|dart|lua|php|jl|sh|zig|clj[cs]?|[jt]sx?|[cm][jt]s|vue)$ |
    (^|/)[^/]+[._-](unit)?tests?\.(c|cc|cpp|cxx|m|mm|cs|kts?|swift)$ |
    (^|/)[^/]+[._-](spec|cy)\.([jt]sx?|[cm][jt]s|rb|cr|lua|dart|coffee|vue)$ |
    (^|/)[^/]+(Tests?|TestCase)\.(java|kts?|groovy|scala|cs|fs|vb|swift|php)$ |
    (^|/)[^/]*[a-z0-9](IT\.(java|kt)|Spec\.(scala|groovy|kt))$ |
    \.snap$                                                                     # recorded expectations
    """,
    re.VERBOSE,
)

_PYTHON_TEST = re.compile(r"(^|/)(test_[^/]*|[^/]*_test)\.py$")


def is_python_test(path: str) -> bool:
    """Whether pytest collects *path* when nothing is configured."""
    return bool(_PYTHON_TEST.search(path))


def is_test_path(path: str) -> bool:
    """Whether *path* belongs to the tests by the naming habits of the common ecosystems.

    Folders named ``testing``, ``fixtures`` and ``spec`` count at the root only: below it they are as often
    product code (``numpy/testing``, a Django app's ``fixtures``, a parser's ``spec``), which must stay
    repairable. For the same reason ``_spec`` makes a test of JavaScript and Ruby only (``job_spec.go`` is none).
    """
    return bool(_TEST.search(path))


OURS = "agent_ci"
"""What stands in the names of the files of tests that we add beside a person's."""

_OUR_TEST = re.compile(rf"(^|/)(test_[^/]+_{OURS}(_\d+)?|[^/]+_{OURS}(_\d+)?_test)\.py$")


def is_our_test(path: str) -> bool:
    """Whether the file of tests *path* has a name that says that we wrote it."""
    return bool(_OUR_TEST.search(path))


def path_objection(path: str) -> str | None:
    """Why *path* may not be written in any repository on any file system; None where it may.

    The spellings of ``.git`` are those that git guards against by ``core.protectHFS`` and
    ``core.protectNTFS``.
    """
    for fault, pattern in _FAULTS:
        if pattern.search(path):
            return f"the path {path[:120]!r} {fault}"
    return _objection_to_characters(path) or _objection_to_length(path)


_FAULTS = tuple(
    (fault, re.compile(pattern, re.IGNORECASE))
    for fault, pattern in (
        ("is empty", r"\A\Z"),
        ("is absolute; give it relative to the repository's root", r"\A(/|[a-z]:)"),
        ("holds a backslash; separate folders with /", r"\\"),
        ("has an empty, '.' or '..' part; give it plainly from the repository's root", r"(\A|/)\.{0,2}(/|\Z)"),
        ("lies in git's own folder", r"(\A|/)(\.git|git~\d+)[. ]*(:[^/]*)?(/|\Z)"),
        ("has a part that ends in a dot or a space, or starts with a dash", r"[. ](/|\Z)|(\A|/)-"),
    )
)


def _objection_to_characters(path: str) -> str | None:
    # Cc control, Cf invisible (git and HFS+ read ".g\u200cit" as ".git"), Cs bytes that are not UTF-8
    strange = next((sign for sign in path if unicodedata.category(sign) in {"Cc", "Cf", "Cs"}), None)
    if strange is None:
        return None
    return f"the path {path[:120]!r} holds the control or invisible character U+{ord(strange):04X}"


def _objection_to_length(path: str) -> str | None:
    if len(path.encode()) > MAX_PATH_BYTES:
        return f"the path that starts with {path[:80]!r} is longer than {MAX_PATH_BYTES} bytes"
    if any(len(part.encode()) > MAX_NAME_BYTES for part in path.split("/")):
        return f"the path {path[:80]!r} has a part longer than {MAX_NAME_BYTES} bytes"
    return None


def matches(path: str, globs: tuple[str, ...]) -> bool:
    """Whether *path* matches one of *globs*, ignoring case.

    ``*`` and ``?`` stay inside one folder, ``**`` spans any number. As in .gitignore, a glob without a slash
    matches at any depth, and one that ends in a slash matches everything below such a folder.
    """
    return any(_compiled(glob).fullmatch(path) for glob in globs)


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    anchored = "/" in glob.removesuffix("/")
    pattern = glob + "**" if glob.endswith("/") else glob
    pattern = pattern.removeprefix("/") if anchored else "**/" + pattern
    parts = (_WILDCARDS.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
