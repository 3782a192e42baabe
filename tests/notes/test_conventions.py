"""What authors wrote for users counts more than what anything else says, in every convention that they follow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from agent_ci.commits import Log
from agent_ci.core.notes.categories import Categories
from agent_ci.core.notes.conventions import in_one_line
from agent_ci.core.notes.placing import Placing
from agent_ci.core.notes.rendering import Place, notes
from agent_ci.core.notes.sorting import ledger
from agent_ci.core.notes.values import Entry, Person, Section, Unit
from agent_ci.core.notes.written import HEAD, added
from tests.notes.histories import History

CHANGELOG = "# Changelog\n\n## Unreleased\n\n### Added\n\n- Old news.\n\n### Fixed\n\n- An old bug.\n"
BLOCK = "```release-note\nColours are bright.\n```"


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.at(tmp_path / "project")


def entry(history: History, message: str, files: dict[str, str]) -> Entry:
    """The one entry about a request that writes *files*."""
    history.checkout.commit({"src/app.py": message, **files}, message)
    (found,) = history.account().entries
    return found


@pytest.mark.parametrize(
    ("path", "text", "section", "said"),
    [
        ("newsfragments/7.feature.rst", "``colours`` are bright.\n", Section.ADDED, "`colours` are bright."),
        ("newsfragments/7.bugfix.1.md", "A crash is gone.\n", Section.FIXED, "A crash is gone."),
        ("docs/newsfragments/+tidy.removal.rst", "Grey is gone.\n", Section.REMOVED, "Grey is gone."),
        ("news/7.misc.rst", "Tidied.\n", Section.INTERNAL, "Tidied."),
        ("changelog.d/7.security.md", "Keys are hidden.\n", Section.SECURITY, "Keys are hidden."),
        (
            "changelog.d/20260101_ada.md",
            "<!-- x -->\n### Fixed\n\n- A crash is\n  gone.\n",
            Section.FIXED,
            "A crash is gone.",
        ),
        ("changelog.d/20260101_ada.rst", "Deprecated\n..........\n\n- Grey goes.\n", Section.DEPRECATED, "Grey goes."),
        (
            ".changeset/big-dogs-eat.md",
            '---\n"app": minor\n---\n\nColours are bright.\n',
            Section.ADDED,
            "Colours are bright.",
        ),
        (".changeset/a-b.md", '---\n"app": patch\n"web": major\n---\n\nNo grey.\n', Section.CHANGED, "No grey."),
    ],
)
def test_a_fragment_is_the_entry(history: History, path: str, text: str, section: Section, said: str) -> None:
    found = entry(history, "chore: whatever (#7)", {path: text})
    assert (found.section, found.text, found.why) == (section, said, "a fragment of the changelog")
    assert found.is_breaking == ("major" in text)


@pytest.mark.parametrize(
    ("body", "section", "said", "is_breaking"),
    [
        (BLOCK, Section.FIXED, "Colours are bright.", False),
        ("```release-note:enhancement\nColours are bright.\n```", Section.ADDED, "Colours are bright.", False),
        ("```release-note:breaking-change\nGrey is gone.\n```", Section.CHANGED, "Grey is gone.", True),
        ("```release-note\nNONE\n```", Section.INTERNAL, "a crash", False),
        ("BEGIN_COMMIT_OVERRIDE\nfeat: bright colours\nEND_COMMIT_OVERRIDE", Section.ADDED, "bright colours", False),
        (
            "BEGIN_COMMIT_OVERRIDE\nfeat!: bright colours\nfix: no crash\nEND_COMMIT_OVERRIDE",
            Section.ADDED,
            "bright colours; no crash",
            True,
        ),
        ("BEGIN_COMMIT_OVERRIDE\nchore: nothing\nEND_COMMIT_OVERRIDE", Section.INTERNAL, "nothing", False),
        ("BEGIN_COMMIT_OVERRIDE\nwords only\nEND_COMMIT_OVERRIDE", Section.FIXED, "a crash", False),
        ("Changelog: removed", Section.REMOVED, "a crash", False),
        ("Changelog: strange", Section.FIXED, "a crash", False),
    ],
)
def test_a_request_says_what_to_tell(
    history: History, body: str, section: Section, said: str, *, is_breaking: bool
) -> None:
    found = entry(history, f"fix: a crash (#7)\n\nLong words.\n\n{body}", {})
    assert (found.section, found.text, found.is_breaking) == (section, said, is_breaking)


def changed(history: History, text: str) -> Entry:
    """The entry about a request that changes the changelog to *text*."""
    history.checkout.commit({"CHANGELOG.md": CHANGELOG}, "Begin a changelog")
    history.tag("v1.1.0")
    history.checkout.commit({"CHANGELOG.md": text, "src/app.py": "7"}, "Whatever (#7)")
    (found,) = history.account("v1.1.0").entries
    return found


def test_an_entry_of_the_changelog_is_told_in_its_words_and_section(history: History) -> None:
    text = CHANGELOG.replace(
        "- Old news.\n", "- Old news.\n- Colours are\n  bright ([#7](https://x.example/pull/7)).\n"
    )
    found = changed(history, text)
    assert (found.section, found.text) == (Section.ADDED, "Colours are bright")
    assert found.why == "the entry that it adds to the changelog"


@pytest.mark.parametrize(
    "text",
    [
        CHANGELOG.replace("An old bug", "A very old bug"),
        CHANGELOG.replace("### Added\n\n- Old news.\n\n", "") + "\n### Added\n\n- Old news.\n",
        CHANGELOG + "- One more.\n- And another.\n",
        "".join(f"line {number}\n" for number in range(100)) + "- one item\n",
    ],
    ids=["mended", "moved", "two entries", "written anew"],
)
def test_what_mends_a_changelog_tells_nothing_of_the_change(history: History, text: str) -> None:
    assert changed(history, text).text == "Whatever"


def unit(title: str, body: str = "", *labels: str, by: str = "Ada") -> Unit:
    person = Person(by, f"1+{by}@users.noreply.github.com")
    return Unit("#7", title, body, "a" * 40, ("a" * 40,), (person,), ("src/app.py",), labels)


def placed(placing: Placing, told: Unit, added: Mapping[str, str]) -> Entry:
    (found,) = placing.entries(told, added)
    return found


RELEASE_YML = """
changelog:
  exclude: {labels: [ignore-for-release], authors: [octobot]}
  categories:
    - {title: Breaking Changes 🛠, labels: [semver-major]}
    - {title: Exciting New Features 🎉, labels: [semver-minor, enhancement], exclude: {labels: [fix]}}
    - {title: Bug fixes, labels: [bug, fix]}
    - {title: Other, labels: ["*"]}
