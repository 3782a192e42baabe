from __future__ import annotations

import pytest

from agent_ci.core.snapshots import storing


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("expect(received).toMatchSnapshot()", "npx jest -u"),
        ("Error: Snapshot `cart > label 1` mismatched", "npx vitest run -u"),
        ("run pytest with --snapshot-update to update it", "pytest --snapshot-update"),
        ("to update snapshots run `cargo insta review`", "cargo insta review"),
        ("AssertionError: the snapshot of the market is 3", ""),
    ],
)
def test_the_failure_of_a_stored_snapshot_names_the_command_that_stores_it(text: str, command: str) -> None:
    assert storing(text) == command
