"""The imports at the head of a test file: which names its expressions stand on, sorted as formatters sort them."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from agent_ci.core.test_style import Style


@dataclass
class Imports:
    """What a test file imports. ``known`` are the names that texts may use: local name -> (module, attribute).

    With the style's form ``module``, what the module under test has is reached through it: ``shipping.cost``.
    """

    style: Style
    known: Mapping[str, tuple[str, str]]
    used: set[tuple[str, str]] = field(default_factory=set)

    @property
    def taken(self) -> frozenset[str]:
        """Names that no variable of a test may have."""
        alias = {self.style.module.rpartition(".")[2]} if self.style.imports == "module" else set()
        return frozenset({*self.known, *alias, "pytest", "re", "expected", "message", "self", *dir(builtins)})

    def need(self, module: str, name: str = "") -> str:
        """Have *name* of *module*, or the module itself, imported; how it is then written."""
        self.used.add((module, name))
        return name or module

    def resolved(self, text: str, own: Iterable[str] = ()) -> str:
        """The expression *text* with its names imported and spelled as the file has them; *own* are variables."""
        tree = ast.parse(text, mode="eval")
        variables = frozenset(own)
        return ast.unparse(_Spelled(self, variables).visit(tree))

    def spelled(self, name: str) -> ast.expr:
        """The expression for the global *name*."""
        if name not in self.known:
            return ast.Name(name, ast.Load())
        module, attribute = self.known[name]
        if module == self.style.module and self.style.imports == "module":
            package, _, last = module.rpartition(".")
            self.used.add((package, last) if package else (module, ""))
            return ast.Attribute(ast.Name(last, ast.Load()), attribute, ast.Load())
        self.used.add((module, attribute))
        return ast.Name(name, ast.Load())

    def lines(self) -> list[str]:
        """The import statements, in sections with an empty line between them."""
        sections: dict[int, list[str]] = {}
        by_module: dict[str, list[str]] = {}
        for module, name in self.used:
            if name:
                by_module.setdefault(module, []).append(name)
            else:
                sections.setdefault(self._section(module), []).append(f"import {module}")
        plain = {section: sorted(lines) for section, lines in sections.items()}
        for module in sorted(by_module, key=str.lower):
            section = plain.setdefault(self._section(module), [])
            section += self._from(module, sorted(by_module[module], key=_by_type))
        found = [line for section in sorted(plain) for line in (*plain[section], "")]
        return found[:-1]

    def _section(self, module: str) -> int:
        top = module.partition(".")[0]
        if top == self.style.module.partition(".")[0]:
            return 2
        return 0 if top in sys.stdlib_module_names else 1

    def _from(self, module: str, names: list[str]) -> list[str]:
        line = f"from {module} import {', '.join(names)}"
        if len(line) <= self.style.line_length:
            return [line]
        return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


class _Spelled(ast.NodeTransformer):
    def __init__(self, imports: Imports, variables: frozenset[str]) -> None:
        self._imports, self._variables = imports, variables

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return node if node.id in self._variables else self._imports.spelled(node.id)


def _by_type(name: str) -> tuple[int, str]:
    """Constants, classes, functions: the order of isort and ruff."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if re.match(r"[A-Z]", name) else 2), name
