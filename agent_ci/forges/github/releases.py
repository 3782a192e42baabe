"""Keeps one draft of a release on GitHub up to date, and publishes it where asked to; what a person wrote stays."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from agent_ci.core.notes.release import Page, is_as_signed, is_ours
from agent_ci.errors import ForgeUnavailableError
from agent_ci.forges.github.project import Project
from agent_ci.http.answers import Answer, MissingError

_READ = "the releases of the project cannot be read to their end, so that it is not known whether there is a draft"


@dataclass(frozen=True)
class GitHubReleases:
    """The releases of *project*. Source: "REST API endpoints for releases"; drafts are seen with the right to write."""

    project: Project

    def draft(self, page: Page) -> str:
        """Have one draft say *page*, and say where it is, or why nothing was changed; twice is once.

        Raises NotAllowedError where the token lacks ``contents: write``, and ForgeUnavailableError.
        """
        there = self._of(page.tag)
        published = next((one for one in there if not one.get("draft")), None)
        if published:
            return f"the release {page.tag} is published, and stays as it is: {_address(published)}"
        if there:
            return self._renewed(there, page)
        wanted = self._wanted(page)
        made = self.project.send("POST", self.project.path("releases"), wanted, read_back=lambda: self._made(page))
        there = self._of(page.tag)  # which may not show yet what was made just now
        there += [] if made.item["id"] in {one["id"] for one in there} else [made.item]
        first, *surplus = sorted((one for one in there if is_ours(_body(one))), key=_id) or [made.item]
        for one in surplus:  # another run of ours was as fast; all agree on the first that was made
            if is_as_signed(_body(one)):
                with contextlib.suppress(MissingError):  # then the other run took it away
                    self.project.api.send("DELETE", self._path(one))
        return f"the draft of the release {page.tag} was made: {_address(first)}"

    def publish(self, page: Page) -> str:
        """Have the published release of the tag say *page*: a draft of ours is published, else one is made.

        Raises as ``draft``, and ForgeUnavailableError where there is no such tag: to publish would make it.
        """
        there = self._of(page.tag)
        published = [one for one in there if not one.get("draft")]
        ours = next((one for one in (published or there) if is_as_signed(_body(one))), None)
        if there and ours is None:
            return f"the release {page.tag} is a person's, and stays as it is: {_address((published or there)[0])}"
        self._have_tag(page.tag)
        if ours is None:
            wanted = {**self._wanted(page), "draft": False}
            made = self.project.send("POST", self.project.path("releases"), wanted, read_back=lambda: self._made(page))
            return f"the release {page.tag} was published: {_address(made.item)}"
        path, wanted = self._path(ours), {"body": page.body, "draft": False}
        if ours.get("draft") or _body(ours) != page.body:
            self.project.send("PATCH", path, wanted, read_back=lambda: _if_public(self.project.api.get(path), page))
        return f"the release {page.tag} is published and up to date: {_address(ours)}"

    def _have_tag(self, tag: str) -> None:
        try:
            self.project.api.get(self.project.path("git", "ref", f"tags/{tag}"))
        except MissingError as error:
            raise ForgeUnavailableError(f"there is no tag {tag} on GitHub, and none is made; push it first") from error

    def _renewed(self, there: list[dict[str, Any]], page: Page) -> str:
        ours = next((one for one in there if is_as_signed(_body(one))), None)
        if ours is None:
            return f"the draft of the release {page.tag} is a person's, and stays as it is: {_address(there[0])}"
        if not _says(ours, page):
            path, wanted = self._path(ours), {"body": page.body}
            wanted |= {"target_commitish": page.target} if page.target else {}
            self.project.send("PATCH", path, wanted, read_back=lambda: _if_said(self.project.api.get(path), page))
        return f"the draft of the release {page.tag} is up to date: {_address(ours)}"

    def _of(self, tag: str) -> list[dict[str, Any]]:
        """The releases of *tag*, drafts included, the first made first."""
        found, is_cut = self.project.api.items(self.project.path("releases"))
        if is_cut:
            raise ForgeUnavailableError(_READ)
        return sorted((one for one in found if one.get("tag_name") == tag), key=_id)

    def _made(self, page: Page) -> Answer | None:
        ours = [one for one in self._of(page.tag) if _body(one) == page.body]
        return Answer(200, {}, ours[0]) if ours else None

    def _path(self, release: dict[str, Any]) -> str:
        return self.project.path("releases", _id(release))

    @staticmethod
    def _wanted(page: Page) -> dict[str, object]:
        named = {"tag_name": page.tag, "name": page.tag, "target_commitish": page.target}
        return {**named, "body": page.body, "draft": True, "prerelease": page.is_preview}


def _if_said(answer: Answer, page: Page) -> Answer | None:
    return answer if _says(answer.item, page) else None


def _if_public(answer: Answer, page: Page) -> Answer | None:
    return answer if not answer.item.get("draft") and _body(answer.item) == page.body else None


def _says(release: dict[str, Any], page: Page) -> bool:
    """Whether *release* has the words of *page*, and its tag will be made on the commit that they tell of."""
    is_there = not page.target or release.get("target_commitish") == page.target
    return is_there and _body(release) == page.body


def _id(release: dict[str, Any]) -> int:
    return int(release["id"])


def _body(release: dict[str, Any]) -> str:
    """What *release* says, with the line ends that we wrote: GitHub's pages send others."""
    return str(release.get("body") or "").replace("\r\n", "\n")


def _address(release: dict[str, Any]) -> str:
    return str(release.get("html_url") or "")
