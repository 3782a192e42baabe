from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agent_ci.core.frameworks.javascript import Mocha
from agent_ci.core.report import Status, TestCase
from agent_ci.ports import Workspace
from agent_ci.runners.framework import FrameworkRunner
from agent_ci.runners.places import Files
from bench.repositories import write
from bench.selectors.ecosystem import MissingToolError
from bench.selectors.javascript import prepare
from tests.frameworks.fixing import needs

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


SOURCE = """// A translator makes one line of this file.
function half(cart) {

  throw new Error(`no ${cart}`);
}

module.exports = { half };
"""
TEST = """const { half } = require('./cart');

describe('half', () => {
  it('throws', () => {
    half(1);
  });
});
"""
TRANSLATE = """
const fs = require('fs');
const babel = require('@babel/core');
fs.mkdirSync('dist');
for (const name of ['cart.js', 'cart.test.js']) {
  const made = babel.transformFileSync(`src/${name}`, { sourceMaps: true, minified: true, comments: false });
  fs.writeFileSync(`dist/${name}`, `${made.code}\\n//# sourceMappingURL=${name}.map\\n`);
  fs.writeFileSync(`dist/${name}.map`, JSON.stringify({ ...made.map, sources: [`../src/${name}`] }));
}
"""


def test_a_failure_in_what_a_translator_made_is_told_of_what_was_translated(
    workspace: Callable[[Mapping[str, str]], Workspace], tmp_path: Path
) -> None:
    needs("node")
    try:
        prepare(tmp_path)
    except MissingToolError as error:
        pytest.skip(f"this is NOT tested: {error}")
    copy = workspace({"src/cart.js": SOURCE, "src/cart.test.js": TEST, "package.json": "{}"})
    modules = {"PATH": os.environ["PATH"], "NODE_PATH": str(tmp_path / "node_modules")}
    subprocess.run(["node", "-e", TRANSLATE], check=True, cwd=copy.root, env=modules)
    mocha = FrameworkRunner(Mocha(("dist/cart.test.js",)), "", tmp_path, dict(os.environ))
    [case] = mocha.run(copy, timeout=120).red
    assert "at half (src/cart.js:4)" in case.traceback
    assert "(src/cart.test.js:5)" in case.traceback
