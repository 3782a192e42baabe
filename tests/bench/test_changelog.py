"""The measurement of release notes reads what people wrote, and counts it as it says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.changelog import __main__ as bench
from bench.changelog.humans import cited, entries
from bench.changelog.measure import Project, Score, ours, score, sections
from tests.checkouts import Checkout

MARKDOWN = """# Changes

## [1.1.0](https://x.example/compare/1.0.0...1.1.0) - 2026-01-02

Version 1.1 is a good one, with **9.9** improvements.

### Added

- Colours are bright,
  at last. ([#7](https://x.example/ada/app/pull/7))
    - Regressed in 1.0.0.

* A crash is gone (#8, other/project#9)

### Documentation

- Guide (#10)

Fixes:

* More by @ada in https://x.example/ada/app/pull/12

Thanks to

* @bo

## 1.0.0 - 2025-01-02

- The first (#1)
"""
STRUCTURED = """Version 1.1.0
-------------

Released 2026-01-02

-   Colours are bright,
    at last. :pr:`7` :issue:`3`
-   A crash is gone. {pr}`8`

Version 1.0.0
-------------

-   The first. :pr:`1`
"""


def test_markdown_is_read_by_entry_section_and_audience() -> None:
    found = [(one.section, sorted(one.numbers), one.is_for_users) for one in entries(MARKDOWN, (1, 1))]
    assert found == [
        ("Added", ["7"], True),
        ("Added", ["8"], True),
        ("", ["10"], False),
        ("Fixed", ["12"], True),
        ("Fixed", [], False),
    ]
    assert entries(MARKDOWN, (1, 1, 0))[0].text.startswith("Colours are bright, at last.")


def test_restructured_text_is_read() -> None:
    assert [sorted(one.numbers) for one in entries(STRUCTURED, (1, 1))] == [["3", "7"], ["8"]]
    assert [sorted(one.numbers) for one in entries(STRUCTURED, (1, 0, 0))] == [["1"]]
    assert entries(STRUCTURED, (2, 0)) == ()


def test_numbers_of_other_projects_are_not_cited() -> None:
    assert cited("see other/project#9, C#7, x#1 and &#39; but #5") == {"5"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    checkout = Checkout.at(tmp_path / "project")
    checkout.commit({"src/app.py": "0"}, "The beginning")
    checkout.git("tag", "v1.0.0")
    for number in range(1, 6):
        checkout.commit({f"src/part_{number}.py": "1"}, f"Add part {number} (#{number})")
    checkout.commit({"docs/guide.md": "1"}, "Explain part 6 (#6)")
    checkout.commit({"src/app.py": "1"}, "Tidy the parts (#7)")
    told = "".join(f"- Part {number} (#{number})\n" for number in (1, 2, 3, 4, 6))
    checkout.commit({"CHANGELOG.md": f"## 1.1.0\n\n### Added\n\n{told}"}, "Release 1.1.0")
    checkout.git("tag", "v1.1.0")
    return checkout.root


def test_coverage_and_noise_are_counted_as_defined(project: Path) -> None:
    (release,) = Project(project).releases()
    assert (release.before, release.tag) == ("v1.0.0", "v1.1.0")
    assert score(release, ours(release, is_whole=False)) == Score(counted=5, covered=4, lines=6, noisy=2)
    assert score(release, ours(release, is_whole=True)) == Score(counted=5, covered=5, lines=7, noisy=2)
    assert score(release, [frozenset({"1"}), frozenset({"99"})]) == Score(counted=5, covered=1, lines=2, noisy=1)
    assert sections(release) == (4, 4)


def test_a_goal_that_is_missed_ends_with_1(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench.changelog", "--checkout", str(project), "--git-cliff", "no-such-program"])
    assert bench.main() == 1
    said = capsys.readouterr()
    assert "MISSED: projects tuned on: coverage is 80.0 % for users and 100.0 % in all" in said.out
    assert "SKIPPED: git-cliff is not installed" in said.err
