"""An issue on GitLab for a failure that nobody repaired: one for each failure, closed once it is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent_ci.forges.gitlab.once import Once
from agent_ci.forges.gitlab.project import Item, Project, number_of


@dataclass(frozen=True)
class Escalation:
    """The issues of *project* that are ours."""

    project: Project

    def open(self, title: str, body: str, fingerprint: str) -> str:
        """Have one open issue about the failure *fingerprint*, and give its address."""
        mark = _mark(fingerprint)

        def make(read_back: Callable[[], Item | None]) -> Item:
            said = {"title": title, "description": f"{mark}\n{body}"}
            return self.project.send("POST", ("issues",), said, read_back)

        issue, _ = Once(lambda: self._open(fingerprint), make, self._close).done()
        return str(issue.get("web_url", ""))

    def close(self, fingerprint: str) -> int:
        """Close what is open about *fingerprint*; how many that were."""
        found = self._open(fingerprint)
        for issue in found:
            self._close(issue)
        return len(found)

    def _close(self, issue: Item) -> None:
        self.project.send("PUT", ("issues", number_of(issue, "iid")), {"state_event": "close"})

    def _open(self, fingerprint: str) -> tuple[Item, ...]:
        mark = _mark(fingerprint)
        asked = {"state": "opened", "scope": "all", "search": fingerprint, "in": "description"}
        found = self.project.items("issues", **asked)
        return tuple(
            one for one in found if str(one.get("description", "")).startswith(mark) and self.project.is_own(one)
        )


def _mark(fingerprint: str) -> str:
    return f"<!-- agent-ci:issue:{fingerprint} -->"
