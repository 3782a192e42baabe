from __future__ import annotations

import pytest

from agent_ci.core.logs import findings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ok\nError: no space left\nbye", ["Error: no space left"]),
        ("\ufeff2021-12-01T13:00:40.1077661Z ##[error]Process failed", ["Process failed"]),
        ("\x1b[31mfatal: not found\x1b[0m", ["fatal: not found"]),
        ("10 %\r20 %\rerror: cut", ["error: cut"]),
        ("0 errors\nfinished without errors\n12 passed, 0 failed", []),
        ("error a\nerror a\nerror b", ["error a", "error b"]),
        ("", []),
    ],
    ids=["plain", "github", "colours", "progress", "no-error", "repeated", "empty"],
)
def test_the_last_errors_of_a_log_are_found(text: str, expected: list[str]) -> None:
    assert [finding.message for finding in findings(text, "job.log")] == expected


def test_a_log_of_a_million_errors_gives_ten() -> None:
    assert len(findings("".join(f"error {n}\n" for n in range(100_000)), "job.log")) == 10
