"""What a forge tells of a request changes what the notes say of that change, and of no other."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from agent_ci.commits import Log
from agent_ci.core.notes.categories import Categories
from agent_ci.core.notes.requests import Request
from agent_ci.core.notes.sorting import ledger
from agent_ci.core.notes.values import Entry, Issue, Ledger, Section, Unit
from tests.notes.histories import History

RELEASE_YML = """
changelog:
  exclude: {labels: [ignore-for-release], authors: [octobot]}
  categories:
    - {title: Breaking Changes 🛠, labels: [semver-major]}
    - {title: 🏕 Features, labels: [semver-minor, enhancement], exclude: {labels: [wip], authors: [grace]}}
    - {title: Improvements, labels: [improvement]}
    - {title: 🐛 Bug fixes and improvements, labels: [bug, fix]}
    - {title: Security fixes, labels: [cve]}
    - {title: 📚 Documentation fixes, labels: [guide]}
    - {title: Deprecations, labels: [sunset]}
    - {title: Removals, labels: [gone]}
    - {title: ⬆️ Dependency updates, labels: [deps]}
    - {title: Maintenance, labels: [chore]}
    - {title: Other Changes, labels: ["*"]}
"""


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.at(tmp_path)


def account(history: History, *requests: Request, release_yml: str = "") -> Ledger:
    range_ = Log(history.checkout.root).range("v1.0.0", history.checkout.git("rev-parse", "HEAD"))
    made = ledger(range_, Categories.of(release_yml), {request.id: request for request in requests})
    assert made.faults == ()
    return made


def entry(history: History, *requests: Request, release_yml: str = "") -> Entry:
    (found,) = account(history, *requests, release_yml=release_yml).entries
    return found


def test_title_text_and_labels_are_those_of_the_request(history: History) -> None:
    commit = history.commit("wip (#7)\n\nOf the commit.")
    issue = Issue("#3", "Sums are wrong")
    request = Request("#7", "Add sums", "Of the request.", ("x",), "ada", frozenset({commit}), (issue,))
    found = entry(history, request)
    assert (found.section, found.text) == (Section.ADDED, "Add sums")
    (unit,) = found.units
    assert (unit.labels, unit.login, unit.issues) == (("x",), "ada", (issue,))
    assert unit.body == "Of the request.\n\nOf the commit."


def test_a_request_that_is_another_change_says_nothing_of_this_one(history: History) -> None:
    history.commit("Mend the sum (#7)")
    elsewhere = Request(
        "#7", "Something else", "```release-note\nBuy now\n```", ("security",), "", frozenset({"d" * 40})
    )
    assert (entry(history, elsewhere).section, entry(history, elsewhere).text) == (Section.CHANGED, "Mend the sum")


def test_a_request_whose_commit_is_not_here_is_known_by_its_title(history: History) -> None:
    history.commit("Mend the  Sum (#7)\n\n(cherry picked from commit " + "d" * 40 + ")")
    request = Request("#7", "Mend the sum", "", ("bug",), "", frozenset({"d" * 40}))
    assert entry(history, request).section is Section.FIXED


@pytest.mark.parametrize(
    ("body", "section", "text"),
    [
        ("```release-note\nSums add up\n```", Section.CHANGED, "Sums add up"),
        ("```release-note:bug\r\nSums add up\r\n```", Section.FIXED, "Sums add up"),
        ("```release-note\nNONE\n```", Section.INTERNAL, "whatever"),
        ("BEGIN_COMMIT_OVERRIDE\nfeat: sums add up\nEND_COMMIT_OVERRIDE", Section.ADDED, "sums add up"),
        ("<!-- for example:\n```release-note\nyour words\n```\n-->", Section.CHANGED, "whatever"),
        ("<!-- BREAKING CHANGE: say here what breaks -->", Section.CHANGED, "whatever"),
        ("<!-- never closed\n```release-note\nyour words\n```", Section.CHANGED, "whatever"),
    ],
    ids=["block", "block with a kind", "none", "override", "template", "template of a break", "open comment"],
)
def test_what_an_author_wrote_into_the_request_is_the_note(
    history: History, body: str, section: Section, text: str
) -> None:
    commit = history.commit("whatever (#7)")
    found = entry(history, Request("#7", "whatever", body, commits=frozenset({commit})))
    assert (found.section, found.text, found.is_breaking) == (section, text, False)


def test_the_text_of_a_request_takes_no_other_change_back(history: History) -> None:
    history.commit("Add sums (#7)")
    commit = history.commit("Add taxes (#8)")
    request = Request("#8", 'Revert "Add sums"', "Reverts owner/shop#7", commits=frozenset({commit}))
    assert {found.text for found in account(history, request).entries} == {'Revert "Add sums"', "Add sums"}


LABELLED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Rework sums", ("semver-major",), "Changed!"),
    ("Rework sums", ("Semver-Major", "bug"), "Changed!"),
    ("Sums of taxes", ("enhancement",), "Added"),
    ("Fix the tests", ("semver-minor",), "Added"),
    ("Sums of taxes", ("enhancement", "wip"), "Added"),  # left out of the category; the label is one that all use
    ("Sums of taxes", ("semver-minor", "wip", "bug"), "Fixed"),
    ("Faster sums", ("improvement",), "Changed"),
    ("Add sums", ("bug",), "Fixed"),
    ("Add sums", ("fix", "question"), "Fixed"),
    ("Check the input", ("cve",), "Security"),
    ("Say it better", ("guide",), "Internal"),
    ("Say that sums end", ("sunset",), "Deprecated"),
    ("No more sums", ("gone",), "Removed"),
    ("Newer left-pad", ("deps",), "Dependencies"),
    ("Tidy", ("chore",), "Internal"),
    ("Add sums", (), "Added"),
    ("Fix sums", ("question",), "Fixed"),
    ("Sums", ("question",), "Changed"),
    ("Sums", ("ignore-for-release", "bug"), "left out"),
    ("Sums", ("security",), "Security"),
)
USUAL: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Sums", ("bug",), "Fixed"),
    ("Sums", ("kind/bug",), "Fixed"),
    ("Sums", ("type::bug",), "Fixed"),
    ("Sums", ("Type: Enhancement",), "Added"),
    ("Sums", ("C-enhancement",), "Added"),
    ("Sums", ("breaking-change",), "Changed!"),
    ("Sums", ("non-breaking",), "Changed"),
    ("Sums", ("backwards-incompatible",), "Changed!"),
    ("Add sums", ("documentation",), "Internal"),
    ("Add sums", ("skip-changelog",), "Internal"),
    ("Sums", ("type::security",), "Security"),
    ("Sums", ("dependencies",), "Dependencies"),
    ("Add sums", ("good first issue", "help wanted"), "Added"),
)


@pytest.mark.parametrize(
    ("release_yml", "rows"), [(RELEASE_YML, LABELLED), ("", USUAL)], ids=["by release.yml", "by labels all use"]
)
def test_labels_say_where_a_change_stands(
    history: History, release_yml: str, rows: tuple[tuple[str, tuple[str, ...], str], ...]
) -> None:
    requests = {}
    for number, (title, labels, _) in enumerate(rows, 1):
        commit = history.commit(f"{title} (#{number})")
        requests[f"#{number}"] = Request(f"#{number}", title, "", labels, "ada", frozenset({commit}))
    made = account(history, *requests.values(), release_yml=release_yml)
    told = {one.units[0].id: f"{one.section}{'!' * one.is_breaking}" for one in made.entries}
    found = [told.get(f"#{number}", "left out") for number in range(1, 1 + len(rows))]
    assert found == [section for *_, section in rows]


def unit(labels: tuple[str, ...], login: str) -> Unit:
    return Unit("#7", "Sums", "", "a" * 40, ("a" * 40,), (), ("src/app.py",), labels, login)


def test_authors_are_known_by_their_login_at_the_forge() -> None:
    categories = Categories.of(RELEASE_YML)
    assert categories.objection(unit((), "octobot")) == "release.yml leaves out what octobot makes"
    assert categories.objection(unit((), "octobot[bot]"))
    assert categories.objection(unit((), "ada")) == ""
    assert categories.section(unit(("semver-minor",), "grace")) is None
    assert categories.section(unit(("semver-minor",), "ada")) == (
        Section.ADDED,
        "its label is in the category 🏕 Features of release.yml",
    )


def test_a_category_of_every_label_ends_the_search_and_says_nothing() -> None:
    text = """
changelog:
  categories:
    - {title: Contributions, labels: ["*"], exclude: {labels: [deps]}}
    - {title: Newer packages (dependencies), labels: [deps, enhancement]}
"""
    assert Categories.of(text).section(unit(("deps",), ""))
    assert Categories.of(text).section(unit(("odd",), "")) is None


def test_what_is_longer_than_any_forge_allows_is_cut_and_read_in_bounded_time(history: History) -> None:
    commit = history.commit("whatever (#7)")
    title, body = "fix: " + "(a " * 50_000, "<!-- x " * 15_000 + "```release-note\n" * 5_000
    request = Request("#7", title, body, ("l" * 100_000,) * 5_000, "ada", frozenset({commit}))
    started = time.monotonic()
    (unit,) = entry(history, request).units
    assert time.monotonic() - started < 10
    assert (len(unit.title), len(unit.labels), len(unit.labels[0])) == (1000, 100, 200)
