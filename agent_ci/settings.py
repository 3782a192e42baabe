"""Every option of every job, in one table, and how command line, environment and settings file make one value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from agent_ci.core.nesting import is_deep
from agent_ci.core.policy import FILES, LINES, PROTECTED, TESTS_POLICY, Policy
from agent_ci.core.rules import PERMITS
from agent_ci.core.spelling import did_you_mean
from agent_ci.errors import UsageError

if TYPE_CHECKING:
    from agent_ci.core.budget import Budget

FILE_NAME = ".agent-ci.yml"
NOTHING: Mapping[str, object] = MappingProxyType({})
_WORDS = re.compile(r"[\s,]+")
_MAX_FILE_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class Option:
    """One option: ``--name`` on the command line, ``AGENT_CI_NAME`` in the environment, ``name`` in the file.

    ``kind`` is str, int, float or bool. A repeatable option is a list; in the environment its values stand on
    lines of their own, or, where they are ``words``, with spaces or commas between them. ``is_policy`` marks
    what may be set in the file only.
    """

    name: str
    help: str
    default: object = None
    kind: type = str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    is_repeatable: bool = False
    is_words: bool = False
    is_policy: bool = False

    @property
    def key(self) -> str:
        """The attribute of Settings, and the parameter name on the command line."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"AGENT_CI_{self.key.upper()}"


SANDBOXES = ("auto", "container", "bubblewrap", "landlock", "none")
DELIVERIES = ("commit", "pull-request", "suggestion", "patch", "none")

OPTIONS: tuple[Option, ...] = (
    Option("repository", "the checkout", default=".", metavar="DIR"),
    Option("report", "test reports of the red run", default=(), metavar="GLOB", is_repeatable=True),
    Option("log", "raw job logs, for failures that leave no report", default=(), metavar="FILE", is_repeatable=True),
    Option(
        "green-log",
        "raw logs of the same job when it was green; what stands there as well counts little",
        default=(),
        metavar="FILE",
        is_repeatable=True,
    ),
    Option("run", "how to run the tests; detected from the repository when left out", metavar="COMMAND"),
    Option("base", "the base to compare with", metavar="REF"),
    Option(
        "group",
        "repair only the root cause of this fingerprint, as `plan` and `evidence.json` name it",
        default=(),
        metavar="ID",
        is_repeatable=True,
        is_words=True,
    ),
    Option(
        "when-base-red",
        "what to do when the base fails in the same way; refuse on pull and merge requests and with --base",
        choices=("refuse", "fix"), metavar="MODE",
    ),
    Option(
        "proposer",
        "where patches come from, in order; `model` joins when a model is set",
        default=("known", "autofix", "search"),
        metavar="NAME",
        is_repeatable=True,
        is_words=True,
    ),
    Option(
        "model",
        "a litellm model name; the key comes from AGENT_CI_API_KEY or the provider's own; a second one is asked where "
        "`fix` starts anew",
        default=(),
        metavar="NAME",
        is_repeatable=True,
    ),
    Option("api-base", "the model's endpoint", metavar="URL"),
    Option("cassette", "the recorded replies that the proposer `replay` answers with", metavar="FILE"),
    Option("max-attempts", "how many replies may be paid for; `changelog`: 40", default=5, kind=int, metavar="N"),
    Option("max-cost", "US$ that may be spent; `changelog` and `tests`: 0.5", default=1.00, kind=float, metavar="USD"),
    Option("max-tokens", "tokens that may be used, both ways", default=200_000, kind=int, metavar="N"),
    Option("max-looks", "how often a model may ask to see more for one answer", default=2, kind=int, metavar="N"),
    Option("candidates", "how many answers to a question a model is asked for", default=1, kind=int, metavar="N"),
    Option("time-limit", "seconds that the run may take", default=1200.0, kind=float, metavar="SECONDS"),
    Option("sandbox", "where repository code runs", default="auto", choices=SANDBOXES, metavar="NAME"),
    Option("min-isolation", "the least isolation to accept", default="auto", choices=SANDBOXES, metavar="TIER"),
    Option("repeat", "runs per control; fewer once both outcomes were seen", default=8, kind=int, metavar="N"),
    Option("deliver", "how a proven change is delivered", default="patch", choices=DELIVERIES, metavar="MODE"),
    Option("out", "where the files go", default=".agent-ci", metavar="DIR"),
    Option("seed", "makes every random choice repeatable", default=0, kind=int, metavar="N"),
    Option("bisect", "name the first commit of a range that fails", metavar="GOOD..BAD"),
    Option("uncommitted", "judge the working tree as it is, not the last commit", default=False, kind=bool),
    Option("in-place", "let `tests` add to files of tests that are there", default=False, kind=bool),
    Option(
        "fail-under",
        "`tests` fails where tests run less than this share of the changed lines",
        kind=float, metavar="PERCENT",
    ),
    Option(
        "mutation-under",
        "`tests` fails where tests notice less than this share of small faults in them",
        kind=float, metavar="PERCENT",
    ),
    Option("json", "the verdict as JSON on standard output", default=False, kind=bool),
    Option("quiet", "no progress on standard error", default=False, kind=bool),
    Option("verbose", "show every command that is run", default=False, kind=bool),
    Option("shell", "give --run to a shell", default=False, kind=bool, is_policy=True),
    Option(
        "synthetic-git",
        "run the tests in a repository with one commit, for tests that ask git",
        default=False,
        kind=bool,
        is_policy=True,
    ),
    Option("pass-env", "further variables that the tests may see", default=(), is_repeatable=True, is_policy=True),
    Option("may-read", "further folders that the tests may read", default=(), is_repeatable=True, is_policy=True),
    Option("container-image", "the image that the sandbox `container` runs the tests in", is_policy=True),
    Option(
        "memory-ref",
        "keep what was proven, and what a model tried in vain, in a ref of the remote as well",
        default=False,
        kind=bool,
        is_policy=True,
    ),
    Option("sign-off", "end commits with a line Signed-off-by", default=False, kind=bool, is_policy=True),
    Option("allow", "protected paths that may change all the same", default=(), is_repeatable=True, is_policy=True),
    Option("deny", "further paths that must not change", default=(), is_repeatable=True, is_policy=True),
    Option("allow-test-changes", "let a fix change tests", default=False, kind=bool, is_policy=True),
    Option(
        "permit",
        "rules of the review that a change may break",
        default=(),
        choices=PERMITS,
        is_repeatable=True,
        is_policy=True,
    ),
    Option(
        "max-fixes-per-branch",
        "commits by bots, from our first repair on, since a person's commit",
        default=3,
        kind=int,
        is_policy=True,
    ),
    Option("max-fixes-per-day", "repairs in the repository in 24 hours", default=10, kind=int, is_policy=True),
    Option("max-cost-per-day", "US$ that runs may spend on models in 24 hours", kind=float, is_policy=True),
    Option("max-tokens-per-day", "the same, in tokens", kind=int, is_policy=True),
    Option("max-cost-per-change", "US$ that runs about one change or branch may spend", kind=float, is_policy=True),
    Option("max-tokens-per-change", "the same, in tokens", kind=int, is_policy=True),
    Option("lint", "a command that must find nothing new in a patched tree", is_policy=True),
    Option("type-check", "the same, for types", is_policy=True),
    Option("security", "the same, for security", is_policy=True),
)  # fmt: skip


