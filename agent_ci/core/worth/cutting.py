"""Takes tests out of a file, and what only they needed; every other byte stays as it was."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from agent_ci.core.names import parse
from agent_ci.core.worth.tests_file import Candidate, TestFunction, TestsFile

_HOOKS = ("pytest_", "setUp", "tearDown", "setup", "teardown", "__")
_SPECIAL = ("__", "pytest", "collect_ignore")  # how the names begin that pytest or Python reads by itself
_Import = ast.Import | ast.ImportFrom
_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def without(text: str, unwanted: Iterable[Candidate], *, keeping: Collection[str] = ()) -> str:
    """*text* without the tests and rows *unwanted*, and without the imports and helpers that nothing uses then.

    It is empty where no test is left, and as it was where it is no Python. A row that cannot be taken out alone goes
    with its whole test; where what is left would be no Python even so, nothing goes. What binds a name of *keeping*
    stays.
    """
    file, dropped = TestsFile.read(text), frozenset(unwanted)
    if file is None:
        return text
    rows = {candidate.function for candidate in dropped}
    for out in (dropped, frozenset(each for each in file.candidates if each.function in rows)):
        left = "" if out.issuperset(file.candidates) else _cut(text, file, out, keeping)
        if parse(left) is not None:
            return left
    return text


def _cut(text: str, file: TestsFile, dropped: frozenset[Candidate], keeping: Collection[str]) -> str:
    gone = {test.name for test in file.tests if dropped.issuperset(test.candidates)}
    classes = [node for node in file.tree.body if isinstance(node, ast.ClassDef) and node.name not in keeping]
    empty = [node for node in classes if _is_emptied(node, file, gone)]
    inside = {id(child) for node in empty for child in node.body}
    whole: list[ast.stmt] = [
        *empty,
        *(test.node for test in file.tests if test.name in gone and id(test.node) not in inside),
    ]
    places: dict[ast.stmt, TestFunction | None] = {
        **dict.fromkeys(whole),
        **{test.node: test for test in file.tests if test.name not in gone},
    }
    for node in sorted(places, key=lambda node: node.lineno, reverse=True):
        test = places[node]
        text = _without_rows(text, test, dropped) if test else _without_statement(text, node)
    return tidied(text, keeping=keeping)


def bound_in(text: str) -> frozenset[str]:
    """The names that the statements of *text* bind; none where it is no Python."""
    tree = parse(text)
    return frozenset(name for node in tree.body for name in _bound(node)) if tree else frozenset()


def _is_emptied(node: ast.ClassDef, file: TestsFile, gone: Collection[str]) -> bool:
    """Whether the class *node* has tests, and none that stays."""
    own = [test.name for test in file.tests if test.node in node.body]
    return bool(own) and all(name in gone for name in own)


def tidied(text: str, *, keeping: Collection[str] = ()) -> str:
    """*text* without imports, private helpers and test classes that nothing in it uses; *keeping* counts as used."""
    while (smaller := _one_less(text, keeping)) != text:
        text = smaller
    return text


def without_tests(text: str, file: TestsFile, comments: Mapping[ast.stmt, range]) -> str:
    """*text*, which *file* is, without the tests at the nodes in *comments*, and without what only they read.

    Of the comments above a test only the lines (from 0) in *comments* go. It is empty where nothing is left but words.
    """
    whole = {node for node in file.tree.body if isinstance(node, ast.ClassDef) and _is_only_for(node, comments, file)}
    inside = {child for node in whole for child in node.body}
    lines = text.split("\n")
    places = [(_first_line(node), node.end_lineno or node.lineno) for node in {*whole, *comments} - inside]
    places += [(one.start, one.stop) for node, one in comments.items() if node not in inside]
    for first, last in sorted(places, reverse=True):
        lines = without_lines(lines, first, last).split("\n") if first < last else lines
    read = {name for node in {*whole, *comments} for name in _read(node)}
    text = "\n".join(lines)
    while (smaller := _one_less_of(text, read)) != text:
        text = smaller
    tree = parse(text)
    is_left = tree is None or any(not _is_word(node) for node in tree.body)
    return text if is_left else ""


def _is_only_for(node: ast.ClassDef, gone: Collection[ast.stmt], file: TestsFile) -> bool:
    """Whether the class *node* is there for the tests that are *gone* alone."""
    read = {name for child in node.body if child in gone for name in _read(child)}
    others = {name for other in file.tree.body if other is not node for name in _used(other)}
    return (
        any(child in gone for child in node.body)
        and node.name not in others
        and all(
            child in gone
            or _is_word(child)
            or (isinstance(child, _Named) and (child.name in read or child.name.startswith(_HOOKS)))
            for child in node.body
        )
    )


def _is_word(node: ast.stmt) -> bool:
    """Whether *node* does nothing: a text that stands alone, ``pass``, or what a file asks of Python itself."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, ast.Pass) or (isinstance(node, ast.ImportFrom) and node.module == "__future__")


def _read(node: ast.AST) -> Iterator[str]:
    """The names that *node* reads, those behind a dot among them."""
    yield from _used(node)
    yield from (child.attr for child in ast.walk(node) if isinstance(child, ast.Attribute))


def _one_less_of(text: str, read: set[str]) -> str:
    """*text* without one more thing that is *read* by what was taken out, to which it is added, and by nothing else."""
    tree = parse(text)
    if tree is None:
        return text
    used = {*_used(tree)}
    lines = text.split("\n")
    for node, first, last in ((node, _first_line(node), node.end_lineno or node.lineno) for node in tree.body):
        if any(other.lineno <= last and (other.end_lineno or 0) > first for other in tree.body if other is not node):
            continue  # it shares a line
        if isinstance(node, _Import):
            names = node.names
            spare = [number for number in _spare(node, used) if _is_read(node, names[number], read)]
            if spare:
                is_whole = len(spare) == len(names)
                return _without_statement(text, node, is_tight=True) if is_whole else _without_items(text, names, spare)
        elif _is_helper(node) and {*_bound(node)} <= read - used:
            read.update(_read(node))
            return without_lines(lines, first, last)
    return text


