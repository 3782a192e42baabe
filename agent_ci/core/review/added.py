"""What a change adds to one file: its new lines, the same without comments, and its syntax before and after."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from agent_ci.core.change import ChangedText
from agent_ci.core.names import MAX_CHARACTERS, parse
from agent_ci.core.rules import Rule

_LANGUAGES = {
    "python": ".py .pyi .pyw",
    "javascript": ".js .jsx .ts .tsx .mjs .cjs .mts .cts .vue .svelte",
    "go": ".go",
    "java": ".java .kt .kts .scala .groovy .cs",
    "ruby": ".rb .rake",
}
_BY_SUFFIX = {suffix: language for language, suffixes in _LANGUAGES.items() for suffix in suffixes.split()}
_QUOTED = r'"(?:\\[\s\S]|[^"\\\n])*"?|\'(?:\\[\s\S]|[^\'\\\n])*\'?'
# each alternative runs to its end or to the end of the text, so that nothing is read twice
_BRACES = re.compile(
    r"(?P<comment>//[^\n]*|/\*[\s\S]*?(?:\*/|\Z))|(?P<string>" + _QUOTED + r"|`(?:\\[\s\S]|[^`\\])*(?:`|\Z))"
)
_HASHES = re.compile(
    r'(?P<comment>#[^\n]*)|(?P<string>"""[\s\S]*?(?:"""|\Z)|\'\'\'[\s\S]*?(?:\'\'\'|\Z)|' + _QUOTED + ")"
)
_TOKENS = {"javascript": _BRACES, "go": _BRACES, "java": _BRACES, "python": _HASHES, "ruby": _HASHES}
_SIGN = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a file that speaks against it, at a line from 1; *key* is the same wherever it is moved to."""

    rule: Rule
    line: int
    key: str
    sentence: str


@dataclass(frozen=True)
class Added:
    """One changed file; ``before`` is empty where there was none."""

    path: str
    before: str
    after: str

    @classmethod
    def of(cls, change: ChangedText) -> Added:
        """What *change* adds; nothing where it removes the file."""
        return cls(change.path, change.before or "", change.after or "")

    @cached_property
    def language(self) -> str:
        """A key of the tables of this package; empty for a file in none of their languages."""
        return _BY_SUFFIX.get(PurePosixPath(self.path).suffix.lower(), "")

    @cached_property
    def lines(self) -> dict[int, str]:
        """The new lines by number from 1: those that the file did not hold as often, however indented."""
        left = Counter(line.strip() for line in self.before.split("\n"))
        new: dict[int, str] = {}
        for number, line in enumerate(self.after.split("\n"), 1):
            text = line.strip()
            if left[text]:
                left[text] -= 1
            elif text:
                new[number] = line
        return new

    @cached_property
    def trees(self) -> tuple[ast.Module, ast.Module] | None:
        """What differs in the syntax before and after, imports always included.

        None where there is no syntax after; empty before where there was none.
        """
        if self.language != "python" or not (after := parse(self.after)):
            return None
        return differing(parse(self.before) or ast.Module([], []), after, self.before, self.after)

    @cached_property
    def is_mended(self) -> bool:
        """Whether the file had no syntax before, so that only its new lines are known to be new."""
        return parse(self.before) is None

    @cached_property
    def code(self) -> tuple[str, ...]:
        """The lines of the text after, without what is in comments."""
        return self._without("comment")

    @cached_property
    def bare(self) -> tuple[str, ...]:
        """The lines of the text after, without what is in comments and strings."""
        return self._without("comment", "string")

    def _without(self, *kinds: str) -> tuple[str, ...]:
        tokens = _TOKENS.get(self.language)
        if tokens is None or len(self.after) > MAX_CHARACTERS:
            return tuple(self.after.split("\n"))
        return tuple(tokens.sub(lambda found: _blank(found, kinds), self.after).split("\n"))


def _blank(found: re.Match[str], kinds: tuple[str, ...]) -> str:
    if found.lastgroup not in kinds:
        return found[0]
    inner = _SIGN.sub(" ", found[0][1:-1])
    return f"{found[0][0]}{inner}{found[0][-1]}" if found.lastgroup == "string" else _SIGN.sub(" ", found[0])


def differing(before: ast.Module, after: ast.Module, old: str, new: str) -> tuple[ast.Module, ast.Module]:
    """*before* and *after* without the statements, and members of classes, whose lines are the same in both."""
    was, now = _parts(before.body, old.split("\n")), _parts(after.body, new.split("\n"))
    kept = Counter(text for text, _ in was) & Counter(text for text, _ in now)
    return ast.Module(_without(was, Counter(kept)), []), ast.Module(_without(now, Counter(kept)), [])


_Part = tuple[str, ast.stmt]


def _parts(body: list[ast.stmt], lines: list[str]) -> list[_Part]:
    """Each statement of *body* with its lines; a class comes as its members, each with the head of the class."""
    found: list[_Part] = []
    for node in body:
        if not isinstance(node, ast.ClassDef):
            found.append((_lines_of(node, lines), node))
            continue
        for member in node.body:
            alone = ast.ClassDef(node.name, node.bases, node.keywords, [member], node.decorator_list)
            found.append((f"{node.name}:{_lines_of(member, lines)}", ast.copy_location(alone, node)))
    return found


def _lines_of(node: ast.stmt, lines: list[str]) -> str:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _without(parts: list[_Part], kept: Counter[str]) -> list[ast.stmt]:
    left: list[ast.stmt] = []
    for text, node in parts:
        if kept[text] and not isinstance(node, ast.Import | ast.ImportFrom):
            kept[text] -= 1
        else:
            left.append(node)
    return left


def surplus(added: Added, before: Iterable[Finding], after: Iterable[Finding]) -> Iterator[Finding]:
    """The findings *after* that there were not as many of *before*, new lines first."""
    left = Counter(finding.key for finding in before)
    for finding in sorted(after, key=lambda finding: (finding.line in added.lines, finding.line)):
        if left[finding.key]:
            left[finding.key] -= 1
        elif finding.line in added.lines or not added.is_mended:
            yield finding
