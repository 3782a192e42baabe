"""Whether another repair may be tried on a branch: what bots and people did there lately decides, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import takewhile

from agent_ci.core.chat import STOPPED as LABEL
from agent_ci.core.message import named_attempt, named_failure

DAY = 86_400  # seconds
MOST_MENDED = 20
"""How many failures one green build is said to have mended."""

_BOT_NAME = re.compile(r"\[bot\]$|(?:^|[-_. ])bot$", re.IGNORECASE)
_BOT_ADDRESS = re.compile(
    r"""
    \[bot\]@ |                                   # GitHub Apps, github-actions among them
    ^(?:project|group)_\d+_bot\w*@ |             # GitLab's access tokens
    ^(?:github-actions|actions|action)@github\.com$ |
    ^noreply@(?:renovatebot|dependabot)\.com$ |
    ^agent-ci@
    """,
    re.VERBOSE | re.IGNORECASE,
)
_REVERT = re.compile(r"^This reverts commit ([0-9a-f]{40}(?:[0-9a-f]{24})?)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of a branch. ``time`` is its committer's, in seconds since 1970.

    ``failure`` is the fingerprint of the failure that it repairs, empty where it is no repair of ours. ``attempt`` is
    the number that the repair gave itself, and ``reverted`` the commit that it takes back, empty where it takes none.
    """

    id: str
    time: int = 0
    is_bot: bool = False
    failure: str = ""
    attempt: int = 0
    reverted: str = ""

    @classmethod
    def read(cls, id_: str, time: int, name: str, address: str, message: str) -> Step:
        """The commit *id_* by its author's *name* and *address* and its *message*, all of which anybody may write.

        Who writes our trailers under a commit of their own can only have less tried, never more.
        """
        failure = named_failure(message)
        is_bot = bool(failure or _BOT_NAME.search(name) or _BOT_ADDRESS.search(address))
        found = _REVERT.search(message)
        return cls(id_, time, is_bot, failure, named_attempt(message), found[1] if found else "")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many repairs may stand on a branch since a person's commit, and how many may be made in 24 hours."""

    per_branch: int = 3
    per_day: int = 10


@dataclass(frozen=True, slots=True)
class History:
    """A branch's *steps*, the newest first, and the repairs of the last days on any branch, *elsewhere* included.

    ``is_cut`` is True where older steps exist and are not known here.
    """

    steps: tuple[Step, ...] = ()
    elsewhere: tuple[Step, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to go on, and else why not, in one sentence; ``escalate`` where a person has to look at it."""

    go: bool
    reason: str = ""
    escalate: bool = False


_GO = Decision(go=True)


STOPPED = (
    f"a person said that nothing more is to be repaired on this change (label `{LABEL}`); take the label off, or "
    "comment `/agent-ci fix`"
)


def decide(failure: str, history: History, bounds: Bounds, *, now: float, is_stopped: bool = False) -> Decision:
    """Whether a repair of *failure* may be tried on the branch of *history* at the time *now*, seconds since 1970.

    *is_stopped* says that a person wants none.
    """
    if is_stopped:
        return Decision(go=False, reason=STOPPED)
    since = since_a_person(history.steps)
    refused = _taken_back(failure, history.steps, since) or _already_repaired(failure, since)
    if refused:
        return Decision(go=False, reason=refused, escalate=True)
    if history.is_cut and since and len(since) == len(history.steps) and not any(step.failure for step in since):
        return Decision(
            go=False,
            reason="the last commit is a bot's, and the history was cut off before a person's, so that nobody knows "
            "how many repairs came before; fetch it (actions/checkout: `fetch-depth: 0`, GitLab: `GIT_DEPTH: 0`)",
        )
    if (made := repairs(history)) >= bounds.per_branch:
        return Decision(
            go=False,
            reason=f"{made} commits were made by bots since a person's last commit and agent-ci's first repair after "
            f"it, and max-fixes-per-branch is {bounds.per_branch}; a commit of yours starts the count anew",
            escalate=True,
        )
    if (today := _repairs_since(now - DAY, history)) >= bounds.per_day:
        return Decision(
            go=False,
            reason=f"{today} repairs were made in this repository in the last 24 hours, and max-fixes-per-day is "
            f"{bounds.per_day}; try again later, or raise it in .agent-ci.yml of the base",
        )
    return _GO


def since_a_person(steps: Collection[Step]) -> tuple[Step, ...]:
    """The *steps* after the last one that a person made, the newest first.

    A person who takes back a repair of ours has changed nothing that could be repaired anew.
    """
    ours = {step.id for step in steps if step.failure}
    return tuple(takewhile(lambda step: step.is_bot or step.reverted in ours, steps))


def mended(history: History, base: str | None) -> tuple[str, ...]:
    """The fingerprints of the failures that our repairs in *history* were about, the newest first.

    Those that *base* has already are left out, where there is a base: they are somebody else's.
    """
    own = takewhile(lambda step: step.id != base, history.steps)
    return tuple(dict.fromkeys(step.failure for step in own if step.failure))[:MOST_MENDED]


def repairs(history: History) -> int:
    """How many commits bots made since a person's last one, from our first repair among them on.

    Those of other bots count, or two bots that answer each other would never come to an end. Where the history was cut
    off, a repair's own number says how many there were at least.
    """
    since = since_a_person(history.steps)
    ours = [index for index, step in enumerate(since) if step.failure]
    counted = ours[-1] + 1 if ours else 0
    said = max((since[index].attempt + index for index in ours), default=0) if len(since) == len(history.steps) else 0
    return max(counted, said) if history.is_cut else counted


def last_repair(history: History) -> tuple[Step, Step] | None:
    """The last commit and the one before it, where the last is a repair of ours that may be taken back.

    What takes something back itself is left alone: two reverts in a row would begin a loop.
    """
    tip, *before = history.steps[:2] or (Step(""),)
    return (tip, before[0]) if tip.failure and not tip.reverted and before else None


def ask_to_take_back(repair: Step) -> str:
    """A sentence that asks to undo the last commit, *repair*, with which something is red that passed before it."""
    return (
        f"the last commit {repair.id[:12]} is a repair of ours, and what passed before it is red now; "
        f"`agent-ci undo {repair.id[:12]}` takes it back"
    )


def _already_repaired(failure: str, since: tuple[Step, ...]) -> str:
    found = next((step for step in since if step.failure == failure), None)
    if found is None:
        return ""
    return (
        f"commit {found.id[:12]} was to repair this very failure ({failure}), and it is still there; a person has to "
        f"look at it (`agent-ci undo {found.id[:12]}` takes the repair back)"
    )


def _taken_back(failure: str, steps: tuple[Step, ...], since: tuple[Step, ...]) -> str:
    """Why *failure* is left alone, where its repair, before or after a person's commit, was reverted since."""
    repaired = {step.id for step in steps if step.failure == failure}
    found = next((step for step in since if step.reverted in repaired), None)
    if found is None:
        return ""
    return f"commit {found.id[:12]} took back the repair of this very failure ({failure}); a person has to look at it"


def _repairs_since(time: float, history: History) -> int:
    return len({step.id for step in (*history.steps, *history.elsewhere) if step.failure and step.time >= time})
