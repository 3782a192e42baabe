from __future__ import annotations

from agent_ci.core.coverage import Coverage
from agent_ci.core.edits.suspicion import Clues, folder_of, reached
from agent_ci.core.edits.syntax import SourceFile

TEXT = b"function f(a) {\n  return a;\n}\nfunction g(a) {\n  return a;\n}\n"


def scores(clues: Clues, path: str = "a.js") -> dict[int, float]:
    file = SourceFile.read(path, TEXT)
    assert file is not None
    return dict(clues.scores([file])[path])


def test_a_line_that_only_failing_tests_execute_is_the_most_suspicious() -> None:
    executed = {"red": {"a.js": frozenset({1, 2})}, "green": {"a.js": frozenset({1})}}
    found = scores(Clues(("red",), Coverage(executed)))
    assert (found[2], 0 < found[1] < 1, 5 in found) == (1.0, True, False)


def test_what_a_failing_test_names_is_looked_at_first_where_nobody_knows_what_it_executes() -> None:
    found = scores(Clues(("red",), words=frozenset({"g"})))
    assert found[5] > found[2] > 0


def test_lines_of_a_translated_file_count_where_they_are_known_and_the_others_stay() -> None:
    found = scores(Clues(("red",), Coverage({"red": {"a.ts": frozenset({1})}})), "a.ts")
    assert found[1] == 1.0
    assert found[1] > found[2] > 0


def test_frames_and_the_change_count() -> None:
    found = scores(Clues(("red",), frames=((("a.js", 5), ("a.js", 2)),), added={"a.js": [1]}))
    assert (found[5] > found[2] > found[3], found[1] > found[3]) == (True, True)


def test_sources_are_found_by_what_the_tests_import() -> None:
    texts = {
        "test/a.test.js": "import { a } from '../src/a';",
        "src/a.js": "const b = require('./b/index.js');",
        "src/b/index.js": "",
        "src/c.js": "",
    }
    assert reached(["test/a.test.js"], [], texts) == ("test/a.test.js", "src/a.js", "src/b/index.js")


def test_sources_of_go_are_found_by_the_package() -> None:
    texts = {"go/in/a.go": 'import "x.org/m/go/out"', "go/out/b.go": "", "go/c.go": ""}
    assert reached([], ["x.org/m/go/in"], texts) == ("go/in/a.go", "go/out/b.go")
    assert folder_of("x.org/m", ["a.go"]) == ""
