"""Which literals the failing tests pass in and expect back, from the tests' source and their messages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from agent_ci.core.names import parse
from agent_ci.core.paths import is_test_path
from agent_ci.core.report import TestCase
from agent_ci.core.review.python_names import FUNCTIONS, Function

_MOST_TESTS = 50
_MOST_FILES = 300  # that are searched for a test whose file nobody names
_LONGEST_BLOCK = 6_000
TRIVIAL = frozenset(map(repr, (None, True, False, 0, 1, -1, 2, "", [], {}, (), 0.0, 1.0, -1.0, 2.0, b"", set())))
"""Literals that right code returns so often that they say nothing."""

_BUILDERS = frozenset({
    "Decimal", "Fraction", "date", "datetime", "time", "timedelta", "Path", "PurePosixPath", "set", "frozenset", "list",
    "tuple", "dict", "int", "float", "str", "bytes", "complex", "UUID", "approx", "OrderedDict", "param", "sorted",
})  # fmt: skip
_SAID = re.compile(
    r"assert (?P<left>[^\n]{1,300}?) == (?P<right>[^\n]{1,300})$|^E?\s*assert (?P<bare>[^\n]{1,200})$"
    r"|(?i:\b(?:expected|want(?:ed)?)(?: value)?)\s*:?\s*(?:<(?P<angle>[^>\n]{1,200})>|(?P<plain>[^\n]{1,200}))",
    re.MULTILINE,
)
_RECEIVED = re.compile(
    r"^(?:[^\w\n]{0,20}|.{0,200}\.go:\d+: )(?i:received|actual|got)(?: value)?[ \t]*:?[ \t]+"
    r"(?P<plain>[^\n]{1,200}?)(?:,? want\b[^\n]*)?$"
    r"|\bbut was:?\s*<(?P<angle>[^>\n]{1,200})>",
    re.MULTILINE,
)
_QUOTED = r"\"(?:\\.|[^\"\\\n]){0,300}\"|'(?:\\.|[^'\\\n]){0,300}'|`(?:\\.|[^`\\]){0,300}`"
LITERAL = re.compile(rf"(?P<text>{_QUOTED})|(?<![\w.])(?P<number>-?\d[\d_]*(?:\.\d+)?)(?![\w.]*\w)")
"""A string or a number, in any of the languages of this package."""
JOINED = rf"\[(?:\s*(?:{_QUOTED})\s*,?){{1,20}}\]\.join\(\s*(?:{_QUOTED})\s*\)"
"""A list of strings that is joined where it stands."""
_JOINED = re.compile(JOINED)
_TITLE = re.compile(r"\b(?:it|test|specify|scenario|example)(?:\.\w+)*\s*\(?\s*(['\"`])(?P<title>[^\n]{1,300}?)\1")
_TABLE_TITLE = re.compile(
    r"(?<![.\w$])(?:it|test|specify)\.each\s*\((?=\s*\[)[^`]{1,4000}?\]\s*,?\s*\)\s*\(\s*(['\"])(?P<title>[^\n]{1,300}?)\1"
)
_PLACEHOLDER = re.compile(r"%[a-zA-Z#$]|\$\w[\w.]*")
_CONSTANT = re.compile(
    r"^(?:export\s+)?(?:const|let|var)\s+(?P<name>[\w$]+)\s*(?::[^=\n]+)?=\s*(?P<value>[^\n]*(?:\n[ \t)\]}][^\n]*)*)",
    re.MULTILINE,
)
_CHECK = re.compile(
    r"(?:\.to[A-Z]\w*\(|\beql?\W|\b(?:assert\w*|[eE]qual\w*|be|want|expected)\s*(?:\(|:?=)|[!=]==?)\s*(?:t,\s*)?\Z"
)
_LAST = re.compile(r"\s*\)\s*;?\s*$")
_BEGIN = re.compile(
    (
        r"^[ \t]*(?:(?:it|test|specify|example)\b[^\n]{0,300}|func\s+Test\w+|(?:public\s+|"
        r"private\s+)?(?:void|fun)\s+\w+|def\s+test_?\w+)"
    ),
    re.MULTILINE,
)


@dataclass(frozen=True)
class Expectations:
    """What the failing tests say: literals in ``canonical`` form, the tests' own names, and what came instead."""

    inputs: frozenset[str] = frozenset()
    expected: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    received: frozenset[str] = frozenset()

    @classmethod
    def of(cls, targets: Iterable[TestCase], texts: Mapping[str, str]) -> Expectations:
        """What *targets*, whose files are among *texts*, pass in and expect."""
        collector = _Collector()
        names = []
        for case in tuple(targets)[:_MOST_TESTS]:
            path = _file_of(case, texts)
            text = texts.get(path, "")
            collector.read_message(f"{case.message}\n{case.traceback}"[:20_000])
            if path.endswith(".py"):
                names.append(_plain_name(case))
                collector.read_python(text, _plain_name(case))
            elif text:
                collector.read_text(_block(text, case))
        return cls(
            frozenset(collector.inputs),
            frozenset(collector.expected),
            tuple(sorted({name for name in names if name.startswith("test_") and len(name) > len("test_abc")})),
            frozenset(collector.received),
        )

    def takes(self, literal: str) -> bool:
        """Whether *literal* is passed in: as it stands, as another kind of sequence, or as several arguments."""
        return literal in self.inputs or _as_tuples(literal) in self._sequences or self._are_arguments(literal)

    @cached_property
    def _sequences(self) -> frozenset[str]:
        return frozenset(_as_tuples(text) for text in self.inputs if text[:1] in ("(", "["))

    def _are_arguments(self, literal: str) -> bool:
        parts = ast.literal_eval(literal) if literal[:1] == "(" else ()
        return len(parts) > 1 and all(repr(part) in self.inputs for part in parts)

    @cached_property
    def big_inputs(self) -> frozenset[int]:
        """The whole numbers from 100 on that are passed in."""
        numbers = (int(text) for text in self.inputs if re.fullmatch(r"\d{3,18}", text))
        return frozenset(number for number in numbers if number >= _BIG)

    @cached_property
    def input_texts(self) -> tuple[str, ...]:
        """The strings that are passed in."""
        return tuple(text[1:-1] for text in self.inputs if text[:1] in "'\"")


