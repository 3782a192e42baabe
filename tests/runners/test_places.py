from __future__ import annotations

from pathlib import Path

import pytest

from agent_ci.core.report import Status, TestCase
from agent_ci.runners.places import Files
from bench.repositories import write

FILES = (
    "web/src/a.js",
    "web/src/b.js",
    "web/other/b.js",
    "web/node_modules/x/only.js",
    "shared/c.js",
    "web/p/b_test.go",
)
PLACES = {
    "absolute": ("{root}/web/src/a.js", "", "web/src/a.js"),
    "absolute, elsewhere": ("/usr/lib/x.js", "", "/usr/lib/x.js"),
    "from the folder of the project": ("src/a.js", "", "web/src/a.js"),
    "from the root": ("shared/c.js", "", "shared/c.js"),
    "by its end": ("b_test.go", "", "web/p/b_test.go"),
    "by its end and its package": ("b.js", "example.com/web/other", "web/other/b.js"),
    "one of two": ("b.js", "", "b.js"),
    "of an installed package": ("only.js", "", "only.js"),
    "out of the copy": ("../../outside.js", "", "../../outside.js"),
    "nowhere": ("gone.js", "", "gone.js"),
    "none": ("", "", ""),
}


@pytest.mark.parametrize(("file", "classname", "expected"), PLACES.values(), ids=PLACES)
def test_a_file_is_found_where_it_can_only_be_that_one(
    tmp_path: Path, file: str, classname: str, expected: str
) -> None:
    root = tmp_path / "copy"
    write(root, dict.fromkeys((*FILES, "../outside.js"), ""))
    case = TestCase("x", Status.FAILED, file=file.format(root=root), classname=classname)
    assert Files(root, root / "web").placed(case).file == expected
