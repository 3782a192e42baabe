"""What a path inside a repository is: matched by a glob, a test, a setting of the test run."""

from __future__ import annotations

import re
from functools import lru_cache

_TEST = re.compile(
    r"""
    (^|/)(tests?|testing|spec|specs|__tests__|__snapshots__|testdata|fixtures)/ |  # a folder of tests
    (^|/)(test_[^/]*|[^/]*_test|conftest)\.py$ |                                   # Python
    (^|/)[^/]*[._-](test|tests|spec)\.[^/]+$ |                                     # JavaScript, Go, Ruby
    (^|/)[^/]*Tests?\.(java|kt|cs|scala|swift)$                                    # JVM, .NET, Swift
    """,
    re.VERBOSE,
)


def is_test_path(path: str) -> bool:
    """Whether *path* belongs to the tests by the naming habits of the common ecosystems."""
    return bool(_TEST.search(path))


def matches(path: str, globs: tuple[str, ...]) -> bool:
    """Whether *path* matches one of *globs*, ignoring case.

    ``*`` and ``?`` stay inside one folder, ``**`` spans any number. As in .gitignore, a glob without a slash
    matches at any depth, and one that ends in a slash matches everything below such a folder.
    """
    return any(_compiled(glob).fullmatch(path) for glob in globs)


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    pattern = glob + "**" if glob.endswith("/") else glob
    anchored = "/" in pattern.removesuffix("/**")
    pattern = pattern.removeprefix("/") if anchored else "**/" + pattern
    parts = (_WILDCARDS.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
