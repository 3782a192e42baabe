"""How a repository's own tests are written: where they stand, what they are called, how they import and quote."""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from agent_ci.core.imports import imported_files
from agent_ci.core.names import parse
from agent_ci.core.paths import OURS, is_our_test, is_python_test
from agent_ci.core.test_folders import is_below, test_folders

_WIDTH = 88  # columns, black's and ruff's default
_WIDEST, _NARROWEST = 200, 60
_MOST_COPIES = 20
_QUOTED = re.compile(r"""(?<![\w'"])(?:[rbuf]{0,2})(["'])(?!\1\1)[^"'\n]*\1""")


@dataclass(frozen=True, slots=True)
class Style:
    """How the tests of one module are to look. ``path`` is the file to write, which is not there yet.

    ``module`` is the dotted name that the module is imported by, and ``imports`` the form: ``from`` (``from a import
    f``) or ``module`` (``import a`` and ``a.f``). ``framework`` is ``pytest`` or ``unittest``. ``naming`` is how a test
    of the function f is called: ``test_{}``. With ``in_class`` the tests stand in classes, with ``is_annotated`` they
    say ``-> None``, with ``has_future`` the file begins with ``from __future__ import annotations``. ``names_as`` is
    how parametrize is told its names: ``text`` ("a, b") or ``tuple`` (("a", "b")). ``fixtures`` are what a conftest
    offers, ``marks`` what every test of the file ``nearest``, which all of this was read from, is marked with.
    ``is_private_tested`` unless there are tests, and none of that file uses a private name of the package.
    """

    path: str
    module: str = ""
    framework: str = "pytest"
    imports: str = "from"
    naming: str = "test_{}"
    quotes: str = '"'
    line_length: int = _WIDTH
    in_class: bool = False
    is_annotated: bool = False
    has_future: bool = False
    names_as: str = "tuple"
    fixtures: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    nearest: str = ""
    is_private_tested: bool = True


def style_of(
    path: str,
    texts: Mapping[str, str],
    *,
    roots: Sequence[str] = (".",),
    covering: Iterable[str] = (),
    taken: Collection[str] = (),
) -> Style:
    """How to write tests of the module *path* beside the tests in *texts*, which are all files of the tree by path.

    *roots* are the folders that imports begin at, *covering* the files of the tests that run the module today, one
    entry for each test, and *taken* are paths that others write to.
    """
    folders = test_folders(texts)
    tests = [each for each in texts if is_python_test(each) and is_below(each, folders)]
    nearest = _nearest(path, tests, texts, roots, Counter(covering))
    text = texts.get(nearest, "")
    tree = parse(text)
    module = module_name(path, roots)
    conftests = [each for each in texts if PurePosixPath(each).name == "conftest.py"]
    first = next((folder for folder in folders if "*" not in folder), "tests")
    made = _place(path, tests, texts, taken, first=first)
    return Style(
        made,
        module,
        framework=_framework(text),
        imports=_imports(tree, module),
        naming=_naming(tree),
        quotes=_quotes(text),
        line_length=_line_length(texts),
        in_class=_is_in_classes(tree),
        is_annotated=_is_annotated(tree),
        has_future="from __future__ import annotations" in text,
        names_as=_names_as(tree),
        fixtures=tuple(sorted({name for each in _above(made, conftests) for name in _fixtures(texts.get(each, ""))})),
        marks=_marks(tree),
        nearest=nearest,
        is_private_tested=not nearest or tree is None or _is_private_used(tree, module.partition(".")[0]),
    )


def next_to(file: str, texts: Mapping[str, str], taken: Collection[str]) -> str:
    """A file beside *file*, which new tests were written to, for further ones of the same module."""
    folder, _, name = file.rpartition("/")
    stem, dot, ending = name.partition(".")
    is_behind = stem.endswith("_test")
    bare = re.sub(rf"_{OURS}(_\d+)?$", "", stem.removesuffix("_test"))
    for number in ("", *(f"_{more}" for more in range(2, _MOST_COPIES))):
        made = f"{bare}_{OURS}{number}{'_test' * is_behind}{dot}{ending}"
        path = f"{folder}/{made}" if folder else made
        if path not in texts and path not in taken:
            return path
    return file


