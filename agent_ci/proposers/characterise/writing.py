"""Writes the test file: tests as a maintainer of the repository would, in its style."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agent_ci.core.test_style import Style
from agent_ci.core.worth.provenance import Provenance
from agent_ci.proposers.characterise.answers import Found
from agent_ci.proposers.characterise.expecting import Expected, expected
from agent_ci.proposers.characterise.grouping import Group, groups, label, snake
from agent_ci.proposers.characterise.importing import Imports
from agent_ci.proposers.characterise.kinds import kind_of_column
from agent_ci.proposers.characterise.kit.acts import RESULT, spelled
from agent_ci.proposers.characterise.kit.targets import Target
from agent_ci.proposers.characterise.layout import Layout
from agent_ci.proposers.characterise.undoing import RoundTrip
from agent_ci.proposers.characterise.writing_trips import lines_of

_STEP = "    "
_UNWRITABLE = (SyntaxError, ValueError, LookupError, RecursionError)
_LONGEST_INLINE = 30  # characters of an object that is made where it is used


def written(  # noqa: PLR0913 - what a file is made of
    found: Sequence[Found],
    targets: Mapping[str, Target],
    names: Mapping[str, tuple[str, str]],
    *,
    style: Style,
    delivery: str,
    trips: Sequence[RoundTrip] = (),
) -> str:
    """The text of the test file that makes the calls *found* and says what they come to, and that *trips* come back."""
    own = {name.partition(".")[0]: (style.module, name.partition(".")[0]) for name in targets}
    imports = Imports(style, {**names, **own})
    pieces = [_Piece(group, imports, style).lines(_comment(group, style, delivery)) for group in groups(found, targets)]
    pieces += [lines_of(trip, imports, style, delivery) for trip in trips]
    tests = [piece for piece in pieces if piece]
    if not tests:
        return ""
    if style.framework == "unittest":
        imports.need("unittest")
    is_inside = style.in_class or style.framework == "unittest"
    body = _in_class(tests, style) if is_inside else "\n\n\n".join("\n".join(lines) for lines in tests)
    head = [f'"""What {style.module} does, as calls of it showed."""', ""]
    if style.has_future:
        head += ["from __future__ import annotations", ""]
    marks = ["", f"pytestmark = [{', '.join(style.marks)}]"] if style.marks else []
    if marks:
        imports.need("pytest")
    return "\n".join([*head, *imports.lines(), *marks, "", "", body, ""])


def _comment(group: Group, style: Style, delivery: str) -> tuple[str, str]:
    lines = tuple(sorted({line for one in group.found for line in one.lines}))
    kills = {kill for one in group.found for kill in one.kills}
    branches = tuple(sorted({line for one in group.found for line in one.branches}))
    target = f"{style.module}.{group.target.name}"
    return Provenance(delivery, target, lines, len(kills), "characterise", branches=branches).comment()


def _in_class(tests: Sequence[Sequence[str]], style: Style) -> str:
    stem = "".join(part.title() for part in style.module.rpartition(".")[2].split("_") if part)
    head = f"class {stem}Test(unittest.TestCase):" if style.framework == "unittest" else f"class Test{stem}:"
    blocks = ("\n".join(f"{_STEP}{line}" if line else "" for line in lines) for lines in tests)
    return head + "\n" + "\n\n".join(blocks)


@dataclass(frozen=True)
class _Piece:
    """One test in the making."""

    group: Group
    imports: Imports
    style: Style
    depth: int = 0  # blanks that its lines are moved in by afterwards

    @property
    def _layout(self) -> Layout:
        inside = len(_STEP) * (self.style.in_class or self.is_unittest)
        return Layout(self.style.line_length - inside - self.depth, self.style.quotes)

    @property
    def is_unittest(self) -> bool:
        return self.style.framework == "unittest"

    def lines(self, comment: tuple[str, str]) -> list[str]:
        """The test with its comment; nothing where a line of it would be too long."""
        before = set(self.imports.used)
        try:
            made = self._table() if self.group.is_table else self._single(self.group.found[0])
        except _UNWRITABLE:
            made = []
        if made and self._layout.fits(made):
            return [*(line[: self._layout.width] for line in comment), *made]
        self.imports.used.clear()
        self.imports.used.update(before)
        if self.group.is_table:  # a row that cannot be written must not cost the others
            rest = [one for one in self.group.found if self._row_fits(one)]
            if 0 < len(rest) < len(self.group.found):
                return _Piece(Group(self.group.name, self.group.target, tuple(rest)), self.imports, self.style).lines(
                    comment
                )
        return []

    def _row_fits(self, one: Found) -> bool:
        texts = [*(text for _, text in one.call.arguments), one.call.receiver, one.outcome.value]
        texts += [repr(one.outcome.message)] * bool(one.outcome.message)
        try:
            return all(self._layout.fits(self._layout.broken(text, indent=12, suffix=",")) for text in texts if text)
        except _UNWRITABLE:
            return False

    # One call

    def _single(self, one: Found) -> list[str]:
        """A test without a table: what is needed, the call, and what is then so."""
        arranged, texts, subject = self._arranged(one)
        call = self._call(one, texts, subject)
        if one.outcome.kind == "raises":
            body = [*arranged, *self._raising(one, call, self._message(one))]
        else:
            body = [*arranged, *self._asserting(one, call, subject)]
        return [self._header(()), *body]

    def _arranged(self, one: Found) -> tuple[list[str], dict[str, str], str]:
        """The lines that make the object and what the call changes, the texts of the arguments, and the object's."""
        lines: list[str] = []
        subject = ""
        target, after = self.group.target, one.outcome.after
        if target.needs_object and target.kind != "construction":
            if (
                one.call.before
                or any(name.startswith("self.") for name, _ in after)
                or len(one.call.receiver) > _LONGEST_INLINE
            ):
                subject = self._free(snake(target.owner.rpartition(".")[2]))
                lines += self._statement(f"{subject} = ", self._resolved(one.call.receiver))
                for step in one.call.before:
                    lines += self._statement("", f"{subject}.{self._resolved(step)}")
            else:
                subject = self._resolved(one.call.receiver)
        changed = {name for name, _ in after if "." not in name}
        texts = {}
        for name, text in one.call.arguments:
            if name in changed:
                variable = self._free(name)
                lines += self._statement(f"{variable} = ", self._resolved(text))
                texts[name] = variable
            else:
                texts[name] = self._resolved(text)
        return lines, texts, subject

    def _asserting(self, one: Found, call: str, subject: str) -> list[str]:
        outcome = one.outcome
        lines: list[str] = []
        results = [pair for pair in outcome.after if pair[0].startswith(f"{RESULT}.")]
        result = self._result_name()
        if outcome.value and not (outcome.value == "None" and outcome.after):
            lines += self._claim(call, self._expected(outcome.value), result)
        elif results:
            lines += [*self._statement(f"{result} = ", call), ""]
        else:
            lines += [*self._statement("", call), ""]
        for name, value in outcome.after:
            head, _, rest = name.partition(".")
            place = {"self": subject, RESULT: result}.get(head, self._free(head)) + (f".{rest}" if rest else "")
            lines += self._claim(place, self._expected(value), "")
        return lines

    def _result_name(self) -> str:
        if self.group.target.kind.startswith("construct"):
            return self._free(snake(self.group.target.owner.rpartition(".")[2]))
        return self._free(RESULT)

    def _claim(self, call: str, wanted: Expected, result: str) -> list[str]:
        """``assert call == value``, in as many lines as that takes."""
        value = self._value(wanted)
        line = self._claim_line(call, wanted, value)
        if len(line) <= self._layout.width or not result:
            return [line] if len(line) <= self._layout.width else self._long_claim(call, wanted, value)
        return [*self._statement(f"{result} = ", call), "", *self._long_claim(result, wanted, value)]

    def _claim_line(self, call: str, wanted: Expected, value: str) -> str:
        is_comparison = isinstance(ast.parse(call, mode="eval").body, ast.Compare)  # a second one would be joined to it
        place = f"({call})" if is_comparison else call
        return _STEP + (self._method(call, wanted, value) or f"assert {place} {wanted.sign} {value}")

    def _long_claim(self, place: str, wanted: Expected, value: str) -> list[str]:
        if method := self._method(place, wanted, value):
            return self._layout.broken(method, indent=4)
        return self._layout.broken(value, indent=4, prefix=f"assert {place} {wanted.sign} ")

    def _method(self, call: str, wanted: Expected, value: str) -> str:
        """The call of unittest's method that compares; empty where the test is none of unittest's."""
        if not self.is_unittest:
            return ""
        if wanted.sign == "is":
            method = {"True": "assertTrue", "False": "assertFalse", "None": "assertIsNone"}.get(value, "")
            return f"self.{method}({call})" if method else f"self.assertIs({call}, {value})"
        return f"self.{'assertAlmostEqual' if wanted.is_near else 'assertEqual'}({call}, {value})"

    def _expected(self, value: str) -> Expected:
        return expected(value, is_unittest=self.is_unittest)

    def _value(self, wanted: Expected) -> str:
        if wanted.is_near and not self.is_unittest:
            self.imports.need("pytest")
            options = ", nan_ok=True" if "nan" in wanted.text else ""
            return self._layout.line(f"pytest.approx({wanted.text}{options})")
        return self._layout.line(self._resolved(wanted.text))

    def _raising(self, one: Found, call: str, message: str) -> list[str]:
        """The block that expects an exception; *message* is the expression of what it says, empty for whatever."""
        kind = self._resolved(one.outcome.value)
        if self.is_unittest:
            head = f"self.assertRaisesRegex({kind}, {message})" if message else f"self.assertRaises({kind})"
        else:
            self.imports.need("pytest")
            head = f"pytest.raises({kind}, match={message})" if message else f"pytest.raises({kind})"
        block = self._layout.broken(head, indent=4, prefix="with ", suffix=":")
        return [*block, *self._layout.broken(call, indent=8)]

    def _message(self, one: Found) -> str:
        said = one.outcome.message
        if not said:
            return ""
        if re.escape(said).replace("\\ ", " ") == said:
            return self._layout.text(said)
        self.imports.need("re")
        return f"re.escape({self._layout.text(said)})"

    # Several calls

    def _table(self) -> list[str]:
        """A test with one row for each call."""
        found = self.group.found
        same, given = self._columns()
        texts = {name: self._free(name) if name in given else text for name, text in same.items()}
        columns = {texts[name]: column for name, column in given.items()}
        subject = texts.pop("self", "")
        call = self._call(found[0], texts, subject)
        is_raised = found[0].outcome.kind == "raises"
        inner = replace(self, depth=len(_STEP) * 2) if self.is_unittest else self  # its rows stand in a loop
        body, wanted = inner._table_of_errors(call) if is_raised else inner._table_of_values(call)  # noqa: SLF001
        columns |= wanted  # no column of an argument has such a name: see `Imports.taken`
        names, rows = list(columns), list(zip(*columns.values(), strict=True))
        if self.is_unittest:
            return self._loop(names, rows, body)
        self.imports.need("pytest")
        return [*self._decorator(names, rows), self._header(names, rows), *body]

    def _columns(self) -> tuple[dict[str, str], dict[str, list[str]]]:
        """The text of each argument (and of the object, as ``self``), and the columns of those that differ."""
        found = self.group.found
        given: dict[str, list[str]] = {}
        if self.group.target.needs_object:
            given["self"] = [self._resolved(one.call.receiver) for one in found]
        for place, (name, _) in enumerate(found[0].call.arguments):
            given[name] = [self._resolved(one.call.arguments[place][1]) for one in found]
        columns = {name: texts for name, texts in given.items() if len(set(texts)) > 1}
        return {name: texts[0] for name, texts in given.items()}, columns

    def _table_of_values(self, call: str) -> tuple[list[str], dict[str, list[str]]]:
        """The lines of the test, and the column of what they expect."""
        wanted = [self._expected(one.outcome.value) for one in self.group.found]
        is_same = all(one.sign == "is" for one in wanted)
        shown = Expected("expected", "is" if is_same else "==", is_near=any(one.is_near for one in wanted))
        lines = [self._claim_line(call, shown, "expected")]
        if len(lines[0]) > self._layout.width:
            result = self._result_name()
            lines = [*self._statement(f"{result} = ", call), "", self._claim_line(result, shown, "expected")]
        return lines, {"expected": [self._value(one) for one in wanted]}

    def _table_of_errors(self, call: str) -> tuple[list[str], dict[str, list[str]]]:
        """The same for exceptions: a column of messages, unless all are the same."""
        found = self.group.found
        said = [one.outcome.message for one in found]
        if len(set(said)) == 1:
            return self._raising(found[0], call, self._message(found[0])), {}
        self.imports.need("re")
        return self._raising(found[0], call, "re.escape(message)"), {
            "message": [self._layout.text(text) for text in said]
        }

    def _decorator(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
        layout = self._layout
        labels = [label(row[:-1] if names[-1] in ("expected", "message") else row) for row in rows]
        shown = [
            self._row(row, f", id={layout.text(words)}" if words and labels.count(words) == 1 else "")
            for row, words in zip(rows, labels, strict=True)
        ]
        head = self._names(names)
        together = f"@pytest.mark.parametrize({head}, [{', '.join(shown)}])"
        if len(names) == 1 and len(together) <= layout.width:
            return [together]
        inner = [line for row in shown for line in layout.broken(row, indent=8, suffix=",")]
        return ["@pytest.mark.parametrize(", f"{_STEP}{head},", f"{_STEP}[", *inner, f"{_STEP}],", ")"]

    def _row(self, row: Sequence[str], name: str) -> str:
        values = ", ".join(row)
        if name:
            return f"pytest.param({values}{name})"
        return values if len(row) == 1 else f"({values})"

    def _names(self, names: Sequence[str]) -> str:
        if len(names) == 1:
            return self._layout.text(names[0])
        if self.style.names_as == "text":
            return self._layout.text(", ".join(names))
        return f"({', '.join(map(self._layout.text, names))})"

    def _loop(self, names: Sequence[str], rows: Sequence[Sequence[str]], body: Sequence[str]) -> list[str]:
        """The table of a framework without tables."""
        shown = [line for row in rows for line in self._layout.broken(self._row(row, ""), indent=8, suffix=",")]
        variables = ", ".join(names)
        told = ", ".join(f"{name}={name}" for name in names if name not in ("expected", "message"))
        inner = [f"{_STEP * 2}{line}" if line else "" for line in body]
        head = [f"{_STEP}cases = [", *shown, f"{_STEP}]", f"{_STEP}for {variables} in cases:"]
        return [self._header(()), *head, f"{_STEP * 2}with self.subTest({told}):", *inner]

    # Words

    def _header(self, names: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> str:
        name = self.style.naming.format(self.group.name)
        if self.style.naming == "test{}":
            name = "test" + "".join(part.title() for part in self.group.name.split("_"))
        arguments = ["self"] if self.style.in_class or self.is_unittest else []
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        for one, column in zip(names, columns, strict=True):
            arguments.append(f"{one}: {kind_of_column(column)}" if self.style.is_annotated else one)
        returned = " -> None" if self.style.is_annotated else ""
        line = f"def {name}({', '.join(arguments)}){returned}:"
        if len(line) <= self._layout.width:
            return line
        return f"def {name}(\n{_STEP}{', '.join(arguments)}\n){returned}:"

    def _call(self, one: Found, texts: Mapping[str, str], subject: str) -> str:
        call = spelled(self.group.target, one.call, texts, subject)
        own = [text for text in (*texts.values(), subject) if text.isidentifier()]
        call = self.imports.resolved(call, own) if self._begins_here(call) else call
        if "await" in one.outcome.finish:
            self.imports.need("asyncio")
            call = f"asyncio.run({call})"
        if "take" in one.outcome.finish:
            self.imports.need("itertools", "islice")
            call = f"list(islice({call}, 10))"
        elif "list" in one.outcome.finish:
            call = f"list({call})"
        return self._layout.line(call)

    def _begins_here(self, call: str) -> bool:
        """Whether *call* begins with a name of the module, which has to be imported."""
        head = re.match(r"\w+", call)
        return bool(head) and self.group.target.kind not in ("method", "property")

    def _resolved(self, text: str) -> str:
        return self._layout.line(self.imports.resolved(text))

    def _statement(self, prefix: str, text: str) -> list[str]:
        return self._layout.broken(text, indent=4, prefix=prefix)

    def _free(self, name: str) -> str:
        """*name*, or one like it that stands for nothing else in the file."""
        if name == "self":
            name = snake(self.group.target.owner.rpartition(".")[2])
        if name in self.imports.taken or name in ("request", *self.style.fixtures):
            return f"given_{name}"
        return name