_BIG = 100


def _as_tuples(literal: str) -> str:
    """*literal* with every list in it as a tuple; empty for what is no sequence."""
    return repr(_frozen(ast.literal_eval(literal))) if literal[:1] in ("(", "[") else ""


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def canonical(node: ast.expr) -> str:
    """A literal in one spelling, also where it is computed from literals alone; empty for anything else."""
    value = _folded(node)
    return "" if value is _NOTHING else repr(value)


_NOTHING = object()
_LARGE = 10**9


def _folded(node: ast.expr) -> object:
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords and _called(node) in _BUILDERS:
        return _folded(node.args[0])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
        return _computed(_folded(node.left), node.op, _folded(node.right))
    if isinstance(node, ast.JoinedStr) and all(isinstance(part, ast.Constant) for part in node.values):
        return "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return _evaluated(node)


def _computed(left: object, sign: ast.operator, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str) and isinstance(sign, ast.Add):
        return left + right
    if not (isinstance(left, int | float) and isinstance(right, int | float)):
        return _NOTHING
    if isinstance(sign, ast.Mult):
        return left * right if max(abs(left), abs(right)) < _LARGE else _NOTHING
    return left + right if isinstance(sign, ast.Add) else left - right


def _evaluated(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError):
        return _NOTHING


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def from_text(text: str) -> str:
    """The literal that *text* is in some language, in the canonical spelling; empty for anything else."""
    word = text.strip().rstrip(",;.")
    if word in ("null", "nil", "undefined", "true", "false"):
        return {"true": "True", "false": "False"}.get(word, "None")
    if word[:1] == word[-1:] == "`":
        return repr(word[1:-1]) if len(word) > 1 else ""
    if _JOINED.fullmatch(word):
        *parts, sign = (from_text(part)[1:-1] for part in re.findall(_QUOTED, word))
        return repr(sign.join(parts))
    tree = parse(word)
    statement = tree.body[0] if tree and len(tree.body) == 1 else None
    return canonical(statement.value) if isinstance(statement, ast.Expr) else ""


def _file_of(case: TestCase, texts: Mapping[str, str]) -> str:
    """The file of *case*; where the report names none that is here, the test file in which its name stands."""
    named = case.file or case.id.partition("::")[0]
    if named in texts:
        return named
    word = re.compile(rf"(?<!\w){re.escape(_plain_name(case))}(?!\w)")
    tests = (path for path in texts if is_test_path(path))
    return next((path for path in islice(tests, _MOST_FILES) if word.search(texts[path])), named)


def _plain_name(case: TestCase) -> str:
    return re.split(r"::|\.", (case.name or case.id).partition("[")[0])[-1]


