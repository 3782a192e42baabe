"""The rules that a change can break: each with a name, what it forbids, and how a team relaxes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAMED = re.compile(r"\[([a-z]+(?:-[a-z]+)*)\]\Z")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``name`` is what objections end with, ``forbids`` and ``relax`` are for the rule book."""

    name: str
    forbids: str
    relax: str

    def objection(self, sentence: str) -> str:
        """*sentence* as an objection that names this rule."""
        return f"{sentence} [{self.name}]"


def rule_of(objection: str) -> str:
    """The name of the rule that *objection* names; empty for one that stands for no rule."""
    found = _NAMED.search(objection)
    return found[1] if found and found[1] in _NAMES else ""


_ALLOW = "`allow: [GLOB]` in .agent-ci.yml of the base branch"
_NEVER = "not at all: no honest repair needs it"
_PERMIT = "`permit: [{}]` in .agent-ci.yml of the base branch"


def _permitted(name: str, forbids: str) -> Rule:
    return Rule(name, forbids, _PERMIT.format(name))


BAD_PATH = Rule("bad-path", "a path that some file system or git reads as another one", _NEVER)
OUT_OF_SCOPE = Rule("out-of-scope", "a path outside of what the job may change", "none: each job has its scope")
PROTECTED_PATH = Rule("protected-path", "CI, manifests, locks, build hooks, agents' rules, licences", _ALLOW)
TEST_FILE = Rule("test-file", "a change to the tests", "`allow-test-changes: true`, or " + _ALLOW)
FILE_MODE = Rule("file-mode", "links, submodules, and any change of a file's mode", _NEVER)
BINARY_FILE = Rule("binary-file", "a binary file", _NEVER)
EMPTY_FILE = Rule("empty-file", "a new file without content, which can change what is imported", _ALLOW)
TOO_LARGE = Rule(
    "too-large", "more than 10 files or 400 lines for each root cause", "none: a repair that large wants a person"
)

WEAKENED_TEST = _permitted("weakened-test", "a test that asserts less, or a case that is gone, skipped or retried")
MOCKED_SUBJECT = _permitted("mocked-subject", "a mock of the very code that the test is about")
REWRITTEN_SNAPSHOT = _permitted("rewritten-snapshot", "recorded expectations that were recorded anew")
SUPPRESSED_CHECK = _permitted(
    "suppressed-check",
    "`noqa`, `type: ignore`, `eslint-disable` ...; `Any`, `cast`, `as any` as the repair of a type error",
)

DETECTS_TESTS = _permitted("detects-tests", "source that behaves differently when it is tested")
HARD_CODED = _permitted("hard-coded", "an expected value of the failing test returned as it stands")
SWALLOWED_ERROR = _permitted("swallowed-error", "an error that is caught and dropped")
ALWAYS_EQUAL = _permitted("always-equal", "an object that claims to equal, or to hold, anything")
ENDS_PROCESS = _permitted("ends-process", "source that ends the process, or runs code when it ends")

HIDDEN_CHARACTER = _permitted("hidden-character", "invisible, bidirectional or look-alike characters, newly added")
EMBEDDED_INSTRUCTIONS = _permitted("embedded-instructions", "text that speaks to the next model that reads it")
NEW_DEPENDENCY = _permitted("new-dependency", "an import of something the repository did not use before")
NEW_SECRET = _permitted("new-secret", "a line that holds a key, a token or a password")
SECURITY_FINDING = _permitted("security-finding", "a new finding of the scanner, or a first use of network or shell")
HOOK = Rule("hook", "a new finding of your own `lint`, `type-check` or `security` command", "change the hook")

RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
"""Every rule, in the order of the rule book."""

_NAMES = frozenset(rule.name for rule in RULES)

PERMITS: tuple[str, ...] = tuple(rule.name for rule in RULES if rule.relax == _PERMIT.format(rule.name))
"""The names that the setting ``permit`` takes."""
