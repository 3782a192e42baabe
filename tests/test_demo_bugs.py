"""Each bug of the demo is one that the offline search can repair; `python -m bench.demo` runs them all."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from agent_ci import demo
from agent_ci.demo import BUGS, create
from agent_ci.proposers.search.kit.hints import Hints
from agent_ci.proposers.search.kit.operators import candidates
from agent_ci.sandbox_kit.source import Source

PROJECT = Path(demo.__file__).with_name("demo_project")


@pytest.mark.parametrize("seed", range(len(BUGS)))
def test_the_search_has_the_edit_that_undoes_the_bug(tmp_path: Path, seed: int) -> None:
    made = create(tmp_path / "shop", seed=seed)
    source = Source(made.bug.path, (made.path / made.bug.path).read_bytes())
    right = (PROJECT / made.bug.path).read_text("utf-8").splitlines()
    broken = source.data.decode().splitlines()
    line = max(number for number, pair in enumerate(zip(broken, right, strict=True), 1) if pair[0] != pair[1])
    wanted = ast.dump(ast.parse("\n".join([*broken[: line - 1], right[line - 1], *broken[line:]])))
    suspicious = dict.fromkeys(range(max(1, line - 3), line + 1), 1.0)
    texts = (one.splice.applied_to(source.data).decode() for one in candidates(source, suspicious, Hints()))
    near = (text for text in texts if "".join(right[line - 1].split()) in "".join(text.split()))
    assert any(ast.dump(ast.parse(text)) == wanted for text in near)


def test_there_are_bugs_for_ten_seeds() -> None:
    assert len(set(BUGS)) >= 10
