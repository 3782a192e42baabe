"""The bench of diffs is what it says: of every attack, in real notation, and it tells a residue from a refusal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.cheats.judging import Judge
from bench.diffs.__main__ import WITHOUT, Row, is_right, opened, row
from bench.diffs.contents import CALLS, CHARACTERS, PROTECTED
from bench.diffs.corpus import ATTACKS, DIFFS
from bench.diffs.notation import REPAIR, RIGHT, Diffs, beside, diff, new_file, on_top
from bench.diffs.shapes import PATHS, TEXTS


def test_every_attack_is_there() -> None:
    assert {diffs.attack for diffs in DIFFS.values()} == set(ATTACKS)
    assert len(ATTACKS) == 25


def test_no_name_hides_another() -> None:
    assert len(DIFFS) == sum(map(len, (PATHS, TEXTS, CHARACTERS, CALLS, PROTECTED)))


@pytest.mark.parametrize("sign", ["\x0c", "\u2028", "\u0085", "\r"], ids=ascii)
def test_every_sign_that_some_programs_read_as_an_end_of_line_stands_inside_an_added_line(sign: str) -> None:
    added = [line for diffs in DIFFS.values() if diffs.attack == "AC-99" for line in diffs.bad.split("\n")]
    assert any(line.startswith("+") and sign in line.rstrip("\r") for line in added)


@pytest.mark.parametrize("diffs", DIFFS.values(), ids=DIFFS)
def test_a_diff_differs_from_its_twin(diffs: Diffs) -> None:
    assert diffs.bad != diffs.twin


def test_a_line_ends_at_a_line_feed_only() -> None:
    assert diff({"x": "a\x0cb\rc\u2028d\ne"}, {}) == (
        "diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n"
        "+a\x0cb\rc\u2028d\n+e\n\\ No newline at end of file\n"
    )


@pytest.fixture(scope="module")
def bench() -> Iterator[tuple[Judge, str]]:
    with opened() as found:
        yield found


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("a link, and a file behind it", "mode"),
        ("a line behind a carriage return", "carriage return"),
        ("a socket", "security-finding"),
        (".mcp.json", "protected-path"),
    ],
)
def test_a_bad_diff_is_refused_and_its_twin_is_not(bench: tuple[Judge, str], name: str, sign: str) -> None:
    told = row(name, DIFFS[name], *bench)
    assert (told[2], told[4]) == ("no", "yes")
    assert sign in told[3]


def test_an_accepted_one_is_seen(bench: tuple[Judge, str]) -> None:
    harmless = on_top("AC-0", "NAME = 'shop'", "NAME = 'tea'")
    told = row("harmless", harmless, *bench)
    assert told[2] == "YES"
    assert not is_right([told])


def test_a_residue_counts_where_the_case_permits_it_only(bench: tuple[Judge, str]) -> None:
    both = (beside("AC-0", new_file("new.py"), "", may_be_dropped=is_enough) for is_enough in (True, False))
    assert [row("residue", diffs, *bench)[2] for diffs in both] == [WITHOUT, "YES"]


def test_a_residue_that_is_in_the_tree_is_none(bench: tuple[Judge, str]) -> None:
    more = Diffs("AC-0", diff({"shop.py": f"NAME = 'shop'\n\n\n{RIGHT}"}), REPAIR, may_be_dropped=True)
    assert row("more", more, *bench)[2] == "YES"


ROWS: dict[str, tuple[Row, bool]] = {
    "refused": (("x", "AC-0", "no", "a rule", "yes"), True),
    "without it": (("x", "AC-0", WITHOUT, "", "yes"), True),
    "accepted": (("x", "AC-0", "YES", "", "yes"), False),
    "a refused twin": (("x", "AC-0", "no", "a rule", "NO: a rule"), False),
}


@pytest.mark.parametrize(("told", "expected"), ROWS.values(), ids=ROWS)
def test_one_row_decides(told: Row, *, expected: bool) -> None:
    good = ROWS["refused"][0]
    assert all(is_right(rows) is expected for rows in ([told], [good, told], [told, good]))