def _is_read(node: _Import, alias: ast.alias, read: Collection[str]) -> bool:
    """Whether *read* has the name that *alias* binds; every part of one with dots, which may be there for effect."""
    is_dotted = isinstance(node, ast.Import) and not alias.asname
    return all(part in read for part in (alias.name.split(".") if is_dotted else [alias.asname or alias.name]))


def _first_line(node: ast.stmt) -> int:
    """The line (from 0) where *node* begins, with its decorators."""
    marks = node.decorator_list if isinstance(node, _Named) else []
    return min([node.lineno, *(mark.lineno for mark in marks)]) - 1


def _without_rows(text: str, test: TestFunction, dropped: Collection[Candidate]) -> str:
    rows = [candidate.row for candidate in test.candidates if candidate in dropped and candidate.row is not None]
    if test.table is None or not rows:
        return text
    for items in sorted((test.table.rows, test.table.ids), key=_where, reverse=True):
        text = _without_items(text, items, rows) if items else text
    return text


def _where(items: Sequence[ast.expr]) -> tuple[int, int]:
    return (items[0].lineno, items[0].col_offset) if items else (0, 0)


def _one_less(text: str, keeping: Collection[str]) -> str:
    """*text* without one more thing that nothing uses; the same where there is none."""
    tree = parse(text)
    if tree is None:
        return text
    used = {*_used(tree), *keeping}
    for node in tree.body:
        if isinstance(node, _Import) and (spare := _spare(node, used)):
            names = node.names
            return (
                _without_statement(text, node, is_tight=True)
                if len(spare) == len(names)
                else _without_items(text, names, spare)
            )
        if _is_helper(node) and not used & {*_bound(node)}:
            return _without_statement(text, node)
    return text


def _used(tree: ast.AST) -> Iterator[str]:
    """Every name that is read, those in texts (annotations, and fixtures by their name) and parameters among them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load | ast.Del):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value


def _spare(node: _Import, used: Collection[str]) -> list[int]:
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return []
    return [index for index, name in enumerate(_bound(node)) if name not in used and name != "*"]


def _is_helper(node: ast.stmt) -> bool:
    """Whether *node* only makes something for others in the file: nothing outside of it can ask for it by name."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        marks = [ast.unparse(mark) for mark in node.decorator_list]
        return not node.name.startswith(("test", *_HOOKS)) and not any("autouse" in mark for mark in marks)
    if isinstance(node, ast.ClassDef):
        return not node.name.startswith("Test") and not node.decorator_list and not _has_tests(node)
    if isinstance(node, ast.Assign):
        return all(isinstance(name, ast.Name) and not name.id.startswith(_SPECIAL) for name in node.targets)
    return False


def _has_tests(node: ast.ClassDef) -> bool:
    return any(isinstance(child, ast.FunctionDef) and child.name.startswith("test") for child in node.body)


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, _Named):
        yield node.name
    elif isinstance(node, _Import):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign):
        yield from (name.id for name in node.targets if isinstance(name, ast.Name))


def _without_statement(text: str, node: ast.stmt, *, is_tight: bool = False) -> str:
    """*text* without the lines of *node*, the comment above them, and the blank lines that set it apart.

    With *is_tight* the lines around it are kept as a block: at most one blank line goes.
    """
    lines = text.split("\n")
    first = _first_line(node)
    last = node.end_lineno or node.lineno
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    while first and not is_tight and lines[first - 1].startswith(f"{indent}#"):
        first -= 1
    if is_tight:
        is_apart = (first == 0 or not lines[first - 1].strip()) and last < len(lines) and not lines[last].strip()
        return "\n".join([*lines[:first], *lines[last + is_apart :]])
    return without_lines(lines, first, last)


def without_lines(lines: Sequence[str], first: int, last: int) -> str:
    """The text of *lines* without those from *first* to before *last*, and the blank ones that set them apart."""
    is_apart = last == len(lines) or not lines[last].strip()
    while first and is_apart and not lines[first - 1].strip():
        first -= 1
    kept = "\n".join([*lines[:first], *lines[last:]])
    return kept if first else kept.lstrip("\n")


def _without_items(text: str, items: Sequence[ast.AST], dropped: Collection[int]) -> str:
    """*text* without those of *items*, which stand in a row between commas, whose number is *dropped*: never all."""
    data = text.encode()
    starts = _line_starts(data)
    spans = [_span(item, starts, data) for item in items]
    last = max(number for number in range(len(items)) if number not in dropped)
    cuts = [(spans[number][0], spans[number + 1][0]) for number in sorted(dropped) if number < last]
    if last + 1 < len(items):
        cuts.append((spans[last][1], spans[-1][1]))
    for start, end in reversed(cuts):
        data = data[:start] + data[end:]
    return data.decode()


def _line_starts(data: bytes) -> list[int]:
    starts, total = [0], 0
    for line in data.split(b"\n"):
        total += len(line) + 1
        starts.append(total)
    return starts


def _span(node: ast.AST, starts: Sequence[int], data: bytes) -> tuple[int, int]:
    """The bytes between which *node* stands, with the parentheses around it that are no part of it."""
    begin = starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined] # rows, names and ids have a place
    end = starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined] # the same
    while (before := data[:begin].rstrip()).endswith(b"(") and (after := data[end:].lstrip()).startswith(b")"):
        begin, end = len(before) - 1, len(data) - len(after) + 1
    return begin, end
