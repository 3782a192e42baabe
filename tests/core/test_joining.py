"""Which patches go together: the rule decides, the same one counts once, and what is left out is named."""

from __future__ import annotations

from agent_ci.core.cell_run import CellRun
from agent_ci.core.change import ChangedFile, Patch
from agent_ci.core.joining import Part, joined
from agent_ci.core.merged import verdict
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import TestReport
from agent_ci.core.run import Attempt, Cost, Evidence, Reply


def part(label: str, *paths: str, repaired: int = 1, lines: int = 1) -> Part:
    names = frozenset(f"{label}{number}" for number in range(repaired))
    files = tuple(ChangedFile(path, "M", "100644", "100644", added=lines) for path in paths)
    patch = Patch(label, files, "base", "+".join(paths))
    return Part(label, run=CellRun(Outcome.FIXED, "", "", names, names, (), Cost(calls=1)), patch=patch, asked=names)


def join(tree: str, patch: Patch) -> str | None:
    """Trees are named after the files that were changed on the way, and no file can be changed twice."""
    changed = {file.path for file in patch.files}
    return None if changed & {*tree.split("+")} else f"{tree}+{patch.tree}"


def left_out(*parts: Part) -> dict[str, str]:
    return {each.label: each.left_out for each in joined(parts, "base", join)[0] if each.left_out}


def test_patches_that_touch_nothing_in_common_go_together() -> None:
    parts, tree = joined((part("one", "a"), part("two", "b"), part("three", "c")), "base", join)
    assert all(each.is_in for each in parts)
    assert tree == "base+a+b+c"


def test_the_one_that_repairs_more_then_the_smaller_then_the_first_is_kept() -> None:
    assert left_out(part("one", "a"), part("two", "a", repaired=2)).keys() == {"one"}
    assert left_out(part("one", "a", lines=9), part("two", "a")).keys() == {"one"}
    assert left_out(part("one", "a"), part("two", "a")).keys() == {"two"}


def test_a_conflict_names_the_cells_and_the_files() -> None:
    said = left_out(part("one", "a", "b"), part("two", "c"), part("three", "b", "d", "e"))
    assert said == {"three": "conflict: three and one change b in ways that exclude each other"}


def test_the_same_patch_counts_once() -> None:
    one, two = part("one", "a"), part("two", "a")
    parts, tree = joined((one, Part("two", run=two.run, patch=one.patch)), "base", join)
    assert (all(each.is_in for each in parts), tree) == (True, "base+a")


def ended(*parts: Part, is_planned: bool) -> Outcome:
    proof = Attempt(Reply("one"), part("one", "a").patch, after=TestReport())
    repaired = frozenset(name for each in parts if each.run for name in each.run.repaired)
    return verdict(Evidence("merge", ""), parts, (proof,), repaired, is_planned=is_planned).outcome


def test_beside_a_lost_cell_the_whole_is_fixed_only_where_a_plan_says_that_nothing_is_missing() -> None:
    junk, gone = Part("junk", lost="no evidence"), Part("gone", lost="no folder", asked=frozenset({"x"}))
    assert ended(part("one", "a"), is_planned=False) is Outcome.FIXED
    assert ended(part("one", "a"), junk, is_planned=False) is Outcome.NO_FIX
    assert ended(part("one", "a"), junk, is_planned=True) is Outcome.FIXED
    assert ended(part("one", "a"), gone, is_planned=True) is Outcome.NO_FIX
