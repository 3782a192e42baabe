"""What taking out one delivery of tests makes of the files that hold it, in every language that we write tests in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent_ci.core.elsewhere import blocks
from agent_ci.core.paths import is_python_test
from agent_ci.core.worth.provenance import taken_out


def without_tests(texts: Mapping[str, str], paths: Iterable[str], name: str) -> dict[str, bytes | None]:
    """What is left of the files at *paths* that hold tests of the delivery *name*; None where no test is left.

    *texts* are the files by path; one that is no text holds none.
    """
    every = tuple(paths)
    python = {path: texts[path] for path in every if is_python_test(path) and path in texts}
    found = {**taken_out(python, name), **blocks.taken_out(texts, every, name)}
    return {path: text.encode() if text else None for path, text in found.items()}
