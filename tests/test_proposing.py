"""A draft proposes its version from a real repository: tags, messages, and the interface at both ends."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from agent_ci.drafting import Drafting
from agent_ci.errors import UsageError
from tests.checkouts import Checkout

OLD = "def draw(shape, scale=1):\n    return shape\n"


def project(root: Path, *, tag: str = "v1.2.3") -> Checkout:
    checkout = Checkout.at(root / "project")
    checkout.commit({"shapes/__init__.py": OLD, "shapes/more.py": ""}, "feat: shapes")
    checkout.git("tag", tag)
    return checkout


def drafted(checkout: Checkout, **named: Any) -> tuple[dict[str, Any], str]:
    """What the ledger says of the proposal, and what a person is shown."""
    shown, out = io.StringIO(), checkout.root.parent / "out"
    options = {"repository": str(checkout.root), "out": str(out)}
    Drafting({"PATH": os.environ["PATH"]}, options, shown, **named).run()
    found: dict[str, Any] = json.loads((out / "ledger.json").read_text(encoding="utf-8"))["proposal"]
    return found, shown.getvalue()


def test_the_ledger_holds_the_proposal_and_a_person_is_told_and_no_tag_is_made(tmp_path: Path) -> None:
    checkout = project(tmp_path)
    checkout.commit({"shapes/more.py": "x = 1\n"}, "feat: more (#4)")
    found, shown = drafted(checkout)
    assert (found["version"], found["since"], found["confidence"]) == ("v1.3.0", "v1.2.3", "high")
    assert [(one["step"], one["cites"]) for one in found["reasons"]] == [("minor", ["#4"])]
    assert "next version: v1.3.0 (SemVer, minor, after v1.2.3; confidence: high)" in shown
    assert checkout.git("tag") == "v1.2.3"


def test_what_a_partial_clone_lacks_is_said_and_the_version_is_proposed_all_the_same(tmp_path: Path) -> None:
    whole = project(tmp_path)
    whole.commit({"shapes/__init__.py": OLD.replace(", scale=1", "")}, "fix: simpler (#4)")
    whole.git("config", "uploadpack.allowFilter", "true")
    whole.git("clone", "--quiet", "--filter=blob:none", whole.root.as_uri(), str(tmp_path / "partial"))
    found, shown = drafted(Checkout(tmp_path / "partial"))
    assert (found["version"], found["interface"]) == ("v1.2.4", [])
    assert "the interface was not compared: what 1 file(s) hold, 'shapes/__init__.py' for one, is not in" in shown


def test_an_undeclared_break_raises_the_version_and_names_its_change(tmp_path: Path) -> None:
    checkout = project(tmp_path)
    checkout.commit({"shapes/__init__.py": OLD.replace(", scale=1", "")}, "fix: simpler (#4)")
    checkout.commit({"shapes/more.py": "x = 1\n"}, "fix: more (#5)")
    found, shown = drafted(checkout)
    assert found["version"] == "v2.0.0"
    assert found["interface"] == [
        {
            "text": "`scale` of `shapes.draw`: is no parameter any more",
            "is_hard": True,
            "is_promised": True,
            "is_declared": False,
            "changes": ["#4"],
            "symbols": ["shapes.draw"],
        }
    ]
    assert "undeclared breaking change (by #4): `scale` of `shapes.draw`" in shown


def test_a_version_that_is_named_is_kept_and_what_it_hides_is_said(tmp_path: Path) -> None:
    checkout = project(tmp_path)
    checkout.commit({"shapes/__init__.py": "x = 1\n"}, "feat!: nothing is left (#4)")
    found, _ = drafted(checkout, release="v1.2.4")
    assert found["version"] == "v1.2.4"
    assert "v1.2.4 is less than the changes ask for, which is v2.0.0" in found["warnings"]


def test_previews_since_the_release_count_and_those_that_were_given_up_do_not(tmp_path: Path) -> None:
    checkout = project(tmp_path)
    checkout.git("tag", "v9.0.0-rc.1")  # on a commit that was released since
    checkout.commit({"shapes/more.py": "x = 1\n"}, "fix: more (#4)")
    assert drafted(checkout)[0]["version"] == "v1.2.4"
    checkout.git("tag", "v1.3.0-rc.1")
    found, _ = drafted(checkout)
    assert (found["version"], found["preview"]) == ("v1.3.0", "v1.3.0-rc.2")


def test_a_package_has_a_count_of_its_own(tmp_path: Path) -> None:
    checkout = project(tmp_path)
    checkout.git("tag", "core@4.0.0")
    checkout.commit({"shapes/more.py": "x = 1\n"}, "feat: more (#4)")
    assert drafted(checkout, package="core@")[0]["version"] == "core@4.1.0"


def test_a_project_without_a_release_gets_its_first(tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path / "project")
    checkout.commit({"shapes/__init__.py": OLD}, "feat: shapes")
    found, _ = drafted(checkout)
    assert (found["version"], found["since"], found["confidence"]) == ("v0.1.0", "", "low")


def test_the_same_history_gives_the_same_proposal(tmp_path: Path) -> None:
    checkout = project(tmp_path)
    checkout.commit({"shapes/__init__.py": OLD.replace(", scale=1", "")}, "fix: simpler (#4)")
    assert drafted(checkout)[0] == drafted(checkout)[0]


def test_a_day_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="YYYY-MM-DD"):
        drafted(project(tmp_path), date="tomorrow")
