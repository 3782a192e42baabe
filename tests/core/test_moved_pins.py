from __future__ import annotations

import pytest

from agent_ci.core.moved_pins import Moved, moved


def changed(path: str, *lines: str) -> str:
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,9 +1,9 @@\n"
    return head + "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("requirements.txt", ("-rates==1.4", "+rates==2.0")),
        ("requirements/dev.in", ("-rates==1.4  # for shops", "+rates==2.0")),
        ("constraints-3.txt", (" other==1", "-rates==1.4", "-more==1", "+rates==2.0")),
    ],
)
def test_a_pin_that_changed_is_found_with_both_versions(path: str, lines: tuple[str, ...]) -> None:
    assert moved(changed(path, *lines)) == (Moved(path, "rates", "rates==1.4", "rates==2.0"),)


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("requirements.txt", ("+rates==2.0",)),
        ("requirements.txt", ("-rates>=1.4", "+rates>=2.0")),
        ("requirements.txt", ("-rates==1.4 \\", "-    --hash=sha256:aa", "+rates==2.0 \\", "+    --hash=sha256:bb")),
        ("docs/required.txt", ("-rates==1.4", "+rates==2.0")),
        ("requirements.txt", ("-rates==2.0", "+rates==2.0")),
    ],
    ids=["new", "range", "hashes", "another file", "moved within the file"],
)
def test_what_is_no_changed_pin_is_left_alone(path: str, lines: tuple[str, ...]) -> None:
    assert moved(changed(path, *lines)) == ()


def test_the_old_version_comes_back_alone_and_only_where_the_new_one_stands() -> None:
    pin = Moved("requirements.txt", "rates", "rates==1.4", "rates==2.0")
    assert pin.back("a==1\nrates==2.0 ; python_version > '3'\n") == "a==1\nrates==1.4 ; python_version > '3'\n"
    assert pin.back("more-rates==2.0\nrates==2.0.1\n") == "more-rates==2.0\nrates==2.0.1\n"
