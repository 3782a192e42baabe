"""What is read from forges is an id, a number or nothing, and a fork is never the default branch."""

from __future__ import annotations

import pytest

from agent_ci.core.context import Context, Event, read_commit_id, read_number

MAIN = Context("git", "owner/name", "/checkout", "a" * 40, branch="main", default_branch="main")


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        pytest.param(MAIN, True, id="the branch itself"),
        pytest.param(Context("git", "o/n", "/", "a", branch="side", default_branch="main"), False, id="another branch"),
        pytest.param(Context("git", "o/n", "/", "a"), False, id="detached, and no default known"),
        pytest.param(
            Context("github", "o/n", "/", "a", branch="main", default_branch="main", event=Event.CHANGE_REQUEST),
            False,
            id="a change request from a branch of that name",
        ),
        pytest.param(
            Context("github", "o/n", "/", "a", branch="main", default_branch="main", from_fork=True),
            False,
            id="a fork's branch of that name",
        ),
    ],
)
def test_only_a_build_of_the_branch_itself_is_on_the_default_branch(context: Context, *, expected: bool) -> None:
    assert context.is_on_default_branch is expected


@pytest.mark.parametrize("value", ["a" * 40, "0123456789abcdef" * 4, "0" * 39 + "1"])
def test_a_full_id_is_a_commit_id(value: str) -> None:
    assert read_commit_id(value) == value


@pytest.mark.parametrize(
    "value",
    ["", None, 7, "0" * 40, "0" * 64, "a" * 39, "A" * 40, "main", "--output=x", "a" * 40 + "\n", ["a" * 40], "HEAD"],
)
def test_anything_else_is_none(value: object) -> None:
    assert read_commit_id(value) == ""


@pytest.mark.parametrize(("value", "expected"), [(7, 7), ("12", 12), ("007", 7)])
def test_a_number_may_come_as_a_string(value: object, expected: int) -> None:
    assert read_number(value) == expected


@pytest.mark.parametrize("value", [None, True, "", "1.5", 1.5, "-1", " 1", "\u0661\u0662", "9" * 5000, {}, "1\n"])
def test_what_is_no_number_is_none(value: object) -> None:
    assert read_number(value) is None
