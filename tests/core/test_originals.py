"""What a failure says of generated code is told of what a person wrote, as far as the repository's own maps tell it."""

from __future__ import annotations

import base64
import time

import pytest

from agent_ci.core import originals
from agent_ci.core.originals import Originals
from agent_ci.core.report import Status, TestCase

# As tsc 5 writes it for `export function half(n: number): number {` and a body of two lines.
MAP = (
    '{"version":3,"file":"a.js","sourceRoot":"","sources":["../src/a.ts"],"names":[],"mappings":"AAEA,MAAM;IACF;AAAA"}'
)
INLINE = "data:application/json;base64," + base64.b64encode(MAP.encode()).decode()
TEXTS = {
    "dist/a.js": "export function half(n) {\n    return n.x.y;\n}\n//# sourceMappingURL=a.js.map\n",
    "dist/a.js.map": MAP,
    "dist/inline.js": f"a\nb\nc\n//# sourceMappingURL={INLINE}\n",
    "dist/beside.js": "a\nb\n",
    "dist/beside.js.map": MAP,
    "dist/away.js": "a\nb\n//# sourceMappingURL=../../away.js.map\n",
    "dist/strange.js": "a\nb\n//# sourceMappingURL=strange.js.map\n",
    "dist/strange.js.map": MAP.replace("../src/a.ts", "../../etc/passwd"),
    "src/a.ts": "\n\nexport function half(n: number) {\n    return n.x.y;\n}\n",
    "src/plain.js": "x\n",
}
ORIGINALS = Originals(TEXTS, "/copy")


@pytest.mark.parametrize(
    ("path", "line", "column", "place"),
    [
        ("dist/a.js", 2, None, ("src/a.ts", 4)),
        ("dist/a.js", 1, 8, ("src/a.ts", 3)),
        ("dist/inline.js", 2, 4, ("src/a.ts", 4)),
        ("dist/beside.js", 2, 4, ("src/a.ts", 4)),
        ("dist/a.js", 9, None, ("dist/a.js", 9)),
        ("dist/away.js", 2, None, ("dist/away.js", 2)),
        ("dist/strange.js", 2, None, ("dist/strange.js", 2)),
        ("src/plain.js", 1, None, ("src/plain.js", 1)),
        ("src/a.ts", 1, None, ("src/a.ts", 1)),
        ("gone.js", 1, None, ("gone.js", 1)),
    ],
)
def test_a_place_is_that_of_its_source(path: str, line: int, column: int | None, place: tuple[str, int]) -> None:
    assert ORIGINALS.place(path, line, column) == place


def test_a_stack_is_told_of_the_sources() -> None:
    stack = (
        "TypeError: no y\n    at half (/copy/dist/a.js:2:14)\n    at file:///copy/dist/inline.js:2:5\n"
        "    at run (/builds/x/dist/beside.js:2:5)\n    at node:internal/modules/run.js:9:1\n"
        "    at other (/copy/gone/dist/a.js:2:14)\n    at src/plain.js:1:1\n    at x (/copy/node_modules/a.js:2:3)\n"
    )
    told = ORIGINALS.told(stack).splitlines()
    assert told[1:4] == ["    at half (src/a.ts:4)", "    at src/a.ts:4", "    at run (src/a.ts:4)"]
    assert told[4:] == stack.splitlines()[4:]


def test_a_text_without_blanks_is_read_once() -> None:
    text = "a.js" * 20_000
    started = time.process_time()
    assert ORIGINALS.told(f"{text} dist/a.js:2") == f"{text} src/a.ts:4"
    assert time.process_time() - started < 1


@pytest.mark.parametrize("before", ["(", "'", '"', "<", ":", ",", ";", "|", ">", ")", "\t", "\n", "", "file://"])
def test_a_place_begins_behind_a_boundary(before: str) -> None:
    kept = before.removeprefix("file://")
    assert ORIGINALS.told(f"{before}/copy/dist/a.js:2:14") == f"{kept}src/a.ts:4"


def test_all_maps_together_have_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(originals, "MOST_SEGMENTS", 5)  # each map has four
    found = Originals(TEXTS, "/copy")
    assert found.place("dist/a.js", 2) == ("src/a.ts", 4)
    assert found.place("dist/inline.js", 1) == ("src/a.ts", 3)
    assert found.place("dist/inline.js", 2) == ("dist/inline.js", 2)
    assert found.place("dist/beside.js", 1) == ("dist/beside.js", 1)
    assert found.place("dist/a.js", 2) == ("src/a.ts", 4)


def test_a_case_fails_where_a_person_wrote_it() -> None:
    case = TestCase("t", Status.FAILED, "at dist/a.js:2", "dist/a.js:2:14", file="dist/a.js", line=1)
    found = ORIGINALS.case(case)
    assert (found.file, found.line, found.message, found.traceback) == ("src/a.ts", 3, "at src/a.ts:4", "src/a.ts:4")
