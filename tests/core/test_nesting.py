from __future__ import annotations

import pytest

from agent_ci.core.doctor.places import Page, UnreadableError
from agent_ci.core.nesting import is_deep
from agent_ci.errors import UsageError
from agent_ci.settings import from_file

DEEP = "run: " + "[" * 500 + "]" * 500


def test_what_no_person_wrote_is_deep() -> None:
    assert is_deep(DEEP)
    assert not is_deep("[{}]" * 1000 + "]]]" + "[" * 100)


def test_no_reader_of_yaml_is_started_on_deep_brackets() -> None:
    with pytest.raises(UsageError, match="too deep"):
        from_file(DEEP, source="x")
    with pytest.raises(UnreadableError, match="too deep"):
        _ = Page(DEEP).top
