from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from agent_ci import settings
from agent_ci.errors import UsageError
from agent_ci.settings import OPTIONS, Settings


def test_every_row_of_the_table_is_a_setting_and_the_reverse() -> None:
    assert {option.key for option in OPTIONS} == {field.name for field in fields(Settings)}


def test_the_command_line_beats_the_environment_beats_the_file_beats_the_default() -> None:
    environment = settings.from_environment({"AGENT_CI_REPEAT": "4", "AGENT_CI_SEED": "2"})
    file = settings.from_file("repeat: 3\nseed: 1\nmax-attempts: 9\n", source="file")
    merged = settings.merged({"repeat": 5}, environment, file)
    assert (merged.repeat, merged.seed, merged.max_attempts, merged.max_tokens) == (5, 2, 9, 200_000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("proposer: [search, model]", {"proposer": ("search", "model")}),
        ("proposer: search", {"proposer": ("search",)}),
        ("max_cost: 2", {"max_cost": 2.0}),
        ("max-cost: 0.5", {"max_cost": 0.5}),
        ("allow: ['Makefile']", {"allow": ("Makefile",)}),
        ("", {}),
    ],
    ids=["list", "single", "underscore-and-whole-number", "dash", "policy", "empty"],
)
def test_a_settings_file_is_read(text: str, expected: dict[str, object]) -> None:
    assert settings.from_file(text, source="file") == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("repaet: 3", "unknown option 'repaet'; did you mean 'repeat'?"),
        ("deliver: pull_request", "did you mean 'pull-request'?"),
        ("repeat: many", "repeat must be a whole number, and is 'many'"),
        ("repeat: true", "repeat must be a whole number, and is True"),
        ("repeat: 0", "repeat must be more than 0"),
        ("max-cost: .nan", "max-cost must be more than 0"),
        ("- a\n- b", "must be a mapping"),
        ("a: [", "is not valid YAML"),
        ("model: 3", "model must be a text"),
        ("x" * 300_000, "is larger than"),
    ],
    ids=["typo", "choice", "word", "bool", "zero", "nan", "list", "broken", "kind", "huge"],
)
def test_a_wrong_settings_file_gets_one_clear_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match="file") as caught:
        settings.from_file(text, source="file")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_environment_is_read_by_line_and_by_word() -> None:
    found = settings.from_environment(
        {"AGENT_CI_REPORT": "a b.xml\nc.xml\n", "AGENT_CI_PROPOSER": "search, model", "AGENT_CI_JSON": "true"}
    )
    assert found == {"report": ("a b.xml", "c.xml"), "proposer": ("search", "model"), "json": True}


def test_an_empty_variable_counts_as_not_set() -> None:
    assert settings.from_environment({"AGENT_CI_MODEL": "", "AGENT_CI_SEED": " "}) == {}


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(UsageError, match="AGENT_CI_REPEAT: repeat must be a whole number, and is 'x'"):
        settings.from_environment({"AGENT_CI_REPEAT": "x"})


def test_policy_cannot_come_from_the_environment() -> None:
    assert settings.from_environment({"AGENT_CI_ALLOW": "*", "AGENT_CI_ALLOW_TEST_CHANGES": "true"}) == {}


def test_the_output_folder_is_relative_to_the_repository(tmp_path: Path) -> None:
    assert settings.merged({"repository": str(tmp_path)}).out == tmp_path / ".agent-ci"


def test_a_model_may_be_allowed_no_looks_and_not_fewer() -> None:
    assert settings.from_file("max-looks: 0", source="x")["max_looks"] == 0
    with pytest.raises(UsageError, match="max-looks must be more than 0"):
        settings.from_file("max-looks: -1", source="x")


def test_one_model_is_named_as_ever_and_several_one_a_line_or_in_a_list() -> None:
    name = "azure/my deployment, eu"
    for found in (
        settings.from_environment({"AGENT_CI_MODEL": name}),
        settings.from_file(f"model: {name}", source="x"),
    ):
        assert settings.merged(found).models == (name,)
    assert settings.merged(settings.from_environment({"AGENT_CI_MODEL": "weak\nstrong\nweak"})).models == (
        "weak",
        "strong",
    )
    assert settings.merged(settings.from_file("model: [weak, strong]", source="x")).models == ("weak", "strong")
    assert settings.merged(settings.checked({"model": ("",)}, source="x")).models == ()


def test_a_list_of_nothing_is_no_name() -> None:
    with pytest.raises(UsageError, match="model must be a text or a list of them, and is None"):
        settings.from_file("model:", source="x")
