"""The notes of a release go where a person would put them, spelled as those before, and no other byte changes."""

from __future__ import annotations

import pytest

from agent_ci.core.notes.changelog import Changelog, EditedError, Release, UnknownFormError, faults, keeps
from agent_ci.core.notes.rendering import Style

BODY = "### Fixed\n\n- The sum ([#7](https://forge.example/shop/till/pull/7))\n"
LINK = "https://forge.example/shop/till/compare/v1.1.0...v1.2.0"
NEXT = Release("v1.2.0", "2026-03-04", BODY, LINK)
KEPT = (
    "# Changelog\n\nWhat changed.\n\n## [Unreleased]\n\n### Added\n\n- By hand.\n\n## [1.1.0] - 2026-01-02\n\n- Old.\n"
)
REFERENCES = "\n[Unreleased]: https://e.example/u\n[1.1.0]: https://e.example/1.1.0\n"


def section(text: str) -> str:
    """The heading that *text* got for the release."""
    made = Changelog(text).with_release(NEXT)
    assert faults(text, made, NEXT) == ()
    mark = made.index("<!-- agent-ci:notes")
    return made[:mark].rstrip("\r\n").rsplit("\n\n", 1)[-1].rsplit("\r\n\r\n", 1)[-1]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("## [1.1.0] - 2026-01-02", "## [1.2.0] - 2026-03-04"),
        ("## v1.1.0 (2026-01-02)", "## v1.2.0 (2026-03-04)"),
        ("# 1.1.0 / 2026/01/02", "# 1.2.0 / 2026/03/04"),
        ("## Version 1.1.0", "## Version 1.2.0"),
        ("## till 1.1.0 — January 2, 2026", "## till 1.2.0 — March 4, 2026"),
        ("## 1.1.0, 2 Jan 2026 ##", "## 1.2.0, 4 Mar 2026 ##"),
        ("1.1.0 - 2026-01-02\n==================", "1.2.0 - 2026-03-04\n=================="),
        ("## [1.1.0](https://e.example/1.1.0) - 2026-01-02", f"## [1.2.0]({LINK}) - 2026-03-04"),
        ("## 1.1.0 - The one with a name", "## 1.2.0 - 2026-03-04"),
        ("## 1.1.0rc2 (2026-01-02)", "## 1.2.0 (2026-03-04)"),
    ],
)
def test_a_release_is_spelled_as_the_one_before(heading: str, expected: str) -> None:
    assert section(f"Changelog of the till\n\n{heading}\n\n- Old.\n") == expected


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("1.2.0", "1.2.0-rc.2"),
        ("1.2.0", "1.2.0-RC2"),
        ("1.2.0", "1.2.0-canary.7"),
        ("1.2.0-rc.2", "1.2.0-rc.1"),
        ("1.2.0-rc.1", "1.2.0-beta.4"),
        ("1.2.0-rc.10", "1.2.0-rc.9"),
        ("1.1.9", "1.1.0"),
        ("1.2.0.post1", "1.2.0"),
        ("till-v1.2.0", "v1.2.0rc1"),
    ],
)
def test_a_release_goes_above_the_one_before_it_and_below_the_one_after(name: str, above: str) -> None:
    text = f"# Changelog\n\n## 1.3.0\n\n- Newer.\n\n## {above}\n\n- Old.\n\n## 1.0.0\n\n- Older.\n"
    made = Changelog(text).with_release(Release(name, "2026-03-04", BODY))
    headings = [line.split()[1].lstrip("v") for line in made.splitlines() if line.startswith("## ")]
    assert headings == ["1.3.0", name.removeprefix("till-v"), above.lstrip("v"), "1.0.0"]


def test_the_section_goes_below_what_is_unreleased_and_its_name_is_defined() -> None:
    made = Changelog(KEPT + REFERENCES).with_release(NEXT)
    head, tail = KEPT.split("## [1.1.0]")
    start = made.removeprefix(head)
    assert start.startswith("## [1.2.0] - 2026-03-04\n\n<!-- agent-ci:notes sha256=")
    assert start.split("-->", 1)[1] == (
        f"\n\n{BODY}\n## [1.1.0]{tail}\n[Unreleased]: https://e.example/u\n"
        f"[1.2.0]: {LINK}\n[1.1.0]: https://e.example/1.1.0\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(KEPT, id="keep a changelog"),
        pytest.param((KEPT + REFERENCES).replace("\n", "\r\n"), id="CRLF"),
        pytest.param("\ufeff" + KEPT, id="BOM"),
        pytest.param(KEPT.rstrip("\n"), id="no line end at the end"),
        pytest.param("# Changelog\n", id="no release yet"),
        pytest.param("# Changelog", id="one line"),
        pytest.param("# Changelog\n\n## Unreleased\n\n- By hand.", id="only what is unreleased"),
        pytest.param("# Changelog\n\n[a]: https://e.example\n", id="only a reference"),
        pytest.param("", id="an empty file"),
        pytest.param("## 1.1.0\n\n```\n## 9.9.9\n```\n\n<!--\n## 8.8.8\n-->\n\udcff\n", id="code, comments, no UTF-8"),
        pytest.param("## 1.1.0\r\n\r\n- a\n- b\r\n", id="mixed line ends"),
    ],
)
def test_no_other_byte_changes_and_twice_is_once(text: str) -> None:
    made = Changelog(text).with_release(NEXT)
    assert faults(text, made, NEXT) == ()
    assert Changelog(made).without(NEXT).rstrip("\r\n") == text.rstrip("\r\n")
    assert Changelog(made).with_release(NEXT) == made
    if "\r\n" in text and "- a\n" not in text:
        assert "\n" not in made.replace("\r\n", "")


