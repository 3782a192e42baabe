from __future__ import annotations

import hashlib
import re
from dataclasses import replace

import pytest

from agent_ci.core.outcome import Outcome, headline
from agent_ci.core.outward.markdown import sticky
from agent_ci.core.outward.writer import LIMITS, Known, Outward, Sink
from agent_ci.core.sealing import digest_of, text_of
from agent_ci.core.views.account import read
from agent_ci.core.views.advice import advice
from agent_ci.core.views.comment import LIMIT, comment, issue, pull_request
from agent_ci.core.views.parts import link
from agent_ci.core.views.summary import summary
from tests.core.views import runs

OUTWARD = Outward(Known({"A_KEY": "hunter2-hunter2"}), hosts=frozenset({"github.com"}))
HOSTILE, AROUND_HOSTILE, HOSTILE_DIFF = runs.hostile()
LONG = runs.MAIL.replace("+    return a + b\n", "+    return a + b\n" + "+# ```` </details> more of it\n" * 5_000)


def posted(text: str) -> str:
    return OUTWARD.to(Sink.COMMENT, text)


def outside_of_code(text: str) -> list[str]:
    """The lines of a document that no code block holds. An open one at the end is an error."""
    fence, lines = "", []
    for line in text.split("\n"):
        mark = re.match(r"(`{3,})", line)
        if fence:
            fence = "" if mark and line.rstrip() == mark[1] and len(mark[1]) >= len(fence) else fence
        elif mark:
            fence = mark[1]
        else:
            lines.append(line)
    assert not fence
    return lines


def is_whole(text: str) -> bool:
    """Whether every code block and every fold ends, and no fold ends that did not begin."""
    depth = 0
    for line in outside_of_code(text):
        depth += line.startswith("<details>") - (line == "</details>")
        assert depth >= 0
    return depth == 0


def test_the_comment_tells_the_whole_story() -> None:
    text = posted(comment(runs.document(), runs.MAIL, key="fix"))
    lines = text.split("\n")
    assert lines[:3] == ["<!-- agent-ci:sticky:fix -->", "", "### Fixed: a change was proven"]
    for part in (
        "**What failed:** 1 test, 1 root cause",
        "- **assert -1 == 3**: `tests/test_calc.py::test_add`",
        "**Proof:** 1 red before; 2 passed and 0 red after.",
        "| windows.xml | not runnable here: it is a windows job and this is linux |",
        "<details><summary>The proven change: 1 file, +1 -1</summary>\n\n```diff\ndiff --git a/calc.py b/calc.py",
        "git am --keep-cr fix.patch  # as a commit",
        "git apply fix.patch",
        "<details><summary>What was tried in vain: 1</summary>\n\n- attempt 1, model: calc.py:2: it returns 3",
        "Cost: 1 model call, 120 tokens, US$ 0.0030; 6 s. Isolation: bubblewrap.",
        f"Evidence: sha256 `{digest_of(runs.document())}`. [The run](https://github.com/o/r/actions/runs/1)",
    ):
        assert part in text, part
    assert "2.39.5" not in text
    assert is_whole(text)


@pytest.mark.parametrize("outcome", Outcome)
def test_the_first_visible_line_is_the_verdict_and_what_to_do_follows(outcome: Outcome) -> None:
    document = runs.document(replace(runs.FAILED, outcome=outcome))
    visible = [line for line in posted(comment(document, key="fix")).split("\n")[1:] if line]
    assert visible[0] == f"### {headline(outcome)}"
    assert advice(outcome) in visible[2]
    assert ("agent-ci undo" in comment(document, key="fix")) == (outcome is Outcome.DELIVERED)


def test_where_a_delivered_change_went_is_told() -> None:
    document = {**runs.document(), "delivery": {"rung": "commit", "sentence": "pushed to topic as abc"}}
    assert "pushed to topic" not in comment(document, key="fix")
    assert "\n\npushed to topic as abc\n\n" in comment({**document, "outcome": "delivered"}, key="fix")


def test_every_outcome_but_green_has_advice() -> None:
    assert {outcome for outcome in Outcome if not advice(outcome)} == {Outcome.NOTHING_TO_DO}


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("fix", "<!-- agent-ci:sticky:fix -->"),
        ("build (3.12, linux)", "<!-- agent-ci:sticky:build-3.12-linux -->"),
        ("--><script>", "<!-- agent-ci:sticky:script -->"),
        ("", "<!-- agent-ci:sticky:run -->"),
    ],
)
def test_no_key_breaks_out_of_the_hidden_line(key: str, line: str) -> None:
    assert sticky(key) == line
    assert posted(comment(runs.document(), key=key)).split("\n")[0] == line


