"""What is promised when GitHub fails: for each fault and each delivery one outcome, nothing twice, no token shown."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass

import pytest

from agent_ci.core.outcome import Outcome
from agent_ci.core.views.story import Story
from agent_ci.errors import AgentCIError
from tests.forges.github.lab import Lab
from tests.servers.chat import Step, cut, html, redirects
from tests.servers.github import TOKEN

MARKER = "<!-- agent-ci -->"
UNAVAILABLE, STALE = Outcome.FORGE_UNAVAILABLE, Outcome.STALE


@dataclass(frozen=True)
class Trouble:
    """What is answered to every write, or to every question, and how a delivery must end: None for "as if nothing"."""

    step: Step
    outcome: Outcome | None
    times: int = 1
    method: str = "POST|PATCH"


def said(message: str, status: int, **headers: str) -> Step:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Step(json.dumps({"message": message}).encode(), status=status, headers=named)


LATER = str(int(1e9) + 20)
MUCH_LATER = str(int(1e9) + 9000)
TROUBLES = {
    "a bad token": Trouble(said(f"Bad credentials {TOKEN}", 401), UNAVAILABLE),
    "single sign-on": Trouble(said("SAML", 403, X_GitHub_SSO="required; url=x"), UNAVAILABLE),
    "a missing right": Trouble(said("no", 403, X_Accepted_GitHub_Permissions="contents=write"), UNAVAILABLE),
    "a secondary limit": Trouble(said("secondary rate limit", 403, Retry_After="20"), None),
    "too many requests": Trouble(said("slow", 429, Retry_After="20"), None),
    "a limit that is used up": Trouble(said("x", 403, X_RateLimit_Remaining="0", X_RateLimit_Reset=LATER), None),
    "a limit for hours": Trouble(said("x", 403, X_RateLimit_Remaining="0", X_RateLimit_Reset=MUCH_LATER), UNAVAILABLE),
    "limits for ever": Trouble(said("slow", 429, Retry_After="1"), UNAVAILABLE, times=50),
    "nothing there": Trouble(said("Not Found", 404), UNAVAILABLE),
    "another host": Trouble(redirects("http://127.0.0.2:9/x", 307), UNAVAILABLE),
    "a conflict": Trouble(said("conflict", 409), UNAVAILABLE),
    "what cannot be processed": Trouble(said("Validation Failed", 422), UNAVAILABLE),
    "a server that is down for a moment": Trouble(said("x", 503), None, times=2),
    "a server that is down": Trouble(said("x", 502), UNAVAILABLE, times=50),
    "a cut connection": Trouble(Step(status=0), None, times=2),
    "half an answer": Trouble(cut(said("x", 200), 5), None),
    "a sign-in page": Trouble(html(), UNAVAILABLE),
    "a bomb": Trouble(Step(gzip.compress(bytes(25_000_000), 1), headers=(("Content-Encoding", "gzip"),)), UNAVAILABLE),
    "huge headers": Trouble(Step(b"{}", headers=(("X-Long", "v" * 200_000),)), None),
    "headers without end": Trouble(Step(b"{}", headers=tuple((f"X-{n}", "v") for n in range(300))), None),
    "questions that are not answered": Trouble(said("x", 500), UNAVAILABLE, times=50, method="GET"),
    "questions that are limited": Trouble(said("x", 429, Retry_After="5"), None, times=2, method="GET"),
    "questions that lead elsewhere": Trouble(redirects("https://example.org/x", 301), UNAVAILABLE, method="GET"),
    "questions with lists for objects": Trouble(Step(b'["x"]'), UNAVAILABLE, method="GET"),
    "questions with nonsense": Trouble(Step(b'{"object": 7, "sha": [], "number": "x"}'), STALE, method="GET"),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=list(TROUBLES))
@pytest.mark.parametrize("rung", ["commit", "suggestion", "pull-request", "comment"])
def test_a_delivery_ends_as_promised(lab: Lab, rung: str, trouble: Trouble) -> None:
    number = lab.server.state.open_request("change")
    for method in trouble.method.split("|"):
        lab.server.breaks(method, "", trouble.step, times=trouble.times)
    outcome, explained = _delivered(lab, rung, number)
    assert TOKEN not in explained
    assert outcome in ({STALE, UNAVAILABLE} if trouble.outcome is STALE else {trouble.outcome})
    lab.server.faults.clear()
    _deliver(lab, rung, number)
    state = lab.server.state
    counts = (len(state.pulls) - 1, len(state.reviews), len(state.comments), lab.tip()["parents"] == [lab.head])
    assert counts == (rung == "pull-request", rung == "suggestion", rung == "comment", rung == "commit")


def _delivered(lab: Lab, rung: str, number: int) -> tuple[Outcome | None, str]:
    try:
        _deliver(lab, rung, number)
    except AgentCIError as error:
        return error.outcome, str(error)
    return None, ""


def _deliver(lab: Lab, rung: str, number: int) -> None:
    if rung == "comment":
        lab.forge().tell(Story(MARKER, f"{MARKER}\nfixed"), lab.context(number))
    else:
        lab.forge().deliver(lab.parcel(number=number), rung)


def test_ten_thousand_comments_are_read_up_to_a_limit(lab: Lab) -> None:
    number = lab.server.state.open_request("change")
    ada = {"login": "ada", "type": "User"}
    for index in range(1000, 11_000):
        lab.server.state.comments[index] = {"id": index, "issue": number, "body": "hello", "user": ada}
    lab.forge().tell(Story(MARKER, f"{MARKER}\nfixed"), lab.context(number))
    assert len(lab.server.seen) < 100


def test_pages_of_comments_that_lead_to_each_other_end(lab: Lab) -> None:
    number = lab.server.state.open_request("change")
    place = f"{lab.server.url}/api/v3/repos/owner/shop/issues/{number}/comments?per_page=100"
    lab.server.breaks("GET", "/comments", Step(b"[]", headers=(("Link", f'<{place}>; rel="next"'),)), times=50)
    lab.forge().tell(Story(MARKER, f"{MARKER}\nfixed"), lab.context(number))
    assert len(lab.server.state.comments) == 1
