"""`merge` puts the cells' patches together, proves the whole, names what is left out, and believes no cell."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from agent_ci.cells import given as given_in
from agent_ci.cells import parts_of, plan_in, with_patch
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.merged import notes
from agent_ci.core.run import Cost
from agent_ci.core.sealing import broken_seal
from agent_ci.errors import UsageError
from agent_ci.verification import passed
from tests.fan_out import merge, plan, resealed
from tests.red import RedRepository, Run
from tests.test_verification import verified

SHOP = """def bounds(a):
    low = a + 1
    high = a + 3
    return low, high


def add(a, b):
    return a - b
"""
SHOP_TESTS = """from shop import add, bounds


def test_low():
    assert bounds(4)[0] == 3


def test_high():
    assert bounds(4)[1] == 9


def test_add():
    assert add(1, 2) == 3
"""


def edited(before: str, after: str, *, start: int) -> str:
    """A diff that replaces the line *before*, the second of two shown, with *after*; *start* is that of the first."""
    above = SHOP.splitlines()[start - 1]
    return f"--- a/shop.py\n+++ b/shop.py\n@@ -{start},2 +{start},2 @@\n {above}\n-{before}\n+{after}\n"


LOW = edited("    low = a + 1", "    low = a - 1", start=1)
HIGH = edited("    high = a + 3", "    high = a + 5", start=2)
ADD = edited("    return a - b", "    return a + b", start=7)
WRONG = edited("    return a - b", "    return a * b", start=7)


@dataclass(frozen=True)
class Fleet:
    """A repository, its plan, and the folders of its cells by the test that each is about."""

    repository: RedRepository
    plan_file: Path
    folders: dict[str, Path]

    def copy(self, scratch: Path) -> Fleet:
        """The same cells in folders of their own, to be damaged."""
        folders = {name: Path(shutil.copytree(path, scratch / path.name)) for name, path in self.folders.items()}
        return Fleet(RedRepository(self.repository.path, scratch), self.plan_file, folders)

    def merge(self, *names: str) -> Run:
        """A merge of the cells about *names*, all where none is named, under the plan."""
        folders = [self.folders[name] for name in names] or [*self.folders.values()]
        return merge(self.repository, *folders, plan_file=self.plan_file)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Three root causes in three cells: two whose repairs touch adjacent lines, and one apart from them."""
    repository = RedRepository.make(tmp_path_factory.mktemp("fleet"), {"shop.py": SHOP, "test_shop.py": SHOP_TESTS})
    planned, _, written = plan(repository)
    folders = {}
    for cell in written["cells"]:
        [cause] = cell["groups"]
        name = cause["cases"][0].rpartition("_")[2]
        folders[name] = repository.scratch / f"cell-{cell['id']}"
        reply = {"low": LOW, "high": HIGH, "add": ADD}[name]
        run = repository.run(replies=(reply,), group=(cause["fingerprint"],), out=str(folders[name]), sandbox="none")
        assert (run.outcome, run.document["targets"]) == ("fixed", cause["cases"])
    return Fleet(repository, planned.out / "plan.json", folders)


def became(run: Run) -> dict[str, str]:
    """How each root cause ended, by the cell."""
    return {row["cell"]: next(iter(row["groups"].values())) for row in run.document["merged"]}


def cell_of(fleet: Fleet, name: str) -> str:
    return f"cell {fleet.folders[name].name.removeprefix('cell-')}"


def test_a_cell_repairs_its_root_causes_and_leaves_the_others_as_red_as_they_were(fleet: Fleet) -> None:
    evidence = json.loads((fleet.folders["add"] / "evidence.json").read_text(encoding="utf-8"))
    assert evidence["targets"] == ["test_shop.py::test_add"]
    assert evidence["after"]["failed"] == ["test_shop.py::test_high", "test_shop.py::test_low"]
    assert evidence["only_groups"] == [group["fingerprint"] for group in evidence["groups"]]
    assert "2 failing case(s) have root causes that --group leaves; they are left alone" in evidence["notes"]


