"""The tables of README.md and docs/ that are written from the code: ``make tables`` puts them between their markers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from agent_ci.core.outcome import Outcome
from agent_ci.core.rules import RULES
from agent_ci.settings import OPTIONS, Option
from scripts import inputs
from tests.faults import matrix

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "docs/reference/cli.md",
    "docs/reference/rules.md",
    "docs/reference/settings.md",
    "docs/reliability.md",
)

MEANINGS: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.FIXED: "a change was proven and stands in `fix.patch`",
        Outcome.DELIVERED: "a change was proven and delivered as asked",
        Outcome.EXPLAINED: "`explain` read the failure and says what it knows",
        Outcome.NOTHING_TO_DO: "the build is green",
        Outcome.NO_FIX: "tried, and nothing was proven; the explanation says what was learnt",
        Outcome.USAGE_ERROR: "an option or the settings file is wrong; one sentence says how",
        Outcome.FLAKY: "red and green on one commit; nothing is patched, the counts are given",
        Outcome.BASE_RED: "the base fails in the same way, so this change is not to blame",
        Outcome.CANNOT_REPRODUCE: "what the report says does not happen here",
        Outcome.INFRASTRUCTURE: "the run broke before a test could fail",
        Outcome.UNSUPPORTED: "a report or repository that this release cannot read or run; says which",
        Outcome.POLICY_REFUSED: "every change on offer breaks a rule; the rules are named",
        Outcome.SANDBOX_UNAVAILABLE: "the isolation asked for cannot be had here",
        Outcome.BUDGET_EXHAUSTED: "a limit stopped the run; says which and what was spent",
        Outcome.MODEL_UNAVAILABLE: "the model could not be reached, or never answered usefully",
        Outcome.FORGE_UNAVAILABLE: "delivery failed; the patch is kept as a file",
        Outcome.STALE: "the branch moved on meanwhile; the patch is kept as a file",
        Outcome.INTERNAL_ERROR: "our bug; a report to paste into an issue is printed and kept",
        Outcome.CANCELLED: "a signal stopped the run",
    }
)
"""Each outcome in one line for a table; the enumeration itself holds names and exit codes only."""


def written(page: str) -> str:
    """*page* with every table between its markers written anew."""
    names = "|".join(TABLES)
    marked = re.compile(rf"(<!-- ({names}) -->\n).*?(<!-- end of \2 -->)", re.DOTALL)
    return marked.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n\n{found[3]}", page)


def shown_default(option: Option) -> str:
    """The default as a person reads it: in code marks, ``off`` for a flag, ``none`` where there is none."""
    if option.kind is bool:
        return "on" if option.default else "off"
    if option.default in (None, ()):
        return "none"
    if isinstance(option.default, tuple):
        return f"`{' '.join(option.default)}`"
    if option.kind is float and isinstance(option.default, float):
        return f"`{option.default:.2f}`" if option.default < 100 else f"`{option.default:g}`"  # noqa: PLR2004 - cents
    return f"`{option.default}`"


def _options() -> str:
    return _table(
        ("option", "meaning", "default"),
        ((_usage(option), _meaning(option), shown_default(option)) for option in OPTIONS if not option.is_policy),
    )


def _policy() -> str:
    return _table(
        ("key", "meaning", "default"),
        ((f"`{option.name}`", _meaning(option), shown_default(option)) for option in OPTIONS if option.is_policy),
    )


def _sources() -> str:
    return _table(
        ("`.agent-ci.yml`", "environment", "kind"),
        (
            (f"`{option.name}`", "none" if option.is_policy else f"`{option.variable}`", _kind(option))
            for option in OPTIONS
        ),
    )


def _outcomes() -> str:
    rows = ((f"`{outcome}`", str(outcome.exit_code), MEANINGS[outcome]) for outcome in Outcome)
    return _table(("outcome", "exit", "meaning"), rows)


def _rules() -> str:
    rows = ((f"`{rule.name}`", rule.forbids, rule.relax) for rule in RULES)
    return _table(("rule", "what it forbids", "how to relax it"), rows)


def _faults() -> str:
    return _table(matrix.HEAD, matrix.rows())


TABLES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "options": _options,
        "policy": _policy,
        "sources": _sources,
        "outcomes": _outcomes,
        "rules": _rules,
        "faults": _faults,
    }
)


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = (head, tuple("---" for _ in head), *rows)
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _usage(option: Option) -> str:
    value = f" {option.metavar}" if option.metavar else ""
    return f"`--{option.name}{value}`" + (" (repeatable)" if option.is_repeatable else "")


def _meaning(option: Option) -> str:
    known = f": {', '.join(f'`{choice}`' for choice in option.choices)}" if option.choices else ""
    return f"{option.help}{known}"


def _kind(option: Option) -> str:
    name = {str: "text", int: "whole number", float: "number", bool: "yes or no"}[option.kind]
    if not option.is_repeatable:
        return name
    return "list of words" if option.is_words else "list, one a line in the environment"


def main() -> None:
    """Write the pages whose tables are out of date, and the files whose options are, and name them."""
    for names, write in ((PAGES, written), (inputs.PAGES, inputs.written)):
        for name in names:
            page = ROOT / name
            before = page.read_text(encoding="utf-8")
            if write(before) != before:
                page.write_text(write(before), encoding="utf-8")
                print(f"{name} written")


if __name__ == "__main__":
    main()