def test_a_section_that_we_wrote_is_written_anew() -> None:
    first = Changelog(KEPT + REFERENCES).with_release(NEXT)
    again = Release(NEXT.name, NEXT.day, "### Fixed\n\n- Something else\n", LINK)
    made = Changelog(first).with_release(again)
    assert "Something else" in made
    assert "The sum" not in made
    assert faults(first, made, again) == ()
    assert Changelog(made).without(again) == KEPT + REFERENCES


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(("- The sum", "- The sum, and more"), id="a word was added"),
        pytest.param(("<!-- agent-ci:notes", "<!-- was agent-ci:notes"), id="the mark was taken away"),
    ],
)
def test_a_section_that_a_person_changed_is_never_written_over(change: tuple[str, str]) -> None:
    edited = Changelog(KEPT).with_release(NEXT).replace(*change)
    with pytest.raises(EditedError, match="a person wrote or changed"):
        Changelog(edited).with_release(NEXT)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# Changelog\n\n**1.1.0**\n\n- Old.\n", id="versions in bold"),
        pytest.param("# News\n\n## The till is faster\n\nIt is.\n", id="news"),
    ],
)
def test_a_file_that_tells_releases_in_another_way_is_refused(text: str) -> None:
    with pytest.raises(UnknownFormError, match="no heading that names a version"):
        Changelog(text).with_release(NEXT)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda made: made.replace("- Old.", "- Older."), id="an old entry changed"),
        pytest.param(lambda made: made.replace("What changed.\n", ""), id="a line is gone"),
        pytest.param(lambda made: made + "More.\n", id="a line came in elsewhere"),
        pytest.param(lambda made: made.replace("- By hand.", "- By hand. "), id="a blank"),
        pytest.param(lambda made: made.replace("\n", "\r\n"), id="line ends"),
        pytest.param(lambda made: KEPT, id="nothing was added"),  # noqa: ARG005 - as the others
    ],
)
def test_the_proof_sees_what_else_changed(damage: object) -> None:
    assert callable(damage)
    assert faults(KEPT, damage(Changelog(KEPT).with_release(NEXT)), NEXT) != ()


def test_its_own_words_for_sections_and_its_bullets_are_read() -> None:
    text = "# 1.1.0\n\n### Bug fixes\n\n* a\n* b\n\n### Features\n\n* c\n"
    assert Changelog(text).style == Style(1, 3, "*", {"Added": "Features", "Fixed": "Bug fixes"})
    assert Changelog("").style == Style()


def test_an_older_release_goes_below_the_newer_ones() -> None:
    text = "## 2.0.0\n\n- New.\n\n## 1.1.0\n\n- Old.\n"
    made = Changelog(text).with_release(NEXT)
    assert [line for line in made.splitlines() if line.startswith("## ")] == ["## 2.0.0", "## 1.2.0", "## 1.1.0"]
    assert faults(text, made, NEXT) == ()


def test_a_section_of_ours_may_be_written_anew_and_no_line_of_a_person_may_go() -> None:
    old = "# Changelog\n\n## 1.0.0\n\n- By hand."
    first = Changelog(old).with_release(Release("1.1.0", "2026-03-04", "- One.\n"))
    second = Changelog(first).with_release(Release("1.1.0", "2026-03-04", "- Other.\n"))
    assert keeps(old, first)
    assert keeps(first, second)
    assert "- One." not in second
    assert keeps("", first)
    edited = first.replace("- One.", "- One, as I say.")
    assert not keeps(edited, second)
    assert not keeps(first, second.replace("- By hand.", "- Buy hand."))
    assert not keeps(first, "")
    assert not keeps("# A\n\n- b\n- c\n", "# A\n\n- c\n- b\n")
