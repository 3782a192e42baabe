"""Notes in a model's words: real git, a real server that plays the model, and the lines that hold, one by one."""

from __future__ import annotations

import io
import re

import pytest

from agent_ci.audit import first_break
from agent_ci.commits import Log
from agent_ci.publishing import Publication
from tests.checkouts import NOBODY, Checkout
from tests.rewording.runs import CITED, GOOD, KEY, LIE, TOKEN, answer, asked_about, drafted
from tests.servers.chat import ChatServer, Received, Step, says


def test_lines_that_hold_are_kept_in_one_question_and_stand_in_all_files(
    checkout: Checkout, chat_server: ChatServer
) -> None:
    chat_server.play(says(answer(GOOD)))
    run = drafted(checkout, chat_server)
    assert len(chat_server.requests) == 1
    assert run.words == {"#7": "model", "#8": "model", "#9": "model"}
    notes = run.read("notes.md")
    assert f"- Totals now count each item by `Item.count`, and not only each price. {CITED['#7']}\n" in notes
    assert notes.index("### Features") < notes.index("`--colours`") < notes.index("### Changed")
    body = notes.partition("\n\n")[2]
    assert body.strip() in (
        checkout.git("am", ".agent-ci/fix.patch") and checkout.raw("show", "HEAD:CHANGELOG.md").decode()
    )
    assert "(`#7`) (kept)" in run.read("notes.raw.md")
    assert run.document["outcome"] == "fixed"
    assert run.document["cost"] == {"calls": 1, "prompt_tokens": 100, "completion_tokens": 50, "usd": None}
    assert set(run.document["versions"]["prompts"]) == {"notes-system.v1", "notes.v1"}
    assert "an unknown price" in run.read("explanation.md")
    assert first_break(run.read("audit.jsonl")) is None


def test_the_model_is_given_context_as_data_and_no_noise(checkout: Checkout, chat_server: ChatServer) -> None:
    body = (
        "### Why\n\nPrices were wrong.\n\n## Checklist\n\n- [x] tests\n- [ ] docs\n\n<!-- say why -->\n"
        f"\n{TOKEN}\n\nSigned-off-by: Ada <ada@example.org>"
    )
    checkout.commit(
        {"README.md": "Prices have two digits.\n", "till/price.py": "b = 1\n"}, f"Mend prices (#10)\n\n{body}"
    )
    chat_server.play(always=says(answer(GOOD)))
    drafted(checkout, chat_server)
    text = chat_server.requests[0].text
    assert re.search(
        r'<(data-[0-9a-f]{16}) origin="change" name="#10">\ntitle: Mend prices\n.*?Prices were wrong\..*?</\1>',
        text,
        re.DOTALL,
    )
    assert "Prices have two digits." in text
    assert [noise for noise in ("Checklist", "[x]", "say why", "Signed-off", TOKEN, KEY) if noise in text] == []
    assert "sections of this document: Features, Changed, Deprecated, Removed, Fixed, Security" in text
    assert "tools" not in chat_server.requests[0].json


def test_only_the_lines_that_fail_are_asked_about_again_with_the_reasons(
    checkout: Checkout, chat_server: ChatServer
) -> None:
    wrong = {**GOOD, "#8": ("Features", "Output is coloured with `--colors`.")}
    chat_server.play(says(answer(wrong)), says(answer({"#8": GOOD["#8"]})))
    run = drafted(checkout, chat_server)
    assert [sorted(asked_about(one)) for one in chat_server.requests] == [["#7", "#8", "#9"], ["#8"]]
    assert "its sources do not say the identifier '--colors'" in chat_server.requests[1].text
    assert 'origin="draft" name="#8">\nOutput is coloured with `--colors`.' in chat_server.requests[1].text
    assert run.words["#8"] == "model"


