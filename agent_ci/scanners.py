"""Calls the scanners for secrets and for insecure code on what a change adds; they read text and run none of it."""

from __future__ import annotations

import importlib
import logging
import re
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

from agent_ci.core.change import ChangedText
from agent_ci.core.rules import NEW_SECRET, SECURITY_FINDING

# Without the filter that heeds comments ("allowlist"), and without the one that asks servers whether a key is real.
_FILTERS = (
    "sequential_string", "potential_uuid", "likely_id_string", "templated_secret", "prefixed_with_dollar_sign",
    "indirect_reference", "not_alphanumeric_string",
)  # fmt: skip
# The detectors that know a vendor's form. Those that go by entropy, or by a word beside a value, take commit ids and
# names of classes for secrets.
_VENDORS = (
    "aws", "azure_storage_key", "basic_auth", "discord", "github_token", "gitlab_token", "jwt", "mailchimp", "npm",
    "openai", "pypi_token", "sendgrid", "slack", "square_oauth", "stripe", "telegram_token", "twilio",
)  # fmt: skip
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_SHELL = frozenset({"B602", "B604", "B605", "B609"})  # bandit calls some of these slight, and a repair needs none
_GRAVE = frozenset({"MEDIUM", "HIGH"})


def new_findings(changes: tuple[ChangedText, ...]) -> tuple[str, ...]:
    """One objection per finding on a line that *changes* add, and none for what stood there before."""
    return tuple(objection for change in changes if change.after is not None for objection in _of(change))


def _of(change: ChangedText) -> Iterator[str]:
    added = _added(change)
    if not added:
        return
    with tempfile.TemporaryDirectory(prefix="agent-ci-scan-") as folder:
        file = Path(folder, f"changed{PurePosixPath(change.path).suffix}")
        file.write_text(change.after or "", encoding="utf-8", errors="surrogateescape")
        for line, kind in _secrets(file):
            if line in added:
                sentence = f"{change.path}:{line}: this looks like a secret ({kind}); read it from the environment"
                yield NEW_SECRET.objection(sentence)
        if file.suffix == ".py":
            for line, what in _insecure(file):
                if line in added:
                    yield SECURITY_FINDING.objection(f"{change.path}:{line}: {what}")


def _added(change: ChangedText) -> Mapping[int, str]:
    """The lines, by number from 1, that are new: their text does not stand in the file before as often."""
    left = Counter(line.strip() for line in (change.before or "").split("\n"))
    added: dict[int, str] = {}
    for number, line in enumerate((change.after or "").split("\n"), 1):
        text = line.strip()
        if left[text]:
            left[text] -= 1
        elif text:
            added[number] = text
    return added


def _secrets(file: Path) -> Iterator[tuple[int, str]]:
    from detect_secrets.core import scan  # noqa: PLC0415 - only a run with a patch pays for it
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class  # noqa: PLC0415 - as above
    from detect_secrets.settings import transient_settings  # noqa: PLC0415 - as above

    names = [{"name": detector.__name__} for detector in get_mapping_from_secret_type_to_class().values()]
    filters = [{"path": f"detect_secrets.filters.heuristic.is_{name}"} for name in _FILTERS]
    with transient_settings({"plugins_used": names, "filters_used": filters}):
        for secret in scan.scan_file(str(file)):
            yield secret.line_number, secret.type


def likely_secrets(text: str) -> tuple[str, ...]:
    """The pieces of *text* that have the form of a known vendor's key, of a token or of a private key."""
    return tuple(found[0] for form in _forms() for found in form.finditer(text))


@lru_cache
def _forms() -> tuple[re.Pattern[str], ...]:
    plugins = [importlib.import_module(f"detect_secrets.plugins.{name}") for name in _VENDORS]
    lists = (getattr(value, "denylist", ()) for plugin in plugins for value in vars(plugin).values())
    return (_PRIVATE_KEY, *(form for forms in lists if isinstance(forms, list | tuple) for form in forms))


def _insecure(file: Path) -> Iterator[tuple[int, str]]:
    with warnings.catch_warnings(action="ignore"):  # bandit calls its plugin loader in a way that is on its way out
        for name in ("bandit", "stevedore"):  # what they cannot load is no news for our users
            logging.getLogger(name).setLevel(logging.CRITICAL)
        from bandit.core import config, manager  # noqa: PLC0415 - only a run with a patch of Python pays for it

        scanner = manager.BanditManager(config.BanditConfig(), "file", quiet=True, ignore_nosec=True)
        scanner.discover_files([str(file)])
        scanner.run_tests()
    for issue in scanner.get_issue_list():
        if issue.severity in _GRAVE or issue.test_id in _SHELL:
            yield issue.lineno, f"{issue.text.splitlines()[0]} (bandit {issue.test_id})"
