"""Which modules a repository's Python files make, and which of them has a name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from agent_ci.core import names
from agent_ci.core.import_edits import redirected, with_import
from agent_ci.core.paths import is_test_path
from agent_ci.core.python_edits import unified

_MOST_FILES = 2_000
_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Codebase:
    """The Python files among *paths* that are no tests, read on demand and bounded in number and size.

    *read* gives a file's bytes or raises FileNotFoundError, *roots* are the folders that imports begin at, and
    *edited* holds texts that stand in for those of the files.
    """

    paths: tuple[str, ...]
    read: Callable[[str], bytes]
    roots: tuple[str, ...] = (".",)
    edited: Mapping[str, str] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """The files, bounded in number, by the dotted names that they are imported by."""
        source = (path for path in self.paths if path.endswith(".py") and not is_test_path(path))
        named = ((names.dotted(path, self.roots), path) for path in islice(source, _MOST_FILES))
        return {name: path for name, path in named if name}

    def text(self, path: str) -> str:
        """The file's text with line feeds; empty where it cannot be read as one."""
        if path in self.edited:
            return self.edited[path]
        if path not in self._texts:
            self._texts[path] = self._decoded(path)
        return self._texts[path]

    def parsed(self, path: str) -> ast.Module | None:
        """The file's syntax tree."""
        return names.parse(self.text(path))

    def mentioning(self, word: str) -> Iterator[tuple[str, str, ast.Module]]:
        """The modules whose text holds *word*, with their paths and syntax trees."""
        for module, path in self.modules.items():
            if word in self.text(path) and (tree := self.parsed(path)):
                yield module, path, tree

    def defining(self, name: str, *, apart_from: Container[str]) -> str:
        """The one module that defines *name* at its top level; empty where none or several do."""
        found = [module for module, _, tree in self.mentioning(name) if name in names.defined(tree)]
        others = [module for module in found if module not in apart_from]
        return others[0] if len(others) == 1 else ""

    def home(self, name: str, *, apart_from: Container[str]) -> str:
        """Where *name* can be imported from: the one module that defines it, or the package of the one so called."""
        called = [module for module in self.modules if module.rpartition(".")[2] == name and "." in module]
        packages = [module.rpartition(".")[0] for module in called]
        return self.defining(name, apart_from=apart_from) or (packages[0] if len(packages) == 1 else "")

    def module(self, path: str) -> str:
        """The dotted name of the file at *path*."""
        return names.dotted(path, self.roots) if path else ""

    def names_of(self, module: str) -> frozenset[str]:
        """What *module* has at its top level, its imports included; nothing for a module from elsewhere."""
        tree = self.parsed(self.modules[module]) if module in self.modules else None
        return frozenset(names.bound(tree)) if tree else frozenset()

    def redirected(self, path: str, old: str, new: str) -> str:
        """The text of the file at *path* with its imports of the module *old* pointed at *new*."""
        tree = self.parsed(path)
        module = self.module(path) + ".__init__" * path.endswith("__init__.py")
        return redirected(self.text(path), tree, old, new, module=module) if tree else self.text(path)

    def with_import(self, path: str, statement: str) -> str:
        """The text of the file at *path* with *statement* among its imports."""
        tree = self.parsed(path)
        own = frozenset(name.partition(".")[0] for name in self.modules)
        return with_import(self.text(path), tree, statement, own=own) if tree else self.text(path)

    def after(self, path: str, text: str) -> Codebase:
        """These files with *text* as the one at *path*."""
        return replace(self, edited={**self.edited, path: text})

    def diff(self, texts: Mapping[str, str]) -> str:
        """The diff that makes *texts* of the files at their paths."""
        return "".join(unified(path, self.text(path), text) for path, text in texts.items())

    def _decoded(self, path: str) -> str:
        try:
            raw = self.read(path)
            text = raw.decode("utf-8").replace("\r\n", "\n") if len(raw) <= _MOST_BYTES else ""
        except (FileNotFoundError, UnicodeDecodeError):
            return ""
        return "" if "\r" in text else text  # Python would count other lines than a diff does