@pytest.mark.parametrize("patch", [LONG, HOSTILE_DIFF * 50, runs.MAIL.replace("return", "\U0001f600" * 300_000)])
def test_a_comment_that_is_too_long_is_cut_inside_of_its_diff_and_stays_whole(patch: str) -> None:
    text = comment(runs.document(), patch, key="fix")
    assert len(text.encode("utf-8", "replace")) <= LIMIT
    for made in (text, posted(text)):
        assert is_whole(made)
        assert "more lines\n" in made or "…\n" in made
        assert "Evidence: sha256" in made


def test_a_line_that_is_too_long_is_cut_and_shown() -> None:
    text = comment(runs.document(), runs.MAIL.replace("return a + b", "return " + "7" * 300_000), key="fix")
    assert "return 7777" in text
    assert "7…\n" in text
    assert "more lines" not in text


def test_no_hidden_character_in_a_diff_ends_its_code() -> None:
    patch = runs.MAIL.replace("+    return a + b\n", "+    return a + b\n \r``\x00`\r</details>\n@everyone\n")
    text = posted(comment(runs.document(), patch, key="fix"))
    assert is_whole(text)
    assert not any("everyone" in line for line in outside_of_code(text))


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "http://x", "https://x/) [y](https://z", "https://x/ y"])
def test_only_an_address_of_the_web_is_a_link(url: str) -> None:
    assert link("The run", url) == ""
    assert link("The run", "https://x/y?z=1") == "[The run](https://x/y?z=1)"


def test_no_text_of_a_run_acts_on_who_reads_it() -> None:
    document = runs.document(HOSTILE, AROUND_HOSTILE)
    for text in (
        posted(comment(document, HOSTILE_DIFF, key="fix")),
        posted(pull_request(document, HOSTILE_DIFF)[1]),
        posted(issue(document)[1]),
        OUTWARD.to(Sink.SUMMARY, summary(read(document), HOSTILE_DIFF)),
    ):
        assert len(text.encode("utf-8", "replace")) <= LIMIT
        assert is_whole(text)
        lines = outside_of_code(text)
        assert not any(line.startswith("<!--") for line in lines[1:])
        structure = re.compile(r"<!-- agent-ci:sticky:fix -->|<details><summary>[\w :,+()-]+</summary>|</details>")
        rest = "\n".join(re.sub(r"(`+)[^\n]*?\1", "", line) for line in lines if not structure.fullmatch(line))
        assert not re.search(r"<[a-z!/]|!\[|\]\(http|(?<!\w)@\w|#\d|^/close|^# heading|^\[x\]", rest, re.MULTILINE)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", text)


def test_titles_are_one_short_inert_line() -> None:
    assert pull_request(runs.document())[0] == "fix: `-` for `+`"
    assert issue(runs.document(runs.FAILED))[0] == "No fix found: make test_calc.py::test_add pass"
    document = runs.document(HOSTILE, AROUND_HOSTILE)
    for title, most in ((pull_request(document)[0], 72), (issue(document)[0], 144)):
        assert len(title) <= most
        assert not re.search(r"[\n\x1b]|(?<!\w)@\w|#\d", title)


def test_the_digest_is_that_of_the_file() -> None:
    document = runs.document()
    assert digest_of(document) == hashlib.sha256(text_of(document).encode()).hexdigest()


def test_the_summary_of_a_green_job_is_one_line() -> None:
    green = replace(runs.FAILED, outcome=Outcome.NOTHING_TO_DO, reason="all 3 tests pass")
    assert summary(read(runs.document(green))) == "agent-ci: all 3 tests pass\n"


def test_the_summary_says_the_verdict_first_and_folds_the_diff() -> None:
    text = OUTWARD.to(Sink.SUMMARY, summary(read(runs.document()), runs.MAIL))
    assert text.startswith("## Fixed: a change was proven\n")
    assert "<details><summary>The proven change: 1 file, +1 -1</summary>\n\n```diff" in text
    assert "Evidence" not in text
    assert len(OUTWARD.to(Sink.SUMMARY, summary(read(runs.document()), LONG * 30)).encode()) <= LIMITS[Sink.SUMMARY]


def test_a_repair_of_a_part_is_not_called_proven() -> None:
    document = {**runs.document(runs.FAILED), "patch_file": {"name": "partial.patch", "sha256": "x"}}
    text = comment(document, runs.DIFF, key="fix")
    assert "<summary>A repair of a part</summary>" in text
    assert "git apply partial.patch" in text
    assert "git am" not in text
    assert "proven change" not in text
