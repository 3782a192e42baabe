"""Users read what they get; programs, people who work on the project and first-timers are told apart, offline."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_ci.core.notes.rendering import Place, contributors, notes
from agent_ci.core.notes.values import Section
from tests.notes.histories import History

BOT = ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")
BOTS = (
    BOT,
    ("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com"),
    ("pre-commit-ci[bot]", "66853113+pre-commit-ci[bot]@users.noreply.github.com"),
    ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"),
)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.at(tmp_path / "project")


def names(history: History) -> list[tuple[str, bool]]:
    return [(person.name, is_new) for person, is_new in contributors(history.account())]


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot[0])
def test_what_programs_move_is_collapsed_and_nobody_is_thanked_for_it(history: History, bot: tuple[str, str]) -> None:
    history.commit("Bump left-pad from 1.0 to 1.1 (#7)", "package.json", by=bot)
    history.commit("Refresh the tables (#8)", "src/tables.py", by=bot)
    text = notes(history.account(), title="Unreleased", place=Place())
    assert "<details><summary>Dependencies (2)</summary>" in text
    assert "No user-facing changes." in text
    assert names(history) == []


def test_a_program_that_is_a_co_author_is_nobody(history: History) -> None:
    history.commit(f"Add colours (#7)\n\nCo-authored-by: {BOT[0]} <{BOT[1]}>")
    assert names(history) == [("Ada", False)]


def test_co_authors_are_contributors(history: History) -> None:
    history.commit("Add colours (#7)\n\nCo-authored-by: Bo <bo@example.org>\nCO-AUTHORED-BY: Cy <cy@example.org>")
    assert names(history) == [("Ada", False), ("Bo", True), ("Cy", True)]


def test_who_merges_is_no_author_of_what_is_merged(history: History) -> None:
    history.branch("colours")
    history.commit("Add colours", by=("Bo", "bo@example.org"))
    history.switch("main")
    history.merge("Merge pull request #7 from bo/colours\n\nAdd colours", "colours", by=("Eve", "eve@example.org"))
    assert names(history) == [("Bo", True)]


def test_a_mailmap_joins_the_addresses_of_one_person(history: History) -> None:
    history.commit("Add a mailmap", ".mailmap")
    known = "Ada Lovelace <ada@example.org> <countess@example.org>\nAda Lovelace <ada@example.org>\n"
    history.checkout.commit({".mailmap": known}, "Fill it (#6)")
    history.commit("Add colours (#7)", by=("countess", "countess@example.org"))
    assert names(history) == [("Ada Lovelace", False)]


def test_a_mailmap_counts_for_who_was_known_before(history: History) -> None:
    history.commit("Add red (#7)", by=("Bo", "bo@work.example.org"))
    history.checkout.commit({".mailmap": "Bo <bo@example.org> <bo@work.example.org>\n"}, "Map (#8)")
    history.tag("v1.1.0")
    history.commit("Add green (#9)", by=("Bo", "bo@example.org"))
    assert [(person.name, is_new) for person, is_new in contributors(history.account("v1.1.0"))] == [("Bo", False)]


def test_whoever_contributed_before_is_no_first_timer(history: History) -> None:
    history.commit("Add red (#7)", by=("Bo", "bo@example.org"))
    history.tag("v1.1.0")
    history.commit("Add green (#8)", by=("Bo", "BO@example.org"))
    history.commit("Add blue (#9)", by=("Cy", "cy@example.org"))
    people = contributors(history.account("v1.1.0"))
    assert [(person.name, is_new) for person, is_new in people] == [("Bo", False), ("Cy", True)]


def test_whoever_has_a_new_address_is_known_by_a_full_name(history: History) -> None:
    history.commit("Add red (#7)", by=("Bo Diddley", "bo@example.org"))
    history.commit("Add grey (#8)", by=("root", "root@one.example"))
    history.tag("v1.1.0")
    history.commit("Add green (#9)", by=("bo diddley", "bo@work.example"))
    history.commit("Add blue (#10)", by=("Bo Diddley", "bo@home.example"))
    history.commit("Add black (#11)", by=("root", "root@two.example"))
    people = [(person.name.casefold(), is_new) for person, is_new in contributors(history.account("v1.1.0"))]
    assert people == [("bo diddley", False), ("root", True)]


@pytest.mark.parametrize(
    "address", ["1+Copilot@users.noreply.github.com", "noreply@anthropic.com", "cursoragent@cursor.com"]
)
def test_a_program_that_helped_to_write_is_nobody(history: History, address: str) -> None:
    history.commit(f"Add colours (#7)\n\nCo-authored-by: Claude <{address}>")
    assert names(history) == [("Ada", False)]


def test_nobody_is_a_first_timer_in_the_first_release(history: History) -> None:
    assert [is_new for _, is_new in contributors(history.account(since=""))] == [False]


@pytest.mark.parametrize(
    ("title", "paths", "section"),
    [
        ("Add colours", ("src/app.py",), Section.ADDED),
        ("Add colours", ("docs/guide.md", "src/app.py", "tests/test_app.py"), Section.ADDED),
        ("Handle empty files", ("lib/app.rb",), Section.FIXED),
        ("Drop old settings", ("pkg/app.go",), Section.REMOVED),
        ("Deprecate colours", ("src/app.ts",), Section.DEPRECATED),
        ("Colours are brighter", ("src/app.py",), Section.CHANGED),
        ("feat: colours", ("src/app.py",), Section.ADDED),
        ("fix(io): colours", ("src/app.py",), Section.FIXED),
        ("feat: type annotations and docstrings", ("src/app.py",), Section.ADDED),
        ("refactor!: colours", ("src/app.py",), Section.CHANGED),
        ("refactor: colours", ("src/app.py",), Section.INTERNAL),
        ("docs: explain", ("docs/guide.md",), Section.INTERNAL),
        ("Explain colours", ("docs/guide.md",), Section.INTERNAL),
        ("Test colours", ("tests/test_app.py",), Section.INTERNAL),
        ("Run on all systems", (".github/workflows/ci.yml",), Section.INTERNAL),
        ("Fix mypy errors", ("src/app.py",), Section.INTERNAL),
        ("Fix a typo", ("src/app.py",), Section.INTERNAL),
        ("Tighten the settings of tools", ("pyproject.toml",), Section.INTERNAL),
        ("Drop Python 3.9", ("pyproject.toml", "tox.ini"), Section.REMOVED),
        ("Add a licence expression of the package", ("Cargo.toml",), Section.ADDED),
        ("Bump left-pad from 1.0 to 1.1", ("package.json", "package-lock.json"), Section.DEPENDENCIES),
        ("Update to Unicode 16.0", ("src/tables.bin",), Section.CHANGED),
        ("chore(deps): bump left-pad", ("package.json",), Section.DEPENDENCIES),
    ],
)
def test_a_change_stands_where_its_files_and_words_put_it(
    history: History, title: str, paths: tuple[str, ...], section: Section
) -> None:
    history.commit(f"{title} (#7)", *paths)
    (entry,) = history.account().entries
    assert entry.section is section
    assert entry.why


def test_what_only_prepares_a_release_is_left_out_with_a_reason(history: History) -> None:
    history.commit("Release 1.1.0 (#7)", "pyproject.toml", "CHANGELOG.md")
    account = history.account()
    assert account.entries == ()
    assert [one.reason for one in account.dropped] == ["it prepares a release and changes nothing else"]


def with_a_habit(history: History) -> None:
    for number in range(1, 9):
        history.commit(f"Add part {number} (#{number})", f"src/part_{number}.py", "CHANGES.md")
    history.tag("v1.1.0")


def test_where_changes_bring_their_entry_one_without_is_no_news(history: History) -> None:
    with_a_habit(history)
    history.commit("Optimise the loop (#11)", "src/app.py")
    history.commit("Add a template for releases (#12)", ".github/release.md", "CHANGES.md")
    history.commit("fix!: stop (#13)", "src/stop.py")
    assert history.lines("v1.1.0") == [
        "#12 Added: Add a template for releases",
        "#13 Fixed: stop",
        "#11 Internal: Optimise the loop",
    ]


def test_where_changes_bring_no_entry_none_is_asked_of_any(history: History) -> None:
    for number in range(1, 9):
        history.commit(f"Add part {number} (#{number})", f"src/part_{number}.py", *["CHANGES.md"] * (number < 3))
    history.tag("v1.1.0")
    history.commit("Optimise the loop (#11)", "src/app.py")
    assert history.lines("v1.1.0") == ["#11 Changed: Optimise the loop"]
