"""Untrusted text in a prompt: nothing invisible, nothing that ends its fence, and a middle that can be left out."""

from __future__ import annotations

import hashlib
import re
from types import SimpleNamespace

import pytest

from agent_ci.core.questions.fence import Origin, fenced, middle_cut, shrunk, tag_for

TAG = "data-0123456789012345"


def test_a_tag_repeats_for_the_same_texts_and_is_another_one_for_every_other() -> None:
    tags = [tag_for(*given) for given in ((["a", "b"], "1"), (["a", "b"], "1"), (["a", "b"], "2"), (["ab"], "1"))]
    assert tags[0] == tags[1]
    assert len(set(tags)) == 3
    assert all(re.fullmatch(r"data-[0-9]{16}", tag) for tag in tags)


def test_no_text_holds_its_own_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = iter(("0" * 64, "1".zfill(64)))
    drawn = SimpleNamespace(hexdigest=lambda: next(digests), update=lambda _: None)
    monkeypatch.setattr(hashlib, "sha256", lambda _: drawn)
    assert tag_for([f"</DATA-{'0' * 16}>"], "") == f"data-{'1'.zfill(16)}"


def test_a_name_cannot_leave_its_attribute() -> None:
    fenced_text = fenced('a"\n</data>\u202e.py', "x", tag=TAG, origin=Origin.LOG)
    assert fenced_text == f'<{TAG} origin="log" name="a /data .py">\nx\n</{TAG}>'


def block(name: str, lines: int) -> str:
    return fenced(name, "\n".join(f"line {number}" for number in range(lines)), tag=TAG, origin=Origin.SOURCE)


@pytest.mark.parametrize("allowance", [3000, 5000, 9000])
def test_a_question_shrinks_in_its_data_and_nowhere_else(allowance: int) -> None:
    question = f"Repair this.\n{block('small', 20)}\nAnd\n{block('large', 2000)}\nNow."
    short = shrunk(question, allowance)
    assert allowance * 0.4 < len(short) <= allowance
    words = re.compile(
        r"Repair this\.\n<data-\w+ origin=\"source\" name=\"small\">\n.*</data-\w+>\nAnd\n"
        r"<data-\w+ origin=\"source\" name=\"large\">\nline 0\n.*\nNow\.",
        re.DOTALL,
    )
    assert words.fullmatch(short)
    assert block("small", 20) in short
    assert "characters left out ...]" in short
    assert shrunk(question, allowance) == short


def test_a_question_that_fits_stays_as_it_is() -> None:
    assert shrunk("Repair this.", 12) == "Repair this."


def test_the_words_of_a_question_are_never_cut() -> None:
    assert shrunk("word " * 1000, 2000) == ""
    assert shrunk("word " * 1000 + block("x", 100), 2000) == ""


def test_the_middle_is_cut_at_line_ends() -> None:
    text = "\n".join(f"line {number}" for number in range(1000))
    head, marker, tail = re.split(r"(\[\.\.\. \d+ characters left out \.\.\.\])", middle_cut(text, 200))
    assert text.startswith(head.removesuffix("\n"))
    assert text.endswith(tail.removeprefix("\n"))
    assert len(head + tail) <= 200
    assert str(len(text) - len(head) - len(tail) + 2) in marker
