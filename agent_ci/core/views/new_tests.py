"""What people see of a run that writes tests: what they reach, how many were worth having, and why others were not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent_ci.core.outward.markdown import block, code, sentence
from agent_ci.core.views.markup import Markup, bullets, element, preformatted, prose, table
from agent_ci.core.views.reading import item, items, text, texts, whole

_MOST_ROWS = 30
_MOST_REASONS = 10
_MOST_BUGS = 5
_STAGES = ("candidates", "built", "passed", "gained", "killed", "delivered")
_HEADS = ("test", "of", "new lines", "new branches", "mutants", "known of it")

Told = Mapping[str, object]


def markdown(told: Told) -> Iterator[str]:
    """The part ``tests`` of ``evidence.json`` as Markdown; nothing where there is none."""
    if not told:
        return
    yield sentence(_reached(told))
    if spent := _spent(told):
        yield sentence(spent)
    if rows := _delivered(told):
        yield _table(_HEADS, rows)
    if whole(item(told, "funnel").get("candidates")):
        yield _table(_STAGES, [_funnel(told)])
    if reasons := _reasons(told):
        yield "**Not worth having:**\n\n" + "\n".join(f"- {code(name)} {sentence(why)}" for name, why in reasons)
    for bug in _bugs(told):
        shown = block(bug["reproducer"], "python")
        yield f"**Possible bug** in {code(bug['where'])}: {sentence(bug['message'])}\n\n{shown}"
    if left := _untested(told):
        yield "**Still untested:**\n\n" + "\n".join(f"- {code(name)} {sentence(why)}" for name, why in left)
    if sentences := texts(told.get("left_out"))[:_MOST_REASONS]:
        yield "**Nothing was tried for:**\n\n" + "\n".join(f"- {sentence(one)}" for one in sentences)


def page_parts(told: Told) -> Iterator[str]:
    """The same as parts of a page."""
    if not told:
        return
    yield element("p", prose(_reached(told)))
    if spent := _spent(told):
        yield element("p", prose(spent))
    if rows := _delivered(told):
        yield table("Tests that are worth having", _HEADS, rows)
    if whole(item(told, "funnel").get("candidates")):
        yield table("How many candidates came how far", _STAGES, [_funnel(told)])
    if reasons := _reasons(told):
        yield element("h3", "Not worth having")
        yield bullets([_named(name, why) for name, why in reasons])
    for number, bug in enumerate(_bugs(told), 1):
        yield element("h3", f"Possible bug {number}")
        yield element("p", element("code", bug["where"][:300]), Markup(" "), prose(bug["message"]))
        yield preformatted(bug["reproducer"], f"Possible bug {number}: how to see it")
    if left := _untested(told):
        yield element("h3", "Still untested")
        yield bullets([_named(name, why) for name, why in left])
    if sentences := texts(told.get("left_out"))[:_MOST_REASONS]:
        yield element("h3", "Nothing was tried for")
        yield bullets(sentences)


def _named(name: str, why: str) -> Markup:
    return element("span", element("code", name[:300]), Markup(" "), prose(why))


def _reached(told: Told) -> str:
    lines, mutants = item(told, "patch_coverage"), item(told, "mutants")
    of, before, after = (whole(lines.get(name)) for name in ("lines", "before", "after"))
    words = f"Tests ran {before} of {of} changed lines before, and {after} with the new ones{_taken(told)}"
    tried = whole(mutants.get("tried"))
    if not tried:
        return words
    noticed = f"{whole(mutants.get('before'))} and {whole(mutants.get('after'))} of {tried} small faults"
    apart = f"; {whole(mutants.get('timed_out'))} more ran out of time" if whole(mutants.get("timed_out")) else ""
    return f"{words}; they noticed {noticed} in them{apart}"


def _taken(told: Told) -> str:
    """The same of the changed branches that lines do not tell of; empty where there are none."""
    of, before, after = (whole(item(told, "patch_branches").get(name)) for name in ("branches", "before", "after"))
    return f"; they took {before} and {after} of {of} changed branches" if of else ""


def _spent(told: Told) -> str:
    """What the model was asked, and what a test that was kept of its answers cost; empty where it was not asked."""
    model = item(told, "model")
    if not model:
        return ""
    rounds, candidates, kept = (whole(model.get(name)) for name in ("rounds", "candidates", "kept"))
    usd, each = model.get("usd"), model.get("usd_per_kept")
    price = f"US$ {usd:.4f}" if isinstance(usd, float) else "a price that is not known"
    per_test = f", US$ {each:.4f} for each" if isinstance(each, float) else ""
    return f"Of {candidates} tests that the model offered in {rounds} round(s), {kept} were kept, for {price}{per_test}"


def _delivered(told: Told) -> list[tuple[str, ...]]:
    rows = [row for row in items(told, "candidates") if row.get("stage") == "delivered"]
    return [
        (
            text(row.get("id")),
            text(row.get("target")),
            *(_count(row, name) for name in ("lines", "branches", "kills")),
            _labels(row),
        )
        for row in rows[:_MOST_ROWS]
    ]


def _count(row: Told, key: str) -> str:
    value = row.get(key)
    return str(len(value)) if isinstance(value, list | tuple) else "0"


def _labels(row: Told) -> str:
    return ", ".join(texts(row.get("labels")))


def _funnel(told: Told) -> tuple[str, ...]:
    funnel = item(told, "funnel")
    return tuple(str(whole(funnel.get(stage))) for stage in _STAGES)


def _reasons(told: Told) -> list[tuple[str, str]]:
    rows = [row for row in items(told, "candidates") if row.get("rejected_by")]
    shown = [
        (text(row.get("id")), f"{text(row.get('reason'))} ({text(row.get('rejected_by'))})")
        for row in rows[:_MOST_REASONS]
    ]
    more = len(rows) - len(shown)
    return [*shown, *([("…", f"and {more} more, all in evidence.json")] if more else [])]


def _bugs(told: Told) -> list[dict[str, str]]:
    return [
        {
            "where": f"{text(row.get('path'))}::{text(row.get('function'))}".removesuffix("::"),
            "message": text(row.get("message")),
            "reproducer": text(row.get("reproducer")),
        }
        for row in items(told, "possible_bugs")[:_MOST_BUGS]
    ]


def _untested(told: Told) -> list[tuple[str, str]]:
    """The targets that no delivered test is about."""
    done = {row.get("target") for row in items(told, "candidates") if row.get("stage") == "delivered"}
    rows = [row for row in items(told, "targets") if _name(row) not in done]
    shown = [(_name(row), text(row.get("reason"))) for row in rows[:_MOST_REASONS]]
    more = len(rows) - len(shown)
    return [*shown, *([("…", f"and {more} more, all in evidence.json")] if more else [])]


def _name(row: Told) -> str:
    return f"{text(row.get('file'))}::{text(row.get('function')) or '<module>'}"


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    head = f"| {' | '.join(heads)} |\n| {' | '.join('---' for _ in heads)} |"
    return "\n".join([head, *(f"| {' | '.join(sentence(cell, limit=200) for cell in row)} |" for row in rows)])
