"""Coverage as LCOV, go, JaCoCo and V8 write it, and what of it is kept where it is damaged or hostile."""

from __future__ import annotations

import json
import time

import pytest

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.coverage_formats import go_profile
from agent_ci.core.coverage_formats.gathering import among
from agent_ci.core.coverage_formats.go_profile import in_module, read_go_profile
from agent_ci.core.coverage_formats.jacoco import read_jacoco
from agent_ci.core.coverage_formats.lcov import read_lcov
from agent_ci.core.coverage_formats.v8 import _idle, _Script, _State, read_v8
from agent_ci.core.source_maps import SourceMap
from agent_ci.errors import UnsupportedError

PLACE = among(("src/calc.js", "src/a.ts", "calc/calc.go", "src/main/java/shop/Cart.java"), "/copy")


def by_path(found: Coverage, test: str = "t") -> dict[str, list[int]]:
    return {path: sorted(lines) for path, lines in found.tests[test].items()}


LCOV = "TN:{name}\nSF:/builds/x/src/calc.js\nFN:1,half\nDA:1,1\nDA:2,0\nDA:3,12,checksum\r\nLF:3\nend_of_record\n"


def test_lcov_is_told_of_its_test_where_it_names_one() -> None:
    both = (LCOV.format(name="") + LCOV.format(name="adds").replace("DA:1,1", "DA:1,0")).encode()
    found = read_lcov([both], PLACE)
    assert (by_path(found, IMPORTS), by_path(found, "adds")) == ({"src/calc.js": [1, 3]}, {"src/calc.js": [3]})
    assert by_path(read_lcov([LCOV.format(name="").encode()], PLACE, test="t")) == {"src/calc.js": [1, 3]}


def test_lcov_that_stops_keeps_what_was_read_and_says_so() -> None:
    found = read_lcov([b"SF:src/calc.js\nDA:1,1\nDA:99", b"99999999,1\nDA:x,1\nDA:2"], PLACE, test="t")
    assert (by_path(found), found.partial) == ({"src/calc.js": [1]}, ("the coverage ends in the middle of a file",))


def test_a_line_that_is_too_long_hides_nothing_behind_it() -> None:
    found = read_lcov([b"SF:src/calc.js\n", *[b"x" * 2**16] * 50, b"\nDA:4,1\nend_of_record\n"], PLACE, test="t")
    assert by_path(found) == {"src/calc.js": [4]}


GO = """mode: set
example.com/m/calc/calc.go:3.22,4.11 1 1
example.com/m/calc/calc.go:4.11,6.3 1 0
example.com/m/calc/calc.go:7.2,7.10 1 1
example.com/other/calc.go:1.1,9.1 1 1
"""


def test_the_blocks_of_a_go_profile_that_ran_are_lines_of_the_module() -> None:
    found = read_go_profile([GO.encode()], in_module("module example.com/m\n\ngo 1.19\n"), test="t")
    assert (by_path(found), found.partial) == ({"calc/calc.go": [3, 4, 7]}, ())
    inside = read_go_profile([GO.encode()], in_module("module example.com/m // x\n", "services/a"), test="t")
    assert by_path(inside) == {"services/a/calc/calc.go": [3, 4, 7]}


def test_a_go_profile_that_is_broken_is_partial_and_no_block_is_endless() -> None:
    broken = b"mode: count\nexample.com/m/calc/calc.go:1.1,999999999.1 1 1\nexample.com/m/calc/calc.go:3.1,3.9 1\n"
    found = read_go_profile([broken], in_module("module example.com/m\n"), test="t")
    assert (by_path(found), found.partial) == ({}, ("a line of the profile cannot be read, and was left out",))


def test_what_the_blocks_of_a_go_profile_hold_together_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(go_profile, "MAX_PLACES", 12)
    monkeypatch.setattr(go_profile, "MAX_LINE", 100)
    block = "example.com/m/calc/calc.go:{}.1,{}.9 1 1\n"
    profile = "mode: set\n" + "".join(block.format(*each) for each in ((95, 101), (1, 5), (91, 100), (7, 8)))
    found = read_go_profile([profile.encode()], in_module("module example.com/m\n"), test="t")
    assert by_path(found) == {"calc/calc.go": [1, 2, 3, 4, 5]}
    assert found.partial == ("the blocks of the profile have more than 12 lines, and the rest was left out",)


