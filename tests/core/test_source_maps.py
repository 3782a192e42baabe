"""A place in generated code is that of its source, and a map that is broken or leads elsewhere leads nowhere."""

from __future__ import annotations

import base64
import json

import pytest

from agent_ci.core.source_maps import SourceMap, content_of_url, joined, read_map, url_of_map


def made(mappings: str, folder: str = "dist", **more: object) -> SourceMap:
    found = read_map(json.dumps({"version": 3, "sources": ["../src/a.ts"], "mappings": mappings, **more}), folder)
    assert found is not None
    return found


def test_lines_and_columns_are_those_of_the_source() -> None:
    # Line 1: columns 0 and 4 from lines 1 and 3; line 2: nothing; line 3: column 2 from line 2, further back.
    found = made("AAAA,IAEA;;EADA")
    assert found.segments == ((1, 0, "src/a.ts", 1), (1, 4, "src/a.ts", 3), (3, 2, "src/a.ts", 2))
    assert [found.original(1), found.original(1, 3), found.original(1, 9)] == [
        ("src/a.ts", 1),
        ("src/a.ts", 1),
        ("src/a.ts", 3),
    ]
    assert [found.original(2), found.original(3, 0), found.original(4), found.original(-1)] == [None] * 4


def test_the_parts_of_an_index_map_begin_where_they_say() -> None:
    part = {"version": 3, "sources": ["b.ts"], "mappings": "AAAA;AACA"}
    sections = [{"offset": {"line": 0, "column": 3}, "map": part}, {"offset": {"line": 7, "column": 0}, "map": part}]
    found = read_map(json.dumps({"version": 3, "sections": sections}), "dist")
    assert found is not None
    assert [segment[:2] for segment in found.segments] == [(1, 3), (2, 0), (8, 0), (9, 0)]
    assert found.original(9) == ("dist/b.ts", 2)


@pytest.mark.parametrize("offset", [{"line": -1, "column": 0}, {"line": 0, "column": -1}])
def test_no_part_of_an_index_map_begins_before_the_file(offset: object) -> None:
    part = {"version": 3, "sources": ["b.ts"], "mappings": "AAAA;AACA"}
    assert read_map(json.dumps({"version": 3, "sections": [{"offset": offset, "map": part}]}), "dist") is None


@pytest.mark.parametrize(
    ("root", "source", "path"),
    [
        ("", "../src/a.ts", "src/a.ts"),
        ("../lib/", "a.ts", "lib/a.ts"),
        ("/", "a.ts", "/a.ts"),
        (None, "file:///build/x/src/a.ts", "/build/x/src/a.ts"),
        ("", "webpack://app/./src/a.ts", "dist/src/a.ts"),
        ("", "a%20b.ts", "dist/a b.ts"),
        ("", "a.ts?v=3", "dist/a.ts"),
        ("", "../../etc/passwd", ""),
        ("../..", "a.ts", ""),
        ("https://example.com", "a.ts", ""),
        ("", "a\0b", ""),
        ("", "..\\..\\a.ts", ""),
        ("", None, ""),
    ],
)
def test_a_source_is_a_file_of_the_repository_or_none(root: object, source: object, path: str) -> None:
    found = made("AAAA", sources=[source], sourceRoot=root)
    assert found.original(1) == ((path, 1) if path else None)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "3", '{"mappings": 3}', '{"sections": {}}', "[" * 100_000, '{"sections": [{"map": 3}, null]}'],
    ids=lambda content: content[:20] or "empty",
)
def test_what_is_no_map_is_none(content: str) -> None:
    assert read_map(content, "dist") is None


@pytest.mark.parametrize(
    "mappings",
    [
        "AAAA,!",
        "AAAA,g",
        "AAAA,AAAAAAA" + "g" * 100,
        "AAAA,AADA",
        "AAAA,DDDD,AAgggggggggB",
        "AAAA," + "A" * 10_000,
        "AAAA,A,AA",
    ],
    ids=["no-digit", "unfinished", "endless", "line-below-zero", "below-zero", "long", "without-source"],
)
def test_what_is_broken_ends_its_line_and_keeps_the_rest(mappings: str) -> None:
    found = made(f"{mappings};AACA", folder="dist")
    assert found.segments[0] == (1, 0, "src/a.ts", 1)
    assert all(column >= 0 and line > 0 for _, column, _, line in found.segments)


def test_the_last_comment_names_the_map_and_may_hold_it() -> None:
    content = json.dumps({"version": 3, "sources": ["a.ts"], "mappings": "AAAA"})
    url = "data:application/json;charset=utf-8;base64," + base64.b64encode(content.encode()).decode()
    text = f"//# sourceMappingURL=old.js.map\nx = 1;\n//# sourceMappingURL={url}\n"
    assert url_of_map(text) == url
    assert content_of_url(url) == content
    assert content_of_url("data:application/json,%7B%7D") == "{}"
    assert content_of_url("data:application/json;base64,!") == ""
    assert (content_of_url("x.js.map"), url_of_map("x = 1;\n")) == (None, "")
    assert url_of_map("/*# sourceMappingURL=x.css.map */") == "x.css.map"


def test_a_path_leaves_no_folder() -> None:
    assert [joined("a/b", name) for name in ("c.js", "../c.js", "../../c.js", "../../../c.js", "data:x", "..")] == [
        *("a/b/c.js", "a/c.js", "c.js", "", "", "a")
    ]
