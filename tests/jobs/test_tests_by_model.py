"""The job `tests` with a model: what it is asked, what is kept of its answers, how it repairs them, what it costs."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from agent_ci.session import Session
from tests.red import Run
from tests.servers.chat import ChatServer, says
from tests.untested import BASE, CHANGED, GOOD, WRITTEN, Untested, added, candidates

KEY = "sk-canary-8Tq31uQm0Rt55vLw"
SECOND, THIRD = "tests/test_shop_agent_ci_2.py", "tests/test_shop_agent_ci_3.py"
VACUOUS = """from shop import discount


def test_discount():
    assert discount(100, 10) is not None
"""
STAND_IN = """

from unittest.mock import patch

import shop


def test_by_stand_in():
    with patch("shop.discount", wraps=shop.discount):
        assert shop.discount(1001, 0) == 996.0
"""
IO = '''

def load(client, name):
    """What *client* says of *name*, without the blanks around it; an error where it says nothing."""
    text = client.price_at(f"/prices/{name}")
    if not text:
        raise LookupError(f"no price of {name}")
    return text.strip()
'''
DOUBLE = "\n\ndef double(number: int) -> int:\n    return number * 2\n"
OF_DOUBLE = "from shop import double\n\n\ndef test_double():\n    assert double(4) == 8\n"
OF_IO = """import pytest

from shop import load


class Client:
    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def price_at(self, path):
        self.asked.append(path)
        return self.answer


def test_load_asks_for_the_price_and_strips_it():
    client = Client(" 12 ")
    assert load(client, "tea") == "12"
    assert client.asked == ["/prices/tea"]


def test_load_names_what_has_no_price():
    with pytest.raises(LookupError, match="no price of tea"):
        load(Client(""), "tea")
"""
DECLINES = says("NO FIX: nothing can be said about the rest")


def fenced(text: str, language: str = "python") -> str:
    return f"It pins the discount down.\n\n```{language}\n{text}```\n"


def asked(folder: Path, server: ChatServer, *replies: str, change: str = CHANGED, **given: object) -> Run:
    options: dict[str, Any] = {
        "proposer": ("replay",) if replies else ("model",),
        "model": "scripted",
        "api_base": server.url,
        "time_limit": 120.0,
        "repeat": 1,
        **given,
    }
    return Untested.make(folder, change={"shop.py": change}).run(
        *replies, environment={"AGENT_CI_API_KEY": KEY}, **options
    )


def test_what_is_refused_is_told_with_its_reason_and_repaired_in_three_rounds(
    tmp_path: Path, chat_server: ChatServer
) -> None:
    source = (
        "--- a/shop.py\n+++ b/shop.py\n@@ -5,2 +5,2 @@\n def net(price, tax):\n-    return price - tax\n+    return 8\n"
    )
    chat_server.play(says(f"So:\n\n```diff\n{source}```"), says(fenced(VACUOUS + STAND_IN)), says(fenced(GOOD)))
    run = asked(tmp_path, chat_server)
    assert (run.outcome, run.document["patch"]["files"]) == ("fixed", [WRITTEN])
    first, second, third = (request.text for request in chat_server.requests)
    assert "> 11 |         raise ValueError" in first
    assert f"path of the new file: {WRITTEN}" in first
    assert "def test_net():" in first
    assert "+def discount(price, percent):" in first
    assert "outside the paths this job may change" in second
    assert "test_discount: what it asserts holds whatever the code does, or for every value of a kind (F4)" in third
    assert "test_by_stand_in: it puts something else in the place of discount, which it is about (F4)" in third
    assert set(run.document["versions"]["prompts"]) >= {"tests.v1", "system-tests.v1"}
    told, delivered = run.document["tests"]["model"], run.document["tests"]["funnel"]["delivered"]
    assert (told["rounds"], told["candidates"], told["kept"]) == (3, 7, delivered)
    assert delivered > 0
    assert run.document["cost"]["calls"] == 3
    assert "by model\n" in run.patch
    assert "were kept, for" in (run.out / "explanation.md").read_text(encoding="utf-8")


def test_the_model_is_asked_for_what_the_others_leave_and_again_for_what_its_own_tests_leave(
    tmp_path: Path, chat_server: ChatServer
) -> None:
    half = OF_IO[: OF_IO.index("\n\ndef test_load_names")]
    chat_server.play(says(fenced(half)), says(fenced(OF_IO)), always=DECLINES)
    run = asked(tmp_path, chat_server, added(WRITTEN, OF_DOUBLE), "nothing", change=BASE + DOUBLE + IO)
    assert (run.outcome, len(chat_server.requests)) == ("fixed", 2)
    proposers = [attempt["proposer"] for attempt in run.document["attempts"]]
    assert proposers == ["replay", "model", "model", "replay + model"]
    first, second = (request.text for request in chat_server.requests)
    assert "shop.py::load: no test runs lines 14, 15, 16, 17" in first
    assert "shop.py::double" not in first
    assert f"path of the new file: {SECOND}" in first
    assert "shop.py::load: no test runs line 16" in second
    assert "Kept:\n- test_load_asks_for_the_price_and_strips_it" in second
    assert (
        "no test notices this small fault in line 16 of shop.py::load: `LookupError` becomes `RuntimeError`" in second
    )
    assert run.document["patch"]["files"] == [WRITTEN, SECOND, THIRD]
    told = run.document["tests"]
    kept = {(row["file"], row["target"]) for row in told["candidates"] if row["stage"] == "delivered"}
    assert kept == {(WRITTEN, "shop.py::double"), (SECOND, "shop.py::load"), (THIRD, "shop.py::load")}
    assert ", by replay\n" in run.patch
    assert told["patch_coverage"] == {"lines": 7, "before": 2, "after": 7}
    mutants = told["mutants"]
    assert (mutants["tried"], mutants["before"]) == (mutants["after"] + len(told["unnoticed"]), 0)


def test_code_that_speaks_to_the_outside_is_tested_at_its_own_seam_from_a_recording(tmp_path: Path) -> None:
    run = Untested.make(tmp_path, change={"shop.py": BASE + IO}).run(fenced(OF_IO))
    assert run.outcome == "fixed"
    assert {name for name, row in candidates(run).items() if row["stage"] == "delivered"} == {
        "test_load_asks_for_the_price_and_strips_it",
        "test_load_names_what_has_no_price",
    }
    assert run.document["tests"]["model"] == {}


def test_half_a_dollar_is_what_tests_may_cost_unless_somebody_says_else() -> None:
    assert Session({}, {}, io.StringIO(), job="tests").settings.max_cost == 0.50
    assert Session({}, {"max_cost": 2.0}, io.StringIO(), job="tests").settings.max_cost == 2.0
    assert Session({}, {}, io.StringIO(), job="fix").settings.max_cost == 1.0
