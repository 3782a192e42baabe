"""Every way out is searched for secrets and made harmless for where it leads, and where that fails nothing goes out."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from types import SimpleNamespace

import pytest

from agent_ci.core.outward import writer
from agent_ci.core.outward.markdown import block, fold
from agent_ci.core.outward.writer import LIMITS, Outward, Sink
from agent_ci.errors import CancelledError, RefusedError
from bench.redaction import TOKEN, encodings

OUTWARD = Outward.of({"MY_TOKEN": TOKEN, "PATH": "/usr/bin:/bin:/sbin", "GITHUB_SERVER_URL": "https://git.example.org"})
READABLE = [sink for sink in Sink if sink is not Sink.PATCH]
MISSED = {"xor 0x2a, then hex", "every second character"}


@pytest.mark.parametrize("sink", READABLE)
def test_no_encoding_of_a_secret_gets_out_of_any_way(sink: Sink) -> None:
    for name, form in encodings(TOKEN).items():
        said = OUTWARD.to(sink, f"the value is {form} and nothing else")
        assert (form[:4] in said) is (name in MISSED), (name, said)


def test_a_secret_that_is_split_by_colours_is_removed() -> None:
    assert OUTWARD.to(Sink.LOG, f"x {TOKEN[:9]}\x1b[31m{TOKEN[9:]}\x1b[0m y") == "x *** y"


@pytest.mark.parametrize(
    ("sink", "text", "expected"),
    [
        (Sink.TERMINAL, "\x1b[2J::error::x\u202e", ": :error::x"),
        (Sink.LOG, "a\r##[group]b", "a\n## [group]b"),
        (Sink.MARKDOWN, "@x [a](https://evil.example/)", "@ x [a] (`https://evil.example/`)"),
        (Sink.MARKDOWN, "[run](https://git.example.org/runs/1)", "[run](https://git.example.org/runs/1)"),
        (Sink.COMMENT, "/merge <b>", "\\/merge &lt;b>"),
        (Sink.VARIABLE, "a\0\x1b[1mb", "ab"),
        (Sink.JSON, "\x1b[1m::error::\u202e", "\x1b[1m::error::\u202e"),
        (Sink.COMMIT, "fix: a\n\nb: c", "fix: a\n\nb: c"),
        (Sink.PATCH, "+\x1b[1m::error::\udcff\r\n", "+\x1b[1m::error::\udcff\r\n"),
    ],
)
def test_each_way_out_gets_what_is_harmless_there(sink: Sink, text: str, expected: str) -> None:
    assert OUTWARD.to(sink, text) == expected


@pytest.mark.parametrize("sink", LIMITS)
@pytest.mark.parametrize("piece", ["é`<@x ", "line\n", "```\nx\n```\n", "````\nx\n"])
def test_a_text_that_is_too_long_is_cut_to_what_its_place_takes(sink: Sink, piece: str) -> None:
    said = OUTWARD.to(sink, piece * (5 * LIMITS[sink] // (4 * len(piece))))
    assert LIMITS[sink] // 2 <= len(said.encode()) <= LIMITS[sink]


@pytest.mark.parametrize("length", [3, 1000, 40_000, 200_000])
def test_a_code_block_whose_end_takes_room_fits_as_well(length: int) -> None:
    said = OUTWARD.to(Sink.COMMENT, "`" * length + "\n" + "x\n" * 100_000)
    assert len(said.encode()) <= LIMITS[Sink.COMMENT]


def test_a_cut_closes_the_code_block_that_it_goes_through_and_says_so() -> None:
    said = OUTWARD.to(Sink.COMMENT, "````\n" + "x\n" * 100_000)
    assert said.endswith("\n````\n\n[cut here: this place takes 65536 bytes]\n")


def test_a_patch_that_holds_a_secret_is_refused_and_the_variable_is_named() -> None:
    hidden = base64.b64encode(TOKEN.encode()).decode()
    with pytest.raises(RefusedError, match="the value of MY_TOKEN, so that it is neither written nor delivered"):
        OUTWARD.to(Sink.PATCH, f"+key = {hidden!r}\n")


def test_values_are_cleaned_one_by_one_with_their_names() -> None:
    document = {"a": [f"x {TOKEN}", 1, None, True], TOKEN: {"b": ("c", TOKEN[::-1])}}
    assert OUTWARD.values(document) == {"a": ["x ***", 1, None, True], "***": {"b": ["c", "***"]}}


def test_what_the_detector_finds_is_removed_also_where_one_finding_holds_another() -> None:
    outward = Outward(detect=lambda text: ("key-1", "key-1-and-more") if "key-1" in text else ())
    assert outward.to(Sink.LOG, "a key-1-and-more, key-1") == "a ***, ***"
    assert outward.values({"a": ["key-1", 2]}) == {"a": ["***", 2]}


def test_json_for_a_terminal_keeps_its_values() -> None:
    text = json.dumps({"a": "##[error]x"})
    assert "##[" not in OUTWARD.shown_json(text)
    assert json.loads(OUTWARD.shown_json(text)) == {"a": "##[error]x"}


def broken(_text: str) -> Iterable[str]:
    raise ValueError("canary")


@pytest.mark.parametrize("sink", [sink for sink in READABLE if sink is not Sink.COMMIT])
def test_where_the_search_fails_nothing_of_the_text_goes_out(sink: Sink) -> None:
    said = Outward(detect=broken).to(sink, "canary, too")
    assert said == (
        "[this text was withheld: it could not be searched for secrets (ValueError); please report it as a bug]"
    )
    assert "canary" not in str(Outward(detect=broken).values({"canary": ["canary"]}))


def test_where_the_removal_fails_nothing_of_the_text_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "redact", lambda *_: broken(""))
    assert "canary" not in OUTWARD.to(Sink.COMMIT, "canary")
    assert "canary" not in str(OUTWARD.values({"a": "canary"}))
    with pytest.raises(RefusedError, match="withheld"):
        OUTWARD.to(Sink.PATCH, "canary")


def test_a_signal_during_the_search_still_ends_the_run() -> None:
    def stopped(_text: str) -> Iterable[str]:
        raise CancelledError("stopped by SIGTERM")

    with pytest.raises(CancelledError):
        Outward(detect=stopped).to(Sink.LOG, "x")
    with pytest.raises(CancelledError):
        Outward(detect=stopped).values("x")


def test_no_value_of_a_secret_shows_in_its_representation() -> None:
    assert TOKEN not in repr(SimpleNamespace(outward=OUTWARD))


@pytest.mark.parametrize("sink", [Sink.SUMMARY, Sink.COMMENT])
def test_a_cut_closes_the_fold_that_it_goes_through(sink: Sink) -> None:
    text = Outward().to(sink, fold("The change", block("x" * 2 * LIMITS[sink])))
    assert len(text.encode()) <= LIMITS[sink]
    assert text.startswith("<details><summary>The change</summary>\n\n```\nxxx")
    assert "x\n```\n\n</details>\n\n[cut here" in text


def test_a_text_that_comes_up_again_is_searched_once() -> None:
    searched: list[str] = []

    class Counting:
        def removed(self, text: str) -> str:
            searched.append(text)
            return text

        def named_in(self, _text: str) -> tuple[str, ...]:
            return ()

    assert Outward(Counting()).values({"a": ["b", "b", "a"], "c": "b"}) == {"a": ["b", "b", "a"], "c": "b"}
    assert sorted(searched) == ["a", "b", "c"]


def _found(text: str) -> tuple[str, ...]:
    return tuple(found[0] for found in re.finditer(r"key-[a-z]{4}|BEGIN[^#]*", text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x key-\u200babcd y", "x *** y"),
        ("x key-\u200babcd key-abcd\u200b", "x *** ***"),
        ("x \x1b]key-abcd\x1b\\y", "x \x1b]***\x1b\\y"),
        ("\u200bx", "\u200bx"),
        ("BEGIN it", "***"),
    ],
)
def test_what_looks_like_a_secret_only_when_it_is_shown_is_removed_from_exact_text_too(text: str, said: str) -> None:
    outward = Outward(detect=_found)
    assert outward.to(Sink.JSON, text) == said
    assert outward.values([text, "more"]) == [said, "more"]
