"""What is an order and what is merely shown, held against a parser of Markdown; and what is answered."""

from __future__ import annotations

import random
import re

import pytest
from markdown_it import MarkdownIt

from agent_ci.core.asked_change import AskedChange
from agent_ci.core.chat import COMMANDS, asked_for, decided

CHANGE = AskedChange(12, "a" * 40, "b" * 40, "topic", "main", from_fork=False)
FORK = AskedChange(12, "a" * 40, "b" * 40, "topic", "main", from_fork=True)
ASKS = {
    "alone": ("/agent-ci fix", "fix"),
    "below other words": ("please\n/agent-ci explain\nthanks", "explain"),
    "with more behind it": ("/agent-ci fix the build; rm -rf /", "fix"),
    "in capitals": ("/Agent-CI Undo", "undo"),
    "with the line ends of a browser": ("hello\r\n/agent-ci stop\r\n", "stop"),
    "below a quotation and an empty line": ("> /agent-ci stop\n> ```\n\n/agent-ci fix", "fix"),
    "the first of two": ("/agent-ci explain\n/agent-ci fix", "explain"),
    "with code behind it": ("/agent-ci fix\n```\nx\n```", "fix"),
    "without a word": ("/agent-ci", ""),
    "with a word that is none": ("/agent-ci fix;rm", ""),
}
ASKS_NOTHING = {
    "in the middle of a line": "please /agent-ci fix",
    "in a code block": "```\n/agent-ci fix\n```",
    "in a code block with tildes": "~~~~\n~~~\n/agent-ci fix\n~~~~",
    "in a code block that is left open": "```sh\n/agent-ci fix",
    "in a code block behind one that ends in its own line": "```x```\n```\n/agent-ci fix\n```",
    "in a code block behind one of a list": "- a\n  ```\n  x\n\n```\n/agent-ci fix\n```",
    "in code over two lines": "`\n/agent-ci fix\n`",
    "in an indented block": "    /agent-ci fix",
    "in a quotation": "> /agent-ci fix",
    "in the line below a quotation": "> no:\n/agent-ci fix",
    "in a hidden comment": "<!--\n/agent-ci fix\n-->",
    "in a hidden comment that is left open": "<!--\n/agent-ci fix",
    "below what looks like one": "`<!--`\n```\n-->\n/agent-ci fix\n```",
    "in preformatted text": "<pre>\n\n/agent-ci fix\n</pre>",
    "in the title of a link": "[a]: /x '\n/agent-ci fix\n'",
    "behind a break that is none": "a\x0b/agent-ci fix\u2028/agent-ci fix\x85/agent-ci fix",
    "as a part of a word": "/agent-city fix",
    "far behind what a forge takes": "x" * 65_536 + "\n/agent-ci fix",
    "nowhere": "",
}
PIECES = (
    "/agent-ci @", "/agent-ci @ now", "words", "", "", "> /agent-ci @", "> words", ">", "> ```", "```", "~~~",
    "````", "```x```", "  ```", "    ```", "- a", "  - ```", "1. b", "    /agent-ci @", "`", "``", "`a` b", "<!--",
    "-->", "`<!--`", "<pre>", "</pre>", "<div>", "</div>", "<details>", "<b", "[a]: /x '", "'", "[", "](", "---", "===",
    "# h", "\\`", "\t/agent-ci @", "| a |", "<?", "?>", "<!X", "<![CDATA[", "]]>", "<script>", "</script>",
)  # fmt: skip


@pytest.mark.parametrize(("text", "name"), ASKS.values(), ids=ASKS)
def test_a_line_that_begins_with_our_name_asks_for_something(text: str, name: str) -> None:
    assert asked_for(text) == name


@pytest.mark.parametrize("text", ASKS_NOTHING.values(), ids=ASKS_NOTHING)
def test_code_quotations_and_hidden_text_ask_for_nothing(text: str) -> None:
    assert asked_for(text) is None


def shown_as_words(text: str) -> list[str]:
    """The lines that a parser of Markdown shows as words, outside of quotations."""
    depth, found = 0, list[str]()
    for token in MarkdownIt("commonmark").parse(text):
        depth += token.nesting if token.type.startswith("blockquote") else 0
        if token.type == "inline" and not depth:
            words = [""]
            for child in token.children or ():
                if child.type in ("softbreak", "hardbreak"):
                    words.append("")
                elif child.type == "text":
                    words[-1] += child.content
            found += words
    return found


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_taken_for_an_order_is_seen_as_words_by_people(seed: int) -> None:
    draw, asked = random.Random(seed), 0  # noqa: S311 - a test that is repeatable
    for _ in range(300):
        lines = draw.choices(PIECES, k=draw.randint(1, 9))
        text = "\n".join(line.replace("@", chr(ord("a") + index)) for index, line in enumerate(lines))
        name = asked_for(text)
        if name is not None:
            asked += 1
            assert any(re.match(rf"/agent-ci {name}\b", line) for line in shown_as_words(text)), text
    assert asked >= 5


def test_a_change_is_started_on_the_commit_that_the_forge_names() -> None:
    for name in ("fix", "explain", "undo"):
        decision = decided(name, CHANGE)
        assert (decision.command, CHANGE.head[:12] in decision.answer) == (name, True)


def test_stop_is_for_every_open_change() -> None:
    assert [decided("stop", change).command for change in (CHANGE, FORK, None)] == ["stop", "stop", ""]


@pytest.mark.parametrize("name", ["fix", "explain", "undo"])
def test_code_of_a_fork_and_a_change_that_is_closed_start_nothing(name: str) -> None:
    for change, why in ((FORK, "comes from a fork"), (None, "not open any more")):
        decision = decided(name, change)
        assert (decision.command, why in decision.answer) == ("", True)


def test_what_a_forge_cannot_do_is_not_started() -> None:
    decision = decided("explain", CHANGE, lacks={"explain"})
    assert (decision.command, "was not started" in decision.answer) == ("", True)
    assert decided("fix", CHANGE, lacks={"explain"}).command == "fix"


def test_what_is_not_known_is_answered_in_one_sentence_with_the_nearest_word() -> None:
    answer = decided("fxi", CHANGE).answer
    assert answer.startswith("There is no command `fxi`; did you mean 'fix'? I know: ")
    assert decided("zzzz", CHANGE).answer.startswith("There is no command `zzzz`. I know: ")
    assert all(f"`/agent-ci {name}`" in answer for name in COMMANDS)
    assert "\n" not in answer
    for later in ("tests", "changelog"):
        assert "does not do that in answer to a comment yet" in decided(later, CHANGE).answer
