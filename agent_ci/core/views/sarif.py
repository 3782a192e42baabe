"""Failing tests and findings as SARIF 2.1.0, which forges and editors show at their lines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import quote

from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.views.account import Account, Place, read
from agent_ci.core.views.reading import item, text

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MOST = 5_000  # results that GitHub shows of one run
_MESSAGE = 1000
_TEST = "failing-test"
_LOG = "finding"


def sarif(document: Mapping[str, object]) -> dict[str, object]:
    """The SARIF log of *document*, the content of ``evidence.json``: what was red before any change.

    What has no line in the repository cannot be shown at one; a notification says how much that is.
    """
    account = read(document)
    placed = [*islice(_results(account), _MOST)]
    left = max(len(account.targets), len(account.failures)) + len(account.findings) - len(placed)
    note = {"level": "note", "message": {"text": f"{left} more, without a line in the repository or over the limit"}}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(text(item(document, "versions").get("agent-ci")))},
                "invocations": [
                    {"executionSuccessful": True, "toolExecutionNotifications": [note] if left > 0 else []}
                ],
                "results": placed,
                "columnKind": "utf16CodeUnits",
            }
        ],
    }


def _driver(version: str) -> dict[str, object]:
    rules = ((_TEST, "A test that fails"), (_LOG, "What a compiler, a linter or a job's log says is wrong"))
    return {
        "name": "agent-ci",
        **({"version": version} if version else {}),
        "rules": [{"id": id_, "shortDescription": {"text": words}} for id_, words in rules],
    }


def _results(account: Account) -> Iterator[dict[str, object]]:
    for place in account.failures:
        if place.is_inside:
            yield _result(_TEST, place, f"{place.name}: {place.message}")
    for place in account.findings:
        if place.is_inside:
            yield _result(_LOG, place, f"{place.message} [{place.name}]" if place.name else place.message)


def _result(rule: str, place: Place, message: str) -> dict[str, object]:
    where = {"artifactLocation": {"uri": quote(place.file, errors="replace")}, "region": {"startLine": place.line}}
    return {
        "ruleId": rule,
        "ruleIndex": 0 if rule == _TEST else 1,
        "level": "error",
        "message": {"text": cleaned(message).text[:_MESSAGE] or "failed"},
        "locations": [{"physicalLocation": where}],
        **({"partialFingerprints": _fingerprints(place)} if place.group else {}),
    }


def _fingerprints(place: Place) -> dict[str, str]:
    """What names a failure wherever its line moves. Of these, GitHub reads the one with a name of its own only.

    Source: "SARIF support for code scanning" in GitHub's documentation.
    """
    name = hashlib.sha256(f"{place.group}\n{place.name}".encode("utf-8", "replace")).hexdigest()[:16]
    return {"agentCiFailure/v1": name, "primaryLocationLineHash": f"{name}:1"}
