"""Writes the test that one function undoes another: a property where hypothesis is there, else a table."""

from __future__ import annotations

from agent_ci.core.test_style import Style
from agent_ci.core.worth.provenance import Provenance
from agent_ci.proposers.characterise.grouping import snake
from agent_ci.proposers.characterise.importing import Imports
from agent_ci.proposers.characterise.layout import Layout
from agent_ci.proposers.characterise.undoing import BY_HYPOTHESIS, KINDS, RoundTrip

DEADLINE = 1000
"""Milliseconds that one example may take before hypothesis calls the test too slow."""

_STEP = "    "


def lines_of(trip: RoundTrip, imports: Imports, style: Style, delivery: str) -> list[str]:
    """The test of *trip* with its comment; nothing where a line of it would be too long."""
    is_unittest = style.framework == "unittest"
    layout = Layout(style.line_length - len(_STEP) * (style.in_class or is_unittest), style.quotes)
    before = set(imports.used)
    about = Provenance(delivery, f"{style.module}.{trip.back.name}", trip.lines, None, "characterise")
    made = _property(trip, imports, style, layout) if trip.strategy else _table(trip, imports, style, layout)
    if layout.fits(made):
        return [*(line[: layout.width] for line in about.comment()), *made]
    imports.used.clear()
    imports.used.update(before)
    return []


def _property(trip: RoundTrip, imports: Imports, style: Style, layout: Layout) -> list[str]:
    for name in BY_HYPOTHESIS:
        imports.need("hypothesis", name)
    value = _variable(trip, imports, style)
    head = f"given({value}={imports.resolved(trip.strategy)})"
    kind = next((kind for name, kind in KINDS.items() if trip.strategy.startswith(f"strategies.{name}(")), "")
    return [
        *layout.broken(head, prefix="@"),
        f"@settings(derandomize=True, deadline={DEADLINE})",
        _header(trip, style, f"{value}: {kind or 'object'}" if style.is_annotated else value),
        f"{_STEP}{_claim(trip, imports, style, value)}",
    ]


def _table(trip: RoundTrip, imports: Imports, style: Style, layout: Layout) -> list[str]:
    value = _variable(trip, imports, style)
    values = f"[{', '.join(map(imports.resolved, trip.values))}]"
    claim = _claim(trip, imports, style, value)
    if style.framework == "unittest":
        rows = layout.broken(values, indent=4, prefix=f"for {value} in ", suffix=":")
        block = f"{_STEP * 2}with self.subTest({value}={value}):"
        return [_header(trip, style, ""), *rows, block, f"{_STEP * 3}{claim}"]
    imports.need("pytest")
    rows = layout.broken(f"pytest.mark.parametrize({value!r}, {values})", prefix="@")
    return [*rows, _header(trip, style, f"{value}: object" if style.is_annotated else value), f"{_STEP}{claim}"]


def _variable(trip: RoundTrip, imports: Imports, style: Style) -> str:
    name = trip.value or snake(trip.there.owner.rpartition(".")[2])
    return f"given_{name}" if name in imports.taken or name in ("request", *BY_HYPOTHESIS, *style.fixtures) else name


def _header(trip: RoundTrip, style: Style, argument: str) -> str:
    owner = snake(trip.back.owner.rpartition(".")[2])
    words = "_".join(part for part in (owner, trip.back.short, "undoes", trip.there.short) if part)
    name = style.naming.format(words)
    if style.naming == "test{}":
        name = "test" + "".join(part.title() for part in words.split("_"))
    arguments = ["self"] * (style.in_class or style.framework == "unittest") + [argument] * bool(argument)
    return f"def {name}({', '.join(arguments)}){' -> None' if style.is_annotated else ''}:"


def _claim(trip: RoundTrip, imports: Imports, style: Style, value: str) -> str:
    there = f"{value}.{trip.there.short}()" if trip.there.needs_object else f"{trip.there.name}({value})"
    call = imports.resolved(f"{trip.back.name}({there})", [value])
    return f"self.assertEqual({call}, {value})" if style.framework == "unittest" else f"assert {call} == {value}"