JACOCO = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="x">
<sessioninfo id="a" start="1" dump="2"/><package name="shop"><class name="shop/Cart" sourcefilename="Cart.java">
<method name="total" desc="()I" line="3"><counter type="LINE" missed="0" covered="1"/></method></class>
<sourcefile name="Cart.java"><line nr="3" mi="0" ci="4" mb="0" cb="0"/><line nr="4" mi="2" ci="0" mb="0" cb="0"/>
<line nr="5" mi="1" ci="1" mb="1" cb="1"/><counter type="LINE" missed="1" covered="2"/></sourcefile></package></report>
"""


def test_the_lines_of_which_jacoco_saw_an_instruction() -> None:
    found = read_jacoco([JACOCO.encode()], PLACE, test="t")
    assert (by_path(found), found.partial) == ({"src/main/java/shop/Cart.java": [3, 5]}, ())
    assert found.executable == {"src/main/java/shop/Cart.java": frozenset({3, 4, 5})}


def test_a_jacoco_report_that_stops_is_partial_and_no_entity_is_read() -> None:
    cut = read_jacoco([JACOCO[: JACOCO.index('<line nr="5"')].encode()], PLACE, test="t")
    assert (by_path(cut), "ends inside <sourcefile>" in cut.partial[0]) == ({"src/main/java/shop/Cart.java": [3]}, True)
    entity = JACOCO.replace('"report.dtd"', '"report.dtd" [<!ENTITY f SYSTEM "file:///etc/passwd">]')
    assert by_path(read_jacoco([entity.replace("shop", "&f;").encode()], PLACE, test="t")) == {}


SOURCE = """// é 😀 a comment
function half(n) {
  if (n > 3) {
    return n / 2;
  }
  return n;
}

