"""Knows the repair that Python's own error message implies: a forgotten import, a misspelt or moved name."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar

from agent_ci.core import names
from agent_ci.core.codebase import Codebase
from agent_ci.core.frameworks.python_projects import roots_of
from agent_ci.core.import_edits import from_other_module, with_other_name
from agent_ci.core.paths import is_test_path
from agent_ci.core.python_edits import Span, replaced, syntax_repairs
from agent_ci.core.questions.frames import Frame, Index, frames
from agent_ci.core.run import Evidence, Reply
from agent_ci.ports import Workbench

_MOST_REPLIES = 6
_MOST_FAILURES = 20
_MOST_PLACES = 50
_MOST_BASES = 20
_LONGEST_TEXT = 50_000  # characters of one failure, counted from its end, where the error stands

_USUAL_IMPORTS = {
    name: f"from {module} import {name}"
    for module, known in {
        "abc": "ABC abstractmethod",
        "collections": "Counter OrderedDict defaultdict deque namedtuple",
        "collections.abc": "Awaitable Callable Generator Iterable Iterator Mapping MutableMapping Sequence",
        "contextlib": "contextmanager suppress",
        "copy": "deepcopy",
        "dataclasses": "asdict dataclass",
        "datetime": "datetime timedelta timezone",
        "decimal": "Decimal",
        "enum": "Enum IntEnum StrEnum",
        "fractions": "Fraction",
        "functools": "cached_property lru_cache partial reduce total_ordering wraps",
        "itertools": "zip_longest",
        "pathlib": "Path PurePath PurePosixPath",
        "typing": "Any ClassVar Dict Final List Literal NamedTuple Optional Protocol Set Tuple TypeVar TypedDict Union",
        "uuid": "uuid4",
    }.items()
    for name in known.split()
}


@dataclass(frozen=True, slots=True)
class _Edit:
    """The new *text* of the file at *path*, and in *cause* what was wrong with the old one."""

    path: str
    text: str
    cause: str


@dataclass(frozen=True, slots=True)
class _Failure:
    """One error: what its message says, and the places in source it passed through, innermost first."""

    rule: _Rule
    found: re.Match[str]
    places: tuple[Frame, ...]


_Rule = Callable[[_Failure, Codebase], Iterator[_Edit]]
_Node = TypeVar("_Node", ast.Name, ast.Attribute, ast.ImportFrom)


def repaired(evidence: Evidence, workbench: Workbench) -> Iterator[Reply]:
    """At most six one-place repairs, likeliest first; unlike errors are first repaired together. Runs nothing."""
    roots = tuple(roots_of(evidence.toolchain))
    sources = Codebase(workbench.tree.paths(), workbench.tree.read, roots)
    failures = _failures(evidence, Index(workbench.tree.paths()))
    together = (_together(failures, sources) for _ in failures[1:2])
    singles = ((edit,) for failure in failures for edit in _repairs(failure, sources))
    offered: set[str] = set()
    for edits in chain(together, singles):
        text = sources.diff({edit.path: edit.text for edit in edits})
        if text and text not in offered:
            offered.add(text)
            yield Reply("autofix", text, cause="; ".join(edit.cause for edit in edits))
        if len(offered) == _MOST_REPLIES:
            return


def _failures(evidence: Evidence, index: Index) -> tuple[_Failure, ...]:
    """The errors among the targets that a rule exists for, each once."""
    found: dict[tuple[str, tuple[Frame, ...]], _Failure] = {}
    for case in evidence.targets:
        text = f"{case.message}\n{case.traceback}"[-_LONGEST_TEXT:]
        places = tuple(islice(_places(text, index), _MOST_PLACES))
        matches = ((rule, match) for pattern, rule in _RULES for match in pattern.finditer(text))
        for rule, match in islice(matches, _MOST_FAILURES):
            found.setdefault((match[0], places[:1]), _Failure(rule, match, places))
    return tuple(islice(found.values(), _MOST_FAILURES))


def _places(text: str, index: Index) -> Iterator[Frame]:
    """The lines of source that *text* names, innermost first."""
    for frame in frames(text):
        path = index.resolve(frame.path)
        if frame.line and path.endswith(".py") and not is_test_path(path):
            yield Frame(path, frame.line)


def _together(failures: Iterable[_Failure], sources: Codebase) -> tuple[_Edit, ...]:
    """The likeliest repair of each failure, one on top of the other."""
    edits: list[_Edit] = []
    for failure in failures:
        for edit in islice(_repairs(failure, sources), 1):
            edits.append(edit)
            sources = sources.after(edit.path, edit.text)
    return tuple(edits)


def _repairs(failure: _Failure, sources: Codebase) -> Iterator[_Edit]:
    """The edits that the rule finds, without those that change nothing or leave no Python."""
    for edit in failure.rule(failure, sources):
        if edit.text != sources.text(edit.path) and names.parse(edit.text):
            yield edit


def _nodes(failure: _Failure, sources: Codebase, kind: type[_Node]) -> Iterator[tuple[str, _Node]]:
    """The nodes of *kind* that the failure passed through, innermost first; then the others of those files.

    Another repair of the same file may have moved the lines, so that a place alone is too strict.
    """
    for is_exact in (True, False):
        for place in failure.places:
            tree = sources.parsed(place.path)
            for node in ast.walk(tree) if tree else ():
                if isinstance(node, kind) and is_exact is (node.lineno <= place.line <= (node.end_lineno or 0)):
                    yield place.path, node


def _undefined_name(failure: _Failure, sources: Codebase) -> Iterator[_Edit]:
    name = failure.found["name"]
    path, node = next(
        ((path, node) for path, node in _nodes(failure, sources, ast.Name) if node.id == name), ("", None)
    )
    tree = sources.parsed(path) if node else None
    if tree is None or node is None or name in names.defined(tree):
        return
    forgotten = f"{path} uses `{name}` and does not import it"
    if name in sys.stdlib_module_names and _has_attributes(tree, name):
        yield _Edit(path, sources.with_import(path, f"import {name}"), forgotten)
    if own := _own_attribute(tree, node, sources):
        yield _Edit(
            path, _renamed(sources.text(path), tree, node, own), f"{path} uses `{name}` without its object, `{own}`"
        )
    for statement in dict.fromkeys(_usual_imports(name, path, tree, sources)):
        yield _Edit(path, sources.with_import(path, statement), forgotten)
    for other in names.similar(name, names.in_scope(tree, node.lineno))[:2]:
        yield _Edit(path, _renamed(sources.text(path), tree, node, other), f"{path} misspells `{other}` as `{name}`")


def _has_attributes(tree: ast.Module, name: str) -> bool:
    return any(
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
        for node in ast.walk(tree)
    )


def _own_attribute(tree: ast.Module, node: ast.Name, sources: Codebase) -> str:
    """``self.name`` where the method around *node* belongs to a class that has such an attribute."""
    found = names.receiver(tree, node.lineno)
    has_it = found and node.id in names.attributes(found[1]) | _attributes(names.bases(found[1]), sources)
    return f"{found[0]}.{node.id}" if found and has_it else ""


def _usual_imports(name: str, path: str, tree: ast.Module, sources: Codebase) -> Iterator[str]:
    """How the repository imports *name* elsewhere, commonest first; where it is defined; where everybody finds it."""
    statements = Counter(
        statement
        for module, other, parsed in sources.mentioning(name)
        for statement in names.importing(parsed, name, module=module, is_package=other.endswith("/__init__.py"))
    )
    yield from (statement for statement, _ in statements.most_common(2))
    mine = [sources.module(path)]
    if home := sources.defining(name, apart_from=mine):
        yield f"from {home} import {name}"
    homes = [module for module in sources.modules if module.rpartition(".")[2] == name and module not in mine]
    if len(homes) == 1 and _has_attributes(tree, name):
        package = homes[0].rpartition(".")[0]
        yield f"from {package} import {name}" if package else f"import {name}"
    if name in _USUAL_IMPORTS:
        yield _USUAL_IMPORTS[name]


def _renamed(text: str, tree: ast.Module, node: ast.Name, new: str) -> str:
    """*text* with the name read at *node* replaced by *new* wherever the function around it reads it."""
    around = names.enclosing(tree, node.lineno)
    scope = around[-1] if around else node
    uses = [use for use in ast.walk(scope) if isinstance(use, ast.Name) and use.id == node.id]
    reads = [use for use in uses if isinstance(use.ctx, ast.Load)]
    return replaced(text, [Span(use.lineno, use.col_offset, use.end_col_offset or 0, new) for use in reads])


def _missing_in_module(failure: _Failure, sources: Codebase) -> Iterator[_Edit]:
    name, module = failure.found["name"], failure.found["module"]
    statements = _nodes(failure, sources, ast.ImportFrom)
    importing = ((path, node) for path, node in statements if any(alias.name == name for alias in node.names))
    path, node = next(importing, ("", None))
    home = sources.home(name, apart_from={module, sources.module(path)})
    if node is None:
        yield from _offered_again(name, module, home, sources)
        return
    for new in [home] if home else _USUAL_IMPORTS.get(name, "").split(" ")[1:2]:
        moved = _moved_with(name, node, module, sources)
        text = from_other_module(sources.text(path), node, moved, new)
        shown = ", ".join(f"`{one}`" for one in moved)
        yield _Edit(path, text, f"{shown} {'is' if len(moved) == 1 else 'are'} found in {new}, not in {module}")
    for other in names.similar(name, sources.names_of(module))[:2]:
        for is_kept in (True, False):  # what follows may use either name
            text = with_other_name(sources.text(path), node, name, other, is_kept=is_kept)
            yield _Edit(path, text, f"{path} imports `{name}` from {module}, where it is called `{other}`")


def _moved_with(name: str, node: ast.ImportFrom, module: str, sources: Codebase) -> tuple[str, ...]:
    """*name*, and what else the statement *node* takes from *module* that went from there to the same place."""
    apart, left = {module}, sources.names_of(module)
    home = sources.home(name, apart_from=apart) if module in sources.modules else ""
    others = (alias.name for alias in node.names if alias.name not in {name, *left})
    return (name, *(one for one in others if home and sources.home(one, apart_from=apart) == home))


def _offered_again(name: str, module: str, home: str, sources: Codebase) -> Iterator[_Edit]:
    """A test imports what has moved: the module it was in can still offer it, and the test stays as it is."""
    path = sources.modules.get(module, "")
    if home and path:
        text = sources.with_import(path, f"from {home} import {name}")
        yield _Edit(path, text, f"`{name}` is found in {home}, and {module} does not offer it any more")


def _missing_module(failure: _Failure, sources: Codebase) -> Iterator[_Edit]:
    missing = failure.found["module"]
    last = missing.rpartition(".")[2]
    same = [module for module in sources.modules if module.rpartition(".")[2] == last]
    known = {*sources.modules, *(name for name in sys.stdlib_module_names if not name.startswith("_"))}
    for new in same if len(same) == 1 else names.similar(missing, known)[:2]:
        for path in dict.fromkeys(place.path for place in failure.places):
            text = sources.redirected(path, missing, new)
            yield _Edit(path, text, f"{path} imports {missing}, and the module is called {new}")
    for path in dict.fromkeys(place.path for place in failure.places):
        if home := _home_of_all(path, missing, sources):
            text = sources.redirected(path, missing, home)
            yield _Edit(path, text, f"what {path} imports from {missing} is found in {home}")


def _home_of_all(path: str, missing: str, sources: Codebase) -> str:
    """The one module that defines all that the file at *path* takes from the module *missing*; empty without such."""
    tree = sources.parsed(path)
    nodes = [node for node in (ast.walk(tree) if tree else ()) if isinstance(node, ast.ImportFrom)]
    taken = {alias.name for node in nodes if node.module == missing and not node.level for alias in node.names}
    homes = {sources.defining(name, apart_from=[sources.module(path)]) for name in taken}
    return homes.pop() if len(homes) == 1 else ""


def _attribute_of_module(failure: _Failure, sources: Codebase) -> Iterator[_Edit]:
    name, module = failure.found["name"], failure.found["module"]
    if f"{module}.{name}" in sources.modules:
        for path, node in _nodes(failure, sources, ast.Attribute):
            if node.attr == name:
                text = sources.with_import(path, f"import {module}.{name}")
                yield _Edit(path, text, f"{path} uses {module}.{name} and does not import it")
                return
    yield from _misspelt(failure, sources.names_of(module), f"the module {module}", sources)


def _attribute_of_object(failure: _Failure, sources: Codebase) -> Iterator[_Edit]:
    owner = failure.found["owner"]
    builtin = getattr(builtins, owner, None)
    known = dir(builtin) if isinstance(builtin, type) else _attributes((owner,), sources)
    yield from _misspelt(failure, known, owner, sources)


def _attributes(owners: Iterable[str], sources: Codebase) -> frozenset[str]:
    """What the repository's classes called *owners* give their objects, with what they inherit within it."""
    found: frozenset[str] = frozenset()
    waiting, seen = [*owners], set[str]()
    while waiting and len(seen) < _MOST_BASES:
        owner = waiting.pop()
        seen.add(owner)
        for _, _, tree in sources.mentioning(f"class {owner}"):
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef) and node.name == owner:
                    found |= names.attributes(node)
                    waiting += set(names.bases(node)) - seen
    return found


