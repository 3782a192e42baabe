"""Where the objects of a commit are: in the checkout, else fetched from the job's forge, without any file."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from agent_ci.checkout import Remote, Repository
from agent_ci.clone import Clone
from agent_ci.core.environment import GITHUB_TOKENS, GITLAB_TOKENS, JOB_TOKEN, first_of
from agent_ci.errors import UnsupportedError
from agent_ci.process import ToolError


@contextlib.contextmanager
def holding(commit: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Repository]:
    """A repository that has *commit*: the checkout in *folder* where it does, else one without any file.

    Raises UnsupportedError where the commit is at neither place.
    """
    here = _checkout(folder)
    if here and (not commit or here.commit(commit)):
        yield here
        return
    with tempfile.TemporaryDirectory(prefix="agent-ci-objects-") as empty:
        origin = _origin(environment, here)
        repository = Repository.without_files(Path(empty), origin)
        try:
            Clone(repository.root / ".git").fetch(origin, commit)
        except ToolError as error:
            raise UnsupportedError(
                f"the judged commit {commit[:12]} is neither in {folder} nor at "
                f"{origin.shown or 'a remote'}: {str(error).splitlines()[-1][:200]}"
            ) from error
        repository.detach(commit)
        yield repository


def _checkout(folder: Path) -> Repository | None:
    try:
        return Repository.at(folder)
    except UnsupportedError:
        return None


def _origin(environment: Mapping[str, str], here: Repository | None) -> Remote:
    """Where the judged commit can be fetched from: the forge of the job, with its token, else the checkout's origin."""
    for server, name, user, tokens in _SERVERS:
        if environment.get(server) and environment.get(name):
            url = f"{environment[server].rstrip('/')}/{environment[name]}.git"
            token = first_of(tokens, environment)
            return Remote.with_password(url, user, token) if token else Remote(url)
    return here.remote() if here else Remote()


_SERVERS = (  # a token of one forge goes to no other
    ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "x-access-token", GITHUB_TOKENS),
    ("CI_SERVER_URL", "CI_PROJECT_PATH", "gitlab-ci-token", (*GITLAB_TOKENS, JOB_TOKEN)),
)
