"""What was compiled before anything of the repository ran is laid into later copies, and nothing else is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.core.frameworks.framework import Step
from agent_ci.core.frameworks.go import Go
from agent_ci.ports import Workspace
from agent_ci.runners import build_cache
from agent_ci.runners.framework import FrameworkRunner
from tests.runners.test_framework import GREEN, runner

Open = Callable[[Mapping[str, str]], Workspace]
FILLS = Step(("sh", "-c", 'mkdir -p "$CACHE/ab" && echo compiled > "$CACHE/ab/it"'), warms="CACHE")
LOOKS = """cat "$CACHE/ab/it"; echo poison > "$CACHE/ab/it"; echo more > "$CACHE/more"; printf %s "$1" > report.xml"""
TESTS = Step(("sh", "-c", LOOKS, "sh", GREEN), ("report.xml",))


def cached(*steps: Step, is_alone: bool = True) -> FrameworkRunner:
    return replace(runner(*steps), is_alone=is_alone)


def in_cache(workspace: Workspace) -> dict[str, str]:
    folder = workspace.outbox / "kept-build"
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def test_a_later_copy_gets_what_was_compiled_first_and_nothing_that_tests_wrote(workspace: Open) -> None:
    sees = replace(TESTS, argv=("sh", "-c", f'cat "$CACHE/ab/it" > seen; ls "$CACHE" >> seen; {LOOKS}', "sh", GREEN))
    ours, copies = cached(FILLS, sees), [workspace({}) for _ in range(3)]
    for copy in copies:
        ours.run(copy, timeout=60)
    assert [(copy.root / "seen").read_text(encoding="utf-8") for copy in copies] == ["compiled\nab\n"] * 3
    assert in_cache(copies[2]) == {"ab/it": "poison\n", "more": "more\n"}


def test_it_is_filled_once_and_only_in_the_first_copy(workspace: Open, tmp_path: Path) -> None:
    counts = replace(FILLS, argv=("sh", "-c", f"{FILLS.argv[2]}; echo >> {tmp_path}/count"))
    ours = cached(counts, TESTS)
    for _ in range(3):
        ours.run(workspace({}), timeout=60)
    assert (tmp_path / "count").read_text(encoding="utf-8") == "\n"


def test_where_code_of_others_may_have_run_before_nothing_is_kept(workspace: Open, tmp_path: Path) -> None:
    counts = replace(FILLS, argv=("sh", "-c", f"echo >> {tmp_path}/count"))
    tests = replace(TESTS, argv=("sh", "-c", 'printf %s "$1" > report.xml; echo "${CACHE-none}" > seen', "sh", GREEN))
    ours, copy = cached(counts, tests, is_alone=False), workspace({})
    ours.run(copy, timeout=60)
    assert (copy.root / "seen").read_text(encoding="utf-8") == "none\n"
    assert not (tmp_path / "count").exists()


@pytest.mark.parametrize(
    "fills",
    [
        'ln -s /etc/hostname "$CACHE/ab/link"',
        'ln "$CACHE/ab/it" "$CACHE/ab/twice"',
        'mkfifo "$CACHE/ab/pipe"',
        'head -c 2000 /dev/zero > "$CACHE/ab/large"',
        'touch "$CACHE"/1 "$CACHE"/2 "$CACHE"/3 "$CACHE"/4',
    ],
)
def test_a_cache_that_is_too_much_or_no_files_is_not_kept(
    workspace: Open, fills: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_cache, "_MOST_BYTES", 1_000)
    monkeypatch.setattr(build_cache, "_MOST_FILES", 4)
    ours, copies = (
        cached(replace(FILLS, argv=("sh", "-c", f"{FILLS.argv[2]}; {fills}")), TESTS),
        [*map(workspace, [{}, {}])],
    )
    for copy in copies:
        ours.run(copy, timeout=60)
    assert [bool(in_cache(copy)) for copy in copies] == [True, False]


def test_go_finds_in_a_second_copy_what_it_compiled_in_the_first(workspace: Open) -> None:
    if not shutil.which("go"):
        pytest.skip("go is not installed, so that this is NOT tested")
    files = {
        "go.mod": "module example.com/a\n\ngo 1.19\n",
        "a_test.go": 'package a\n\nimport "testing"\n\nfunc TestIt(t *testing.T) {}\n',
    }
    ours = FrameworkRunner(Go(), "", Path("/nowhere"), dict(os.environ), is_alone=True)
    first, second = workspace(files), workspace(files)
    before = ours.run(first, timeout=120)
    kept = {path.name for path in (first.outbox / "kept-build").glob("*/*-d")}
    after = ours.run(second, only=("example.com/a::TestIt",), timeout=120)
    assert before.is_green
    assert after.is_green
    new = {path.name for path in (second.outbox / "kept-build").glob("*/*-d")} - kept
    assert len(new) < len(kept) / 4  # the copy's own, which lies in another folder
