"""The words of a command are told apart by what the options of its program take."""

from __future__ import annotations

from agent_ci.core.frameworks.options import Options, with_more

OPTIONS = Options(frozenset({"-a", "--one"}), frozenset({"--many"}))
WORDS = (
    "x",
    "-a",
    "1",
    "y",
    "--many",
    "2",
    "3",
    "--one=4",
    "z",
    "--one:5",
    "u",
    "--one",
    "-b",
    "v",
    "--",
    "--one",
    "w",
)


def test_an_option_is_left_out_with_its_values_however_they_are_written() -> None:
    rest = ("x", "y", "z", "u", "-b", "v", "--", "--one", "w")
    assert OPTIONS.without(WORDS, frozenset({"-a", "--one", "--many"})) == rest
    assert OPTIONS.without(WORDS, frozenset()) == WORDS


def test_options_alone_have_their_values_and_end_before_what_is_no_option() -> None:
    assert OPTIONS.alone(WORDS) == ("-a", "1", "--many", "2", "3", "--one=4", "--one:5", "--one", "-b")
    assert OPTIONS.alone(WORDS, frozenset({"--one"})) == ("-a", "1", "--many", "2", "3", "-b")


def test_more_options_stand_where_they_still_are_some() -> None:
    assert with_more(("a", "--", "b", "--"), ("-c",)) == ("a", "-c", "--", "b", "--")
    assert with_more(("a",), ("-c", "d")) == ("a", "-c", "d")