def test_a_repair_of_one_root_cause_must_not_make_another_redder(fleet: Fleet) -> None:
    [group] = json.loads((fleet.folders["add"] / "evidence.json").read_text(encoding="utf-8"))["groups"]
    breaks_import = ADD.replace("+    return a + b\n", "+    return a + b\n+del bounds\n").replace("+7,2", "+7,3")
    repository = RedRepository(fleet.repository.path, fleet.repository.scratch)
    run = repository.run(replies=(breaks_import,), group=(group["fingerprint"],), sandbox="none")
    assert run.outcome == "no_fix"


def test_the_patches_are_one_change_proven_as_a_whole_and_what_two_cells_have_in_common_is_taken_once(
    fleet: Fleet, tmp_path: Path
) -> None:
    mine = fleet.copy(tmp_path)
    again = Path(shutil.copytree(mine.folders["add"], tmp_path / "again"))
    run = merge(mine.repository, mine.folders["low"], mine.folders["add"], again)  # no plan: what these are about
    assert run.outcome == "fixed"
    assert [row["is_merged"] for row in run.document["merged"]] == [True, True, True]
    assert passed(verified(mine.repository, run.out))
    assert run.patch.count("+    return a + b") == 1
    assert run.document["after"]["failed"] == ["test_shop.py::test_high"]
    assert run.document["targets"] == ["test_shop.py::test_low", "test_shop.py::test_add"]
    assert run.patch.count("diff --git") == 1
    assert run.document["cost"]["calls"] == 3
    assert broken_seal((run.out / "evidence.json").read_text(encoding="utf-8")) == ""
    assert (run.out / "explanation.md").read_text(encoding="utf-8").startswith("# Fixed: a change was proven")


def test_patches_that_exclude_each_other_are_named_with_cells_and_files_and_none_is_lost(
    fleet: Fleet, tmp_path: Path
) -> None:
    run = fleet.copy(tmp_path).merge()
    low, high = cell_of(fleet, "low"), cell_of(fleet, "high")
    [left] = [row for row in run.document["merged"] if row["left_out"]]
    assert run.outcome == "no_fix"
    assert {left["cell"], *left["left_out"].split(": ")[1].split(" change ")[0].split(" and ")} == {low, high}
    assert "shop.py" in left["left_out"]
    assert became(run)[left["cell"]] == "no_fix"
    assert sorted(became(run).values()) == ["fixed", "fixed", "no_fix"]
    for name, folder in fleet.folders.items():
        kept = run.out / f"{cell_of(fleet, name).replace(' ', '-')}.patch"
        assert kept.read_bytes() == (folder / "fix.patch").read_bytes()


def damaged_evidence(folder: Path) -> None:
    path = folder / "evidence.json"
    path.write_text(path.read_text(encoding="utf-8").replace("test_add", "test_odd", 1), encoding="utf-8")


def damaged_patch(folder: Path) -> None:
    path = folder / "fix.patch"
    path.write_text(path.read_text(encoding="utf-8").replace("+    return a + b", "+    return 3"), encoding="utf-8")


def damaged_patch_with_its_digest(folder: Path) -> None:
    damaged_patch(folder)
    digest = hashlib.sha256((folder / "fix.patch").read_bytes()).hexdigest()
    resealed(folder, patch_file={"name": "fix.patch", "sha256": digest, "message": ""})


def link_to_another_file(folder: Path) -> None:
    (folder / "fix.patch").rename(folder / "elsewhere")
    (folder / "fix.patch").symlink_to(folder / "elsewhere")


def a_fifo(folder: Path) -> None:
    (folder / "fix.patch").unlink()
    os.mkfifo(folder / "fix.patch")


def another_commit(folder: Path) -> None:
    context = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))["context"]
    resealed(folder, context={**context, "commit": "0" * 40})