const one = () => 1;
const two = () => 2;
"""


def at(text: str, *, end: bool = False, source: str = SOURCE) -> int:
    """Where in *source* the part *text* begins or ends, as JavaScript counts."""
    index = source.index(text) + (len(text) if end else 0)
    return len(source[:index].encode("utf-16-le")) // 2


def ran(begin: int, end: int, count: int) -> dict[str, int]:
    return {"startOffset": begin, "endOffset": end, "count": count}


def script(url: str = "file:///copy/src/calc.js", **more: object) -> dict[str, object]:
    half = SOURCE[SOURCE.index("function") : SOURCE.index("\n\nconst")]
    skipped = "\n  return n;\n"
    functions = [
        {"ranges": [ran(0, len(SOURCE) + 1, 1)]},
        {"ranges": [ran(at(half), at(half, end=True), 1), ran(at(skipped), at(skipped, end=True), 0)]},
        {"ranges": [ran(at("() => 1"), at("() => 1", end=True), 1)]},
        {"ranges": [ran(at("() => 2"), at("() => 2", end=True), 0)]},
    ]
    return {"url": url, "functions": functions, **more}


def v8(*scripts: object, **more: object) -> Coverage:
    content = json.dumps({"result": scripts, **more}).encode()
    return read_v8([content], PLACE, lambda path: SOURCE if path == "src/calc.js" else "", test="t")


def test_the_functions_that_were_called_are_the_tests_and_the_rest_of_a_module_the_imports() -> None:
    found = v8(script(), script("node:fs"), script("file:///copy/node_modules/x/src/calc.js"), script("file:///x.js"))
    assert (by_path(found), by_path(found, IMPORTS)) == ({"src/calc.js": [2, 3, 4, 9]}, {"src/calc.js": [9, 10]})


def test_what_was_made_from_a_source_is_told_of_the_source() -> None:
    # One generated line for each of SOURCE, and each is made from the line of a.ts that is three further down.
    mappings = "AAGA;" + "AACA;" * 9
    made = {"version": 3, "sources": ["a.ts"], "mappings": mappings}
    lengths = [len(line.encode("utf-16-le")) // 2 for line in SOURCE.split("\n")]
    cache = {"file:///copy/src/calc.js": {"lineLengths": lengths, "data": made, "url": "calc.js.map"}}
    found = v8(script(), **{"source-map-cache": cache})
    assert (by_path(found), by_path(found, IMPORTS)) == ({"src/a.ts": [5, 6, 7, 8, 10]}, {"src/a.ts": [4, 11, 12, 13]})


@pytest.mark.parametrize(
    "broken",
    [
        {
            "url": "file:///copy/src/calc.js",
            "functions": [{"ranges": []}, None, {"ranges": [{}, {"startOffset": "x"}]}],
        },
        {"url": None, "functions": 3},
        script(functions=[{"ranges": [ran(10, 5, 1), ran(3, 10**12, 1), ran(5, 7, -1), ran(-4, 8, 0)]}]),
    ],
    ids=["no-ranges", "no-url", "ranges-that-cross"],
)
def test_ranges_of_any_shape_are_read(broken: object) -> None:
    assert set(v8(broken, script()).tests) == {"t", IMPORTS}


@pytest.mark.parametrize(
    "data",
    [
        {"sections": [{"offset": {"line": -100, "column": 0}, "map": {"sources": ["a.ts"], "mappings": "AAAA"}}]},
        {"version": 3},
    ],
    ids=["before-the-file", "no-map"],
)
def test_a_map_that_is_none_leaves_the_script_as_it_is(data: object) -> None:
    cache = {"file:///copy/src/calc.js": {"lineLengths": [1], "data": data, "url": "calc.js.map"}}
    assert v8(script(), **{"source-map-cache": cache}).tests == v8(script()).tests


def test_a_segment_of_no_line_of_the_script_is_passed_over() -> None:
    made_from = SourceMap(((-100, 0, "src/a.ts", 1), (0, 0, "src/a.ts", 2), (1, 0, "src/a.ts", 3)))
    made = _Script("src/a.js", "", (0,), made_from, (0,), (_State.CALLED,))
    assert made.lines() == {"src/a.ts": {_State.CALLED: {3}}}


def test_the_time_for_a_line_grows_with_its_length() -> None:
    source = " " * 50_000 + "a\n\n // b\n }); \n* c\n"
    started = time.process_time()
    assert _idle(source) == {2, 3, 4, 5, 6}
    assert time.process_time() - started < 2


def test_a_range_that_leaves_the_one_around_it_ends_with_it() -> None:
    line = at("function"), at("(n) {", end=True)
    crossing = [{"ranges": [ran(0, 200, 0)]}, {"ranges": [ran(*line, 0)]}, {"ranges": [ran(line[0] + 2, 60, 1)]}]
    assert v8({"url": "/copy/src/calc.js", "functions": crossing}).lines("src/calc.js") == {2}


@pytest.mark.parametrize("name", ["", "Object.<anonymous>", "f"])
def test_a_function_at_the_end_of_a_file_without_a_last_newline_is_a_tests(name: str) -> None:
    source = "const a = 1\nexport function f() {\n  return a\n}"
    ranges = [{"ranges": [ran(0, 46, 1)]}, {"functionName": name, "ranges": [ran(19, 46, 1)]}]
    content = json.dumps({"result": [{"url": "/copy/src/calc.js", "functions": ranges}]}).encode()
    found = read_v8([content], PLACE, lambda _path: source, test="t")
    assert at("function", source=source) == 19
    called = {"src/calc.js": [2, 3]} if name == "f" else {}
    assert (by_path(found), by_path(found, IMPORTS)["src/calc.js"][0]) == (called, 1)


@pytest.mark.parametrize("content", [b"", b"x", b"{}", b"mode", b"<a/>", b'<report name="', b"\0\0\0"], ids=repr)
def test_what_is_none_is_refused(content: bytes) -> None:
    for read in (read_lcov, read_go_profile, read_jacoco):
        with pytest.raises(UnsupportedError):
            read([content], PLACE)
    with pytest.raises(UnsupportedError):
        read_v8([content], PLACE, str, test="t")
