"""What `coverage json --show-contexts` writes, where the context of a line is the test that executed it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.coverage_formats.gathering import Gathering, Place
from agent_ci.core.formats.documents import documents
from agent_ci.core.formats.json_values import Object, mapping, texts
from agent_ci.core.formats.limits import Limits
from agent_ci.errors import UnsupportedError

_PHASE = re.compile(r"\|(?:setup|run|teardown)\Z")  # what pytest-cov puts behind the id of a test


def read_python_json(chunks: Iterable[bytes], place: Place) -> Coverage:
    """The coverage in *chunks*, by context: with pytest-cov's ``--cov-context=test`` that is the test's id.

    Where it has no contexts, all lines are told of IMPORTS, with the reason. Raises UnsupportedError where it is no
    such report. Source: https://coverage.readthedocs.io/en/latest/commands/cmd_reporting.html#json-reporting
    """
    found = Gathering(place)
    has_files = has_contexts = False
    for document in documents(chunks, Limits()):
        if document.damage:
            found.note(f"the coverage cannot be read to its end: {document.damage}")
        for name, file in mapping(mapping(document.value).get("files")).items():
            has_files = True
            contexts = mapping(mapping(file).get("contexts"))
            has_contexts = has_contexts or bool(contexts)
            for test, lines in _by_test(contexts).items():
                found.add(test, name, lines)
            told = set(_numbers(contexts))
            found.add(IMPORTS, name, (line for line in _executed(mapping(file)) if line not in told))
    if not has_files:
        raise UnsupportedError("this is no JSON report of coverage.py: it names no files")
    if not has_contexts:
        found.note(
            "the coverage names no tests; record it with `--cov-context=test`, report it with `json --show-contexts`"
        )
    return found.coverage()


def _by_test(contexts: Object) -> dict[str, set[int]]:
    by_test: dict[str, set[int]] = {}
    for line, names in contexts.items():
        for name in texts(names):
            if line.isascii() and line.isdigit():
                by_test.setdefault(_PHASE.sub("", name), set()).add(int(line[:9]))
    return by_test


def _numbers(contexts: Object) -> Iterator[int]:
    return (int(line[:9]) for line, names in contexts.items() if names and line.isascii() and line.isdigit())


def _executed(file: Object) -> Iterator[int]:
    lines = file.get("executed_lines")
    return (line for line in lines if type(line) is int) if isinstance(lines, list) else iter(())
