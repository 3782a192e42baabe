"""The notes begin after the last stable release that is reachable, whatever its tag looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_ci.commits import Log
from agent_ci.core.notes.versions import baseline, released, version
from tests.checkouts import Checkout

CASES = {
    "stable, the last one": (("1.0.0", "1.1.0", "1.0.1"), "1.2.0", "", "1.1.0"),
    "with a v": (("v1.9.0", "v1.10.0"), "v2.0.0", "", "v1.10.0"),
    "previews do not count for a stable one": (("v1.0.0", "v1.1.0-rc.1", "v1.1.0-rc.2"), "v1.1.0", "", "v1.0.0"),
    "a preview follows a preview": (("v1.0.0", "v1.1.0-rc.1"), "v1.1.0-rc.2", "", "v1.1.0-rc.1"),
    "a first preview follows a stable one": (("v1.0.0",), "v1.1.0-alpha.1", "", "v1.0.0"),
    "previews of PEP 440": (("1.0", "1.1a1", "1.1b1", "1.1rc1"), "1.1", "", "1.0"),
    "by calendar": (("2024.10.9", "2025.02.09", "2025.10.14"), "2026.01.02", "", "2025.10.14"),
    "a package with an at sign": (("core@1.0.0", "web@9.0.0", "core@1.1.0"), "core@1.2.0", "", "core@1.1.0"),
    "a package with a v": (("core-v1.0.0", "web-v9.0.0", "v5.0.0"), "core-v1.1.0", "", "core-v1.0.0"),
    "a package in a folder": (("libs/core/v1.0.0", "v3.0.0"), "libs/core/v1.1.0", "", "libs/core/v1.0.0"),
    "no tag at all": ((), "v1.0.0", "", ""),
    "tags that name no version": (("latest", "nightly", "before-the-move"), "v1.0.0", "", ""),
    "an older line": (("v1.0.0", "v1.0.1", "v2.0.0"), "v1.0.2", "", "v1.0.1"),
    "a release that was made again": (("1.0", "1.1", "1.1.post1"), "1.1.post2", "", "1.1.post1"),
    "nothing is named": (("v1.0.0", "v1.1.0", "v1.2.0rc1"), "", "", "v1.1.0"),
    "a package is named": (("v1.0.0", "core-v2.0.0"), "", "core-", "core-v2.0.0"),
}


@pytest.mark.parametrize(("tags", "release", "package", "expected"), CASES.values(), ids=CASES)
def test_the_release_before(tmp_path: Path, tags: tuple[str, ...], release: str, package: str, expected: str) -> None:
    checkout = Checkout.at(tmp_path / "project")
    for tag in ("", *tags):
        checkout.commit({"a.py": tag}, f"towards {tag}")
        if tag:
            checkout.git("tag", "--annotate", "--message", tag, tag)
    named = version(release) if release else None
    found = baseline(
        Log(checkout.root).tags("HEAD"), release=named, package=package or (named.package if named else "")
    )
    assert (found.tag if found else "") == expected


def test_a_release_on_another_branch_is_not_reachable(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path / "project")
    checkout.commit({"a.py": "1"})
    checkout.git("tag", "v1.0.0")
    checkout.git("checkout", "--quiet", "-b", "1.0.x")
    checkout.commit({"a.py": "2"})
    checkout.git("tag", "v1.0.1")
    checkout.git("checkout", "--quiet", "main")
    checkout.commit({"b.py": "1"})
    found = baseline(Log(checkout.root).tags("HEAD"), release=version("v1.1.0"))
    assert found is not None
    assert found.tag == "v1.0.0"


def test_what_was_released_before_are_whole_stable_versions_of_the_package() -> None:
    tags = ("v1.0.0", "v1.1", "v1.2.0", "v1.3.0rc1", "v1.3.0", "v2.0.0", "core-v1.2.5", "nightly", "v1.2.1.1")
    assert released(tags, before="v1.3.0") == {"1.0.0", "1.2.0", "1.2.1.1", "1.3.0"}
    assert released(tags, before="") == frozenset()