DAMAGES = {
    "evidence that was changed": (damaged_evidence, "was changed after it was written"),
    "a patch that was changed": (damaged_patch, "its digest is not the one"),
    "a patch that was changed and sealed": (damaged_patch_with_its_digest, "is not the change that was proven"),
    "a link": (link_to_another_file, "is a symbolic link"),
    "no evidence": (lambda folder: (folder / "evidence.json").unlink(), "does not exist"),
    "no folder": (shutil.rmtree, "does not exist"),
    "a FIFO": (a_fifo, "is a FIFO"),
    "another commit": (another_commit, "is about the commit"),
    "another job": (lambda folder: resealed(folder, job="explain"), "it is no evidence of a fix"),
    "an outcome that there is not": (lambda folder: resealed(folder, outcome="perfect"), "'perfect' is not a valid"),
    "a path as the patch": (
        lambda folder: resealed(folder, patch_file={"name": "../../x", "sha256": "0", "message": ""}),
        "its patch is in a file named",
    ),
    "a part of another type": (lambda folder: resealed(folder, groups={"a": 1}), "of another type"),
    "a root cause of another plan": (lambda folder: resealed(folder, only_groups=["f" * 16]), "are not in the plan"),
}  # fmt: skip


@pytest.mark.parametrize(("damage", "why"), DAMAGES.values(), ids=DAMAGES)
def test_what_cannot_be_believed_is_lost_with_the_reason(fleet: Fleet, tmp_path: Path, damage: Any, why: str) -> None:
    mine = fleet.copy(tmp_path)
    folder = mine.folders["add"]
    damage(folder)
    [(part, given)] = [row for row in parts_of((given_in(folder),), plan_in(mine.plan_file)) if row[1]]
    repository = Repository.at(mine.repository.path)
    assert given is not None
    with Clone.of(repository) as clone:
        tree = clone.tree(repository.head()).id
        read = with_patch(part, given, commit=repository.head(), tree=tree, clone=clone)
    assert why in read.lost
    assert (read.run, read.patch, read.is_in) == (None, None, False)


def test_a_lost_cell_is_named_and_loses_nothing_of_the_others(fleet: Fleet, tmp_path: Path) -> None:
    mine = fleet.copy(tmp_path)
    damaged_patch(mine.folders["add"])
    run = mine.merge("add", "low")
    rows = {row["cell"]: row for row in run.document["merged"]}
    assert run.outcome == "no_fix"
    assert "its digest is not the one" in rows[cell_of(fleet, "add")]["reason"]
    assert rows[cell_of(fleet, "high")]["reason"] == "no folder that was given is this cell's"
    assert rows[cell_of(fleet, "low")]["is_merged"]
    assert [rows[cell_of(fleet, name)]["outcome"] for name in ("add", "high", "low")] == [None, None, "fixed"]
    assert sorted(became(run).values()) == ["fixed", "infrastructure", "infrastructure"]
    partial = (run.out / "partial.patch").read_text(encoding="utf-8")
    assert "+    low = a - 1" in partial
    assert "return 3" not in partial
    assert not (run.out / "fix.patch").exists()


def test_a_patch_that_lies_about_what_it_repairs_is_found_by_running(fleet: Fleet, tmp_path: Path) -> None:
    mine = fleet.copy(tmp_path)
    evidence = json.loads((mine.folders["low"] / "evidence.json").read_text(encoding="utf-8"))
    groups = [{**group, "cases": ["test_shop.py::test_high"]} for group in evidence["groups"]]
    resealed(mine.folders["low"], groups=groups)
    run = mine.merge("add", "low")
    rows = {row["cell"]: row for row in run.document["merged"]}
    assert run.outcome == "no_fix"
    assert "test_shop.py::test_high is still red" in rows[cell_of(fleet, "low")]["left_out"]
    assert rows[cell_of(fleet, "add")]["is_merged"]
    assert "low = a - 1" not in (run.out / "partial.patch").read_text(encoding="utf-8")


