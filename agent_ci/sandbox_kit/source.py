"""A Python file as bytes and as a syntax tree, and where each node stands in the bytes."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_ATOMS = (
    *(ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant),
    *(ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.JoinedStr),
)
_HOLD_ANY = (ast.Return, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.keyword, ast.List, ast.Slice)
_NEED_PARENTHESES = (ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda)
_BOM = b"\xef\xbb\xbf"
_COMMENT = re.compile(rb"#[^\n]*")


@dataclass(frozen=True, slots=True)
class Splice:
    """Bytes ``start`` to ``end`` of one file replaced by ``replacement`` (UTF-8).

    ``weight`` says how likely this splice is among those of the same operator, 1.0 being the likeliest.
    """

    start: int
    end: int
    replacement: str
    weight: float = 1.0

    def applied_to(self, data: bytes) -> bytes:
        """*data* with the splice made."""
        return data[: self.start] + self.replacement.encode() + data[self.end :]


def _bare(text: str) -> str:
    """*text* without the parentheses around all of it, where they only group: no tuple, generator or ``yield``."""
    if "\n" in text or not text.endswith(")"):
        return text
    try:
        inner = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return text
    is_grouped = inner.col_offset > 0 and not isinstance(inner, _NEED_PARENTHESES)
    return text[1:-1].strip() if is_grouped and inner.end_col_offset != len(text) else text


class Source:
    """One UTF-8 file. Raises SyntaxError or ValueError where it cannot be read as one."""

    def __init__(self, path: str, data: bytes) -> None:
        if b"\r" in data.replace(b"\r\n", b""):
            raise ValueError("lone carriage returns end lines for Python and not for a diff")
        self.path = path
        self.data = data
        self.tree = ast.parse(data.decode("utf-8-sig"))
        self.lines = data.split(b"\n")
        self._assigned: dict[ast.AST, list[tuple[str, int]]] = {}

    @cached_property
    def _line_starts(self) -> list[int]:
        starts, total = [0, len(_BOM) if self.data.startswith(_BOM) else 0], 0
        for line in self.lines:
            total += len(line) + 1
            starts.append(total)
        return starts

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The parent of each node."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def offset(self, line: int, column: int) -> int:
        """The byte offset of a 1-based *line* and a 0-based *column* in bytes, as the ast module counts."""
        return self._line_starts[line] + column

    def line_start(self, line: int) -> int:
        """The byte offset at which the 1-based *line* begins; the end of the file for the one after the last."""
        return min(self._line_starts[line], len(self.data))

    def start(self, node: ast.AST) -> int:
        """The offset of *node*'s first byte."""
        return self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined] # nodes with a place

    def end(self, node: ast.AST) -> int:
        """The offset behind *node*'s last byte."""
        return self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined] # the same

    def text(self, node: ast.AST) -> str:
        """*node* as written."""
        return self.data[self.start(node) : self.end(node)].decode()

    def operand(self, node: ast.AST) -> str:
        """*node* as written, in parentheses unless it binds as tightly as a name."""
        text = self.text(node)
        return text if isinstance(node, _ATOMS) else f"({text})"

    def find(self, pattern: re.Pattern[bytes], start: int, end: int) -> tuple[int, int] | None:
        """The first match of *pattern* between two offsets, outside comments."""
        gap = _COMMENT.sub(lambda found: b" " * len(found.group()), self.data[start:end])
        match = pattern.search(gap)
        return (start + match.start(), start + match.end()) if match else None

    def replace(self, node: ast.AST, text: str, weight: float = 1.0) -> Splice:
        """The splice that puts *text* in *node*'s place, without parentheses around it that nothing there needs."""
        if text.startswith("(") and self._stands_alone(node):
            text = _bare(text)
        return Splice(self.start(node), self.end(node), text, weight)

    def _stands_alone(self, node: ast.AST) -> bool:
        """Whether any expression on one line can stand in *node*'s place as it is written."""
        above = self.parents.get(node)
        if isinstance(above, ast.Call):
            return node in above.args
        if isinstance(above, ast.Subscript):
            return node is above.slice
        return isinstance(above, _HOLD_ANY)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """*node*'s parents, innermost first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that holds *node* (itself, if it is one)."""
        if isinstance(node, ast.stmt):
            return node
        return next((above for above in self.ancestors(node) if isinstance(above, ast.stmt)), None)

    def functions(self, node: ast.AST) -> tuple[Function, ...]:
        """The functions whose *bodies* hold *node*, outermost first; a default value is outside."""
        found: list[Function] = []
        below = node
        for above in self.ancestors(node):
            if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)) and below in above.body:
                found.append(above)
            below = above
        return tuple(reversed(found))

    @cached_property
    def bodies(self) -> list[tuple[Function, int, int]]:
        """Each function with the offsets between which its body stands, whole lines where it has its own."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                line = self.line_start(first_line(node.body[0]))
                is_own = not self.data[line : self.start(node.body[0])].strip(b" \t@")
                end = self.line_start((node.end_lineno or node.lineno) + 1)
                found.append((node, line if is_own else self.start(node.body[0]), end))
        return found

    def assigned(self, function: Function) -> list[tuple[str, int]]:
        """The variables that *function* binds, with the line of each binding."""
        if function not in self._assigned:
            self._assigned[function] = [
                (node.id, node.lineno)
                for node in ast.walk(function)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            ]
        return self._assigned[function]

    def scopes(self, node: ast.AST) -> tuple[str, ...]:
        """The names of the classes and functions around *node*, outermost first."""
        return tuple(
            getattr(above, "name", "<lambda>")
            for above in reversed(tuple(self.ancestors(node)))
            if isinstance(above, _SCOPES)
        )

    def indentation(self, statement: ast.stmt) -> str:
        """The white space before *statement*; it need not stand alone on its line."""
        line = self.lines[statement.lineno - 1].removeprefix(_BOM)
        return line[: len(line) - len(line.lstrip())].decode()

    def is_alone_on_its_lines(self, statement: ast.stmt) -> bool:
        """Whether nothing but white space and comments shares *statement*'s lines."""
        first, last = first_line(statement), statement.end_lineno or statement.lineno
        before = self.data[self.line_start(first) : self.offset(first, statement.col_offset)]
        after = self.data[self.end(statement) : self.line_start(last + 1)]
        return not before.strip() and not _COMMENT.sub(b"", after).strip()

    @property
    def newline(self) -> str:
        """How the file ends its lines."""
        return "\r\n" if b"\r\n" in self.data else "\n"


def first_line(statement: ast.AST) -> int:
    """The 1-based line on which *statement* begins, decorators included."""
    decorators = getattr(statement, "decorator_list", [])
    own: int = statement.lineno  # type: ignore[attr-defined] # a statement has one
    lines: list[int] = [own, *(node.lineno for node in decorators)]
    return min(lines)


def header_lines(statement: ast.stmt) -> range:
    """The lines of *statement* without those of the statements in it."""
    inner = [child.lineno for child in ast.walk(statement) if isinstance(child, ast.stmt) and child is not statement]
    last = min([(statement.end_lineno or statement.lineno) + 1, *inner])
    return range(first_line(statement), max(last, statement.lineno + 1))


def has_exact_place(source: Source, node: ast.AST) -> bool:
    """Whether the ast module knows where *node* stands: before Python 3.12 not inside an f-string."""
    if not hasattr(node, "lineno"):
        return False
    inside = any(isinstance(above, (ast.JoinedStr, ast.FormattedValue)) for above in source.ancestors(node))
    return not inside or sys.version_info >= (3, 12)
