"""The next version follows the project's own tags: how many numbers, which prefix, which calendar, which previews."""

from __future__ import annotations

from datetime import date

import pytest

from agent_ci.core.notes.schemes import Kind, Scheme, Step, scheme
from agent_ci.core.notes.versions import version

DAY = date(2026, 3, 9)


def counted(*tags: str, days: dict[str, str] | None = None) -> Scheme:
    """The scheme of a project with *tags*; a tag is dated where *days* has it."""
    known = tuple(one for tag in tags if (one := version(tag)))
    assert len(known) == len(tags)
    return scheme(known, {tag: date.fromisoformat(day) for tag, day in (days or {}).items()})


def dated(**days: str) -> Scheme:
    """The scheme of a project with releases by tag (``_1_2`` is 1.2) and their days."""
    by_tag = {name.removeprefix("_").replace("_", "."): day for name, day in days.items()}
    return counted(*by_tag, days=by_tag)


@pytest.mark.parametrize(
    ("tags", "step", "expected"),
    [
        pytest.param(["v1.2.3"], Step.PATCH, "v1.2.4", id="a patch"),
        pytest.param(["v1.2.3"], Step.MINOR, "v1.3.0", id="a minor release"),
        pytest.param(["v1.2.3"], Step.MAJOR, "v2.0.0", id="a major release"),
        pytest.param(["1.2.3"], Step.MINOR, "1.3.0", id="no prefix"),
        pytest.param(["core@1.2.3"], Step.MINOR, "core@1.3.0", id="the prefix of a package"),
        pytest.param(["6.0", "6.1", "6.2"], Step.PATCH, "6.3", id="two numbers have no patch"),
        pytest.param(["7.0", "7.1", "7.1.1"], Step.PATCH, "7.1.2", id="some have"),
        pytest.param(["7.0", "7.1", "7.1.1"], Step.MINOR, "7.2", id="minor releases have two numbers"),
        pytest.param(["7.0", "7.1", "8.0.0", "8.0.1"], Step.MINOR, "8.1.0", id="they have three now"),
        pytest.param(["v1.2.9", "v1.2.10"], Step.PATCH, "v1.2.11", id="numbers and not letters are compared"),
        pytest.param([], Step.MINOR, "v0.1.0", id="the first release"),
    ],
)
def test_a_step_moves_the_number_that_the_project_would_move(tags: list[str], step: Step, expected: str) -> None:
    assert counted(*tags).next(step, DAY).tag == expected


@pytest.mark.parametrize(
    ("project", "step", "expected"),
    [
        pytest.param(
            dated(_2025_11_2="2025-11-02", _2026_1_30="2026-01-30", _2026_2_8="2026-02-08"),
            Step.PATCH, "2026.3.9", id="year, month and day",
        ),
        pytest.param(
            dated(_2025_11_2="2025-11-02", _2026_1_30="2026-01-30", _2026_3_9="2026-03-09"),
            Step.PATCH, "2026.3.9.1", id="the second of a day",
        ),
        pytest.param(
            dated(_25_11_0="2025-11-02", _26_1_0="2026-01-30", _26_1_1="2026-01-31"),
            Step.PATCH, "26.3.0", id="two digits and the month",
        ),
        pytest.param(
            dated(_25_11_0="2025-11-02", _26_1_0="2026-01-30", _26_3_0="2026-03-01"),
            Step.MAJOR, "26.3.1", id="one more of a month",
        ),
        pytest.param(
            dated(_24_1_0="2024-07-02", _25_1_0="2025-04-30", _25_2_0="2025-08-08"),
            Step.MINOR, "26.1.0", id="two digits and a count that begins anew",
        ),
        pytest.param(
            dated(_24_1_0="2024-07-02", _26_1_0="2026-02-01", _26_2_0="2026-03-02"),
            Step.PATCH, "26.3.0", id="a count without patches",
        ),
        pytest.param(
            dated(_2025_04_22="2025-04-22", _2026_01_03="2026-01-03"), Step.PATCH, "2026.03.09", id="with zeros"
        ),
    ],
)  # fmt: skip
def test_a_calendar_version_follows_the_day(project: Scheme, step: Step, expected: str) -> None:
    assert project.kind is Kind.CALVER
    assert project.next(step, DAY).tag == expected


@pytest.mark.parametrize(
    "project",
    [
        pytest.param(dated(_24_0_0="2024-05-01"), id="a number that happens to be the year"),
        pytest.param(dated(_8_0_0="2021-05-01", _8_1_0="2022-05-01", _8_2_0="2023-05-01"), id="small numbers"),
        pytest.param(
            dated(_24_0_0="2024-05-01", _24_1_0="2024-06-01", _24_2_0="2024-09-01"),
            id="a number that stays in the year",
        ),
    ],
)
def test_a_number_that_looks_like_a_year_by_chance_is_no_calendar(project: Scheme) -> None:
    assert project.kind is Kind.SEMVER


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        pytest.param(["v1.0.0", "v1.1.0-rc.1"], Kind.SEMVER, id="a preview after a hyphen"),
        pytest.param(["1.0.0", "1.1.0rc1"], Kind.PEP440, id="a preview without"),
        pytest.param(["1.0", "1.1"], Kind.PEP440, id="two numbers"),
        pytest.param(["1.0.0"], Kind.SEMVER, id="three numbers"),
    ],
)
def test_the_spelling_is_read_from_the_tags(tags: list[str], kind: Kind) -> None:
    assert counted(*tags).kind is kind


@pytest.mark.parametrize(
    ("tags", "target", "expected"),
    [
        pytest.param(["v1.0.0", "v1.1.0-rc.1", "v1.1.0-rc.9"], "v1.1.0", "v1.1.0-rc.10", id="SemVer"),
        pytest.param(["1.0", "1.1a1", "1.1b1"], "1.1", "1.1b2", id="PEP 440"),
        pytest.param(["v1.0.0", "v1.1.0-beta"], "v1.1.0", "v1.1.0-beta.2", id="a preview without a number"),
        pytest.param(["v1.0.0", "v0.9.0-rc.1"], "v1.1.0", "", id="previews of something else"),
    ],
)
def test_the_next_preview_counts_on(tags: list[str], target: str, expected: str) -> None:
    wanted = version(target)
    assert wanted is not None
    found = counted(*tags).preview_after(wanted)
    assert (found.tag if found else "") == expected
