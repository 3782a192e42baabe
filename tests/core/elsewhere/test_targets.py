"""Untested lines of JavaScript and Go: what the tool that counts knows, and how their tests are placed and named."""

from __future__ import annotations

import pytest

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.coverage_formats.go_profile import in_module, read_go_profile
from agent_ci.core.coverage_formats.v8 import read_v8
from agent_ci.core.elsewhere.languages import GO, JAVASCRIPT
from agent_ci.core.elsewhere.style import style_of
from agent_ci.core.elsewhere.targets import changed_code, executable, targets

SOURCE = "function half(n) {\n  // of it\n  if (n < 0) {\n    return 0;\n  }\n  return n / 2;\n}\n"


def test_lines_of_tests_settings_types_and_comments_are_not_asked_for() -> None:
    every = frozenset(range(1, 9))
    texts = dict.fromkeys(("a.js", "a.test.js", "jest.config.js", "a.d.ts", "a.py"), SOURCE)
    assert changed_code(dict.fromkeys(texts, every), texts, JAVASCRIPT) == {"a.js": frozenset({1, 3, 4, 6})}


def test_lines_in_a_function_count_where_a_test_ran_them_and_not_where_loading_did() -> None:
    coverage = Coverage({"a.test.js": {"a.js": frozenset({3, 6})}, IMPORTS: {"a.js": frozenset({1, 4})}})
    [target] = targets({"a.js": frozenset({1, 3, 4, 6})}, {"a.js": SOURCE}, coverage, JAVASCRIPT, repaired={})
    assert (target.function, target.lines, target.at_import) == ("half", (4,), ())
    [unknown] = targets({"a.js": frozenset({1, 4})}, {"a.js": SOURCE}, Coverage(), JAVASCRIPT, repaired={})
    assert unknown.reason == "1 changed line of half, and no test loads it"


def test_what_the_tool_calls_executable_decides_where_it_knows_the_file() -> None:
    coverage = Coverage(executable={"a.js": frozenset({4})})
    assert executable({"a.js": frozenset({3, 4}), "b.js": frozenset({1})}, coverage) == {
        "a.js": frozenset({4}),
        "b.js": frozenset({1}),
    }
    both = coverage | Coverage(executable={"a.js": frozenset({6})})
    assert both.of(()).executable == {"a.js": frozenset({4, 6})}


def test_go_tells_the_lines_that_no_test_ran() -> None:
    profile = b"mode: set\nexample.com/shop/a.go:3.1,5.2 1 0\nexample.com/shop/a.go:7.1,8.2 1 1\n"
    found = read_go_profile([profile], in_module("module example.com/shop"), test="T")
    assert (found.lines("a.go"), found.executable) == (frozenset({7, 8}), {"a.go": frozenset({3, 4, 5, 7, 8})})


def test_v8_tells_the_lines_that_did_not_run() -> None:
    ranges = f'{{"startOffset": 0, "endOffset": {len(SOURCE)}, "count": 1}}'
    inner = f'{{"startOffset": 0, "endOffset": {len(SOURCE) - 1}, "count": 0}}'
    functions = f'[{{"ranges": [{ranges}]}}, {{"ranges": [{inner}]}}]'
    text = f'{{"result": [{{"url": "file:///w/a.js", "functions": {functions}}}]}}'
    found = read_v8([text.encode()], lambda url: url.removeprefix("/w/"), lambda _path: SOURCE, test="T")
    assert (found.lines("a.js"), found.executable) == (frozenset(), {"a.js": frozenset({1, 3, 4, 6})})


@pytest.mark.parametrize(
    ("path", "tests", "made", "module"),
    [
        ("src/a.js", ["src/b.test.js"], "src/a.test.js", "./a"),
        ("src/a.ts", ["src/a.spec.ts"], "src/a_agent_ci.spec.ts", "./a"),
        ("src/a.js", ["src/__tests__/b.test.js"], "src/__tests__/a.test.js", "../a"),
        ("src/a.js", ["test/b.test.js"], "test/a.test.js", "../src/a"),
        ("lib/a.js", [], "lib/a.test.js", "./a"),
    ],
)
def test_tests_of_javascript_are_placed_and_named_as_those_there(
    path: str, tests: list[str], made: str, module: str
) -> None:
    style = style_of(path, dict.fromkeys((path, *tests), ""), JAVASCRIPT, "jest")
    assert (style.path, style.module) == (made, module)


def test_tests_of_go_stand_in_the_package() -> None:
    texts = {"a/a.go": "package a\n", "a/b_test.go": "package a_test\n", "a/a_test.go": "package a\n"}
    style = style_of("a/a.go", texts, GO, "go")
    assert (style.path, style.module, style.nearest) == ("a/a_agent_ci_test.go", "package a", "a/a_test.go")
