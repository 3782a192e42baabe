"""Writes expressions as formatters do: double or single quotes, and broken at brackets where a line is too long."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agent_ci.proposers.characterise.kit.showing import literal

_BRACKETS: dict[type, tuple[str, str]] = {ast.List: ("[", "]"), ast.Set: ("{", "}"), ast.Tuple: ("(", ")")}


@dataclass(frozen=True)
class Layout:
    """How wide lines may be, and which *quotes* texts have."""

    width: int = 88
    quotes: str = '"'

    def line(self, text: str) -> str:
        """The expression *text* on one line."""
        return self._shown(ast.parse(text, mode="eval").body)

    def broken(self, text: str, *, indent: int = 0, prefix: str = "", suffix: str = "") -> list[str]:
        """*prefix*, the expression *text* and *suffix*, on as many lines as that takes."""
        return self._broken(ast.parse(text, mode="eval").body, indent, prefix, suffix)

    def fits(self, lines: list[str]) -> bool:
        """Whether every one of *lines* is short enough."""
        return all(len(line) <= self.width for line in lines)

    def _broken(self, node: ast.expr, indent: int, prefix: str, suffix: str) -> list[str]:
        space = " " * indent
        whole = f"{space}{prefix}{self._shown(node)}{suffix}"
        if len(whole) <= self.width:
            return [whole]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            pieces = self._pieces(node.value, self.width - indent - 4)
            inner = [f"{space}    {self.text(piece)}" for piece in pieces]
            return [f"{space}{prefix}(", *inner, f"{space}){suffix}"] if len(pieces) > 1 else [whole]
        if isinstance(node, ast.List | ast.Set | ast.Tuple) and node.elts:
            opening, closing = _BRACKETS[type(node)]
            inner = [line for one in node.elts for line in self._broken(one, indent + 4, "", ",")]
            return [f"{space}{prefix}{opening}", *inner, f"{space}{closing}{suffix}"]
        if isinstance(node, ast.Dict) and node.keys:
            rows = zip(node.keys, node.values, strict=True)
            inner = [
                line
                for key, value in rows
                for line in self._broken(value, indent + 4, f"{self._shown(key)}: " if key else "**", ",")
            ]
            return [f"{space}{prefix}{{", *inner, f"{space}}}{suffix}"]
        if isinstance(node, ast.Call) and (node.args or node.keywords):
            return self._broken_call(node, indent, prefix, suffix)
        return [whole]

    def _broken_call(self, node: ast.Call, indent: int, prefix: str, suffix: str) -> list[str]:
        space = " " * indent
        head, tail = f"{space}{prefix}{self._shown(node.func)}(", f"{space}){suffix}"
        together = f"{space}    {self._arguments(node)}"
        if len(together) <= self.width:
            return [head, together, tail]
        inner = [line for one in node.args for line in self._broken(one, indent + 4, "", ",")]
        for one in node.keywords:
            inner += self._broken(one.value, indent + 4, f"{one.arg}=" if one.arg else "**", ",")
        return [head, *inner, tail]

    def _pieces(self, text: str, width: int) -> list[str]:
        """*text* in parts whose literals are no wider than *width*, split after blanks; whole where it has too few."""
        found = [""]
        for word in re.findall(r"\S*\s*", text)[:-1]:
            if found[-1] and len(self.text(found[-1] + word)) > width:
                found.append("")
            found[-1] += word
        return found

    def _arguments(self, node: ast.Call) -> str:
        named = (f"{one.arg}=" if one.arg else "**" for one in node.keywords)
        values = (self._shown(one.value) for one in node.keywords)
        return ", ".join((*map(self._shown, node.args), *map("".join, zip(named, values, strict=True))))

    def _shown(self, node: ast.expr) -> str:
        show = _SHOWN.get(type(node))
        return show(self, node) if show else ast.unparse(node)

    def _constant(self, node: ast.Constant) -> str:
        if isinstance(node.value, str):
            return self.text(node.value)
        return f"b{self._quoted(repr(node.value)[1:])}" if isinstance(node.value, bytes) else ast.unparse(node)

    def _items(self, node: ast.List | ast.Set | ast.Tuple) -> str:
        opening, closing = _BRACKETS[type(node)]
        only = "," if isinstance(node, ast.Tuple) and len(node.elts) == 1 else ""
        return f"{opening}{', '.join(map(self._shown, node.elts))}{only}{closing}"

    def _dict(self, node: ast.Dict) -> str:
        keys = (f"{self._shown(key)}: " if key else "**" for key in node.keys)
        rows = zip(keys, map(self._shown, node.values), strict=True)
        return f"{{{', '.join(map(''.join, rows))}}}"

    def _compare(self, node: ast.Compare) -> str:
        parts = [self._shown(one) for one in (node.left, *node.comparators)]
        signs = [_COMPARED[type(one)] for one in node.ops]
        return " ".join((parts[0], *(f"{sign} {part}" for sign, part in zip(signs, parts[1:], strict=True))))

    def _lambda(self, node: ast.Lambda) -> str:
        return f"lambda {ast.unparse(node.args)}: {self._shown(node.body)}"

    def text(self, value: str) -> str:
        """The literal of *value*."""
        return self._quoted(literal(value))

    def _quoted(self, written: str) -> str:
        """A literal with the quotes that are asked for, unless that needs more backslashes."""
        own, inner = written[0], written[1:-1]
        if own == self.quotes or self.quotes in inner:
            return written
        return f"{self.quotes}{inner.replace(chr(92) + own, own)}{self.quotes}"


_COMPARED = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
_SHOWN: dict[type, Callable[[Layout, Any], str]] = {
    ast.Constant: Layout._constant,  # noqa: SLF001 - its own table
    ast.List: Layout._items,  # noqa: SLF001
    ast.Set: Layout._items,  # noqa: SLF001
    ast.Tuple: Layout._items,  # noqa: SLF001
    ast.Dict: Layout._dict,  # noqa: SLF001
    ast.Compare: Layout._compare,  # noqa: SLF001
    ast.Lambda: Layout._lambda,  # noqa: SLF001
    ast.Call: lambda layout, node: f"{layout._shown(node.func)}({layout._arguments(node)})",  # noqa: SLF001
    ast.Attribute: lambda layout, node: f"{layout._shown(node.value)}.{node.attr}",  # noqa: SLF001
    ast.Starred: lambda layout, node: f"*{layout._shown(node.value)}",  # noqa: SLF001
    ast.Subscript: lambda layout, node: f"{layout._shown(node.value)}[{layout._shown(node.slice)}]",  # noqa: SLF001
}
