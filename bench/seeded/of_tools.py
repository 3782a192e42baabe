"""Red repositories that a tool finds fault with: a linter, a formatter, a lock file, a pinned version, a snapshot."""

from __future__ import annotations

import io
import json
import shlex
import sys
import zipfile

from bench.seeded.case import UNITTEST, Case, tool

_PRICES = '"""Prices."""\n\nRATES = {"full": 19, "less": 7}\n\n\ndef tax(cents: int) -> int:\n    return cents // 5\n'
_TESTS = """import unittest

from prices import tax


class OfPrices(unittest.TestCase):
    def test_tax(self):
        self.assertEqual(tax(10), 2)
"""
_FILES = {"prices.py": _PRICES, "test_prices.py": _TESTS}


def _of_ruff(kind: str, arguments: str, red: str, settings: str = "") -> Case:
    files = {**_FILES, "ruff.toml": f"{settings}\n"}
    return Case(kind, files, {"prices.py": red}, run=tool("ruff", *arguments.split()))


def _package(version: str, *, shared: str = "2.0.0") -> dict[str, str]:
    """The package.json and package-lock.json of a project with one dependency, a folder of its own."""
    wanted = {"shared": "file:shared"}
    manifest = {"name": "shop", "version": version, "dependencies": wanted}
    lock = {
        "name": "shop",
        "version": version,
        "lockfileVersion": 3,
        "requires": True,
        "packages": {
            "": manifest,
            "node_modules/shared": {"resolved": "shared", "link": True},
            "shared": {"version": shared},
        },
    }
    return {
        "package.json": json.dumps(manifest, indent=2) + "\n",
        "package-lock.json": json.dumps(lock, indent=2) + "\n",
        "shared/package.json": json.dumps({"name": "shared", "version": shared}, indent=2) + "\n",
    }


def _with_another(manifest: str) -> dict[str, str]:
    """The manifest with a second dependency, which the lock file does not know."""
    found = json.loads(manifest)
    found["dependencies"]["other"] = "file:other"
    other = json.dumps({"name": "other", "version": "1.0.0"}, indent=2) + "\n"
    return {"package.json": json.dumps(found, indent=2) + "\n", "other/package.json": other}


_LOCKED = {**_package("1.0.0"), ".agent-ci.yml": "allow:\n- package-lock.json\n"}
_NPM = "npm ci --dry-run --offline --ignore-scripts"


def _wheel(name: str, version: str, source: str) -> dict[str, bytes]:
    """A wheel with one module, by its path."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: seeded\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return {f"wheels/{name}-{version}-py3-none-any.whl": packed.getvalue()}


_WHEELS = {
    **_wheel("rates", "1.4.0", "def full():\n    return 19\n"),
    **_wheel("rates", "2.0.0", "def rate(kind):\n    return {'full': 19}[kind]\n"),
    **_wheel("shapes", "1.0", "SQUARE = 4\n"),
    **_wheel("shapes", "1.1", "SQUARE = 4\n"),
}
_CHECK = """import rates, shapes

print("<testsuite>")
for name, made, wanted in ("full", lambda: rates.full(), 19), ("square", lambda: shapes.SQUARE, 4):
    try:
        found = made()
    except AttributeError as error:
        found = error
    fault = "" if found == wanted else f'<failure message="{type(found).__name__}"/>'
    print(f'<testcase classname="check" name="{name}">{fault}</testcase>')
print("</testsuite>")
"""
_PYTHON = shlex.quote(sys.executable)
_INSTALL = f"{_PYTHON} -m pip install -q --no-index --find-links wheels --no-compile --target deps -r requirements.txt"
_PIP = f"sh -c {shlex.quote(f'{_INSTALL} && PYTHONPATH=deps {_PYTHON} -SB check.py > report.xml')}"


def _pinned(before: str, after: str, *, settings: str = "allow:\n- requirements.txt\n", **more: object) -> Case:
    green = {"check.py": _CHECK, "requirements.txt": before, ".agent-ci.yml": settings}
    red = {"requirements.txt": after}
    return Case("pin", green, red, run=_PIP, report=("report.xml",), blobs=_WHEELS, **more)  # type: ignore[arg-type]


_SNAPSHOT = """import pathlib
import unittest

from prices import tax


class OfPrices(unittest.TestCase):
    def test_stored(self):
        stored = pathlib.Path("snapshots/tax.txt").read_text()
        self.assertEqual(stored, f"{tax(100)}", "the snapshot differs; run with --snapshot-update to store it anew")
"""

CASES = {
    "format-of-ruff": _of_ruff("format", "format --check", _PRICES.replace('"full": 19, ', '"full":19,')),
    "format-with-settings": _of_ruff(
        "format", "format --check .", _PRICES.replace('"less"', "'less'"), 'format.quote-style = "double"'
    ),
    "format-of-what-was-added": _of_ruff("format", "format --check --diff", f"{_PRICES}def less( ):\n  return 7\n"),
    "lint-of-an-unused-import": _of_ruff("lint", "check", f"import os\n{_PRICES}"),
    "lint-of-the-order-of-imports": _of_ruff(
        "lint",
        "check .",
        _PRICES.replace("RATES", "import sys\nimport json\n\nSEEN = (json, sys)\nRATES", 1),
        'lint.select = ["F", "I"]',
    ),
    "lint-of-an-old-form": _of_ruff(
        "lint",
        "check --no-cache",
        _PRICES.replace("RATES", 'NAME = str("shop")\nRATES', 1),
        'target-version = "py311"\nlint.select = ["UP"]',
    ),
    "lint-that-no-tool-repairs": Case(
        "lint",
        {**_FILES, "ruff.toml": ""},
        {"prices.py": f"{_PRICES}\n\ndef less() -> int:\n    return cents // 14\n"},
        run=tool("ruff", "check"),
        expected="no_fix",
    ),
    "lock-that-lacks-a-package": Case("lock", _LOCKED, _with_another(_LOCKED["package.json"]), run=_NPM, needs="npm"),
    "lock-that-may-not-change": Case(
        "lock",
        _package("1.0.0"),
        _with_another(_LOCKED["package.json"]),
        run=_NPM,
        needs="npm",
        expected="policy_refused",
        says="package-lock.json is protected",
    ),
    "pin-of-one-package": _pinned("rates==1.4.0\nshapes==1.0\n", "rates==2.0.0\nshapes==1.0\n"),
    "pin-of-one-of-two": _pinned("rates==1.4.0\nshapes==1.0\n", "rates==2.0.0\nshapes==1.1\n"),
    "pin-that-may-not-change": _pinned(
        "rates==1.4.0\nshapes==1.0\n",
        "rates==2.0.0\nshapes==1.0\n",
        settings="",
        expected="policy_refused",
        says="requirements.txt is protected",
    ),
    "pin-that-nobody-wrote": _pinned("rates<2\nshapes\n", "rates\nshapes\n", expected="no_fix"),
    "snapshot-that-differs": Case(
        "snapshot",
        {"prices.py": _PRICES, "snapshots/tax.txt": "20", "test_prices.py": _SNAPSHOT},
        {"prices.py": _PRICES.replace("cents // 5", "cents // 4")},
        run=UNITTEST,
        expected="no_fix",
        says="store it with `pytest --snapshot-update`",
    ),
}