class _Collector:
    """The literals seen so far."""

    def __init__(self) -> None:
        """Begin with none."""
        self.inputs: set[str] = set()
        self.expected: set[str] = set()
        self.received: set[str] = set()

    def read_message(self, text: str) -> None:
        """Take what a failed comparison shows."""
        for found in _SAID.finditer(text):
            parts = (found["left"], found["right"], found["angle"], found["plain"])
            self.expected.update(literal for part in parts if part and (literal := from_text(part)))
        given = (found["plain"] or found["angle"] for found in _RECEIVED.finditer(text))
        self.received.update(literal for part in given if (literal := from_text(part)))

    def read_python(self, text: str, name: str) -> None:
        """Take what the test functions called *name* hold, and what they take from around them."""
        tree = parse(text)
        for function in _tests(tree, name) if tree else ():
            for part in _around(tree, function) if tree else ():
                self._read(part, is_table=not isinstance(part, FUNCTIONS))

    def read_text(self, text: str) -> None:
        """Take every literal of a test that is not parsed: as expected beside a check, else as input."""
        for line in text.split("\n"):
            is_table = line.lstrip()[:1] in ("{", "[")
            for match in LITERAL.finditer(line):
                literal = from_text(match[0])
                is_checked = bool(_CHECK.search(line[: match.start()]) or _LAST.match(line, match.end()))
                if literal and (is_table or is_checked):
                    self.expected.add(literal)
                if literal and (is_table or not is_checked or "assert" in line):
                    self.inputs.add(literal)

    def _read(self, root: ast.AST, *, is_table: bool) -> None:
        """Take the literals below *root*: arguments are passed in, what is compared is expected, a table is both."""
        waiting: list[tuple[ast.AST, bool, bool]] = [(root, False, is_table)]
        while waiting:
            node, is_input, is_both = waiting.pop()
            literal = canonical(node) if isinstance(node, ast.expr) else ""
            if literal and (is_input or is_both):
                self.inputs.add(literal)
            if literal and (is_both or not is_input):
                self.expected.add(literal)
            if literal and not (is_input or is_both):
                continue  # a part of what is expected is not what is expected
            if isinstance(node, ast.Call) and not _is_check(node) and _called(node) not in _BUILDERS:
                waiting += [(child, True, is_both) for child in ast.iter_child_nodes(node)]
            elif isinstance(node, ast.For | ast.comprehension):
                waiting.append((node.iter, is_input, True))
                waiting += [(each, is_input, is_both) for each in ast.iter_child_nodes(node) if each is not node.iter]
            elif isinstance(node, ast.Assign):
                waiting.append((node.value, is_input, True))
            elif isinstance(node, FUNCTIONS):
                waiting += [(each, is_input, is_both) for each in node.body]
                waiting += [(each, is_input, True) for each in (*node.decorator_list, node.args)]
            else:
                waiting += [(each, is_input, is_both) for each in ast.iter_child_nodes(node)]


def _is_check(node: ast.Call) -> bool:
    return _called(node).lower().startswith(("assert", "expect", "fail", "raises", "parametrize"))


def _tests(tree: ast.Module, name: str) -> Iterator[Function]:
    members = [member for node in tree.body for member in (node.body if isinstance(node, ast.ClassDef) else [node])]
    yield from (node for node in members if isinstance(node, FUNCTIONS) and node.name == name)


def _around(tree: ast.Module, function: Function) -> Iterator[ast.AST]:
    """The test *function*, and the fixtures and tables at the top level that it uses."""
    yield function
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    used |= {argument.arg for argument in function.args.args}
    for node in tree.body:
        if isinstance(node, FUNCTIONS) and node.name in used and node is not function:
            yield node
        elif isinstance(node, ast.Assign) and any(isinstance(at, ast.Name) and at.id in used for at in node.targets):
            yield node.value


def _block(text: str, case: TestCase) -> str:
    """The part of a test file, in whatever language, that *case* is about, with the constants that it names.

    Empty where it is not found.
    """
    start = _start(text, case.name or case.id)
    if start < 0:
        return ""
    end = next((found.start() for found in _BEGIN.finditer(text, start + 10)), len(text))
    block = text[start : min(end, start + _LONGEST_BLOCK)]
    words = set(re.findall(r"[\w$]+", block))
    around = [found["value"] for found in _CONSTANT.finditer(text) if found["name"] in words]
    return "\n".join([block, *around])[:_LONGEST_BLOCK]


def _start(text: str, said: str) -> int:
    """Where the test that is called *said* begins; -1 where it is not found."""
    titles = [found for found in _TITLE.finditer(text) if said.endswith(found["title"].strip())]
    titles += [found for found in _TABLE_TITLE.finditer(text) if _is_filled_in(found["title"].strip(), said)]
    return max(titles, key=lambda found: len(found["title"])).start() if titles else _start_of_function(text, said)


def _is_filled_in(title: str, said: str) -> bool:
    """Whether *said* ends in *title* with something in the place of each placeholder."""
    parts = map(re.escape, _PLACEHOLDER.split(title))
    return bool(re.search(f"{'.{0,200}'.join(parts)}\\Z", said, re.DOTALL))


def _start_of_function(text: str, said: str) -> int:
    words = re.findall(r"\w+", said.partition("[")[0].partition("(")[0].partition("/")[0])
    found = re.search(rf"\b(?:func|void|fun|def|function)\s+{re.escape(words[-1])}\b", text) if words else None
    return found.start() if found else -1
