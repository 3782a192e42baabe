"""Where a run happens: repository, commit, branch, event and whose change it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Event(StrEnum):
    """What started the pipeline, in words that fit every forge."""

    PUSH = "push"
    CHANGE_REQUEST = "change_request"  # a GitHub pull request or a GitLab merge request
    SCHEDULE = "schedule"
    MANUAL = "manual"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Context:
    """One run's surroundings, read once from the environment and from git.

    ``commit`` is the commit being judged: the real head of a change request, never the merge commit a forge
    makes for it. ``base`` is the commit or ref to compare with, None where the event names none.
    ``from_fork`` is True where the change's code comes from another repository than the one it targets.
    ``is_stopped`` is True where a person said that nothing more is to be repaired on the change request.
    """

    forge: str
    repository: str
    workspace: str
    commit: str
    branch: str = ""
    base: str | None = None
    default_branch: str = ""
    event: Event = Event.LOCAL
    number: int | None = None
    actor: str = ""
    from_fork: bool = False
    job: str = ""
    run_url: str = ""
    is_stopped: bool = False

    @property
    def is_change_request(self) -> bool:
        """Whether a pull or merge request is being judged."""
        return self.event is Event.CHANGE_REQUEST

    @property
    def is_on_default_branch(self) -> bool:
        """Whether the build of the default branch itself is being judged; a fork's branch of that name is not it."""
        is_foreign = self.is_change_request or self.from_fork
        return not is_foreign and bool(self.branch) and self.branch == self.default_branch


def read_commit_id(value: object) -> str:
    """*value* where it is a full commit id; empty for anything else, as for the zeros that stand for "none"."""
    is_id = isinstance(value, str) and _COMMIT_ID.fullmatch(value) and value.strip("0")
    return str(value) if is_id else ""


def read_number(value: object) -> int | None:
    """The number of a change request, from a JSON number or a string of digits; None for anything else."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if is_number or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        return int(str(value))
    return None


_COMMIT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,18}")