OF_JOBS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "changelog": MappingProxyType({"max_cost": 0.50, "max_attempts": 40}),  # one request is one attempt
        "tests": MappingProxyType({"max_cost": 0.50}),
    }
)
"""Defaults that are others for a job than in the table."""


@dataclass(frozen=True)
class Settings:
    """The values of one run, after every source was heard. One attribute per row of OPTIONS."""

    repository: Path
    report: tuple[str, ...]
    log: tuple[str, ...]
    green_log: tuple[str, ...]
    run: str | None
    base: str | None
    group: tuple[str, ...]
    when_base_red: str | None
    proposer: tuple[str, ...]
    model: tuple[str, ...]
    api_base: str | None
    cassette: str | None
    max_attempts: int
    max_cost: float
    max_tokens: int
    max_looks: int
    candidates: int
    time_limit: float
    sandbox: str
    min_isolation: str
    repeat: int
    deliver: str
    out: Path
    seed: int
    bisect: str | None
    uncommitted: bool
    in_place: bool
    fail_under: float | None
    mutation_under: float | None
    json: bool
    quiet: bool
    verbose: bool
    shell: bool
    synthetic_git: bool
    pass_env: tuple[str, ...]
    may_read: tuple[str, ...]
    container_image: str | None
    memory_ref: bool
    sign_off: bool
    allow: tuple[str, ...]
    deny: tuple[str, ...]
    allow_test_changes: bool
    permit: tuple[str, ...]
    max_fixes_per_branch: int
    max_fixes_per_day: int
    max_cost_per_day: float | None
    max_tokens_per_day: int | None
    max_cost_per_change: float | None
    max_tokens_per_change: int | None
    lint: str | None
    type_check: str | None
    security: str | None

    @property
    def models(self) -> tuple[str, ...]:
        """The models that are named, each once, from the first to the one that is asked last."""
        return tuple(dict.fromkeys(filter(None, self.model)))

    @property
    def policy(self) -> Policy:
        """Which changes may be tried, and delivered."""
        return Policy(
            allow=self.allow,
            deny=(*PROTECTED, *self.deny),
            allow_test_changes=self.allow_test_changes,
            permit=self.permit,
        )

    @property
    def policy_of_tests(self) -> Policy:
        """Which changes the job `tests` may try, and deliver."""
        adds = LINES if self.in_place else FILES
        return replace(TESTS_POLICY, deny=(*PROTECTED, *self.deny), permit=self.permit, adds=adds)

    @property
    def limits(self) -> Budget:
        """What each run may spend by itself, whatever others spent."""
        from agent_ci.core.budget import Budget  # noqa: PLC0415 - which --help does without

        return Budget(self.max_attempts, self.max_cost, self.max_tokens, self.time_limit)