def test_a_cell_that_ended_otherwise_is_listed_with_its_outcome(fleet: Fleet, tmp_path: Path) -> None:
    mine = fleet.copy(tmp_path)
    [cause] = json.loads((mine.folders["add"] / "evidence.json").read_text(encoding="utf-8"))["groups"]
    out = str(mine.folders["add"])
    wrong = mine.repository.run(replies=(WRONG,), group=(cause["fingerprint"],), out=out, sandbox="none")
    run = mine.merge("low", "add")
    assert wrong.outcome == "no_fix"
    assert became(run)[cell_of(fleet, "add")] == "no_fix"
    assert any(note.startswith(f"{cell_of(fleet, 'add')} ended as no_fix: 1 attempt") for note in run.document["notes"])
    assert run.document["cost"]["calls"] == 2
    assert "of 200000 tokens" in run.document["notes"][-1]


def test_without_any_patch_the_outcome_is_that_of_the_cells(fleet: Fleet, tmp_path: Path) -> None:
    mine = fleet.copy(tmp_path)
    flaky: dict[str, object] = {
        "outcome": "flaky",
        "reason": "flaky on one commit",
        "patch": None,
        "groups": [],
        "attempts": [],
    }
    for name in ("low", "high", "add"):
        path = mine.folders[name] / "evidence.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        resealed(mine.folders[name], **flaky, patch_file=None, cost=document["cost"])
    run = mine.merge()
    assert run.outcome == "flaky"
    assert set(became(run).values()) == {"flaky"}
    lost = merge(mine.repository, tmp_path / "nothing")
    assert (lost.outcome, lost.document["cost"]["usd"]) == ("infrastructure", None)


def test_what_was_spent_is_held_against_the_budget_of_the_plan(fleet: Fleet) -> None:
    plan = plan_in(fleet.plan_file)
    rows = parts_of(tuple(map(given_in, fleet.folders.values())), plan)
    [first, *others] = [part for part, _ in rows]
    assert first.run is not None
    dear = replace(first, run=replace(first.run, cost=Cost(7, 300_000, 1, 3.5)))
    lost = replace(others[0], run=None, lost="gone")
    told = notes((dear, lost, others[1]), plan)[-1]
    assert "300001 of 200000 tokens and an unknown amount of US$ of US$ 1.00" in told  # a recording has no price
    assert told.endswith("; what 1 lost cell(s) spent is not known; that is more than the plan allows")


def test_the_command_line_names_what_is_lost_and_needs_a_folder(fleet: Fleet, tmp_path: Path) -> None:
    options = ("--repository", str(fleet.repository.path), "--out", str(tmp_path / "out"))
    argv, around = (sys.executable, "-m", "agent_ci", "merge", *options), {"PATH": os.environ["PATH"]}
    none = subprocess.run(argv, env=around, capture_output=True, text=True, check=False)
    gone = subprocess.run((*argv, str(tmp_path / "gone")), env=around, capture_output=True, text=True, check=False)
    assert (none.returncode, "CELL_DIR" in none.stderr) == (2, True)
    assert (gone.returncode, gone.stdout.startswith("infrastructure: no cell has a patch")) == (13, True)
    assert "cell gone is lost" in gone.stdout


def test_a_plan_of_other_files_is_a_usage_error(fleet: Fleet, tmp_path: Path) -> None:
    other = RedRepository.make(tmp_path / "other", {"shop.py": SHOP + "\n", "test_shop.py": SHOP_TESTS})
    run = merge(other, *fleet.folders.values(), plan_file=fleet.plan_file)
    assert run.outcome == "usage_error"
    assert "the plan was made for the commit" in run.document["reason"]
    missing = merge(other, *fleet.folders.values(), plan_file=tmp_path / "none.json")
    assert (missing.outcome, "does not exist" in missing.document["reason"]) == ("usage_error", True)


def test_the_folder_of_a_cell_is_not_written_over(fleet: Fleet, tmp_path: Path) -> None:
    mine = fleet.copy(tmp_path)
    mine.folders["add"].rename(tmp_path / "merged")
    with pytest.raises(UsageError, match="name another folder with --out"):
        merge(mine.repository, tmp_path / "merged")
    assert (tmp_path / "merged" / "fix.patch").exists()
