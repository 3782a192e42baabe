"""Looks at how agent-ci is set up in a repository and on this machine, and says what is wrong and what repairs it."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from agent_ci import git, isolation, registry, reports, settings
from agent_ci.checkout import Repository
from agent_ci.core.doctor import gitlab, surroundings
from agent_ci.core.doctor.complaint import Complaint
from agent_ci.core.doctor.github import Workflow
from agent_ci.core.doctor.places import UnreadableError
from agent_ci.core.doctor.surroundings import Facts
from agent_ci.core.nesting import is_deep
from agent_ci.core.paths import is_python_test
from agent_ci.errors import AgentCIError, UnsupportedError, UsageError
from agent_ci.files import open_regular
from agent_ci.runners.pytest import read_command
from agent_ci.settings import FILE_NAME, Settings

_MAX_BYTES = 1_000_000
Tier = Callable[[Settings, Mapping[str, str]], tuple[str, str]]


def sandbox_tier(chosen: Settings, environment: Mapping[str, str]) -> tuple[str, str]:
    """The sandbox that would be used here, found out by trying, and why no better one."""
    try:
        found = isolation.choose(chosen, environment, lambda _: None).isolation
    except AgentCIError as error:
        return "none", str(error)
    return found.tier, found.why_not_higher


@dataclass(frozen=True)
class Examination:
    """What `doctor` looks at: the checkout *folder* as it lies there, and the machine.

    ``environment`` is the process's, and ``tier`` finds out which sandbox there is. ``tokens`` are the variables with
    which the forge is asked; nothing else gets to see them.
    """

    folder: Path
    environment: Mapping[str, str]
    tier: Tier = sandbox_tier
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)

    def complaints(self) -> tuple[Complaint, ...]:
        """Everything that is wrong, the files first. Raises UnsupportedError where *folder* is no checkout."""
        repository = Repository.at(self.folder)
        texts = dict(_texts(repository.root))
        facts = self._facts(repository, texts)
        return (*_of_files(texts, facts), *_guarded("the repository", surroundings.complaints(facts)))

    def asked(self) -> tuple[tuple[Complaint, ...], str]:
        """What is wrong with the settings of the forge, and a sentence on how far it was asked."""
        root = Repository.at(self.folder).root
        texts = dict(_texts(root))
        workflows = {path: text for path, text in texts.items() if path.startswith(".github/")}
        pipelines = {path: text for path, text in texts.items() if path.startswith(".gitlab")}
        try:
            found, unseen = registry.standing({**self.environment, **self.tokens}, workflows, pipelines)
        except AgentCIError as error:
            return (), f"the forge was not asked: {error}"
        left = f"; it does not show this token: {', '.join(unseen)}" if unseen else ""
        return found, f"the forge was asked, by reading only{left}"

    def _facts(self, repository: Repository, texts: Mapping[str, str]) -> Facts:
        root = repository.root
        file, error = _settings(texts.get(FILE_NAME))
        chosen = settings.merged({"repository": str(root)}, settings.from_environment(self.environment), file)
        tier, why_not = self.tier(chosen, self.environment)
        paths = git.text(git.run(root, "ls-files", "-z", "--cached")).split("\0")
        words = _words(chosen.run or "")
        return Facts(
            git=_version(git.text(git.run(root, "--version"))),
            python=tuple(sys.version_info[:3]),
            tier=tier,
            why_not=why_not,
            is_shallow=repository.is_shallow(),
            is_in_ci=bool(self.environment.get("CI")),
            branch=repository.branch(),
            default_branch=repository.default_branch(),
            tracked_output=any(path.startswith(".agent-ci/") for path in paths),
            settings=texts.get(FILE_NAME),
            settings_error=error,
            chosen={name: value for name, value in file.items() if value},
            workflows={path: text for path, text in texts.items() if path.startswith(".github/")},
            has_python_tests=any(is_python_test(path) for path in paths),
            is_pytest=not words or read_command(words) is not None,
            missing_reports=tuple(_missing(root, chosen)),
        )


def _of_files(texts: Mapping[str, str], facts: Facts) -> Iterator[Complaint]:
    names = dict(_workflow_names(facts.workflows))
    main = texts.get(gitlab.MAIN, "")
    for path, text in texts.items():
        if path in facts.workflows:
            others = {other: name for other, name in names.items() if other != path}
            workflow = Workflow(path, text, others, has_model=bool(facts.chosen.get("model")))
            yield from _guarded(path, workflow.complaints())
        elif path != FILE_NAME:
            yield from _guarded(path, gitlab.Pipeline(path, text, main).complaints())


def _guarded(where: str, found: Iterator[Complaint]) -> Iterator[Complaint]:
    try:
        yield from found
    except UnreadableError as error:
        saw = f"{where}: cannot be read as YAML: {error}"
        yield Complaint("unreadable", saw, "the forge cannot read it either", advice="repair it at the place named")


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    """The text of each file that says how agent-ci is run, by its path."""
    patterns = (FILE_NAME, gitlab.MAIN, ".gitlab/*.yml", ".github/workflows/*.yml", ".github/workflows/*.yaml")
    for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
        try:
            with open_regular(path, root=root, max_bytes=_MAX_BYTES) as file:
                yield path.relative_to(root).as_posix(), file.read(_MAX_BYTES).decode("utf-8", "replace")
        except UnsupportedError:
            continue  # a link or a pipe: no forge reads it either


def _settings(text: str | None) -> tuple[dict[str, object], str]:
    """What the settings file sets, and what is wrong with it."""
    try:
        return settings.from_file(text or "", source=FILE_NAME), ""
    except UsageError as error:
        return {}, str(error)


def _workflow_names(workflows: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for path, text in workflows.items():
        try:
            content = None if is_deep(text) else yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError, ValueError):
            continue
        if isinstance(content, dict):
            yield path, str(content.get("name") or path)


def _missing(root: Path, chosen: Settings) -> Iterator[str]:
    """The reports that the settings name by their whole path and that are not there."""
    for name in chosen.report:
        if not re.search(r"[*?\[]", name) and not reports.find(root, (name,)):
            yield name


def _words(command: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError:
        return (command,)


def _version(text: str) -> tuple[int, ...]:
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part) for part in found.groups() if part) if found else (0,)
