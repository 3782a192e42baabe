"""Where a run happens: repository, commit, branch, event and whose change it is."""

from __future__ import annotations

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

    @property
    def is_change_request(self) -> bool:
        """Whether a pull or merge request is being judged."""
        return self.event is Event.CHANGE_REQUEST

    @property
    def is_on_default_branch(self) -> bool:
        """Whether the build of the default branch itself is being judged."""
        return not self.is_change_request and bool(self.branch) and self.branch == self.default_branch
