"""The order in which ways of delivery are tried: from what was asked for down to the file that always works."""

from __future__ import annotations

COMMIT, SUGGESTION, PULL_REQUEST, PATCH, NONE = "commit", "suggestion", "pull-request", "patch", "none"
_RUNGS = (COMMIT, SUGGESTION, PULL_REQUEST, PATCH)
ASKED_FOR = "asked for as"
"""What the reasons begin with in the sentence of a delivery that others were refused before."""

REMOTE = frozenset({COMMIT, SUGGESTION, PULL_REQUEST})
"""What needs the right to write where a repository lives on a forge."""


def rungs(asked: str, *, has_doubts: bool = False, waits: bool = False) -> tuple[str, ...]:
    """The ways to try for the mode *asked*, the first best.

    A change that leaves doubts waits for a person: it is suggested, or kept as a file. A commit that is refused is
    suggested before it becomes a change request, which is more to look after. What *waits* for a person, as a revert
    does, is proposed and no more.
    """
    if asked == NONE:
        return (NONE,)
    if has_doubts and asked in REMOTE:
        return (SUGGESTION, PATCH)
    if waits and asked == COMMIT:
        asked = SUGGESTION
    return _RUNGS[_RUNGS.index(asked) :]