def from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    """The options that *environment* sets. Empty variables count as not set, as forges pass them for defaults.

    Raises UsageError for a value that does not fit.
    """
    found: dict[str, object] = {}
    for option in OPTIONS:
        text = environment.get(option.variable, "")
        if text.strip() and not option.is_policy:
            found[option.key] = _checked(option, _from_text(option, text), option.variable)
    return found


def from_file(text: str, *, source: str) -> dict[str, object]:
    """The options that a settings file sets. Raises UsageError, with the nearest known key, for anything else."""
    if len(text) > _MAX_FILE_BYTES:
        raise UsageError(f"{source} is larger than {_MAX_FILE_BYTES} bytes; a settings file is a page of YAML")
    if is_deep(text):
        raise UsageError(f"{source} is not valid YAML: its brackets go too deep")
    import yaml  # noqa: PLC0415 - only a run with a settings file pays for it, and `--help` never does

    try:
        content = yaml.safe_load(text)
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise UsageError(f"{source} uses an alias (*name), which can stand for gigabytes; write the value out")
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"{source} is not valid YAML: {' '.join(str(error).split())}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UsageError(f"{source} must be a mapping of options to values, and is a {type(content).__name__}")
    by_name = {name: option for option in OPTIONS for name in (option.name, option.key)}
    found: dict[str, object] = {}
    for name, value in content.items():
        if name not in by_name:
            raise UsageError(f"{source}: unknown option {name!r}{did_you_mean(str(name), by_name)}")
        option = by_name[name]
        found[option.key] = _checked(option, tuple(value) if isinstance(value, list) else value, source)
    return found


def merged(*sources: Mapping[str, object]) -> Settings:
    """The settings in which the first of *sources* to name an option decides, and the table's default else."""
    values: dict[str, object] = {}
    for option in OPTIONS:
        named = (source[option.key] for source in sources if source.get(option.key) is not None)
        values[option.key] = next(named, option.default)
    values["repository"] = Path(str(values["repository"])).resolve()
    values["out"] = _out(Path(str(values["out"])), Path(str(values["repository"])))
    return Settings(**values)  # type: ignore[arg-type]  # each value was checked against its row


def heard(
    given: Mapping[str, object],
    environment: Mapping[str, str],
    file: Mapping[str, object] = NOTHING,
    *,
    usual: Mapping[str, object] = NOTHING,
) -> Settings:
    """The settings of a command line that has *given* its options, of *environment*, and of a *file*, in this order.

    *usual* are the defaults of a job that has its own. Raises UsageError.
    """
    return merged(checked(given, source="command line"), from_environment(environment), file, usual)


def checked(values: Mapping[str, object], *, source: str) -> dict[str, object]:
    """*values* by key, each held against its row. Raises UsageError."""
    rows = {option.key: option for option in OPTIONS}
    return {key: _checked(rows[key], value, source) for key, value in values.items() if value is not None}


def _out(out: Path, repository: Path) -> Path:
    return out if out.is_absolute() else repository / out


def _from_text(option: Option, text: str) -> object:
    if option.is_repeatable:
        parts = _WORDS.split(text.strip()) if option.is_words else text.splitlines()
        return tuple(part.strip() for part in parts if part.strip())
    if option.kind is bool:
        return _BOOLEANS.get(text.strip().lower(), text)
    try:
        return option.kind(text.strip())
    except ValueError:
        return text


_BOOLEANS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def _checked(option: Option, value: object, source: str) -> object:
    """*value* as the row wants it. Raises UsageError with what was wanted."""
    items = value if isinstance(value, tuple) else (value,)
    if option.is_repeatable:
        is_loose = option.is_words or isinstance(value, tuple)  # a fingerprint may be all digits
        if not all(isinstance(item, str | int | float if is_loose else str) for item in items):
            raise UsageError(f"{source}: {option.name} must be a text or a list of them, and is {value!r}")
        value = tuple(str(item) for item in items)
    elif option.kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    elif not isinstance(value, option.kind) or (option.kind is int and isinstance(value, bool)):
        raise UsageError(f"{source}: {option.name} must be a {_KIND_NAMES[option.kind]}, and is {value!r}")
    if option.choices:
        for item in value if isinstance(value, tuple) else (value,):
            if item not in option.choices:
                known = ", ".join(option.choices)
                hint = did_you_mean(str(item), option.choices)
                raise UsageError(f"{source}: {option.name} cannot be {item!r} (one of {known}){hint}")
    is_limit = option.kind in (int, float) and option.name != "seed" and (option.name, value) != ("max-looks", 0)
    if is_limit and isinstance(value, int | float) and not value > 0:
        raise UsageError(f"{source}: {option.name} must be more than 0, and is {value!r}")
    return value


_KIND_NAMES = {str: "text", int: "whole number", float: "number", bool: "yes or no"}
