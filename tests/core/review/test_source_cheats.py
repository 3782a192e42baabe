"""Ways to look green without a repair are objected to, each by its rule."""

from __future__ import annotations

import pytest

from tests.core.review import cheats_elsewhere, cheats_in_python
from tests.core.review.reviewed import Change, rules, said

CHEATS = {**cheats_in_python.CHEATS, **cheats_elsewhere.CHEATS}


@pytest.mark.parametrize("cheat", CHEATS.values(), ids=CHEATS.keys())
def test_a_cheat_is_an_objection(cheat: Change) -> None:
    assert cheat.rule in rules(cheat), said(cheat)
