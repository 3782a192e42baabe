"""Faults in published packages, made by cosmic-ray's operators: which modules, and which of the faults are measured."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.real.cases import load
from bench.real.fetch import Cache
from bench.search.case import Case
from bench.tests import cosmic

_COSMIC = Path(cosmic.__file__)
_MOST_MADE = 120  # faults of a module: enough that some of them are seen by its tests


@dataclass(frozen=True)
class Module:
    """The module at *path* of a package, in the release that repairs the bug *case* of `bench/real/cases.toml`."""

    case: str
    path: str
    tests: tuple[str, ...]
    roots: tuple[str, ...] = (".",)


MODULES = (
    Module("texttable-stale-width", "texttable.py", ("tests.py",)),
    Module("slugify-word-boundary", "slugify/slugify.py", ("tests",)),
    Module("humanize-one-byte", "src/humanize/number.py", ("tests/test_number.py",), ("src", ".")),
    Module("funcy-chunk-gap", "funcy/seqs.py", ("tests",)),
    Module("cachetools-lfu-copy", "src/cachetools/__init__.py", ("tests",), ("src", ".")),
    Module("jsonpatch-invalid-remove", "jsonpatch.py", ("tests.py",)),
    Module("boltons-indexed-set", "boltons/iterutils.py", ("tests/test_iterutils.py",)),
    Module("voluptuous-allow-extra", "voluptuous/validators.py", ("voluptuous/tests/tests.py",)),
)


def faults(module: Module, cache: Cache, cosmic_python: str) -> Iterator[Case]:
    """The faults of *module*, some of which no test of the suite sees."""
    (about,) = load().named((module.case,))
    folder = cache.source(about.package, about.fixed)
    python = str(cache.python(about.requirements))
    right = (folder / module.path).read_text(encoding="utf-8")
    for line, wrong in _made(right, cosmic_python, cache.root / "faults"):
        digest = hashlib.sha256(wrong.encode()).hexdigest()[:8]
        name = f"{about.package}:{line}:{digest}"
        yield Case(name, about.package, folder, module.path, right, wrong, python, module.tests, module.roots)


def _made(right: str, cosmic_python: str, folder: Path) -> Iterator[tuple[int, str]]:
    """The faults of the source *right* and their lines, kept in *folder*: making them takes longer than a search."""
    kept = folder / f"{hashlib.sha256(right.encode()).hexdigest()[:16]}-{_MOST_MADE}.json"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            source, result = Path(scratch, "module.py"), Path(scratch, "faults.json")
            source.write_text(right, encoding="utf-8")
            subprocess.run([cosmic_python, str(_COSMIC), str(source), str(result), str(_MOST_MADE)], check=True)
            found, plain = json.loads(result.read_text(encoding="utf-8")), _said(right)
            told = [(line, wrong) for line, wrong in found if _said(wrong) not in ("", plain)]
            result.write_text(json.dumps(told), encoding="utf-8")
            result.replace(kept)
    yield from ((line, wrong) for line, wrong in json.loads(kept.read_text(encoding="utf-8")))


def _said(source: str) -> str:
    """What *source* says, without its annotations; empty where it is no Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Name("annotation")
    return ast.unparse(tree)
