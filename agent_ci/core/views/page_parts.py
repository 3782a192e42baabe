"""The sections of the page: what failed, the change, the tests, the attempts, the time, the cost, what to type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent_ci.core.claims import CLAIMED
from agent_ci.core.document import Phase
from agent_ci.core.views.account import Account, Cause, Place, Tried
from agent_ci.core.views.diff_table import diff_tables
from agent_ci.core.views.markup import Markup, bullets, command, element, preformatted, prose, table, together
from agent_ci.core.views.matrix import STATUSES, cells, rows_of
from agent_ci.core.views.parts import counted, diff_of

_MOST_CAUSES = 20
_MOST_CASES = 10
_MOST_ATTEMPTS = 30
_MOST_OBJECTIONS = 5
_MOST_ROWS = 20
_SUMS = {"total": "in all", "sandboxed": "in the sandbox", "model": "waiting for a model", "own": "our own"}
_SECONDS = 0.05  # a phase that took less is not shown


def what_failed(account: Account) -> Iterator[str]:
    """One part per root cause, flaky tests, and the places to look at."""
    for number, cause in enumerate(account.causes[:_MOST_CAUSES], 1):
        yield from _cause(number, cause, account.failures)
    if len(account.causes) > _MOST_CAUSES:
        yield element("p", f"… and {len(account.causes) - _MOST_CAUSES} more root causes.", class_="quiet")
    if account.failures and not account.causes:
        yield element("h3", "Red, and not to be repaired by this run")
        yield _list([_place(place, place.words) for place in account.failures])
    if account.flaky:
        yield element("h3", "Red and green on one commit")
        yield _list(account.flaky)
    if account.suspects or account.first_bad:
        yield element("h3", "Where to look")
        places = [_place(place, place.words) for place in account.suspects]
        yield _list([*places, *([f"first bad commit: {account.first_bad}"] if account.first_bad else [])])
    if account.findings:
        yield element("h3", "What the logs say")
        yield _list([_place(place, place.message) for place in account.findings])


def _cause(number: int, cause: Cause, failures: tuple[Place, ...]) -> Iterator[str]:
    yield element("h3", prose(cause.title))
    places = {place.name: place for place in failures if place.group == cause.fingerprint}
    cases = [_case(id_, places.get(id_)) for id_ in cause.cases[:_MOST_CASES]]
    left = len(cause.cases) - len(cases)
    yield bullets([*cases, *([f"and {left} more"] if left > 0 else [])])
    if cause.excerpt:
        yield preformatted(cause.excerpt, f"Root cause {number}: what the first test said")


def _case(id_: str, place: Place | None) -> Markup:
    """A test, and where it failed."""
    if place is None or not place.line:
        return _code(id_)
    where = f"line {place.line}" if id_.startswith(place.file) else f"{place.file}:{place.line}"
    return element("span", _code(id_), f", {where[:300]}")


def _place(place: Place, words: str) -> Markup:
    where = f"{place.file}:{place.line}" if place.line else place.file
    return element("span", *([_code(where), Markup(" ")] if where else []), prose(words))


def the_change(account: Account, patch: str) -> Iterator[str]:
    """The cause in the proposer's words, what the proof reaches, and the diff."""
    diff = diff_of(patch)
    if not diff:
        return
    proven = next((one for one in reversed(account.attempts) if not one.objections and one.cause), None)
    if proven:
        yield element("p", prose(proven.cause))
    if account.is_proven and account.tests:
        yield element(
            "p", "The new tests were run alone, and beside all others in other orders; no other test changes."
        )
    elif account.is_proven:
        yield element(
            "p",
            "Proven by running the tests of the commit on the changed files in a fresh copy; those that failed were "
            f"run {counted(account.repeats, 'time')}, in the orders and with the seeds in which they failed.",
        )
    if account.scope and account.scope != "the whole suite":
        yield element("p", element("strong", "Not everything was run: "), account.scope)
    if account.doubts:
        yield element("p", element("strong", "Look at it before you merge it."))
        yield _list(account.doubts)
    if rows := account.claims.rows:
        yield element("p", element("strong", CLAIMED))
        yield _list(rows)
    yield from diff_tables(diff)
    if account.cells:
        yield table("Jobs that reported the failure", ("job", "proof"), account.cells[:_MOST_ROWS])


def the_tests(account: Account) -> Iterator[str]:
    """The counts, then each test that matters in each run."""
    sides = [(name, side) for name, side in (("before", account.before), ("after", account.after)) if side]
    if not sides:
        return
    counts = [(status, *(str(len(side.get(status, ()))) for _, side in sides)) for status in STATUSES]
    yield table("How many tests ended in which way", ("outcome", *(name for name, _ in sides)), counts)
    rows, left = rows_of(account)
    if rows:
        heads = ("test", "before", *(f"{runs.side}, {counted(runs.total, 'run')}" for runs in account.runs))
        heads = (*heads, "after") if account.after else heads
        yield table("The tests that failed, and those that the change touched", heads, map(_matrix_row, rows))
    if left:
        yield element("p", f"{counted(left, 'more test')} not listed.", class_="quiet")
    if account.notes:
        yield element("h3", "What the control runs say")
        yield _list(account.notes)


