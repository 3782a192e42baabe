"""The exported names of Go and JavaScript are read from text, and nothing is said where the text does not tell."""

from __future__ import annotations

import json

import pytest

from agent_ci.core.notes.exports import is_exporting, removed


def package(**fields: object) -> str:
    return json.dumps({"name": "shapes", **fields})


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        pytest.param("a/b.go", "package b\nfunc Draw() {}\n", "package b\n", ["a/b.go>a.Draw:2"], id="function"),
        pytest.param(
            "a/b.go",
            "package b\nfunc (s *Shape) Draw(x int) {}\n",
            "package b\n",
            ["a/b.go>a.Shape.Draw:2"],
            id="method",
        ),
        pytest.param("a/b.go", "package b\nfunc Map[T any](x T) {}\n", "package b\n", ["a/b.go>a.Map:2"], id="generic"),
        pytest.param(
            "a/b.go", "package b\ntype Shape struct {\n\tSize int\n}\n", "package b\n", ["a/b.go>a.Shape:2"], id="type"
        ),
        pytest.param(
            "a/b.go",
            "package b\nconst (\n\tRed = iota\n\tBlue\n)\n",
            "package b\nconst (\n\tRed = iota\n)\n",
            ["a/b.go>a.Blue:4"],
            id="block",
        ),
        pytest.param(
            "index.d.ts",
            "export declare function draw(): void;\n",
            "export {};\n",
            ["index.d.ts>index.d.ts.draw:1"],
            id="declaration",
        ),
        pytest.param(
            "src/index.ts",
            "export { a, type B as C } from './x';\n",
            "export { a } from './x';\n",
            ["src/index.ts>src/index.ts.C:1"],
            id="list",
        ),
        pytest.param(
            "package.json",
            package(exports={".": "./a.js", "./x": "./x.js"}),
            package(exports={".": "./a.js"}),
            ["package.json>shapes/x:1"],
            id="subpath",
        ),
        pytest.param(
            "package.json",
            package(bin={"draw": "a.js"}),
            package(),
            ["package.json>shapes (the program draw):1"],
            id="program",
        ),
    ],
)
def test_a_name_that_is_gone_is_found_with_its_line(path: str, before: str, after: str, expected: list[str]) -> None:
    found = removed({path: before}, {path: after})
    assert [f"{one.place.path}>{one.symbol}:{one.place.line}" for one in found] == expected


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        pytest.param("a/b.go", "package b\nfunc draw() {}\n", "package b\n", id="a private function"),
        pytest.param(
            "a/b.go", "package b\nfunc (s *shape) Draw() {}\n", "package b\n", id="a method of a private type"
        ),
        pytest.param("a/b.go", "package main\nfunc Draw() {}\n", "package main\n", id="a program"),
        pytest.param("a/b.go", "package b\n// func Old\n/*\nfunc Older() {}\n*/\n", "package b\n", id="comments"),
        pytest.param(
            "a/b.go", "package b\nfunc Draw(x int) {}\n", "package b\nfunc Draw(y string) {}\n", id="a signature"
        ),
        pytest.param(
            "index.ts", "export const a = 1;\n", "export * from './a';\n", id="a list that the text does not tell"
        ),
        pytest.param(
            "index.ts", "// export const a = 1;\nexport const b = 1;\n", "export const b = 2;\n", id="a comment"
        ),
        pytest.param(
            "package.json", package(exports={"./x": "./x.js"}, private=True), package(private=True), id="private"
        ),
        pytest.param("package.json", package(exports={"./x": "x.js"}), package(exports={"./x": "y.js"}), id="moved"),
        pytest.param("package.json", "[" * 100_000, "{", id="no package"),
    ],
)
def test_what_is_not_gone_or_not_known_is_not_told(path: str, before: str, after: str) -> None:
    assert removed({path: before}, {path: after}) == ()


def test_an_identifier_may_move_within_its_go_package() -> None:
    old = {"a/b.go": "package a\nfunc Draw() {}\n", "a/c.go": "package a\n"}
    new = {"a/c.go": "package a\nfunc Draw() {}\n"}
    assert removed(old, new) == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("shapes/draw.go", True),
        ("shapes/draw_test.go", False),
        ("internal/draw.go", False),
        ("vendor/x/y.go", False),
        ("package.json", True),
        ("packages/a/package.json", True),
        ("packages/a/src/index.ts", True),
        ("types/shapes.d.ts", True),
        ("node_modules/a/package.json", False),
        ("src/private.ts", False),
        ("docs/index.js", False),
    ],
)
def test_only_files_that_export_to_users_are_read(path: str, expected: bool) -> None:  # noqa: FBT001
    assert is_exporting(path) is expected
