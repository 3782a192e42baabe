"""The whole story of a run as one page of HTML that needs nothing else: no script, no request, any screen."""

from __future__ import annotations

from agent_ci.core.outcome import Outcome
from agent_ci.core.views import page_parts as part
from agent_ci.core.views.account import Account
from agent_ci.core.views.advice import advice
from agent_ci.core.views.markup import Markup, element, prose, together
from agent_ci.core.views.new_tests import page_parts
from agent_ci.core.views.style import CSS, POLICY

_GOOD = frozenset({Outcome.FIXED, Outcome.DELIVERED, Outcome.NOTHING_TO_DO, Outcome.EXPLAINED})
_MIXED = frozenset({Outcome.FLAKY, Outcome.BASE_RED, Outcome.CANNOT_REPRODUCE, Outcome.STALE, Outcome.CANCELLED})
_TITLES = {
    "failed": "What failed",
    "reach": "What the tests reach",
    "change": "The change",
    "tests": "Tests",
    "use": "What to type",
    "attempts": "Attempts",
    "time": "Time",
    "cost": "Cost and isolation",
}


def page(account: Account, patch: str = "") -> str:
    """``report.html``: at most about 2 MB whatever the run says; *patch* is the content of the patch file."""
    sections = {
        "failed": part.what_failed(account),
        "reach": page_parts(account.tests),
        "change": part.the_change(account, patch),
        "tests": part.the_tests(account),
        "use": part.what_to_type(account, patch),
        "attempts": part.the_attempts(account),
        "time": part.the_time(account),
        "cost": part.the_cost(account),
    }
    made = {name: part.section(name, _titled(name, account), parts) for name, parts in sections.items()}
    there = {name: section for name, section in made.items() if section}
    body = element(
        "body", together((_header(account, [*there]), element("main", together(there.values())), _footer(account)))
    )
    return f'<!doctype html>\n<html lang="en" class="{_tone(account)}">\n{_head(account)}\n{body}\n</html>\n'


def _titled(name: str, account: Account) -> str:
    if name == "change" and not account.is_proven:
        return "The repair of a part"
    return "The proven change" if name == "change" else _TITLES[name]


def _tone(account: Account) -> str:
    outcome = account.known_outcome
    if account.is_revert:
        return "mixed"
    return "good" if outcome in _GOOD else "mixed" if outcome in _MIXED else "bad"


def _head(account: Account) -> Markup:
    return element(
        "head",
        together(
            (
                element("meta", charset="utf-8"),
                Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
                element("meta", name="viewport", content="width=device-width, initial-scale=1"),
                element("meta", name="color-scheme", content="light dark"),
                element("meta", name="referrer", content="no-referrer"),
                element("meta", name="robots", content="noindex"),
                element("title", f"{account.headline} - agent-ci"),
                Markup(f"<style>{CSS}</style>"),
            )
        ),
    )


def _header(account: Account, names: list[str]) -> Markup:
    context = account.context
    told = {
        "repository": context.get("repository", ""),
        "commit": context.get("commit", "")[:12],
        "branch": context.get("branch", ""),
        "change": f"#{context['number']}" if context.get("number") else "",
        "job": account.job,
        "outcome": account.outcome,
        "run": context.get("run_url", ""),
        "delivery": account.delivery,
        "told at": account.told,
    }
    links = (element("li", element("a", _TITLES[name], href=f"#{name}")) for name in names)
    return element(
        "header",
        together(
            (
                element("h1", account.headline),
                element("p", prose(account.reason)),
                element("p", advice(account.known_outcome, account.job), class_="quiet"),
                part.facts(told),
                element("nav", element("ul", *links), aria_label="Parts of this page"),
            )
        ),
    )


def _footer(account: Account) -> Markup:
    version = account.versions.get("agent-ci", "")
    return element(
        "footer", element("p", f"agent-ci {version}. For programs: evidence.json. For people: explanation.md.")
    )