def _misspelt(failure: _Failure, known: Iterable[str], owner: str, sources: Codebase) -> Iterator[_Edit]:
    name = failure.found["name"]
    uses = [(path, node) for path, node in _nodes(failure, sources, ast.Attribute) if node.attr == name][:1]
    for other in names.similar(name, known)[:2] if uses else ():
        path, node = uses[0]
        line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
        text = replaced(sources.text(path), [Span(line, end - len(name.encode()), end, other)])
        yield _Edit(path, text, f"{path} misspells `{other}` of {owner} as `{name}`")


def _broken_syntax(failure: _Failure, sources: Codebase) -> Iterator[_Edit]:
    for place in failure.places[:1]:
        if (text := sources.text(place.path)) and sources.parsed(place.path) is None:
            for new, fault in syntax_repairs(text, place.line, failure.found["error"]):
                yield _Edit(place.path, new, f"{place.path}: {fault}")


_NAME = r"'(?P<name>[^\W\d]\w{0,99})'"
_MODULE = r"'(?P<module>[\w.]{1,200})'"
_RULES: tuple[tuple[re.Pattern[str], _Rule], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (rf"\bNameError: name {_NAME} is not defined", _undefined_name),
        (rf"\bImportError: cannot import name {_NAME} from {_MODULE}", _missing_in_module),
        (rf"\bModuleNotFoundError: No module named {_MODULE}", _missing_module),
        (rf"\bAttributeError: module {_MODULE} has no attribute {_NAME}", _attribute_of_module),
        (
            rf"\bAttributeError: (?:type object )?'(?P<owner>\w{{1,100}})'(?: object)? has no attribute {_NAME}",
            _attribute_of_object,
        ),
        (r"\b(?:SyntaxError|IndentationError|TabError): (?P<error>.{1,200})", _broken_syntax),
    )
)
