"""Which XML formats of test reports there are, and by which root element each of them is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.junit.events import ROOTS as JUNIT_ROOTS
from agent_ci.core.junit.events import CaseReader
from agent_ci.core.junit.report_format import name_of_root
from agent_ci.core.xml import dotnet, native
from agent_ci.core.xml.elements import ElementReader
from agent_ci.errors import UnsupportedError

Reader: TypeAlias = CaseReader | ElementReader
DIALECTS = (*dotnet.DIALECTS, *native.DIALECTS)


def _alternatives(names: set[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names))


ROOTS = {*JUNIT_ROOTS, *(root for dialect in DIALECTS for root in dialect.roots)}
BEGINNING = re.compile(rf"<\?xml\s|<!DOCTYPE\s|<(?:[\w.-]+:)?(?:{_alternatives(ROOTS)})(?=[\s/>])")
# Tags that no log has by chance: where one stands in front of the beginning, the report begins there.
_NAMES = {*JUNIT_ROOTS, *(name for dialect in DIALECTS for name in (*dialect.roots, *dialect.cases, *dialect.suites))}
_UNMISTAKABLE = {name for name in _NAMES if "test" in name.lower() and name.lower() != "test"}
REPORT_TAG = re.compile(rf"</?(?:[\w.-]+:)?(?:{_alternatives(_UNMISTAKABLE)})\b")


def reader_for(root: str, attributes: Mapping[str, str], keep: Keep, limits: Limits) -> Reader:
    """Who reads a document that begins with the element *root*. Raises UnsupportedError, by name, where nobody does."""
    root = root.rpartition(":")[2]
    for dialect in DIALECTS:
        if dialect.is_meant_by(root, attributes):
            return ElementReader(dialect, keep, limits)
    if root in JUNIT_ROOTS:
        return CaseReader(keep, limits)
    raise UnsupportedError(f"this is no test report that can be read: it is {name_of_root(root)}")
