"""Which comments tell a linter, a type checker, a scanner or a coverage tool to look away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from agent_ci.core.review.added import Added, Finding
from agent_ci.core.rules import SUPPRESSED_CHECK

_IN_COMMENT = re.compile(
    r"(?:#|//|/\*|<!--|--)[^\n]{0,200}?\b(?P<mark>"
    r"noqa\b|type:\s*ignore\b|pyright:\s*(?:ignore|basic)\b|pyre-(?:ignore|fixme)\b|mypy:\s*(?:ignore|disable|allow)[-\w]*"
    r"|pragma:\s*no\s?(?:cover|branch)\b|nosec\b|nosemgrep\b|pylint:\s*(?:disable|skip-file)\b|flake8:\s*noqa\b"
    r"|ruff:\s*noqa\b|isort:\s*skip\b|fmt:\s*(?:off|skip)\b|eslint-disable\b|tslint:disable\b|oxlint-disable\b"
    r"|biome-ignore\b|(?:istanbul|c8|v8)\s+ignore\b|coverage:\s*ignore\b|deno-lint-ignore\b|stylelint-disable\b"
    r"|rubocop:\s*(?:disable|todo)\b|NOSONAR\b|sonar-ignore\b|CHECKSTYLE[.:]\s*OFF\b|noinspection\b|nolint(?:nextline|begin)?\b"
    r"|lint:ignore\b|codespell:ignore\b|shellcheck\s+disable\b|hadolint\s+ignore\b|:nocov:|allowlist\s+secret\b"
    r"|phpcs:\s*(?:ignore|disable)\w*|credo:\s*disable[-\w]*|swiftlint:\s*disable\b|ktlint-disable\b|pyrefly:\s*ignore\b"
    r"|ty:\s*ignore\b|detect-secrets\b|gitleaks:allow\b|trufflehog:ignore\b|yamllint\s+disable\b)",
    re.IGNORECASE,
)
_AT = re.compile(r"(?:#|//|/\*)[^\n]{0,40}?(?P<mark>@ts-(?:ignore|nocheck|expect-error)\b|:nocov:)")
_IN_CODE = re.compile(
    r"(?P<mark>@SuppressWarnings\b|@SuppressFBWarnings\b|@SuppressLint\b|@Suppress\(|#!?\[allow\(|#!?\[expect\("
    r"|@(?:phpstan-ignore|psalm-suppress|phan-suppress)\b|@dialyzer\b|#pragma\s+(?:GCC|clang)\s+diagnostic\s+ignored\b"
    r"|#pragma\s+warning\s+disable\b|@typing\.no_type_check\b|@no_type_check\b|\[SuppressMessage\()"
)
_PROSE = frozenset({".md", ".rst", ".txt", ".adoc"})
_ADVICE = "mend what the check complains about instead"


def findings(added: Added) -> Iterator[Finding]:
    """Every new line that silences a check; a line that did so before and still does is none."""
    if added.path[added.path.rfind(".") :] in _PROSE:
        return
    if not any(_mark(line) for line in added.lines.values()):
        return
    known = Counter(mark for line in added.before.split("\n") if (mark := _mark(line)))
    now = Counter(mark for line in added.after.split("\n") if (mark := _mark(line)))
    for number, line in added.lines.items():
        mark = _mark(line)
        if mark and now[mark] > known[mark]:
            yield Finding(SUPPRESSED_CHECK, number, mark, f"`{mark}` silences a check here; {_ADVICE}")


def _mark(line: str) -> str:
    """What in *line* silences a check, spelt one way; empty where nothing does."""
    for pattern in (_IN_COMMENT, _AT, _IN_CODE):
        if found := pattern.search(line[:2_000]):
            return re.sub(r"\s+", " ", found["mark"]).lower().replace(": ", ":").replace(":", ": ").strip()
    return ""
