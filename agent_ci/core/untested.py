"""Which lines a change adds that no test runs, by the function they are in, and which of these matters most."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from agent_ci.core.branches import Branch, in_words
from agent_ci.core.coverage import IMPORTS, Coverage, Lines, executable_lines
from agent_ci.core.names import compiles, parse
from agent_ci.core.paths import is_test_path, matches
from agent_ci.core.policy import PROTECTED

NOT_MEANT = (*PROTECTED, "docs/", "doc/", "examples/", "benchmarks/", "migrations/", "*.pyi")
_PUBLIC, _REPAIRED, _MOST_REPAIRED, _MOST_COMPLEX = 100.0, 10.0, 4, 50
_IS_RUN = 60.0  # what it takes from the score of a function that every line of it is run
_BRANCHES = (
    *(ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.BoolOp, ast.ExceptHandler),
    *(ast.comprehension, ast.match_case, ast.Assert),
)
_STUBS = ("overload", "abstractmethod")

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Target:
    """Changed *lines* (1-based, sorted) that no test runs, of one *function* in the file *path*, and the *reason*.

    ``function`` is its qualified name, the outermost one where functions are nested, and empty for lines outside of
    all. The higher the ``score``, the more a test of it is worth. ``at_import`` are further lines that belong to it and
    run as soon as any test imports the file. ``branches`` are changed ones that no test takes, whether their lines are
    run or not.
    """

    path: str
    function: str
    lines: tuple[int, ...]
    reason: str
    is_public: bool = True
    score: float = 0.0
    at_import: tuple[int, ...] = ()
    branches: tuple[Branch, ...] = ()

    @property
    def deciding(self) -> tuple[int, ...]:
        """The lines that decide on its branches, sorted."""
        return tuple(sorted({line for branch in self.branches for line in branch.head}))

    @property
    def guarded(self) -> tuple[int, ...]:
        """The lines in which a test of it is to notice small faults, sorted: also those that decide on its branches."""
        return tuple(sorted({*self.lines, *self.deciding}))

    @property
    def every_line(self) -> tuple[int, ...]:
        """All its lines that nothing runs, sorted."""
        return tuple(sorted((*self.lines, *self.at_import)))

    @property
    def name(self) -> str:
        """The target as reports name it: ``pkg/module.py::Class.method``."""
        return f"{self.path}::{self.function or '<module>'}"


@dataclass(frozen=True)
class Definition:
    """A function: its qualified name, its syntax, and the lines of its body from *first* to *last*."""

    name: str
    node: _Function

    @property
    def first(self) -> int:
        """The first line of its body; what stands above runs when the module is imported."""
        return self.node.body[0].lineno

    @property
    def header(self) -> int:
        """The line that it begins on, decorators included."""
        return min([self.node.lineno, *(mark.lineno for mark in self.node.decorator_list)])

    @property
    def last(self) -> int:
        """The last line of its body."""
        return self.node.end_lineno or self.first

    @property
    def is_public(self) -> bool:
        """Whether no part of its name says that it is nobody else's business."""
        return not any(part.startswith("_") and not part.endswith("__") for part in self.name.split("."))

    @property
    def is_stub(self) -> bool:
        """Whether there is nothing in it to test: an overload, an abstract method, a body that is left out."""
        marks = (_written(mark).rpartition(".")[2] for mark in self.node.decorator_list)
        return any(mark in _STUBS for mark in marks) or all(map(_says_nothing, self.node.body))

    @property
    def branches(self) -> int:
        """How many ways lead through it, counted by what decides."""
        return 1 + sum(isinstance(node, _BRANCHES) for node in ast.walk(self.node))


def definitions(source: str) -> tuple[Definition, ...]:
    """The functions and methods of *source* that stand in no other function; none where it is no Python."""
    tree = parse(source)
    return tuple(_within(tree)) if tree else ()


def changed_code(added: Lines, head: Mapping[str, str], base: Iterable[str]) -> Lines:
    """The executable lines among those *added*, by path, of the source files of *head*, without what only moved.

    *base* are the texts that the changed files had before: a function that stands there word for word, wherever that
    is, was not changed. Tests, and files that no test is meant for, are left out. Of a file that Python cannot read,
    every added line counts: nobody can say that a test runs it.
    """
    before = Counter(words for text in base for one in definitions(text) if (words := _dumped(one.node)))
    found: dict[str, frozenset[int]] = {}
    for path in sorted(added):
        if not _is_meant(path):
            continue
        text = head.get(path)
        if text is None or not compiles(text):
            found[path] = added[path]
            continue
        lines = added[path] & executable_lines(text)
        kept = lines - _moved(text, before) - _never_run(text)
        if kept:
            found[path] = kept
    return found


def unread(paths: Iterable[str], head: Mapping[str, str]) -> tuple[str, ...]:
    """Those of the changed *paths* that Python cannot read: of another encoding, too long, or no Python."""
    return tuple(path for path in sorted(paths) if _is_meant(path) and not compiles(head.get(path) or "("))


