from __future__ import annotations

import base64
import hashlib
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from agent_ci.core.outcome import Outcome, headline
from agent_ci.core.run import Flake
from agent_ci.core.views.account import read
from agent_ci.core.views.page import page
from agent_ci.core.views.summary import summary
from tests.core.views import runs

ALONE = {"meta"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "section", "h1", "h2", "h3"),
    *("p", "ul", "li", "a", "dl", "dt", "dd", "code", "pre", "div", "span", "strong", "svg", "rect"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    *("lang", "class", "charset", "http-equiv", "content", "name", "href", "id", "role", "tabindex", "scope"),
    *("aria-label", "aria-labelledby", "aria-hidden", "focusable", "viewbox", "preserveaspectratio"),
    *("x", "y", "width", "height", "rx"),
}


class Reader(HTMLParser):
    """The elements of a page, and its text; a tag that is closed twice or never is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def shown(account_of: object = None, patch: str = runs.MAIL) -> Reader:
    document = runs.document() if account_of is None else account_of
    assert isinstance(document, dict)
    return Reader(page(read(document), patch))


@pytest.mark.parametrize("outcome", Outcome)
def test_the_verdict_of_every_outcome_is_the_one_first_heading(outcome: Outcome) -> None:
    reader = shown(runs.document(replace(runs.FIXED, outcome=outcome)))
    assert reader.texts["h1"] == [headline(outcome)]
    assert next(tag for tag, _ in reader.elements if tag in ("h1", "h2", "h3")) == "h1"


def test_the_whole_story_is_told() -> None:
    text = page(read(runs.document()), runs.MAIL)
    for part in (
        "proven with <code>search</code>",
        "<code>tests/test_calc.py::test_add</code>, line 5",
        "E   assert -1 == 3",
        '<tr class="gone"><th scope="row">2</th><td></td><td>-    return a - b</td></tr>',
        '<tr class="added"><td></td><th scope="row">2</th><td>+    return a + b</td></tr>',
        '<span class="word bad">failed</span></td><td><span class="word bad">red in 1 of 1</span>',
        '<span class="word good">red in 0 of 1</span></td><td><span class="word good">passed</span>',
        '<th scope="row">windows.xml</th><td>not runnable here: it is a windows job and this is linux</td>',
        "calc.py:2: it returns 3 [hard-coded]",
        '<span class="rule">hard-coded</span>',
        "1 model call, 120 tokens, US$ 0.0030",
        '<th scope="row">prove</th><td>2.5 s</td>',
        'width="40.00" height="10"></rect><rect x="90.00" y="0" width="10.00" height="10"></rect>',
        "disk use is watched, not limited",
        "git am --keep-cr fix.patch",
        "/usr/bin/python3 -m pytest tests/test_calc.py::test_add",
        "Look at it before you merge it.",
    ):
        assert part in text, part


def test_without_a_proof_no_change_is_shown() -> None:
    text = page(read(runs.document(runs.FAILED)), "")
    assert "proven change" not in text
    assert "git apply" not in text
    assert "<h1>No fix found</h1>" in text


def test_what_is_not_to_be_repaired_is_shown_all_the_same() -> None:
    flaky = replace(runs.EVIDENCE, targets=(), flakes=(Flake(runs.RED.id, 1, 3, "the clock"),))
    account = read(runs.document(replace(runs.FAILED, outcome=Outcome.FLAKY, evidence=flaky)))
    text = page(account)
    assert "<code>tests/test_calc.py:5</code> tests/test_calc.py::test_add: assert -1 == 3" in text
    assert "tests/test_calc.py::test_add: passed in 1 of 3 runs; the clock flips it" in text
    assert "- `tests/test_calc.py::test_add` assert -1 == 3" in summary(account)


@pytest.mark.parametrize("which", ["fixed", "hostile"])
def test_a_page_holds_only_what_we_made(which: str) -> None:
    verdict, around, patch = runs.hostile() if which == "hostile" else (runs.FIXED, runs.AROUND, runs.MAIL)
    text = page(read(runs.document(verdict, around)), patch)
    reader = Reader(text)
    assert {tag for tag, _ in reader.elements} <= TAGS
    assert {name for _, attributes in reader.elements for name in attributes} <= ATTRIBUTES
    assert all(attributes["href"].startswith("#") for tag, attributes in reader.elements if tag == "a")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)
    assert not re.search(r"^\s*::[a-z-]+.*::|##\[", text, re.MULTILINE)


def test_a_page_that_says_too_much_is_cut_and_says_so() -> None:
    verdict, around, patch = runs.hostile()
    text = page(read(runs.document(verdict, around)), patch * 30)
    assert len(text.encode("utf-8", "replace")) < 2_000_000
    assert "more lines are in the file of the patch" in text
    assert "… and 11 more attempts." in text


def test_the_policy_of_the_page_allows_its_own_style_and_nothing_else() -> None:
    text = page(read(runs.document()), runs.MAIL)
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "style=" not in text
    assert "url(" not in style


def test_headings_are_in_order_and_what_scrolls_can_be_reached_with_the_keyboard() -> None:
    reader = shown()
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch("h[1-6]", tag)]
    assert all(level <= before + 1 for before, level in pairwise(levels))
    scrolling = [
        attributes for tag, attributes in reader.elements if tag == "pre" or attributes.get("class") == "scrolls"
    ]
    assert scrolling
    assert all(one["tabindex"] == "0" and one["role"] == "region" and one["aria-label"] for one in scrolling)
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_run_of_very_many_cases_makes_a_small_page_quickly() -> None:
    account = read(runs.document(*runs.huge(20_000)))
    started = time.process_time()
    text = page(account)
    assert time.process_time() - started < 2
    assert len(text) < 200_000
    assert "19800 more tests not listed." in text


def test_a_usual_page_is_made_in_a_moment() -> None:
    document = runs.document()
    page(read(document), runs.MAIL)  # the first one compiles patterns
    started = time.process_time()
    for _ in range(10):
        page(read(document), runs.MAIL)
    assert (time.process_time() - started) / 10 < 0.05
