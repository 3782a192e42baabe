"""A forge acts on nothing in a tamed document, code stays as it was, and nothing ends its code early."""

from __future__ import annotations

import pytest

from agent_ci.core.outward.markdown import block, code, fold, inert, sentence, sticky, tame

HOSTS = frozenset({"git.example.org"})
CHANGED = {
    "HTML": ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"),
    "an HTML comment": ("<!-- hidden -->", "&lt;!-- hidden -->"),
    "a picture": ("![](https://evil.example/?x)", "! [] (`https://evil.example/?x`)"),
    "a link elsewhere": ("[click](https://evil.example/x)", "[click] (`https://evil.example/x`)"),
    "a link to a script": ("[click](javascript:alert(1))", "[click] (javascript:alert(1))"),
    "an address": ("see http://evil.example/x.", "see `http://evil.example/x.`"),
    "an address without a scheme": ("see www.evil.example/x", "see `www.evil.example/x`"),
    "our host as a user": ("https://git.example.org@evil.example/", "`https://git.example.org@evil.example/`"),
    "our host as a beginning": ("[a](https://git.example.org.evil/)", "[a] (`https://git.example.org.evil/`)"),
    "our host's issue": ("https://git.example.org/a/b/issues/1", "`https://git.example.org/a/b/issues/1`"),
    "a reference": ("[a][b]\n[b]: https://evil.example/", "[a] [b]\n\\[b]: `https://evil.example/`"),
    "an automatic link": ("<https://evil.example/>", "&lt;`https://evil.example/`>"),
    "everyone": ("@everyone and @org/team", "@ everyone and @ org/team"),
    "a mention in a link": ("[@all](https://git.example.org/x)", "[@ all](https://git.example.org/x)"),
    "closing keywords": ("fixes #1, closes GH-2, resolves a/b#3", "fixes # 1, closes GH- 2, resolves a/b# 3"),
    "a merge request": ("see !4 and &5", "see ! 4 and & 5"),
    "a command": ("/merge\n/label ~bug\n> /approve", "\\/merge\n\\/label ~bug\n> \\/approve"),
    "a stray backtick": ("a ` b\n@x ` c", "a &grave; b\n@ x &grave; c"),
    "an escaped backtick": ("\\`a` @x", "&bsol;`a` @ x"),
    "a backslash before code": ("\\\\`a` @x", "&bsol;&bsol;`a` @ x"),
    "code in a list that the list ends": ("- a\n  ```\n@x\n```\n@y", "- a\n  &grave;&grave;&grave;\n@ x\n```\n@y\n```"),
    "tildes in a list": ("- ~~~\n@x", "- \\~~~\n@ x"),
    "code that is left open": ("```\n@x", "```\n@x\n```"),
    "a fence that a longer one holds": ("````\n```\n@x\n````\n@y", "````\n```\n@x\n````\n@ y"),
    "a fence with a backtick in its label": ("``` a`b\n@x", "&grave;&grave;&grave; a&grave;b\n@ x"),
    "an indented end": ("```\n@x\n   ```  \n@y", "```\n@x\n   ```  \n@ y"),
}


@pytest.mark.parametrize(("text", "expected"), CHANGED.values(), ids=CHANGED)
def test_changes_this(text: str, expected: str) -> None:
    assert tame(text, HOSTS) == expected


@pytest.mark.parametrize("text", [text for text, _ in CHANGED.values()], ids=CHANGED)
def test_what_is_tame_stays_so(text: str) -> None:
    once = tame(text, HOSTS)
    assert tame(once, HOSTS) == once


UNCHANGED = {
    "headings and lists": "# a\n\n- b\n1. c\n\n| d | e |\n| --- | --- |\n**f**",
    "code": "`@x #1 <b> https://evil.example/ ![](y)` and ``a ` b``",
    "a block": "```sh\n/merge @x #1 <b>\n```",
    "a link to our forge": "[the run](https://git.example.org/a/b/actions/runs/7)",
    "an address of our forge": "the run is https://git.example.org/a/b/actions/runs/7",
    "an e-mail address": "ada@example.org",
    "a path at the start of a line": "/usr/bin/python3 -m pytest",
    "letters of other scripts": "Größe, мир, 世界",
}


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED)
def test_changes_nothing(text: str) -> None:
    assert tame(text, HOSTS) == text


@pytest.mark.parametrize("start", ["# a", "> a", "- a", "* a", "+ a", "| a", "~~~", "===", "<b>", "@a", "![a](b)"])
def test_a_sentence_is_nothing_but_a_sentence(start: str) -> None:
    said = sentence(f"{start}\n# b <i>")
    assert said[0] not in "#>-*+|~=<"
    assert not any(active in said for active in ("\n", "<", "@a", "!["))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("`a < b` is not <b>", "`a < b` is not &lt;b>"),
        ("a ` <b> ` c", "a ` <b> ` c"),  # blanks inside of code
        ("``a ` <b>`` <i>", "``a ` <b>`` &lt;i>"),
        ("a ` b", "a &grave; b"),  # it could begin code in the sentence behind this one
        (r"\` <b> `", "&bsol;` <b> `"),  # or Markdown would see no code here, and HTML
        ("`a` ` `b`", "`a` ` `b&grave;"),
    ],
)
def test_a_sentence_keeps_its_code_as_it_is(text: str, said: str) -> None:
    assert sentence(text) == said


@pytest.mark.parametrize("text", ["`", "``", "a`b``c", "`a`", "", "\n`\n", "```\n@x"])
def test_nothing_in_a_text_ends_its_code(text: str) -> None:
    assert tame(f"{code(text)} @x").endswith(" @ x")
    assert tame(f"{block(text)}\n@x").endswith("\n@ x")
    assert block(text) in tame(f"{block(text)}\n@x")


def test_a_long_block_shows_its_ends() -> None:
    assert block("\n".join("abcdefgh"), most=4) == "```\na\nb\n…\ng\nh\n```"


def test_inert_text_is_one_short_line() -> None:
    assert inert("a\u202e\n@b #1", limit=6) == "a @ b…"


FOLDED = f"{sticky('fix')}\n\n{fold('The change: 1 file, +1 -1', block('x', 'diff'))}\n"


def test_a_fold_and_the_hidden_first_line_stay_where_they_are_wanted() -> None:
    assert tame(FOLDED, folds=True) == FOLDED
    shown = tame(FOLDED)
    assert "<details" not in shown
    assert "<!--" not in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("</details>", "&lt;/details>"),
        ("a\n<details><summary>x</summary>\nb", "a\n<details><summary>x</summary>\nb\n\n</details>"),
        ("<details><summary>x</summary>\n```\nb", "<details><summary>x</summary>\n```\nb\n```\n\n</details>"),
        ("```\n</details>\n```", "```\n</details>\n```"),
        ("<details><summary><b>x</b></summary>", "&lt;details>&lt;summary>&lt;b>x&lt;/b>&lt;/summary>"),
        ("<details open><summary>x</summary>", "&lt;details open>&lt;summary>x&lt;/summary>"),
        (" </details>", " &lt;/details>"),
        (f"a\n{sticky('fix')}", "a\n&lt;!-- agent-ci:sticky:fix -->"),
        ("<!-- agent-ci:sticky:a--b -->", "&lt;!-- agent-ci:sticky:a--b -->"),
    ],
)
def test_no_other_html_stays_and_every_fold_ends(text: str, expected: str) -> None:
    assert tame(text, folds=True) == expected
    assert tame(expected, folds=True) == expected