def targets(
    changed: Lines,
    head: Mapping[str, str],
    coverage: Coverage,
    *,
    repaired: Mapping[str, int],
    untaken: Mapping[str, Sequence[Branch]] = MappingProxyType({}),
) -> tuple[Target, ...]:
    """What of *changed* no test runs, the most important first: public, complex, and recently *repaired* files first.

    A line in a function counts as run where a test ran it, and not where only an import did. *repaired* counts the
    recent repairs of each file. A function is a target for the sake of its *untaken* branches alone, too, by path.
    """
    found = (
        target
        for path in changed
        for target in _of_file(
            path, head.get(path, ""), (changed[path], untaken.get(path, ())), coverage, repaired.get(path, 0)
        )
    )
    return tuple(sorted(found, key=lambda target: (-target.score, target.path, target.every_line)))


def untested_lines(path: str, source: str, lines: Collection[int], coverage: Coverage) -> frozenset[int]:
    """Those of *lines* of the file *path* that no test runs."""
    inside = {line for one in definitions(source) for line in range(one.first, one.last + 1)}
    return frozenset(
        line for line in lines if not coverage.tests_of(path, line) - ({IMPORTS} if line in inside else set())
    )


def _is_meant(path: str) -> bool:
    return path.endswith(".py") and not is_test_path(path) and not matches(path, NOT_MEANT)


def _of_file(
    path: str, source: str, change: tuple[Collection[int], Sequence[Branch]], coverage: Coverage, repaired: int
) -> Iterator[Target]:
    """The targets in one file, of which the *change* has lines and branches that no test takes."""
    changed, untaken = change
    left = set(untested_lines(path, source, changed, coverage))
    broken = min(repaired, _MOST_REPAIRED)
    is_known = any(path in files for files in coverage.tests.values())
    is_module_public = not path.rpartition("/")[2].startswith("_") or path.endswith("/__init__.py")
    for one in definitions(source):
        lines = tuple(sorted(line for line in left if one.first <= line <= one.last))
        header = tuple(sorted(line for line in left if one.header <= line < one.first))
        own = tuple(branch for branch in untaken if one.first <= branch.line <= one.last)
        if one.is_stub:
            left -= {*lines}
        elif lines or own:
            header = header if lines else ()
            left -= {*lines, *header}
            is_public = one.is_public and is_module_public
            score = _PUBLIC * is_public + min(one.branches, _MOST_COMPLEX) + _REPAIRED * broken - _IS_RUN * (not lines)
            why = _untested(one, lines, is_known=is_known) if lines else f"every changed line of {one.name} is run"
            told = in_words([branch for branch in own if not branch.head & {*lines}])
            reason = "; ".join(part for part in (why, told, _repairs(broken)) if part)
            yield Target(path, one.name, lines, reason, is_public, score, header, own)
    if left:
        why = (
            "changed, and no test imports it" if compiles(source or "(") else "changed, and Python cannot read the file"
        )
        yield Target(path, "", (), why, is_public=False, at_import=tuple(sorted(left)))


def _untested(one: Definition, lines: tuple[int, ...], *, is_known: bool) -> str:
    count = f"{len(lines)} changed line{'s' * (len(lines) != 1)}"
    return f"{count} of {one.name} that no test runs" if is_known else f"{count} of {one.name}, and no test imports it"


def _repairs(broken: int) -> str:
    return f"its file was repaired {broken} time{'s' * (broken != 1)} lately" if broken else ""


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        return "NotImplementedError" in _written(statement.exc)
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _within(tree: ast.AST) -> Iterator[Definition]:
    waiting = [(child, "") for child in _children(tree)]
    while waiting:
        node, prefix = waiting.pop()
        if isinstance(node, _Function):
            yield Definition(prefix + node.name, node)
        elif isinstance(node, ast.ClassDef):
            waiting += [(child, f"{prefix}{node.name}.") for child in _children(node)]
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            waiting += [(child, prefix) for child in _children(node)]


def _children(node: ast.AST) -> list[ast.AST]:
    return [*ast.iter_child_nodes(node)][::-1]


def _dumped(node: ast.AST) -> str:
    """What *node* is made of; empty where it goes too deep, so that it counts as changed."""
    try:
        return ast.dump(node)
    except RecursionError:
        return ""


def _written(node: ast.expr) -> str:
    """*node* as Python writes it; empty where it goes too deep to be a name or a short test."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""


def _moved(text: str, before: Counter[str]) -> frozenset[int]:
    """The lines of functions that *before* has as they are; each is taken out of it, so that a copy counts as new."""
    found: set[int] = set()
    for one in definitions(text):
        words = _dumped(one.node)
        if before[words]:
            before[words] -= 1
            found |= {*range(one.header, one.last + 1)}
    return frozenset(found)


def _never_run(text: str) -> frozenset[int]:
    """The lines that no test is to run: for type checkers, and for the program that the file is as well."""
    tree = parse(text)
    blocks = (node for node in ast.walk(tree) if isinstance(node, ast.If)) if tree else ()
    spans = (range(node.lineno, (node.body[-1].end_lineno or 0) + 1) for node in blocks if _is_for_others(node.test))
    return frozenset(line for span in spans for line in span)


def _is_for_others(test: ast.expr) -> bool:
    words = _written(test)
    return words.rpartition(".")[2] == "TYPE_CHECKING" or words in (
        "__name__ == '__main__'",
        "'__main__' == __name__",
    )