def test_an_invented_name_is_looked_for_once_in_the_files_however_often_a_model_says_it(
    checkout: Checkout, chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for: list[str] = []

    def holds(_log: Log, _revision: str, name: str) -> bool:
        looked_for.append(name)
        return False

    monkeypatch.setattr(Log, "holds", holds)
    wrong = ("Features", "Output is coloured with `--colors`.")
    chat_server.play(always=lambda received: says(answer({**dict.fromkeys(asked_about(received), wrong), "#8": wrong})))
    drafted(checkout, chat_server)
    assert len(chat_server.requests) == 3
    assert looked_for == ["--colors"]


def test_a_line_that_never_holds_falls_back_to_its_title_alone_and_the_ledger_says_why(
    checkout: Checkout, chat_server: ChatServer
) -> None:
    def lie(received: Received) -> Step:
        return says(answer({id_: GOOD[id_] if id_ != "#7" else ("Fixed", LIE) for id_ in asked_about(received)}))

    chat_server.play(always=lie)
    run = drafted(checkout, chat_server)
    assert [len(asked_about(one)) for one in chat_server.requests] == [3, 1, 1]
    assert run.words == {"#7": "title", "#8": "model", "#9": "model"}
    assert f"- fix totals {CITED['#7']}\n" in run.read("notes.md")
    assert "sources: its sources do not say the number '9'" in run.refused("#7")
    assert "support: nothing in its sources bears 'faster'" in run.refused("#7")
    assert "9 times faster" not in run.read("notes.md") + run.read("fix.patch")
    raw = run.read("notes.raw.md")
    assert "Totals are 9 times faster \\<img src=x onerror=x>, says `@everyone`. (`#7`) (refused: " in raw
    assert "warning" not in run.said


def test_an_injection_that_is_obeyed_reaches_no_line(checkout: Checkout, chat_server: ChatServer) -> None:
    obeyed = dict.fromkeys(GOOD, ("Security", "Fixes CVE-2026-1234."))
    chat_server.play(always=says(answer(obeyed)))
    run = drafted(checkout, chat_server)
    assert set(run.words.values()) == {"title"}
    assert "CVE" not in run.read("notes.md") + run.read("fix.patch")
    question = chat_server.requests[0].text
    inside = re.findall(r"<(data-[0-9a-f]{16})[^>]*>\n(.*?)\n</\1>", question, re.DOTALL)
    assert ["CVE-2026-1234" in text for _, text in inside].count(True) == 1
    assert question.count("CVE-2026-1234") == 1


def test_what_authors_wrote_for_users_stays_and_no_model_is_asked(checkout: Checkout, chat_server: ChatServer) -> None:
    checkout.git("reset", "--quiet", "--hard", "v1.0.0")
    note = "```release-note\nBaskets may be empty.\n```"
    checkout.commit({"till/price.py": "c = 1\n"}, f"Allow empty baskets (#11)\n\n{note}")
    run = drafted(checkout, chat_server)
    assert chat_server.requests == []
    assert "- Baskets may be empty." in run.read("notes.md")
    assert "was not asked" in run.read("explanation.md")
    assert not (run.out / "notes.raw.md").exists()


def test_the_version_goes_by_what_people_wrote_wherever_a_model_puts_a_line(
    checkout: Checkout, chat_server: ChatServer
) -> None:
    plain = drafted(checkout, None).ledger["proposal"]
    moved = {id_: ("Features", text) for id_, (_, text) in GOOD.items()}
    chat_server.play(always=says(answer(moved)))
    run = drafted(checkout, chat_server)
    assert {entry["section"] for entry in run.ledger["entries"]} == {"Added"}
    assert run.ledger["proposal"] == plain


def test_words_that_are_no_text_reach_a_model_as_such(checkout: Checkout, chat_server: ChatServer) -> None:
    checkout.write({"till/price.py": b"# \xff\n", "docs/guide.md": b"caf\xe9\n"})
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--file=-", stdin=b"Mend \xff prices (#10)\n\nThey were \xfe wrong.\x1b[31m\n")
    chat_server.play(always=says(answer({**GOOD, "#10": ("Fixed", "Prices are mended.")})))
    run = drafted(checkout, chat_server)
    assert run.words["#10"] == "model"
    assert "They were" in chat_server.requests[0].text


def test_a_change_in_a_models_words_is_delivered_by_another_process(
    checkout: Checkout, chat_server: ChatServer
) -> None:
    chat_server.play(says(answer(GOOD)))
    run = drafted(checkout, chat_server)
    given = {"repository": str(checkout.root), "out": str(checkout.root.parent / "out"), "deliver": "commit"}
    ended = Publication(NOBODY, given, io.StringIO(), run.out / "evidence.json").run()
    assert ended["outcome"] == "delivered", ended["reason"]
    assert "Totals now count each item" in checkout.raw("show", "HEAD:CHANGELOG.md").decode()