def module_name(path: str, roots: Sequence[str]) -> str:
    """The dotted name by which the file *path* is imported, where imports begin at *roots*."""
    inside = [root.rstrip("/") for root in roots if root != "." and path.startswith(f"{root.rstrip('/')}/")]
    stem = path.removeprefix(f"{max(inside, key=len)}/") if inside else path
    return stem.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _nearest(
    path: str, tests: Sequence[str], texts: Mapping[str, str], roots: Sequence[str], covering: Mapping[str, int]
) -> str:
    """The test file to read: the one named after the module, that covers it most, imports it, or stands next to it."""
    stem = _stem(path)

    def rank(test: str) -> tuple[bool, int, bool, int, str]:
        imports = path in imported_files(texts.get(test, ""), test, paths=(path,), roots=roots)
        return _tested(test) != stem, -covering.get(test, 0), not imports, -_shared(test, path), test

    theirs = [test for test in tests if not is_our_test(test)]
    return min(theirs or tests, key=rank, default="")


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common, wherever they stand in them."""
    return len({*PurePosixPath(one).parts[:-1]} & {*PurePosixPath(other).parts[:-1]})


def _stem(path: str) -> str:
    pure = PurePosixPath(path)
    return pure.parent.name if pure.name == "__init__.py" else pure.stem.strip("_")


def _tested(test: str) -> str:
    """The module that the test file *test* is named after."""
    stem = PurePosixPath(test).stem
    return stem.removeprefix("test_") if stem.startswith("test_") else stem.removesuffix("_test")


def _place(path: str, tests: Sequence[str], texts: Mapping[str, str], taken: Collection[str], *, first: str) -> str:
    """The file for new tests of *path*: named and placed as those there are, else in *first*, and not there yet."""
    found, stem = _folder(path, tests, texts), _stem(path)
    folder = first if found is None else found
    theirs = [test for test in tests if not is_our_test(test)]
    is_behind = sum(test.endswith("_test.py") for test in theirs) * 2 > len(theirs)
    names = [stem, *(f"{stem}_{OURS}{number}" for number in ("", *(f"_{more}" for more in range(2, _MOST_COPIES))))]
    there = {PurePosixPath(test).name for test in (*tests, *taken) if not _is_package_of(test, texts)}
    for name in names:
        file = f"{name}_test.py" if is_behind else f"test_{name}.py"
        made = f"{folder}/{file}" if folder else file
        if made not in texts and made not in taken and file not in there:
            return made
    return made


def _is_package_of(test: str, texts: Mapping[str, str]) -> bool:
    """Whether the folder of *test* is a package: outside of packages pytest takes one file of each name only."""
    folder = test.rpartition("/")[0]
    return (f"{folder}/__init__.py" if folder else "__init__.py") in texts


def _folder(path: str, tests: Sequence[str], texts: Mapping[str, str]) -> str | None:
    own = path.rpartition("/")[0]
    by_name = {_tested(test): test for test in sorted(tests, reverse=True)}
    if _stem(path) in by_name:
        return by_name[_stem(path)].rpartition("/")[0]
    siblings = [each for each in texts if each.rpartition("/")[0] == own and each.endswith(".py")]
    places = Counter(by_name[_stem(each)].rpartition("/")[0] for each in siblings if _stem(each) in by_name)
    if places:
        return min(places, key=lambda folder: (-places[folder], folder))
    folders = Counter(test.rpartition("/")[0] for test in tests)
    if not folders:
        return None
    root = min(folders, key=lambda folder: (folder.count("/"), -folders[folder], folder))
    mirrored = [f"{root}/{part}" for part in _tails(own) if f"{root}/{part}" in folders]
    return mirrored[0] if mirrored else root


def _tails(folder: str) -> Iterator[str]:
    parts = folder.split("/")
    yield from ("/".join(parts[index:]) for index in range(len(parts)))


def _framework(text: str) -> str:
    is_unittest = "unittest" in text and "TestCase" in text
    return "unittest" if is_unittest and "import pytest" not in text else "pytest"


def _imports(tree: ast.Module | None, module: str) -> str:
    for node in tree.body if tree else ():
        if isinstance(node, ast.ImportFrom) and node.module == module:
            return "from"
        if isinstance(node, ast.Import) and any(alias.name == module for alias in node.names):
            return "module"
        if isinstance(node, ast.ImportFrom) and any(f"{node.module}.{name.name}" == module for name in node.names):
            return "module"
    plain = sum(isinstance(node, ast.Import) for node in tree.body) if tree else 0
    named = sum(isinstance(node, ast.ImportFrom) for node in tree.body) if tree else 0
    return "module" if plain > 2 * named + 2 else "from"


def _is_private_used(tree: ast.Module, package: str) -> bool:
    """Whether a private name is imported from *package*, or reached through a module of it."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    named = [
        (node, alias)
        for node in imports
        for alias in node.names
        if (alias.name if isinstance(node, ast.Import) else node.module or "").partition(".")[0] == package
    ]
    if any(isinstance(node, ast.ImportFrom) and alias.name.startswith("_") for node, alias in named):
        return True
    modules = {(alias.asname or alias.name).partition(".")[0] for _, alias in named}
    return any(
        isinstance(node, ast.Attribute)
        and re.match(r"_[^_]", node.attr)
        and ast.unparse(node.value).partition(".")[0] in modules
        for node in ast.walk(tree)
    )


