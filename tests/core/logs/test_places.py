from __future__ import annotations

import pytest

from agent_ci.core.logs.places import mapped
from agent_ci.core.origins import is_generated, is_vendored
from agent_ci.core.run import Finding

PATHS = ("src/a.c", "src/x/b.c", "lib/x/b.c", "web/src/c.ts", "vendor/z/d.go", "api/e.pb.go", "api/f.go")


@pytest.mark.parametrize(
    ("named", "file"),
    [
        ("src/a.c", "src/a.c"),
        ("./src/a.c", "src/a.c"),
        ("/home/runner/work/x/x/src/a.c", "src/a.c"),
        ("/builds/group/x/src/a.c", "src/a.c"),
        (r"D:\a\x\x\src\a.c", "src/a.c"),
        ("/app/src/c.ts", "/app/src/c.ts"),
        ("src/c.ts", "web/src/c.ts"),
        ("x/b.c", "x/b.c"),
        ("b.c", "b.c"),
        ("/usr/include/stdio.h", "/usr/include/stdio.h"),
        ("/venv/lib/python3.11/site-packages/src/a.c", "/venv/lib/python3.11/site-packages/src/a.c"),
        ("job.log", "job.log"),
    ],
)
def test_a_place_of_another_machine_is_a_file_of_the_repository_where_that_is_clear(named: str, file: str) -> None:
    [found] = mapped([Finding(named, 3, "no", log="job.log")], dict.fromkeys((*PATHS, "logs/job.log"), ""))
    assert found.file == file


def test_files_that_a_person_wrote_come_first_among_what_one_tool_says() -> None:
    files = ("vendor/z/d.go", "api/e.pb.go", "api/f.go")
    found = [Finding(file, 1, "no", tool="go") for file in files] + [Finding("src/a.c", 1, "no", tool="gcc")]
    assert [one.file for one in mapped(found, dict.fromkeys(PATHS, ""))] == [
        "api/f.go",
        "vendor/z/d.go",
        "api/e.pb.go",
        "src/a.c",
    ]


def test_code_that_nobody_wrote_there_is_known() -> None:
    assert [path for path in PATHS if is_vendored(path)] == ["vendor/z/d.go"]
    assert [path for path in PATHS if is_generated(path)] == ["api/e.pb.go"]
    assert is_generated("shop/cart_pb2.py")
    assert is_generated("target/generated-sources/A.java")
    assert not is_generated("src/builder/a.py")
    assert not is_vendored("src/vendors/a.py")


def test_a_finding_in_generated_code_is_one_in_its_source() -> None:
    made = '{"version": 3, "sources": ["../src/a.ts"], "mappings": ";AACA,IAEA"}'
    texts = {"dist/a.js": "\n//# sourceMappingURL=a.js.map", "dist/a.js.map": made, "src/a.ts": ""}
    found = mapped([Finding("/ci/x/dist/a.js", 2, "no", column=column) for column in (None, 3, 6)], texts)
    assert [(one.file, one.line, one.column) for one in found] == [
        ("src/a.ts", 2, None),
        ("src/a.ts", 2, None),
        ("src/a.ts", 4, None),
    ]
