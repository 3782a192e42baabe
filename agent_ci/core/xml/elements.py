"""How a table of element names reads one document: start, text and end events in, a TestReport out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from agent_ci.core.formats.limits import Excerpt, Keep, Limits
from agent_ci.core.junit.numbers import count
from agent_ci.core.report import Status, TestReport
from agent_ci.core.xml.case import OpenCase
from agent_ci.core.xml.definitions import Definitions
from agent_ci.core.xml.dialect import Dialect, Field
from agent_ci.core.xml.keeper import Keeper, deeper, short
from agent_ci.errors import UnsupportedError

_Close: TypeAlias = Callable[[], None]
_Open: TypeAlias = Callable[[str, dict[str, str]], _Close | None]
_SHORT = frozenset(Field) - {Field.MESSAGE, Field.TRACEBACK, Field.OUTPUT}
_NAME = 4096  # characters of a short field


class ElementReader(Keeper):
    """Reads a document in *dialect*. ``start`` and ``end`` are called once per element, a million times and more."""

    __slots__ = (
        *("_case", "_cases_open", "_context", "_contexts", "_definitions", "_dialect", "_everywhere", "_field"),
        *("_group", "_in_definitions", "_inside", "_marked", "_openers", "_opened", "_path", "_planned"),
        *("_promised", "_promised_red", "_suites", "_text", "_verdict"),
    )

    def __init__(self, dialect: Dialect, keep: Keep, limits: Limits) -> None:
        super().__init__(keep, limits)
        self._dialect = dialect
        self._everywhere = self._openers = self._roles(dialect)
        self._in_definitions = {name: self._everywhere[name] for name in dialect.defines}
        self._opened: list[_Close | None] = []
        self._inside = 0  # elements open below one that is ignored, or whose text is a field
        self._case: OpenCase | None = None
        self._cases_open: list[OpenCase] = []
        self._path: tuple[str, ...] = ()
        self._suites: list[tuple[tuple[str, ...], OpenCase | None, int]] = []
        self._group: list[str] = []
        self._contexts: list[Mapping[str, Field]] = []
        self._context: Mapping[str, Field] = dialect.texts
        self._field: Field | None = None
        self._text: Excerpt | None = None
        self._planned = ""  # the elements that promise a case each, inside of one that lists them
        self._promised = self._promised_red = 0
        self._verdict = ""
        self._marked = not dialect.marks
        self._definitions = Definitions(limits.cases if keep is Keep.ALL else limits.red)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._inside:
            self._inside += 1
            self._promised += name == self._planned
        elif opener := self._openers.get(name):
            close = opener(name, attributes)
            if not self._inside:
                self._opened.append(close)
        elif ":" in name:
            self.start(name.rpartition(":")[2], attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        if self._inside:
            self._inside -= 1
        elif name in self._openers:
            if self._opened and (close := self._opened.pop()):
                close()
        elif ":" in name:
            self.end(name.rpartition(":")[2])

    def text(self, data: str) -> None:
        """Characters of the element that is open."""
        if self._text is not None:
            self._text.add(data)

    def cut_short(self, reason: str) -> None:
        """The events stop in the middle; an open case counts only where it is red."""
        self.note(reason)
        for case in [*self._cases_open, *(suite[1] for suite in self._suites)]:
            if case is not None and case.is_red:
                self._count(case)
        self._case = self._text = None
        for opened in (self._cases_open, self._suites, self._opened, self._group, self._contexts):
            opened.clear()
        self._path = ()
        self._context = self._dialect.texts
        self._inside = 0
        self._openers = self._everywhere
        self.listen(None)

    def means(self, name: str) -> bool:
        """Whether an element *name* can be, or group, a case or a result."""
        dialect = self._dialect
        return any(name in names for names in (dialect.cases, dialect.suites, dialect.results, dialect.groups))

    @property
    def is_ignored(self) -> bool:
        """Whether nothing is read of the element that is open; one that lists the cases is, for their number."""
        return self._inside > 0 and not self._planned

    def report(self) -> TestReport:
        """Everything that was read. Raises UnsupportedError where none of it was about tests."""
        tally = self._tally()
        if not self._marked and not tally.total:
            raise UnsupportedError(
                f"this is no test report that can be read: it has the root of {self._dialect.name} "
                f"and holds none of {', '.join(sorted(self._dialect.marks))}"
            )
        if self._verdict and not tally.red:
            self.note(f"{self._verdict}, and no case is red")
        if self._promised > tally.total:
            self.note(f"the report counts {self._promised:,} cases in its header and shows {tally.total:,}")
        if self._promised_red > tally.red:
            self.note(f"the report counts {self._promised_red:,} red in its header and shows {tally.red} in its cases")
        self._definitions.apply(self._cases)
        return super().report()

    def _roles(self, dialect: Dialect) -> dict[str, _Open]:
        """What to do at the beginning of each element; an element can have several roles."""
        roles: dict[str, list[_Open]] = {}
        fields = {name for texts in (dialect.texts, *dialect.contexts.values()) for name in texts}
        for names, opener in (
            (dialect.marks, self._mark),
            (dialect.promises, self._promise),
            (dialect.verdicts, self._judge),
            (dialect.groups, self._open_group),
            (dialect.suites, self._open_suite),
            (dialect.cases, self._open_case),
            (dialect.results, self._open_result),
            (dialect.carriers, self._carry),
            (dialect.properties, self._property),
            ({context.partition(" ")[0] for context in dialect.contexts}, self._open_context),
            (fields, self._open_field),
            (dialect.ignored | dialect.plans.keys(), self._ignore_inside),
            (dialect.defines[:1], self._define),
            (dialect.defines[1:], self._define_method),
        ):
            for name in names:
                roles.setdefault(name, []).append(opener)
        return {name: openers[0] if len(openers) == 1 else _each(openers) for name, openers in roles.items()}

    def _mark(self, _name: str, _attributes: dict[str, str]) -> None:
        self._marked = True

    def _promise(self, name: str, attributes: dict[str, str]) -> None:
        total, red = self._dialect.promises[name]
        self._promised += sum(count(attributes.get(key)) for key in total)
        self._promised_red += sum(count(attributes.get(key)) for key in red)

    def _judge(self, name: str, attributes: dict[str, str]) -> None:
        status = self._dialect.word(attributes)
        if status is not None and status.is_red:
            self._verdict = self._verdict or f"<{name}> says that the run failed"

    def _open_group(self, name: str, _attributes: dict[str, str]) -> _Close:
        self._group.append(name)
        return self._group.pop  # type: ignore[return-value]  # what it returns is not looked at

    def _open_suite(self, name: str, attributes: dict[str, str]) -> _Close:
        self._suites.append((self._path, None, self._tally().red))
        self._path = deeper(self._path, attributes.get(self._dialect.suites[name], ""))
        return self._close_suite

    def _close_suite(self) -> None:
        self._path, own, red = self._suites.pop()
        # The failure of a suite is one of its own only where it is not that of a case inside.
        if own is not None and self._tally().red == red:
            self._count(own)

    def _open_case(self, name: str, attributes: dict[str, str]) -> _Close:
        self._case = OpenCase(self._dialect, attributes, self._path, self._limits.text)
        self._case.say(self._dialect.cases[name] or self._dialect.word(attributes))
        if self._group:
            self._case.say(self._dialect.groups[self._group[-1]])
        self._cases_open.append(self._case)
        return self._close_case

    def _close_case(self) -> None:
        self._count(self._cases_open.pop())
        self._case = self._cases_open[-1] if self._cases_open else None

    def _count(self, case: OpenCase) -> None:
        status = case.status
        if status is Status.PASSED and not self._keep_all:
            self._passed += 1
            return
        self._counts[status] += 1
        if (self._keep_all or status.is_red) and self._has_room():
            if self._dialect.defines:
                self._definitions.wait(len(self._cases), case.given("testId"))
            self._cases.append(case.made(status))

    def _open_result(self, name: str, attributes: dict[str, str]) -> _Close | None:
        status = self._dialect.results[name]
        said = status if status is not None else self._dialect.word(attributes)
        if said is None:
            return None
        case = self._case or self._suite_case(name)
        case.say(said)
        return case.opened_result(attributes)

    def _suite_case(self, name: str) -> OpenCase:
        """The case that stands for the suite which is open, so that a failure of its own does not vanish."""
        path, own, red = self._suites.pop() if self._suites else ((), None, 0)
        if own is None:
            suite = self._path[-1] if self._path else f"(<{name}> outside of cases)"
            own = OpenCase(self._dialect, {}, self._path, self._limits.text)
            own.put(Field.NAME, suite)
        self._suites.append((path, own, red))
        return own

    def _carry(self, name: str, attributes: dict[str, str]) -> None:
        key, field = self._dialect.carriers[name]
        if self._case is not None and key in attributes:
            self._case.put(field, attributes[key])

    def _property(self, _name: str, attributes: dict[str, str]) -> None:
        if self._case is not None:
            self._case.add_property(short(attributes.get("name", "")), attributes.get("value", ""))

    def _open_context(self, name: str, attributes: dict[str, str]) -> _Close:
        contexts = self._dialect.contexts
        self._contexts.append(self._context)
        self._context = contexts.get(f"{name} {attributes.get('name', '')}", contexts.get(name, {}))
        return self._close_context

    def _close_context(self) -> None:
        self._context = self._contexts.pop()

    def _open_field(self, name: str, _attributes: dict[str, str]) -> _Close | None:
        field = self._context.get(name)
        if field is None or self._field is not None or not self._is_wanted(field):
            return None
        self._field, self._text = field, Excerpt(_NAME if field in _SHORT else self._limits.text)
        self.listen(self._text.add)
        return self._close_field

    def _is_wanted(self, field: Field) -> bool:
        beside_cases = (Field.SUITE, Field.TOTAL, Field.RED, Field.MESSAGE, Field.TRACEBACK)
        return self._case is not None or field in beside_cases

    def _close_field(self) -> None:
        field, text = self._field, self._text
        self._field = self._text = None
        self.listen(None)
        if field is None or text is None:
            return
        case = self._case
        if field is Field.TOTAL:
            self._promised += count(str(text))
        elif field is Field.RED:
            self._promised_red += count(str(text))
        elif case is not None:
            case.put(Field.NAME if field is Field.SUITE else field, str(text))
        elif field is Field.SUITE:
            self._path = deeper(self._path, short(str(text)))
        elif self._suites and self._suites[-1][1] is not None:
            self._suites[-1][1].put(field, str(text))

    def _ignore_inside(self, name: str, _attributes: dict[str, str]) -> None:
        self._inside = 1
        self._planned = self._dialect.plans.get(name, "")

    def _define(self, name: str, attributes: dict[str, str]) -> _Close | None:
        """A definition begins: whatever stands in it, it is no case, be it read or not."""
        has_results = self._passed > 0 or any(self._counts.values())
        if not self._definitions.open(attributes.get("id", ""), has_results=has_results):
            self._ignore_inside(name, attributes)
            return None
        self._openers = self._in_definitions
        return self._close_definition

    def _close_definition(self) -> None:
        self._openers = self._everywhere

    def _define_method(self, _name: str, attributes: dict[str, str]) -> None:
        self._definitions.method(attributes)


def _each(openers: list[_Open]) -> _Open:
    """All of *openers*; what they opened is closed in the opposite order."""

    def opened(name: str, attributes: dict[str, str]) -> _Close | None:
        closes = [close for opener in openers if (close := opener(name, attributes))]
        if len(closes) < 2:  # noqa: PLR2004 -- nothing to put in order
            return closes[0] if closes else None

        def close_all() -> None:
            for close in reversed(closes):
                close()

        return close_all

    return opened
