"""AC-136: a payload is huge, empty where it should not be, of other types, or in other scripts."""

from __future__ import annotations

from agent_ci.errors import UnsupportedError
from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED, REACHED
from bench.attacks.stages.context import FORK, OWN, Scene, Seen

_READ_OR_REFUSED = "read as far as it makes sense, or refused in one sentence"
_NONSENSE: dict[str, object] = {
    "null": {"pull_request": None, "number": None, "repository": None, "sender": None},
    "null inside": {"pull_request": {"head": None, "base": None, "number": None}},
    "other types": {"pull_request": [1], "number": {"a": 1}, "repository": "x", "sender": 7},
    "options": {"pull_request": {"head": {"sha": "--output=PWNED"}, "base": {"sha": "HEAD~1"}}},
    "a list": [],
}


def _is_harmless(scene: Scene, payload: object) -> bool:
    """Whether nobody is trusted by *payload*, and what it names is read as ids or not at all."""
    try:
        found = scene.context("pull_request", payload, GITHUB_ACTOR="")
    except UnsupportedError as error:
        return "\n" not in str(error)
    return found.from_fork and found.commit in scene.commits.values() and found.number in (None, 12)


def _attempt(scene: Scene) -> Seen:
    strange = {
        **_NONSENSE,
        "ten megabytes": scene.pull_request(FORK, body="x" * 10_000_000),
        "numbers as text": {**scene.pull_request(FORK), "number": "12"},
        "another script": {**scene.pull_request(FORK), "sender": {"login": "\u00fcser\u202e\U0001f600"}},
    }
    wrong = [name for name, payload in strange.items() if not _is_harmless(scene, payload)]
    return Seen(", ".join(wrong) or _READ_OR_REFUSED)


ATTACK = Attack(
    id="AC-136",
    stage="context",
    what="a payload is huge, of other types than it should be, or in other scripts",
    forbidden=(CHANGED, REACHED),
    promised=_READ_OR_REFUSED,
    attempt=_attempt,
    twin=lambda scene: scene.context("pull_request", scene.pull_request(OWN)).number == 12,
)