"""


@pytest.mark.parametrize(
    ("labels", "section"),
    [
        (("semver-major", "bug"), Section.CHANGED),
        (("Enhancement",), Section.ADDED),
        (("enhancement", "fix"), Section.FIXED),
        (("bug",), Section.FIXED),
        (("unknown",), Section.REMOVED),
        ((), Section.REMOVED),
    ],
)
def test_a_label_chooses_the_first_category_that_has_it(labels: tuple[str, ...], section: Section) -> None:
    placing = Placing(Categories.of(RELEASE_YML), is_habit=False)
    assert placed(placing, unit("Drop grey", "", *labels), {}).section is section


def test_author_label_trailer_type_and_word_count_in_this_order() -> None:
    placing = Placing(Categories.of(RELEASE_YML), is_habit=False)
    fragment = {"newsfragments/7.security.rst": "Keys are hidden."}
    everything = unit("feat: drop grey", f"Changelog: deprecated\n\n{BLOCK}", "bug")
    assert placed(placing, everything, fragment).section is Section.SECURITY
    assert placed(placing, everything, {}).text == "Colours are bright."
    assert placed(placing, everything, {}).section is Section.FIXED
    assert placed(placing, unit("feat: drop grey", "Changelog: deprecated"), {}).section is Section.DEPRECATED
    assert placed(placing, unit("feat: drop grey"), {}).section is Section.ADDED
    assert placed(placing, unit("Drop grey"), {}).section is Section.REMOVED
    assert placed(placing, unit("Grey"), {}).section is Section.CHANGED


@pytest.mark.parametrize("key", ["<<", "!!merge x"])
def test_mappings_that_are_merged_over_and_over_make_the_file_count_as_not_there(key: str) -> None:
    every = [f"a{level}: &a{level} {{{key}: [{', '.join([f'*a{level - 1}'] * 8)}]}}" for level in range(1, 4)]
    bomb = "\n".join(("a0: &a0 {k: v}", *every, RELEASE_YML))
    assert Categories.of(bomb) == Categories()


def test_a_value_that_is_named_twice_is_read() -> None:
    twice = RELEASE_YML.replace("labels: [bug, fix]", "labels: *bugs").replace(
        "changelog:", "x: &bugs [bug, fix]\nchangelog:"
    )
    assert Categories.of(twice) == Categories.of(RELEASE_YML) != Categories()


def test_whom_release_yml_excludes_is_left_out_with_a_reason(history: History) -> None:
    history.commit("Add red (#7)", by=("Octo Bot", "12+octobot@users.noreply.github.com"))
    history.commit("Add green (#8)")
    log = Log(history.checkout.root)
    made = ledger(log.range("v1.0.0", "HEAD"), Categories.of(RELEASE_YML))
    assert [one.text for one in made.entries] == ["Add green"]
    assert [one.reason for one in made.dropped] == ["release.yml leaves out what octobot makes"]
    assert made.faults == ()
    labelled = unit("Add blue", "", "Ignore-for-Release")
    assert (
        Categories.of(RELEASE_YML).objection(labelled) == "release.yml leaves out what has the label ignore-for-release"
    )


BOMB = "\n".join(
    (
        "a0: &a0 [x]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)),
        "changelog:",
        "  categories: [{title: *a11, labels: *a11}]",
        "  exclude: {labels: *a11, authors: *a11}",
    )
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "- a\n- b",
        "changelog: 7",
        "changelog: {categories: [7, {labels: x}], exclude: [y]}",
        "a: &a [*a]",
        "a: 2026-99-99",
        "[" * 5000,
        BOMB,
    ],
    ids=lambda text: text[:20],
)
def test_a_release_yml_of_another_shape_is_not_there(text: str) -> None:
    categories = Categories.of(text)
    assert categories.section(unit("Add blue", "", "x")) is None
    assert categories.objection(unit("Add blue", "", "x")) == ""


def test_the_file_of_a_revision_is_read_from_git(history: History) -> None:
    history.checkout.commit({".github/release.yaml": "later: 1\n"}, "x")
    log = Log(history.checkout.root)
    assert log.file("HEAD", ".github/release.yml", ".github/release.yaml") == "later: 1\n"
    assert log.file("v1.0.0", ".github/release.yml", ".github/release.yaml") == ""


def test_a_changelog_cannot_pretend_to_be_another_file_or_commit() -> None:
    log = (
        f"{HEAD}{'a' * 40}\n\ndiff --git a/CHANGES.md b/CHANGES.md\n--- a/CHANGES.md\n+++ b/CHANGES.md\n"
        f"@@ -0,0 +1,4 @@\n+- One\n+++ b/newsfragments/7.security.md\n+{HEAD}{'b' * 40}\n+@@ -0,0 +1 @@\n"
        "\\ No newline at end of file\n"
    )
    assert added(log) == {
        "a" * 40: {"CHANGES.md": f"- One\n++ b/newsfragments/7.security.md\n{HEAD}{'b' * 40}\n@@ -0,0 +1 @@"}
    }


def test_a_file_is_taken_for_no_commit_whatever_it_is_called(history: History) -> None:
    files = {f"{HEAD}b": "1", f"{HEAD}c": "2", "src/app.py": "3"}
    commit = history.checkout.commit(files, "Add colours (#7)")
    [found] = Log(history.checkout.root).range("v1.0.0", "HEAD").commits.values()
    assert (found.id, set(found.paths)) == (commit, set(files))
    [made] = history.account().entries
    assert (made.section, made.commits) == (Section.ADDED, (commit,))


@pytest.mark.parametrize("name", ["/dev/null", '"b/newsfragments/8.\\".md"', "x"])
def test_the_lines_of_a_file_that_is_not_understood_are_charged_to_none(name: str) -> None:
    log = (
        f"{HEAD}{'a' * 40}\n\n+++ b/CHANGES.md\n@@ -0,0 +1 @@\n+- One\n"
        f"+++ {name}\n@@ -1 +1,2 @@\n-- One\n+- Two\n+++ b/CHANGES.md\n@@ -0,0 +1 @@\n+- Three\n"
        "+++ b/NEWS.md\n@@ -0,0 +1 @@\n+- Four\n"
    )
    assert added(log) == {"a" * 40: {"CHANGES.md": "- One", "NEWS.md": "- Four"}}


def test_fragments_whose_names_are_no_ascii_are_read(history: History) -> None:
    files = {"newsfragments/7.größe.md": "Sizes.\n", 'newsfragments/8.a"b.md': "Quotes.\n"}
    commit = history.checkout.commit(files, "Whatever (#7)")
    found = Log(history.checkout.root).range("v1.0.0", "HEAD").written
    assert found == {commit: {"newsfragments/7.größe.md": "Sizes."}}


def test_each_fragment_of_a_change_is_a_line_and_its_commits_are_counted_once(history: History) -> None:
    files = {"changelog.d/1.added.md": "Colours.\n", "changelog.d/2.fixed.md": "A crash.\n", "src/app.py": "7"}
    history.checkout.commit(files, "Whatever (#7)")
    made = history.account()
    assert [(one.section, one.text, [unit.id for unit in one.units]) for one in made.entries] == [
        (Section.ADDED, "Colours.", ["#7"]),
        (Section.FIXED, "A crash.", ["#7"]),
    ]
    assert sorted(len(one.commits) for one in made.entries) == [0, 1]


def test_a_fragment_is_told_in_its_last_words_by_the_change_that_began_it(history: History) -> None:
    history.checkout.commit({"changelog.d/1.added.md": "Colors.\n", "src/app.py": "7"}, "Add colours (#7)")
    history.checkout.commit({"changelog.d/1.added.md": "Colours, and\nshades.\n"}, "Spell it (#8)")
    lines = history.lines()
    assert "#7 Added: Colours, and shades." in lines
    assert [line for line in lines if line.startswith("#8")] == ["#8 Internal: Spell it"]


def test_a_fragment_that_an_earlier_release_took_is_told_as_it_was_written(history: History) -> None:
    history.checkout.commit({"changelog.d/1.added.md": "Colours.\n", "src/app.py": "7"}, "Add colours (#7)")
    history.checkout.git("rm", "--quiet", "changelog.d/1.added.md")
    history.checkout.commit({"CHANGELOG.md": "1.1.0\n"}, "Release 1.1.0")
    assert history.lines()[0] == "#7 Added: Colours."


def test_a_long_file_of_entries_stays_with_the_changes_that_add_to_it(history: History) -> None:
    begun = "".join(f"- Entry {number}\n" for number in range(20))
    history.checkout.commit({"changes/1.x.md": begun, "src/app.py": "6"}, "Begin (#6)")
    history.checkout.commit({"changes/1.x.md": begun + "- Colours\n", "src/app.py": "7"}, "Whatever (#7)")
    assert "#7 Changed: Colours" in history.lines()


def test_a_project_that_pushes_all_of_its_work_shows_its_habit_by_its_fragments(history: History) -> None:
    for number in range(6):
        files = {f"changelog.d/{number}.added.md": f"Colour {number}.\n", "src/app.py": f"{number}"}
        history.checkout.commit(files, f"Work {number}")
    history.commit("Read colours from one place")
    assert "pushed Internal: Read colours from one place" in history.lines()
    for number in range(5):
        history.commit(f"More work {number}")
    assert "pushed Changed: Read colours from one place" in history.lines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See [the guide](docs/guide.md) and `[x](y)`.", "See the guide and `[x](y)`."),
        ("Marks such as `::name::`, `##[name]` are parted.", "Marks such as `::name::`, `##[name]` are parted."),
        ("Use :func:`~app.colour` now.", "Use `app.colour` now."),
    ],
)
def test_a_fragment_reads_as_text(history: History, text: str, expected: str) -> None:
    history.checkout.commit({"changelog.d/1.added.md": text, "src/app.py": "7"}, "Whatever (#7)")
    assert history.lines() == [f"#7 Added: {expected}"]


def test_what_somebody_wrote_for_users_is_told_whole_and_a_title_is_cut(history: History) -> None:
    words = "Colours are bright. " * 30
    history.checkout.commit({"changelog.d/1.added.md": words, "src/app.py": "7"}, "Whatever (#7)")
    history.commit(f"fix: {'a crash ' * 60}(#8)")
    text = notes(history.account(), title="Unreleased", place=Place())
    assert f"- {words.strip()} (#7)\n" in text
    cut = next(line for line in text.splitlines() if line.endswith("… (#8)"))
    assert len(cut) <= 300 + len("-  (#8)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A crash is gone (#7).", "A crash is gone"),
        ("A crash is gone. (#7, #8)", "A crash is gone."),
        ("A crash is gone; see #7, by @ada in https://x.example/pull/9", "A crash is gone"),
        ("A crash is gone [#7](https://x.example/7) :pr:`8` `#9 <https://x.example>`__", "A crash is gone"),
        ("A crash of #7 is gone.", "A crash of #7 is gone."),
        ("Use :ref:`the guide <guide>` now {issue}`7`", "Use `the guide` now"),
    ],
)
def test_what_stands_at_the_end_of_a_line_and_only_cites_is_not_told(text: str, expected: str) -> None:
    assert in_one_line([text]) == expected
