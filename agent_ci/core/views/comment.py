"""What is posted on a forge: the one sticky comment, a draft pull request, and an issue that asks a person."""

from __future__ import annotations

from collections.abc import Mapping

from agent_ci.core.message import revert_subject
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.markdown import inert, sticky
from agent_ci.core.sealing import digest_of
from agent_ci.core.views import parts
from agent_ci.core.views.account import Account, read

LIMIT = 65_536
"""The most bytes of a comment, and of the body of an issue or a pull request."""

_MARGIN = 6_000  # bytes by which a document may grow when it is made inert on its way out
_TITLE = 72


def comment(document: Mapping[str, object], patch: str = "", *, key: str) -> str:
    """The body of the sticky comment of *key*, for ``Sink.COMMENT``: at most 65,536 bytes.

    *document* is the content of ``evidence.json``, *patch* that of ``fix.patch`` or ``partial.patch``.
    """
    account = read(document)
    return _story((sticky(key), *parts.verdict(account)), account, digest_of(document), patch)


def pull_request(document: Mapping[str, object], patch: str = "") -> tuple[str, str]:
    """Title and body of a pull request that holds the proven change, for ``Sink.COMMENT``."""
    account = read(document)
    cause = next((one.cause for one in reversed(account.attempts) if one.cause and not one.objections), "")
    kind = "test" if account.tests else "fix"
    title = inert(f"{kind}: {cause.rstrip('.') or _wanted(account)}", limit=_TITLE)
    if account.takes_back:
        title = revert_subject(account.takes_back)
    return title, _story((parts.literally(account.reason, 600),), account, digest_of(document), patch)


def issue(document: Mapping[str, object]) -> tuple[str, str]:
    """Title and body of an issue that hands the failure to a person, for ``Sink.COMMENT``."""
    account = read(document)
    title = inert(f"{account.headline}: {_wanted(account)}", limit=2 * _TITLE)
    return title, _story(tuple(parts.verdict(account)), account, digest_of(document), "")


def _wanted(account: Account) -> str:
    more = len(account.targets) - 1
    name = account.targets[0].rsplit("/", 1)[-1] if account.targets else "the failing tests"
    return f"make {name} pass" + (f" and {more} more" if more > 0 else "")


def _story(first: tuple[str, ...], account: Account, sha256: str, patch: str) -> str:
    above = (*first, *parts.failed(account), *parts.proof(account))
    below = (
        parts.how_to_apply(account, patch),
        parts.tried(account),
        parts.how_to_reproduce(account),
        _how_to_undo(account),
        parts.spent(account),
        f"Evidence: sha256 `{sha256}`. {parts.link('The run', account.context.get('run_url', ''))}".rstrip(),
    )
    room = LIMIT - _MARGIN - parts.size(parts.joined((*above, *below)))
    return parts.joined((*above, parts.change(account, patch, room), *below))


def _how_to_undo(account: Account) -> str:
    return "To undo it: `agent-ci undo`." if account.known_outcome is Outcome.DELIVERED else ""
