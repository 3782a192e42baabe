"""HTML that is safe by construction: a text becomes part of it escaped, only an element is taken as it is."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.outward.workflow import inactive

_LONGEST = 1_000  # characters of one text
_WITHOUT_CONTENT = frozenset({"meta"})  # SVG has no such elements: one that is not closed holds the next


class Markup(str):
    """HTML, made by ``element`` or written by ourselves."""

    __slots__ = ()


def element(name: str, /, *content: str, **attributes: str) -> Markup:
    """The element *name*; texts in *content* and the values of *attributes* are escaped, ``Markup`` is not.

    ``class_`` is written ``class``, and ``aria_label`` is written ``aria-label``.
    """
    written = "".join(f' {key.strip("_").replace("_", "-")}="{shown(value)}"' for key, value in attributes.items())
    if name in _WITHOUT_CONTENT:
        return Markup(f"<{name}{written}>")
    inside = "".join(part if isinstance(part, Markup) else shown(part) for part in content)
    return Markup(f"<{name}{written}>{inside}</{name}>")


def shown(text: str, limit: int = _LONGEST) -> Markup:
    """At most *limit* characters of *text*, without what a terminal, a CI system or a browser would act upon."""
    visible = inactive(cleaned(text[: 2 * limit]).text)
    return Markup(escape(visible if len(visible) <= limit and len(text) <= 2 * limit else f"{visible[: limit - 1]}…"))


def prose(text: str, limit: int = _LONGEST) -> Markup:
    """*text* with what stands between backticks as code, where they come in pairs."""
    parts = str(shown(text, limit)).split("`")
    if len(parts) % 2 == 0:
        return Markup("`".join(parts))
    return Markup("".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts)))


def together(parts: Iterable[str]) -> Markup:
    """*parts* one after the other, each on a line of its own."""
    return Markup("\n".join(part if isinstance(part, Markup) else shown(part) for part in parts))


def table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    """A table whose first column names its rows, in a region that scrolls, also with the keyboard."""
    head = element("tr", *(element("th", name, scope="col") for name in heads))
    body = together(_row(*row) for row in rows)
    whole = element("table", element("caption", caption), element("thead", head), element("tbody", body), class_="wide")
    return scrolling(whole, caption)


def scrolling(inside: Markup, label: str) -> Markup:
    """*inside* in a region that scrolls sideways where it has to."""
    return element("div", inside, class_="scrolls", role="region", aria_label=label, tabindex="0")


def preformatted(text: str, label: str, limit: int = 6_000) -> Markup:
    """*text* with its lines, in a region that scrolls."""
    return element("pre", shown(text.strip("\n"), limit), role="region", aria_label=label, tabindex="0")


def command(text: str, label: str) -> Markup:
    """A command to copy, broken over lines where it is long."""
    return element("pre", shown(text), class_="command", role="region", aria_label=label, tabindex="0")


def bullets(rows: Iterable[str]) -> Markup:
    """A list; nothing where it has no rows."""
    made = [element("li", row if isinstance(row, Markup) else prose(row)) for row in rows]
    return element("ul", *made) if made else Markup("")


def _row(first: str, *others: str) -> Markup:
    return element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in others))
