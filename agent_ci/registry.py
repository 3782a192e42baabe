"""Names, turned into adapters: ours by a literal table, third parties' by entry point; imported on use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.budget import Budget
from agent_ci.core.chat import Ask
from agent_ci.core.doctor.complaint import Complaint
from agent_ci.core.doctor.standing import GitHubStanding, GitLabStanding
from agent_ci.core.red_run import RedRun
from agent_ci.core.run import MODEL, REVERT
from agent_ci.core.spelling import did_you_mean
from agent_ci.errors import UsageError
from agent_ci.kept import door, outward
from agent_ci.memory_ref import Held
from agent_ci.payloads import read_payload
from agent_ci.ports import Forge, Journal, People, Proposer, Runner
from agent_ci.scanners import likely_secrets
from agent_ci.settings import Settings


@dataclass(frozen=True)
class Setup:
    """What adapters are made from; ``runner`` runs the tests, where that is known already.

    ``recalled`` gives what is remembered elsewhere than in the folder of the output, and ``is_trusted`` is False for a
    run that other runs hear nothing of.
    """

    settings: Settings
    environment: Mapping[str, str]
    journal: Journal
    budget: Budget
    runner: Runner | None = None
    recalled: Callable[[], Held] = Held
    is_trusted: bool = True


def forge(environment: Mapping[str, str], repository: Repository, clone: Clone) -> Forge:
    """The forge whose CI we run in; plain git elsewhere."""
    from agent_ci.forges import local
    from agent_ci.forges.github.actions import GitHubActions
    from agent_ci.forges.github.events import is_here as is_on_github
    from agent_ci.forges.gitlab.adapter import GitLabCI
    from agent_ci.forges.gitlab.job import is_here as is_on_gitlab

    if is_on_github(environment):
        return GitHubActions(environment, repository, clone)
    if is_on_gitlab(environment):
        return GitLabCI(environment, repository, clone)
    return local.LocalGit(environment, repository, clone)


@dataclass(frozen=True)
class Spoken:
    """The comment that started this job: what it asks, None where the event is no comment.

    *run* is the number of this run of a workflow or pipeline, the same when it is repeated, and *url* where it can be
    watched. ``lacks`` are the commands that cannot be carried out here.
    """

    ask: Ask | None
    run: str
    url: str = ""
    lacks: frozenset[str] = frozenset()

    @property
    def mark(self) -> str:
        """The line of an answer that says which run gave it."""
        return f"<!-- agent-ci:run-{self.run} -->"


def spoken(environment: Mapping[str, str]) -> Spoken:
    """The comment that the event of this job is about.

    Raises UsageError outside of a job of GitHub or GitLab, and UnsupportedError for an event that cannot be read.
    """
    from agent_ci.forges.github import people as on_github
    from agent_ci.forges.gitlab import people as on_gitlab

    if _is_on_github(environment):
        run, place = environment.get("GITHUB_RUN_ID", ""), environment.get("GITHUB_REPOSITORY", "")
        url = f"{environment.get('GITHUB_SERVER_URL', '')}/{place}/actions/runs/{run}"
        return Spoken(on_github.asked(_payload("GITHUB_EVENT_PATH", environment)), run, url)
    ask = on_gitlab.asked(_payload("TRIGGER_PAYLOAD", environment))
    run, url = (environment.get(name, "") for name in ("CI_PIPELINE_ID", "CI_PIPELINE_URL"))
    return Spoken(ask, run, url, lacks=frozenset({"explain"}))


def people(environment: Mapping[str, str]) -> People:
    """The people of the forge whose CI we run in. Raises UsageError elsewhere, ForgeUnavailableError without token."""
    from agent_ci.forges.github.people import GitHubPeople
    from agent_ci.forges.github.project import Project as OnGitHub
    from agent_ci.forges.gitlab.people import GitLabPeople
    from agent_ci.forges.gitlab.project import Project as OnGitLab

    if _is_on_github(environment):
        return GitHubPeople(OnGitHub.of(environment))
    return GitLabPeople(OnGitLab.of(environment))


def _payload(variable: str, environment: Mapping[str, str]) -> Mapping[str, object]:
    if path := environment.get(variable):
        return read_payload(Path(path), variable)
    raise UsageError(f"{variable} names no file, so no comment started this job; see docs/how-to/chat.md")


def _is_on_github(environment: Mapping[str, str]) -> bool:
    """Whether we run in a job of GitHub, and not in one of GitLab. Raises UsageError where it is neither."""
    from agent_ci.forges.github.events import is_here as is_on_github
    from agent_ci.forges.gitlab.job import is_here as is_on_gitlab

    if is_on_github(environment) or is_on_gitlab(environment):
        return is_on_github(environment)
    raise UsageError("chat answers a comment, in a job of GitHub or GitLab that it started; see docs/how-to/chat.md")


def red_run(environment: Mapping[str, str], named: int | None) -> RedRun:
    """What the red run *named*, else the one that this job is about, left at the forge. Raises AgentCIError."""
    from agent_ci.forges.github import runs
    from agent_ci.forges.github.events import is_here as is_on_github
    from agent_ci.forges.gitlab import pipelines
    from agent_ci.forges.gitlab.job import is_here as is_on_gitlab

    if is_on_github(environment):
        return runs.red_run(environment, named)
    if is_on_gitlab(environment):
        return pipelines.red_run(environment, named)
    raise UsageError("this is no job on GitHub or GitLab; give reports and logs with --report and --log")


def standing(
    environment: Mapping[str, str], workflows: Mapping[str, str], pipelines: Mapping[str, str]
) -> tuple[tuple[Complaint, ...], tuple[str, ...]]:
    """What is wrong with the settings of the forge that *environment* names, and what it does not show to the token.

    Raises UsageError where there is no forge or no token to ask with, and ForgeUnavailableError.
    """
    from agent_ci.forges.github import standing as github
    from agent_ci.forges.github.project import token
    from agent_ci.forges.gitlab import standing as gitlab
    from agent_ci.forges.gitlab.project import Access

    found: GitHubStanding | GitLabStanding
    access = Access.of(environment)
    if environment.get("CI_PROJECT_ID") and access.token and not access.is_job:
        found, unseen = gitlab.standing(environment, pipelines)
    elif environment.get("GITHUB_REPOSITORY") and token(environment):
        found, unseen = github.standing(environment, workflows)
    else:
        raise UsageError(
            "set GITHUB_REPOSITORY=owner/name and GH_TOKEN, or CI_SERVER_URL, CI_PROJECT_ID and GITLAB_TOKEN, to have "
            "its settings and the rights of the token looked at as well"
        )
    return tuple(found.complaints()), unseen


def proposers(setup: Setup) -> tuple[tuple[str, Proposer], ...]:
    """The proposers by name, in the order given; `model` comes last when a model is set and it was not named.

    In front of them is the one that takes a repair of ours back, which nobody has to name.
    """
    from agent_ci.proposers.revert import Revert

    names = setup.settings.proposer
    if setup.settings.models and "model" not in names:
        names = (*names, "model")
    return ((REVERT, Revert()), *((name, _proposer(name, setup)) for name in dict.fromkeys(names)))


def proposers_of_tests(setup: Setup) -> tuple[tuple[str, Proposer], ...]:
    """Those for new tests: the ones that are named, without those that only repair, else the one that needs nothing.

    The `model` comes last when a model is set and it was not named.
    """
    named = [name for name in dict.fromkeys(setup.settings.proposer) if name not in _ONLY_REPAIR] or _OF_TESTS
    names = dict.fromkeys((*named, *((MODEL,) if setup.settings.models else ())))
    return tuple((name, _model_of_tests(setup) if name == MODEL else _proposer(name, setup)) for name in names)


def _proposer(name: str, setup: Setup) -> Proposer:
    if make := _PROPOSERS.get(name):
        return make(setup)
    for found in entry_points(group="agent_ci.proposers", name=name):
        made: Proposer = found.load()(setup)
        return made
    raise UsageError(f"unknown proposer {name!r} (known: {', '.join(_PROPOSERS)}){did_you_mean(name, _PROPOSERS)}")


def _known(setup: Setup) -> Proposer:
    from agent_ci import memory
    from agent_ci.proposers.known import Known

    return Known(setup.settings.out / memory.FILE_NAME, setup.settings.repository, lambda: setup.recalled().fixes)


def _autofix(setup: Setup) -> Proposer:
    from agent_ci.proposers.autofix.proposer import Autofix
    from agent_ci.runners import installed

    return Autofix(partial(installed.link, setup.settings.repository), setup.environment)


def _search(setup: Setup) -> Proposer:
    from agent_ci.proposers.search.checkpoints import FILE_NAME, Checkpoints
    from agent_ci.proposers.search.proposer import Search

    chosen = setup.settings
    checkpoints = Checkpoints(chosen.out / FILE_NAME, chosen.repository, is_kept=setup.is_trusted)
    return Search(runner=setup.runner, seed=chosen.seed, checkpoints=checkpoints)


def _model_of_tests(setup: Setup) -> Proposer:
    from agent_ci.proposers.beside import Beside

    return Beside(_model(setup, turns=0, system="system-tests.v1", rounds=_ROUNDS_OF_TESTS))


def _model_of_repairs(setup: Setup) -> Proposer:
    return _model(setup, turns=setup.settings.max_looks, system="system.v7", looking="system.v8")


def _model(setup: Setup, *, system: str, turns: int, looking: str = "", rounds: int | None = None) -> Proposer:
    from agent_ci import memory
    from agent_ci.model.remote import Asked, Remote
    from agent_ci.proposers.model import Model

    chosen = setup.settings
    if not chosen.models:
        raise UsageError("the proposer 'model' needs a model; name one with --model")
    keeper = door(setup.environment)
    asked = Asked(chosen.models, chosen.api_base or None, chosen.seed, chosen.candidates)
    return Model(
        remote=Remote.opened(keeper, asked, setup.budget) if keeper else None,
        names=chosen.models,
        api_base=chosen.api_base,
        api_key=setup.environment.get("AGENT_CI_API_KEY"),
        budget=setup.budget,
        journal=setup.journal,
        seed=chosen.seed,
        outward=outward(setup.environment, likely_secrets),
        system=system,
        looking=looking,
        rounds=rounds,
        tried=None if rounds else chosen.out / memory.TRIED,
        root=chosen.repository,
        further=lambda: setup.recalled().ideas,
        turns=turns,
        candidates=1 if rounds else chosen.candidates,
    )


def _characterise(setup: Setup) -> Proposer:
    from agent_ci.proposers.characterise.proposer import Characterise

    return Characterise(seed=setup.settings.seed)


def _replay(setup: Setup) -> Proposer:
    from agent_ci.proposers.replay import Replay

    if not setup.settings.cassette:
        raise UsageError("the proposer 'replay' needs recorded replies; name their file with --cassette")
    return Replay(path=Path(setup.settings.cassette), outward=outward(setup.environment, likely_secrets))


_ONLY_REPAIR = frozenset({"known", "autofix", "search"})
_OF_TESTS = ("characterise",)
_ROUNDS_OF_TESTS = 3  # with the model, about one module

_PROPOSERS: Mapping[str, Callable[[Setup], Proposer]] = {
    "known": _known,
    "autofix": _autofix,
    "search": _search,
    "model": _model_of_repairs,
    "replay": _replay,
    "characterise": _characterise,
}