def _matrix_row(row: tuple[str, ...]) -> Iterator[Markup]:
    yield _code(row[0])
    for cell in row[1:]:
        yield element("span", cell, class_=f"word {cells(cell)}".strip())


def the_attempts(account: Account) -> Iterator[str]:
    """Each attempt with what speaks against it and the rules it breaks."""
    for number, attempt in enumerate(account.attempts[:_MOST_ATTEMPTS], 1):
        yield from _attempt(number, attempt, {cause.fingerprint: cause.title for cause in account.causes})
    if len(account.attempts) > _MOST_ATTEMPTS:
        yield element("p", f"… and {len(account.attempts) - _MOST_ATTEMPTS} more attempts.", class_="quiet")


def _attempt(number: int, attempt: Tried, titles: Mapping[str, str]) -> Iterator[str]:
    count = len(attempt.objections)
    said = element("span", "proven", class_="word good") if not count else counted(count, "objection")
    yield element("h3", f"{number}. {attempt.source[:60]}: ", said)
    if attempt.group in titles and len(titles) > 1:
        yield element("p", "About: ", prose(titles[attempt.group]))
    if attempt.cause:
        yield element("p", prose(attempt.cause))
    rules = [element("span", rule, class_="rule") for rule in dict.fromkeys(attempt.rules[:_MOST_OBJECTIONS])]
    if rules:
        yield element("p", "Rules: ", *rules)
    shown = attempt.objections[:_MOST_OBJECTIONS]
    yield bullets([*shown, *([f"and {count - len(shown)} more"] if count > len(shown) else [])])
    details = " · ".join(part for part in (attempt.note, attempt.cost.words if attempt.cost.calls else "") if part)
    if details:
        yield element("p", details, class_="quiet")


def the_time(account: Account) -> Iterator[str]:
    """The phases in their order: how long each took, and when that was."""
    phases: dict[str, list[Phase]] = {}
    for phase in account.timeline:
        phases.setdefault(phase.name, []).append(phase)
    whole = max((phase.start + phase.seconds for phase in account.timeline), default=0.0)
    long = {name: times for name, times in phases.items() if sum(time.seconds for time in times) >= _SECONDS}
    if long:
        rows = [
            (name, f"{sum(time.seconds for time in times):.1f} s", _bar(times, whole)) for name, times in long.items()
        ]
        yield table("Phases of the run", ("phase", "time", "when"), rows[:_MOST_ROWS])
        told = (f"{account.timings.get(name, 0.0):.1f} s {words}" for name, words in _SUMS.items())
        yield element("p", " · ".join(told), class_="quiet")


def _bar(times: list[Phase], whole: float) -> Markup:
    """A line as long as the run, drawn where the phase went on."""
    scale = 100 / max(whole, _SECONDS)
    marks = (
        element(
            "rect", x=f"{time.start * scale:.2f}", y="0", width=f"{max(time.seconds * scale, 0.4):.2f}", height="10"
        )
        for time in times
    )
    return element(
        "svg", *marks, viewBox="0 0 100 10", preserveAspectRatio="none", aria_hidden="true", focusable="false"
    )


def the_cost(account: Account) -> Iterator[str]:
    """Money, tokens, and how far the repository's code was kept from this machine."""
    isolation = account.isolation
    told = {
        "cost": account.cost.words,
        "isolation": isolation.get("tier", "") or "none",
        "why not higher": isolation.get("why_not_higher", ""),
        "secrets": isolation.get("separation", ""),
        "model": account.versions.get("model", ""),
    }
    yield facts(told)
    if account.lacks:
        yield element("h3", "What this isolation does not give")
        yield _list(account.lacks)


def what_to_type(account: Account, patch: str) -> Iterator[str]:
    """How to apply the change, and how to see the failure."""
    name = "partial.patch" if account.patch_file == "partial.patch" else "fix.patch"
    if patch.startswith("From "):
        yield element("h3", "Apply the change as a commit")
        yield command(f"git am --keep-cr {name}", "Command: apply the change as a commit")
    if diff_of(patch):
        yield element("h3", "Apply the change to the working tree")
        yield command(f"git apply {name}", "Command: apply the change to the working tree")
    if account.reproduce:
        yield element("h3", "Reproduce the failure")
        yield command(account.reproduce, "Command: reproduce the failure")


def facts(told: Mapping[str, str]) -> Markup:
    """Names and what they are, without those that are empty."""
    pairs = (Markup(element("dt", name) + element("dd", prose(value))) for name, value in told.items() if value)
    return element("dl", *pairs)


def _list(rows: tuple[str, ...] | list[str]) -> Markup:
    left = len(rows) - _MOST_ROWS
    return bullets([*rows[:_MOST_ROWS], *([f"and {left} more"] if left > 0 else [])])


def _code(text: str) -> Markup:
    return element("code", text[:300])


def section(name: str, title: str, parts: Iterator[str]) -> Markup:
    """The section *name* of the page; nothing where it has no parts."""
    made = [*parts]
    if not made:
        return Markup("")
    return element(
        "section", together((element("h2", title, id=f"{name}-title"), *made)), id=name, aria_labelledby=f"{name}-title"
    )