def _functions(tree: ast.Module | None) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield node


def _naming(tree: ast.Module | None) -> str:
    names = [node.name for node in _functions(tree)]
    if names and all(re.match(r"test[A-Z]", name) for name in names):
        return "test{}"
    return "test_{}"


def _is_in_classes(tree: ast.Module | None) -> bool:
    inside = sum(isinstance(node, ast.ClassDef) and node.name.startswith("Test") for node in tree.body) if tree else 0
    outside = (
        sum(isinstance(node, ast.FunctionDef) and node.name.startswith("test") for node in tree.body) if tree else 0
    )
    return inside > outside


def _is_annotated(tree: ast.Module | None) -> bool:
    found = [*_functions(tree)]
    return bool(found) and 2 * sum(node.returns is not None for node in found) > len(found)


def _names_as(tree: ast.Module | None) -> str:
    kinds = Counter(
        "text" if isinstance(call.args[0], ast.Constant) else "tuple"
        for node in _functions(tree)
        for call in node.decorator_list
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).endswith("parametrize")
        and call.args
        and (
            "," in call.args[0].value
            if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
            else True
        )
    )
    return "text" if kinds["text"] > kinds["tuple"] else "tuple"


def _marks(tree: ast.Module | None) -> tuple[str, ...]:
    """The marks of the whole file: ``pytestmark``."""
    found: list[str] = []
    for node in tree.body if tree else ():
        if isinstance(node, ast.Assign) and any(
            isinstance(name, ast.Name) and name.id == "pytestmark" for name in node.targets
        ):
            marks = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
            found += [ast.unparse(mark) for mark in marks]
    return tuple(mark for mark in found if "skip" not in mark and "xfail" not in mark)


def _quotes(text: str) -> str:
    signs = Counter(_QUOTED.findall(text))
    return "'" if signs["'"] > signs['"'] else '"'


def _above(path: str, conftests: Iterable[str]) -> Iterator[str]:
    """Those of *conftests* that count for *path*."""
    yield from (each for each in conftests if path.startswith(each.removesuffix("conftest.py")))


def _fixtures(text: str) -> Iterator[str]:
    tree = parse(text)
    for node in tree.body if tree else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            marks = (ast.unparse(mark).partition("(")[0] for mark in node.decorator_list)
            if any(mark.endswith("fixture") for mark in marks):
                yield node.name


def _line_length(texts: Mapping[str, str]) -> int:
    """The width that the repository's formatter or linter is told; 88 where none is."""
    widths = (*_told_in_toml(texts), *_told_in_ini(texts))
    return next((width for width in widths if _NARROWEST <= width <= _WIDEST), _WIDTH)


def _told_in_toml(texts: Mapping[str, str]) -> Iterator[int]:
    for file in ("ruff.toml", ".ruff.toml", "pyproject.toml"):
        try:
            content = tomllib.loads(texts.get(file, ""))
        except (ValueError, RecursionError):
            continue
        tools = content.get("tool", {}) if file == "pyproject.toml" else {"ruff": content}
        for tool in ("ruff", "black"):
            told = tools.get(tool, {}) if isinstance(tools, dict) else {}
            width = told.get("line-length", 0) if isinstance(told, dict) else 0
            yield width if isinstance(width, int) else 0


def _told_in_ini(texts: Mapping[str, str]) -> Iterator[int]:
    for file in (".flake8", "setup.cfg", "tox.ini"):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(texts.get(file, ""))
            yield parser.getint("flake8", "max-line-length", fallback=0)
        except (configparser.Error, ValueError):
            continue
