"""The checks of a model's lines against the red team: every lie is seen by its check, and honest lines pass."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.core.notes.grounding import Check, Line
from bench.changelog.measure import Project
from bench.grounding import __main__ as bench
from bench.grounding.corpus import HONEST, LIES, PASSING, TOKEN, Lie
from bench.grounding.humans import Found, found, plain
from bench.grounding.release import inventory
from tests.checkouts import Checkout


@pytest.mark.parametrize("lie", [lie for lie in LIES if lie.name not in PASSING], ids=lambda lie: lie.name[:60])
def test_a_lie_is_seen_by_its_check_and_is_in_no_line(lie: Lie) -> None:
    assert bench.tried(lie, inventory()).is_caught


def test_what_passes_is_what_the_documents_say_passes() -> None:
    assert {lie.name for lie in LIES if not bench.tried(lie, inventory()).is_caught} == PASSING
    assert len(PASSING) == 4


def test_honest_lines_pass_and_are_kept_word_for_word() -> None:
    lines = tuple(Line((id_,), section, text) for id_, (section, text) in HONEST.items())
    judgement = inventory().judged(lines)
    assert judgement.left == {}
    assert {one.ids[0]: one.text for one in judgement.kept} == {id_: text for id_, (_, text) in HONEST.items()}


def test_related_changes_may_have_one_line() -> None:
    line = Line(("#109", "#110"), "Changed", "Receipts show the shop's name, where there is one in `shop_name`.")
    rest = (Line((id_,), *said) for id_, said in HONEST.items() if id_ not in line.ids)
    assert inventory().judged((line, *rest)).left == {}


def test_a_lie_in_one_line_costs_no_other_line() -> None:
    for lie in (one for one in LIES if one.kind == TOKEN and one.name not in PASSING):
        assert {*inventory().judged(lie.answer).left} == {*lie.about}


def test_what_stands_anywhere_in_the_release_may_be_named_as_code_and_as_nothing_else() -> None:
    release = inventory()
    named = Line(("#105",), "Changed", "A busy card reader is tried again, as `cash_drawer` is, after `retry_delay`.")
    rest = tuple(Line((id_,), *said) for id_, said in HONEST.items() if id_ != "#105")
    assert release.judged((named, *rest)).left == {}
    strict = replace(release, holds=lambda _names: frozenset())
    assert [one.check for one in strict.judged((named, *rest)).left["#105"]] == [Check.SOURCES]
    number = replace(named, text="A busy card reader is tried again for 99 seconds.")
    everything = replace(release, holds=lambda names: names | {"99"})
    assert [one.check for one in everything.judged((number, *rest)).left["#105"]] == [Check.SOURCES]


def test_the_files_of_the_release_are_asked_once_for_an_answer_and_for_no_line_that_fails_anyhow() -> None:
    asked: list[frozenset[str]] = []

    def holds(names: frozenset[str]) -> frozenset[str]:
        asked.append(names)
        return frozenset()

    release = replace(inventory(), holds=holds)
    invented = tuple(Line(("#101",), "Fixed", f"Totals of baskets by `invented_{number}`.") for number in range(100))
    release.judged(invented)
    assert asked == []
    names = " ".join(f"`n{number}`" for number in range(120))
    release.judged(
        (Line(("#101",), "Fixed", f"Totals in 47 places {names}"), Line(("#108",), "Changed", "Parser of `lists_x`."))
    )
    assert asked == [{"lists_x"}]
    asked.clear()
    full = (
        f"{HONEST[id_][1]} {' '.join(f'`{sign}{at}`' for sign in 'abcdefghijklmnopqrstuv')}"
        for at, id_ in enumerate(HONEST)
    )
    release.judged(tuple(Line((id_,), HONEST[id_][0], text) for id_, text in zip(HONEST, full, strict=True)))
    assert [len(names) for names in asked] == [200]


def test_a_line_that_is_too_long_is_not_told_that_the_release_lacks_what_it_has() -> None:
    text = f"Totals count each item, as `cash_drawer` does, {'and each item, ' * 20}too."
    left = inventory().judged((Line(("#101",), "Fixed", text),)).left["#101"]
    assert [one.check for one in left] == [Check.LENGTH]


def test_whole_versions_that_came_before_may_be_named() -> None:
    line = Line(("#101",), "Fixed", "Totals count each item again, which was lost in 1.2.0.")
    rest = tuple(Line((id_,), *said) for id_, said in HONEST.items() if id_ != "#101")
    assert inventory().judged((line, *rest)).left == {}
    assert [*replace(inventory(), released=frozenset()).judged((line, *rest)).left] == ["#101"]


def test_two_words_in_common_with_another_title_are_no_sign_of_confusion() -> None:
    release = replace(inventory(), others={"#121": "Round parts"})
    line = Line(("#101",), "Fixed", "Totals count each item, rounded in parts.")
    rest = tuple(Line((id_,), *said) for id_, said in HONEST.items() if id_ != "#101")
    assert release.judged((line, *rest)).left == {}


@pytest.mark.parametrize(("id_", "section"), [("#106", "Fixed"), ("#107", "Changed")])
def test_no_line_leaves_a_section_that_warns(id_: str, section: str) -> None:
    left = inventory().judged((Line((id_,), section, HONEST[id_][1]),)).left[id_]
    assert [one.check for one in left] == [Check.SECTION]


def test_hostile_lines_are_judged_in_bounded_time() -> None:
    started = time.process_time()
    for text in ("(" + "a" * 40 + "!", "(" + "deadbeef" * 60 + "!", "``" * 480, "a.b-" * 240, "x" * 4_000):
        assert inventory().judged((Line(("#101",), "Fixed", text),)).kept == ()
    assert time.process_time() - started < 10


def test_the_measurement_prints_both_figures_and_fails_where_a_goal_is_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Checkout.at(tmp_path / "app")
    made.commit({"src/a.py": "a = 1\n"}, "Begin")
    made.git("tag", "v1.0.0")
    for number in range(1, 5):
        made.commit({f"src/{number}.py": f"part_{number} = {number}\n"}, f"Add part_{number} (#{number})")
    entries = "".join(f"- Adds `part_{number}` to the program (#{number})\n" for number in range(1, 4))
    made.commit(
        {"CHANGES.md": f"# Changes\n\n## 1.1.0\n\n{entries}- Adds `part_9` in 47 places (#4)\n"}, "Prepare 1.1.0"
    )
    made.git("tag", "v1.1.0")
    (one,) = (one for one in found(Project(made.root)) if one.checks)
    assert one == Found("Adds `part_9` in 47 places", frozenset({Check.SOURCES}))
    monkeypatch.setattr("sys.argv", ["bench", "--checkout", str(made.root), "--misses"])
    assert bench.main() == 1
    said = capsys.readouterr().out
    assert "any that is about truth |     4 |       1 |     25.00" in said
    assert "MISSED: 1 of 4 lines that people wrote are refused" in said


def test_credits_and_numbers_of_people_are_no_part_of_what_they_say() -> None:
    assert plain("Adds colours. - #12 PR by @ada. - #11 issue by @bo.") == "Adds colours."
    assert plain("Adds colours, see #12 and #13 (@ada)") == "Adds colours"
    assert plain("Reads `@actions/x` and @actions/labeler") == "Reads `@actions/x` and @actions/labeler"
    assert plain("Adds colours (6b3caab by Ada). PR-479") == "Adds colours"
    assert plain("Adds colours 12/10/23") == "Adds colours"
    assert plain("Adds [colours](https://x.example) :pr:`12`") == "Adds colours"
    assert plain("*Backwards-incompatible*: Adds colours. Thanks `ada` for it. And more.") == "Adds colours. And more."
    assert plain("Adds colours https://forge.example/a/b/pull/12/") == "Adds colours"
    assert (
        plain("Adds breaking colours, see https://x.example/pull/a")
        == "Adds breaking colours, see https://x.example/pull/a"
    )
