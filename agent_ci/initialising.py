"""Writes the files that a repository needs in its CI, and never over one that is there."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import yaml

from agent_ci import __version__, git
from agent_ci.checkout import Repository
from agent_ci.core.nesting import is_deep
from agent_ci.core.notes.changelog import NAMES
from agent_ci.core.notes.restructured_changelog import NAMES as STRUCTURED_NAMES
from agent_ci.core.notes.versions import version
from agent_ci.core.paths import is_python_test
from agent_ci.core.pins import PINNED, UNKNOWN
from agent_ci.core.scaffold import Layout, files, settings_text
from agent_ci.errors import InfrastructureError, UnsupportedError, UsageError
from agent_ci.files import open_regular
from agent_ci.settings import OPTIONS, Option

_MAX_BYTES = 1_000_000
_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.,<>=!~+@:/#\[\]-]*")
_RUNS_TESTS = re.compile(
    r"\b(?:pytest|tox|nox|unittest|(?:npm|yarn|pnpm)(?: run)? test|go test|cargo test|mvn|gradle)\b"
)
_OF_ONE_RUN = frozenset({"repository", "uncommitted", "bisect", "json", "quiet", "verbose", "cassette"})


@dataclass(frozen=True)
class Initialisation:
    """What `init` was told: the folder, by name what it would else find out itself, and whether comments are heard.

    ``has_changelog`` asks for the jobs that draft release notes; None for where they fit.
    """

    folder: Path
    forge: str = ""
    action: str = ""
    package: str = ""
    is_dry: bool = False
    has_chat: bool = False
    has_changelog: bool | None = None
    wanted: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Look at the repository. Raises UsageError for a wrong --action, UnsupportedError without a repository."""
        if self.action and not PINNED.fullmatch(self.action):
            raise UsageError(
                f"--action {self.action!r} must be OWNER/NAME@ and the full id of a commit; a tag can be moved"
            )
        if self.package and not _REQUIREMENT.fullmatch(self.package):
            raise UsageError(f"--package {self.package!r} is no requirement that pip takes as one word")
        repository = Repository.at(self.folder)
        object.__setattr__(self, "folder", repository.root)
        object.__setattr__(self, "wanted", files(self._layout(repository), settings_file()))

    def run(self) -> Iterator[str]:
        """Write what is missing, and tell of each file what was done, or how it differs from what would be written."""
        for path, text in self.wanted.items():
            yield from self._written(path, text)
        if any(UNKNOWN in text for text in self.wanted.values()):
            yield f"put the address of agent-ci and a full commit id in the place of {UNKNOWN} (or pass --action)"
        yield "next: `agent-ci doctor` checks it; the key of a model, if any, is the secret AGENT_CI_API_KEY"

    def _written(self, path: str, text: str) -> Iterator[str]:
        there = self._read(path)
        if there == text:
            yield f"unchanged  {path}"
        elif there is not None:
            yield f"kept       {path}: it is there already, and differs from what would be written:"
            rows = difflib.unified_diff(there.splitlines(), text.splitlines(), path, f"{path} (by init)", lineterm="")
            yield from (f"    {row}" for row in rows)
        elif self.is_dry:
            yield f"would write {path}:"
            yield from (f"    {line}" for line in text.splitlines())
        else:
            self._create(path, text)
            yield f"written    {path}"

    def _read(self, path: str) -> str | None:
        if not (self.folder / path).is_symlink() and not (self.folder / path).exists():
            return None
        with open_regular(self.folder / path, root=self.folder, max_bytes=_MAX_BYTES) as file:
            return file.read(_MAX_BYTES).decode("utf-8", "replace")

    def _create(self, path: str, text: str) -> None:
        target = self.folder / path
        if not target.parent.resolve().is_relative_to(self.folder.resolve()):
            raise UnsupportedError(
                f"{path} would be written outside of {self.folder}, through a symbolic link; remove it"
            )
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise InfrastructureError(f"{target} cannot be written: {error.strerror}") from error

    def _layout(self, repository: Repository) -> Layout:
        return Layout(
            forge=self.forge or _forge(repository),
            default_branch=repository.default_branch() or repository.branch() or "main",
            package=self.package or f"agent-ci=={__version__}",
            workflows=tuple(_test_workflows(self.folder)),
            install=_install(self.folder),
            action=self.action or _own_address() or UNKNOWN,
            has_chat=self.has_chat,
            has_changelog=_has_releases(repository) if self.has_changelog is None else self.has_changelog,
        )


def settings_file() -> str:
    """The settings file in which every option is a comment."""
    return settings_text(
        (option.name, json.dumps(_default(option)), option.help) for option in OPTIONS if option.name not in _OF_ONE_RUN
    )


def _default(option: Option) -> object:
    return option.default if option.default is not None else next(iter(option.choices), "")


def _forge(repository: Repository) -> str:
    """The forge by the address of the remote, else by the files; GitHub where nothing tells."""
    url, root = repository.remote_url(), repository.root
    is_gitlab = "gitlab" in url or ((root / ".gitlab-ci.yml").exists() and "github" not in url)
    return "gitlab" if is_gitlab else "github"


def _has_releases(repository: Repository) -> bool:
    """Whether it has a changelog that can be added to, and a tag that is a version."""
    is_kept = any((repository.root / name).is_file() for name in (*NAMES, *STRUCTURED_NAMES))
    return is_kept and any(map(version, git.text(git.run(repository.root, "tag", "--list")).split()))


def _test_workflows(root: Path) -> Iterator[str]:
    """The names of GitHub's workflows that seem to run tests, ours left out."""
    folder = root / ".github" / "workflows"
    for path in sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]):
        try:
            with open_regular(path, root=root, max_bytes=_MAX_BYTES) as file:
                text = file.read(_MAX_BYTES).decode("utf-8", "replace")
            content = None if is_deep(text) else yaml.safe_load(text)
        except (UnsupportedError, yaml.YAMLError, RecursionError):
            continue
        if isinstance(content, dict) and _RUNS_TESTS.search(text) and "agent-ci" not in text:
            yield str(content.get("name") or path.relative_to(root).as_posix())


def _install(root: Path) -> tuple[str, ...]:
    """How the tests' requirements are installed, where that is Python."""
    found = tuple(name for name in ("requirements.txt", "requirements-dev.txt") if (root / name).is_file())
    is_python = any(is_python_test(path.name) for path in (*root.glob("*.py"), *root.glob("tests/**/*.py")))
    if found:
        files = " ".join(f"-r {name}" for name in found)
        return (f"python -m pip install pytest {files}",)
    if (root / "pyproject.toml").is_file() or (root / "setup.py").is_file():
        return ("python -m pip install pytest .",)
    return ("python -m pip install pytest",) if is_python else ()


def _own_address() -> str:
    """This action's ``OWNER/NAME@COMMIT`` where agent-ci was installed from GitHub by commit; empty elsewhere."""
    try:
        raw = distribution("agent-ci").read_text("direct_url.json") or "{}"
        source = json.loads(raw)
    except (PackageNotFoundError, ValueError):
        return ""
    commit = source.get("vcs_info", {}).get("commit_id", "") if isinstance(source, dict) else ""
    found = re.search(r"github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?$", str(source.get("url", "")))
    return f"{found[1]}@{commit}" if found and PINNED.fullmatch(f"{found[1]}@{commit}") else ""
