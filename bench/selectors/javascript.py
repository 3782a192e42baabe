"""Tests in JavaScript that are hard to select: suites in suites, tables, titles that look like patterns or commands."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from agent_ci.core.frameworks.javascript import Jest, Mocha, Playwright, Vitest
from bench.selectors.ecosystem import Ecosystem, MissingToolError, by

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / "build/tools/frameworks/node_modules"
_TITLES = (
    "adds",
    "two  words",
    'it\'s "quoted"',
    "costs $HOME *",
    "grüße 🎉",
    "(x|y)[z]+ .*",
    "a::b",
    "src/a.js",
    "--watch",
    "`whoami`; $(id)",
    "new\nline",
    "back\\slash",
)
_BODY = """
const titles = TITLES;
for (const title of titles) {
  test(title, () => { expect(1 - 1).toBe(2); });
  test(`${title} too`, () => { expect(2).toBe(2); });
}
describe('outer', () => {
  describe('inner (1)', () => {
    test('adds', () => { expect(1).toBe(2); });
    test.skip('is left out', () => {});
  });
  test.each([[1, 2], [3, 3]])('%i is %i', (a, b) => { expect(a).toBe(b); });
});
"""
_MORE = "test('adds', () => { expect(3).toBe(4); });\ntest('passes', () => {});\n"
_BROKEN = "require('./no-such-file');\ntest('never runs', () => {});\n"


_FEW = ("adds", "(x|y)[z]+ .* $HOME", "it's\n`id`")  # playwright starts anew after each failing test


def _ids(file: str, titles: tuple[str, ...] = _TITLES, *, between: str = " ") -> tuple[str, ...]:
    nested = (("outer", "inner (1)", "adds"), ("outer", "1 is 2"))
    return (*(f"{file}::{title}" for title in titles), *(f"{file}::{between.join(titles)}" for titles in nested))


def prepare(checkout: Path) -> None:
    """Let *checkout* use the installed packages, each by a link. Raises MissingToolError."""
    if not INSTALLED.is_dir():
        raise MissingToolError("its packages are not installed; `scripts/tools` installs them")
    modules = checkout / "node_modules"
    modules.mkdir()
    for package in INSTALLED.iterdir():
        (modules / package.name).symlink_to(package)


def copied(checkout: Path) -> None:
    """Give *checkout* packages of its own, as npm would. Raises MissingToolError."""
    if not INSTALLED.is_dir():
        raise MissingToolError("its packages are not installed; `scripts/tools` installs them")
    shutil.copytree(INSTALLED, checkout / "node_modules", symlinks=True, copy_function=os.link)


def _package(program: str, package: str = "") -> str:
    return f'{{"scripts": {{"test": "{program}"}}, "devDependencies": {{"{package or program}": "*"}}}}\n'


JEST = Ecosystem(
    "jest",
    {
        "package.json": _package("jest"),
        "src/a.test.js": _BODY.replace("TITLES", json.dumps(_TITLES)),
        "src/more/a.test.js": _MORE,
        "src/broken.test.js": _BROKEN,
    },
    (*_ids("src/a.test.js"), "src/more/a.test.js::adds", "src/broken.test.js"),
    by(Jest()),
    programs=("npx",),
    version=("node", "-p", f"'jest ' + require('{INSTALLED}/jest/package.json').version"),
    prepare=prepare,
)
VITEST = Ecosystem(
    "vitest",
    {
        "package.json": _package("vitest"),
        "src/a.test.js": "import { describe, expect, test } from 'vitest';\n"
        + _BODY.replace("TITLES", json.dumps(_TITLES)),
        "src/more/a.test.js": "import { expect, test } from 'vitest';\n" + _MORE,
        "src/broken.test.js": "import { test } from 'vitest';\nimport './no-such-file';\ntest('waits', () => {});\n",
    },
    (*_ids("src/a.test.js", between=" > "), "src/more/a.test.js::adds", "src/broken.test.js"),
    by(Vitest()),
    programs=("npx",),
    version=("node", "-p", f"'vitest ' + require('{INSTALLED}/vitest/package.json').version"),
    prepare=prepare,
)
_FOR_MOCHA = (
    "const assert = require('node:assert');\nconst test = it;\n"
    "test.each = (rows) => (title, run) => rows.forEach((row) =>\n"
    "  it(title.replace('%i', row[0]).replace('%i', row[1]), () => run(...row)));\n"
    "const expect = (a) => ({ toBe: (b) => assert.strictEqual(a, b) });\n"
)
_HOOKED = """describe('hooked', () => {
  before(() => { throw new Error('no'); });
  it('waits', () => {});
});
"""
MOCHA = Ecosystem(
    "mocha",
    {
        "package.json": _package("mocha"),
        "test/a.js": _FOR_MOCHA + _BODY.replace("TITLES", json.dumps(_TITLES)),
        "test/b.js": _FOR_MOCHA + _MORE,
        "test/hooks.js": _HOOKED,
    },
    (*_ids("test/a.js"), "test/b.js::adds", 'test/hooks.js::hooked "before all" hook for "waits"'),
    by(Mocha()),
    programs=("npx",),
    version=("node", "-p", f"'mocha ' + require('{INSTALLED}/mocha/package.json').version"),
    prepare=prepare,
)
_PLAYWRIGHT_BODY = _BODY.replace("describe(", "test.describe(").replace(
    "test.each([[1, 2], [3, 3]])('%i is %i', (a, b) => { expect(a).toBe(b); });",
    "for (const [a, b] of [[1, 2], [3, 3]]) test(`${a} is ${b}`, { tag: '@table' }, () => { expect(a).toBe(b); });",
)
PLAYWRIGHT = Ecosystem(
    "playwright",
    {
        "package.json": _package("playwright test", "@playwright/test"),
        "playwright.config.js": (
            "module.exports = { testDir: 'e2e',\n"
            "  projects: [{ name: 'one' }, { name: 'the other', testMatch: '**/more/*.js' }] };\n"
        ),
        "e2e/a.spec.js": "const { test, expect } = require('@playwright/test');\n"
        + _PLAYWRIGHT_BODY.replace("TITLES", json.dumps(_FEW)),
        "e2e/more/a.spec.js": "const { test, expect } = require('@playwright/test');\n" + _MORE,
    },
    (
        *(f"{id_} [one]" for id_ in _ids("a.spec.js", _FEW, between=" › ")),  # noqa: RUF001 - playwright's
        "more/a.spec.js::adds [one]",
        "more/a.spec.js::adds [the other]",
    ),
    by(Playwright()),
    programs=("npx",),
    version=("node", "-p", f"'playwright ' + require('{INSTALLED}/@playwright/test/package.json').version"),
    prepare=prepare,
)
