"""A changelog in reStructuredText gets its release in its own style, or is refused; no other byte of it changes."""

from __future__ import annotations

import pytest

from agent_ci.core.notes.changelog import EditedError, Release, UnknownFormError, faults
from agent_ci.core.notes.rendering import Place, Style
from agent_ci.core.notes.restructured import body
from agent_ci.core.notes.restructured_changelog import StructuredChangelog
from tests.core.notes.releases import HERE, saying

BODY = "- The sum (`#7 <https://forge.example/shop/till/pull/7>`__)\n"
NEXT = Release("v1.2.0", "2026-03-04", BODY, "https://forge.example/shop/till/compare/v1.1.0...v1.2.0")
FLAT = """Version 1.1.0
-------------

Released 2026-01-02

-   Old. :pr:`1`

Version 1.0.0
-------------

Released 2025-01-02

-   Older.
"""
NESTED = """=========
Changelog
=========

Preface.

.. towncrier release notes start

.. _v1.1:

1.1.0 (2026-01-02)
==================

Bugfixes
--------

* Old.

  ::

      1.5.0
      =====

1.0.0 (2025-01-02)
==================

Features
--------

* Older.

.. _links: https://e.example
"""


def put(text: str, release: Release = NEXT) -> str:
    """*text* with the release, in which nothing else may be different."""
    made = StructuredChangelog(text).with_release(release)
    assert faults(text, made, release, StructuredChangelog) == ()
    return made


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("1.1.0\n-----", "1.2.0\n-----"),
        ("Version 1.1.0\n~~~~~~~~~~~~~", "Version 1.2.0\n~~~~~~~~~~~~~"),
        ("v1.1.0 (2026-01-02)\n===================", "v1.2.0 (2026-03-04)\n==================="),
        ("1.1.0 - January 2, 2026\n+++++++++++++++++++++++", "1.2.0 - March 4, 2026\n+++++++++++++++++++++"),
        ("====\n1.1.0\n====", "=====\n1.2.0\n====="),
        ("=====\n1.1.0\n=====", "=====\n1.2.0\n====="),
        ("1.1.0 - a name\n--------------", "1.2.0 - 2026-03-04\n------------------"),
    ],
)
def test_a_release_is_underlined_as_the_one_before(heading: str, expected: str) -> None:
    text = f"Changes of the till\n###################\n\n{heading}\n\n- Old.\n"
    assert f"\n\n{expected}\n\n.. agent-ci:notes sha256=" in put(text)
    assert put(text).endswith(f"\n\n{BODY}\n{heading}\n\n- Old.\n")


def test_the_day_stands_in_a_line_of_its_own_where_it_does_so_before() -> None:
    made = put(FLAT)
    mark, rest = made.split(".. agent-ci:notes sha256=")
    assert mark == "Version 1.2.0\n-------------\n\n"
    assert rest[64:] == f"\n\nReleased 2026-03-04\n\n{BODY}\n{FLAT}"


def test_the_section_goes_above_the_names_that_links_know_the_release_by() -> None:
    made = put(NESTED)
    head, tail = NESTED.split(".. _v1.1:")
    assert made.startswith(f"{head}1.2.0 (2026-03-04)\n==================\n\n.. agent-ci:notes")
    assert made.endswith(f"{BODY}\n.. _v1.1:{tail}")


@pytest.mark.parametrize("text", [FLAT, NESTED, FLAT.replace("\n", "\r\n"), "\ufeff" + NESTED], ids=range(4))
def test_a_second_run_changes_nothing_and_an_edited_section_stays(text: str) -> None:
    made = put(text)
    assert put(made) == made
    other = Release(NEXT.name, NEXT.day, BODY + "- The tax (`#8 <https://e.example>`__)\n", NEXT.link)
    assert put(made, other).count("agent-ci:notes") == 1
    with pytest.raises(EditedError, match="a person wrote"):
        put(made.replace("The sum", "Sums"))
    with pytest.raises(EditedError, match="a person wrote"):
        put(text, Release("v1.1.0", "2026-03-04", BODY))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Changelog\n=========\n",
        "Changelog\n=========\n\n- 1.1.0: all of it\n",
        "`1.1.0 <https://e.example>`_\n----------------------------\n\n- Old.\n",
        "|version| 1.1.0\n---------------\n\n- Old.\n",
        "    1.1.0\n    -----\n\n- Old.\n",
        "See::\n\n  1.1.0\n-----\n\n- Old.\n",
        "1.1.0\n",
        "## 1.1.0\n\n- Old.\n",
    ],
    ids=[
        "empty",
        "no release",
        "a list",
        "a link",
        "a substitution",
        "quoted",
        "an indented title",
        "not underlined",
        "Markdown",
    ],
)
def test_a_file_whose_structure_is_not_plain_is_refused(text: str) -> None:
    with pytest.raises(UnknownFormError, match="underlined"):
        put(text)


def test_style_is_that_of_the_file() -> None:
    assert StructuredChangelog(FLAT).style == Style(1, 2, "-", {}, "")
    found = StructuredChangelog(NESTED).style
    assert (found.bullet, found.underline, dict(found.names)) == ("*", "-", {"Added": "Features", "Fixed": "Bugfixes"})


def told(text: str) -> str:
    """The one line that says *text*."""
    line = body(saying(text), place=HERE, until="v1.2.0", style=Style()).split("\n", 1)[0]
    assert line.startswith("- ")
    assert line.endswith(" (`#1 <https://forge.example/shop/till/pull/1>`__)")
    return line[2:].removesuffix(" (`#1 <https://forge.example/shop/till/pull/1>`__)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Read `a_b` and ``c``", "Read ``a_b`` and ``c``"),
        ("Use a*b | c_ and _d, snake_case", r"Use a\*b \| c\_ and \_d, snake_case"),
        (".. include:: /etc/passwd", r"\.. include:: /etc/passwd"),
        ("- a list", r"\- a list"),
        ("1. a list", r"\1. a list"),
        (":raw: html", r"\:raw: html"),
        ("`x <javascript:alert(1)>`_", r"``x <javascript:alert(1)>``\ \_"),
        ("ask (@ada), or ada@e.example", r"ask (\ ``@ada``\ ), or ``ada@e.example``"),
        ("see https://e.example/x", "see ``https://e.example/x``"),
        ("as in #12", "as in `#12 <https://forge.example/shop/till/issues/12>`__"),
        ("[1]_ and |x|_", r"\[1\]\_ and \|x\|\_"),
        ("a`b", "a'b"),
        (r"C:\new", r"C:\\new"),
    ],
)
def test_words_of_others_do_nothing(text: str, expected: str) -> None:
    assert told(text) == expected


def test_sections_are_underlined_or_not_there() -> None:
    made = saying("Add sums", "Change sums")
    url = "https://forge.example/shop/till"
    ends = f"Contributors: Ada (first contribution)\n\n`Everything that changed <{url}/compare/v1.0.0...v1.2.0>`__\n"
    lines = [f"- Add sums (`#1 <{url}/pull/1>`__)", f"- Change sums (`#2 <{url}/pull/2>`__)"]
    assert body(made, place=HERE, until="v1.2.0", style=Style()) == "\n".join(lines) + f"\n\n{ends}"
    style = Style(underline="~", names={"Added": "Features"})
    assert body(made, place=HERE, until="v1.2.0", style=style) == (
        f"Features\n~~~~~~~~\n\n{lines[0]}\n\nChanged\n~~~~~~~\n\n{lines[1]}\n\n{ends}"
    )
    assert body(made, place=Place(), until="v1.2.0", style=Style()).startswith("- Add sums (#1)\n- Change sums (#2)\n")
