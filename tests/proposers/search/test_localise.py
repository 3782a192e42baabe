"""Suspicion follows the failing tests' lines, the traceback, and the names that suspicious lines use."""

from __future__ import annotations

import math
import threading
from pathlib import Path

import pytest

from agent_ci.proposers.search.kit.localise import (
    Files,
    by_statement,
    frames,
    names_used,
    recording,
    suspiciousness,
    with_definitions,
    with_tracebacks,
)
from agent_ci.sandbox_kit.source import Source

TEXT = (
    "LIMIT = 3\nOTHER = 4\n\n\ndef f(a, b=1):\n"
    "    if a:\n        return (LIMIT +\n                b)\n    return 1 // a\n"
)


def load(tmp_path: Path) -> dict[str, object]:
    (tmp_path / "x.py").write_text(TEXT)
    names: dict[str, object] = {}
    exec(compile(TEXT, str(tmp_path / "x.py"), "exec"), names)  # noqa: S102 - the text stands above
    return names


def test_the_coefficient_is_ochiais() -> None:
    red = [{"x.py": {1, 2}}, {"x.py": {1}}]
    green = [{"x.py": {1, 3}}, {"y.py": {2}}]
    assert suspiciousness(red, green) == {"x.py": {1: 2 / math.sqrt(2 * 3), 2: 1 / math.sqrt(2)}}


def test_only_lines_of_suspects_are_recorded_in_every_thread(tmp_path: Path) -> None:
    function = load(tmp_path)["f"]
    assert callable(function)
    with recording(Files(str(tmp_path), ["x.py"])) as lines:
        thread = threading.Thread(target=function, args=(1,))
        thread.start()
        thread.join()
    assert lines["x.py"] >= {6, 7}
    assert 9 not in lines["x.py"]
    with recording(Files(str(tmp_path), ["y.py"])) as lines:
        function(1)
    assert lines == {}


def test_the_innermost_frame_is_the_first_suspect(tmp_path: Path) -> None:
    function = load(tmp_path)["f"]
    assert callable(function)
    with pytest.raises(ZeroDivisionError) as caught:
        function(0)
    assert frames(caught.value, Files(str(tmp_path), ["x.py"])) == [("x.py", 9)]
    error = RuntimeError("above")
    error.__cause__ = caught.value
    assert frames(error, Files(str(tmp_path), ["x.py"])) == [("x.py", 9)]
    assert with_tracebacks({"x.py": {9: 0.5}}, [[("x.py", 9), ("x.py", 6)]]) == {"x.py": {9: 1.5, 6: 0.5}}


def test_a_line_inside_a_statement_makes_the_statement_a_suspect() -> None:
    source = Source("x.py", TEXT.encode())
    assert by_statement(source, {8: 0.5}) == {5: 0.4, 7: 0.5}


def test_a_constant_inherits_suspicion_from_the_lines_that_use_it() -> None:
    source = Source("x.py", TEXT.encode())
    scores = by_statement(source, {7: 1.0})
    found = with_definitions(source, scores, names_used(source, scores))
    assert found[1] > found[2] > 0
