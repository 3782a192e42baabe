"""What GitHub says of the labels of a pull request, where the token may look and where it may not."""

from __future__ import annotations

import pytest

from agent_ci.core.chat import STOPPED
from agent_ci.errors import NotAllowedError
from agent_ci.forges.github.people import is_held
from tests.forges.github.lab import Lab
from tests.servers.chat import Step


def test_a_label_is_seen_while_it_is_there(lab: Lab) -> None:
    number = lab.server.state.open_request("change")
    held = [is_held(lab.project(), number)]
    lab.server.state.pulls[number]["labels"] = [{"name": STOPPED}]
    assert [*held, is_held(lab.project(), number)] == [False, True]


@pytest.mark.parametrize("status", [403, 404])
def test_a_token_that_may_not_look_is_told_what_it_needs(lab: Lab, status: int) -> None:
    number = lab.server.state.open_request("change")
    lab.server.breaks("GET", f"/issues/{number}$", Step(b"{}", status=status))
    with pytest.raises(NotAllowedError, match=r"stopped repairs is not known: .*`pull-requests: read`"):
        is_held(lab.project(), number)
