"""Makes a release on GitLab, where it is to be published and its tag is there; what a person wrote stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent_ci.core.notes.release import Page, is_as_signed
from agent_ci.errors import ForgeUnavailableError
from agent_ci.forges.gitlab.project import Item, Project
from agent_ci.http.answers import MissingError, RejectedError
from agent_ci.http.api import Timing


@dataclass(frozen=True)
class GitLabReleases:
    """The releases of the project of a job with *environment*. Source: "Releases API" in GitLab's documentation."""

    environment: Mapping[str, str]
    timing: Timing | None = None

    def draft(self, page: Page) -> str:
        """Say that there are no drafts here; nothing is asked or written."""
        return f"GitLab has no drafts of releases, so that {page.tag} is in notes.md only; --publish makes its release"

    def publish(self, page: Page) -> str:
        """As ``Releases.publish``. The job's own token may do it as well."""
        project = Project.of_pipeline(self.environment, self.timing)
        if there := self._of(project, page.tag):
            return self._renewed(project, there, page)
        wanted = {"tag_name": page.tag, "name": page.tag, "description": page.body}
        try:
            made = project.send("POST", ("releases",), wanted, lambda: self._of(project, page.tag))
        except RejectedError as error:  # another run was faster, or there is no such tag
            if there := self._of(project, page.tag):
                return self._renewed(project, there, page)
            raise ForgeUnavailableError(
                f"GitLab makes no release of {page.tag}: {error.said}; push the tag first, no tag is made here"
            ) from error
        return f"the release {page.tag} was made: {_address(made)}"

    @staticmethod
    def _of(project: Project, tag: str) -> Item | None:
        try:
            return project.get("releases", tag)
        except MissingError:
            return None

    @staticmethod
    def _renewed(project: Project, there: Item, page: Page) -> str:
        """Have the release say *page* where it is ours as we left it."""
        said = str(there.get("description") or "").replace("\r\n", "\n")
        if said.strip() == page.body.strip():
            return f"the release {page.tag} is up to date: {_address(there)}"
        if not is_as_signed(said):
            return f"the release {page.tag} is a person's, and stays as it is: {_address(there)}"
        project.send("PUT", ("releases", page.tag), {"description": page.body})
        return f"the release {page.tag} was brought up to date: {_address(there)}"


def _address(release: Item) -> str:
    links = release.get("_links")
    return str(links.get("self") or "") if isinstance(links, Mapping) else ""
