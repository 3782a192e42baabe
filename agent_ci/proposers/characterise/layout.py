"""Writes expressions as formatters do: double or single quotes, and broken at brackets where a line is too long."""

from __future__ import annotations

import ast
from dataclasses import dataclass

_BRACKETS = {ast.List: "[]", ast.Set: "{}", ast.Dict: "{}", ast.Tuple: "()"}


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

    def _arguments(self, node: ast.Call) -> str:
        named = (
            f"{one.arg}={self._shown(one.value)}" if one.arg else f"**{self._shown(one.value)}" for one in node.keywords
        )
        return ", ".join((*map(self._shown, node.args), *named))

    def _shown(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=str() as text):
                return self.text(text)
            case ast.Constant(value=bytes() as data):
                return f"b{self._quoted(repr(data)[1:])}"
            case ast.List(elts=items) | ast.Set(elts=items):
                opening, closing = _BRACKETS[type(node)]
                return f"{opening}{', '.join(map(self._shown, items))}{closing}"
            case ast.Tuple(elts=items):
                return f"({self._shown(items[0])},)" if len(items) == 1 else f"({', '.join(map(self._shown, items))})"
            case ast.Dict(keys=keys, values=values):
                rows = zip(keys, values, strict=True)
                return "{" + ", ".join(f"{self._shown(key)}: {self._shown(value)}" for key, value in rows if key) + "}"
            case ast.Call():
                return f"{self._shown(node.func)}({self._arguments(node)})"
            case ast.Attribute(value=value, attr=name):
                return f"{self._shown(value)}.{name}"
            case ast.Starred(value=value):
                return f"*{self._shown(value)}"
            case ast.Lambda(body=body):
                return f"lambda {ast.unparse(node.args)}: {self._shown(body)}"
            case ast.Subscript(value=value, slice=part):
                return f"{self._shown(value)}[{self._shown(part)}]"
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                sign = _COMPARED[type(operator)]
                return f"{self._shown(left)} {sign} {self._shown(right)}"
        return ast.unparse(node)

    def text(self, value: str) -> str:
        """The literal of *value*."""
        return self._quoted(repr(value))

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
