from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent_ci.core.sealing import sealed, text_of
from agent_ci.verification import Claim, Verification, passed
from tests.red import GOOD, RedRepository


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> RedRepository:
    repository = RedRepository.make(tmp_path_factory.mktemp("fixed"))
    assert repository.run(replies=(GOOD,)).outcome == "fixed"
    return repository


def verified(repository: RedRepository, folder: Path | None = None) -> list[Claim]:
    folder = folder or repository.scratch / "out"
    given = {"repository": str(repository.path), "quiet": True}
    environment = {"PATH": os.environ["PATH"]}
    check = Verification(environment, given, io.StringIO(), folder / "evidence.json", folder / "fix.patch")
    return list(check.claims())


def copied(repository: RedRepository, folder: Path) -> Path:
    for name in ("evidence.json", "fix.patch"):
        (folder / name).write_bytes((repository.scratch / "out" / name).read_bytes())
    return folder


def test_every_claim_of_a_fix_holds(fixed: RedRepository) -> None:
    before = fixed.digest()
    claims = verified(fixed)
    assert passed(claims)
    assert len(claims) == 13
    assert fixed.digest() == before


def flipped(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


@pytest.mark.parametrize("part", range(0, 100, 9))
@pytest.mark.parametrize("name", ["evidence.json", "fix.patch"])
def test_a_flipped_byte_anywhere_is_noticed_and_named(
    fixed: RedRepository, tmp_path: Path, name: str, part: int
) -> None:
    folder = copied(fixed, tmp_path)
    flipped(folder / name, part * (folder / name).stat().st_size // 100)
    claims = verified(fixed, folder)
    assert not passed(claims)
    assert name in claims[-1].name
    assert claims[-1].fault


def test_the_part_that_was_changed_is_named(fixed: RedRepository, tmp_path: Path) -> None:
    folder = copied(fixed, tmp_path)
    text = (folder / "evidence.json").read_text(encoding="utf-8")
    (folder / "evidence.json").write_text(text.replace("test_calc.py::test_double", "test_calc.py::test_doubly", 1))
    fault = verified(fixed, folder)[-1].fault
    assert re.search(r"its part '(before|after)' was changed after it was written", fault)


def resealed(folder: Path, change: Mapping[str, object]) -> None:
    document = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    del document["seal"]
    (folder / "evidence.json").write_text(text_of(sealed({**document, **change})), encoding="utf-8")


NONE: dict[str, list[str]] = {"passed": [], "failed": [], "errored": [], "skipped": []}
LIES = {
    "a test that was not there": (
        {"before": {**NONE, "passed": ["test_calc.py::test_x"], "failed": ["test_calc.py::test_add"]}},
        "test_calc.py::test_double is passed, untold",
    ),
    "a target that passes": ({"targets": ["test_calc.py::test_double"]}, "test_calc.py::test_double does not"),
    "another end": (
        {"after": {**NONE, "passed": ["test_calc.py::test_add"]}},
        "test_calc.py::test_double is passed, untold",
    ),
}


@pytest.mark.parametrize(("change", "fault"), LIES.values(), ids=LIES)
def test_a_lie_that_was_sealed_again_is_found_by_running(
    fixed: RedRepository, tmp_path: Path, change: Mapping[str, object], fault: str
) -> None:
    folder = copied(fixed, tmp_path)
    resealed(folder, change)
    claims = verified(fixed, folder)
    assert claims[-1].fault == fault


def test_evidence_of_another_commit_is_not_believed(fixed: RedRepository, tmp_path: Path) -> None:
    other = RedRepository.make(tmp_path / "other", {"a.py": "", "test_a.py": "def test_a():\n    pass\n"})
    claims = verified(other, fixed.scratch / "out")
    assert "is not here" in claims[-1].fault
