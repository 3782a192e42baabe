"""Which model is asked, where, and with what key: nothing of the key is ever shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from agent_ci.core.outward.secrets import redact
from agent_ci.errors import UsageError
from agent_ci.model.transport import Timeouts

_ADDRESS = re.compile(r"https?://[^/?#\s]+[^\s]*$")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Which model to ask, where, and with what; nothing of the key shows in its representation."""

    name: str
    api_base: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    seed: int = 0
    timeouts: Timeouts = field(default_factory=Timeouts)
    is_keyed: bool = False  # elsewhere, so that the key itself is not here

    def __post_init__(self) -> None:
        """Raises UsageError for an address or a key that cannot be used, and shows neither."""
        if self.api_base and not _ADDRESS.match(self.api_base):
            raise UsageError("--api-base must be a URL that begins with http:// or https:// and names a host")
        if self.api_key and (fault := key_fault(self.api_key)):
            raise UsageError(fault)

    def __str__(self) -> str:
        return f"the model {self.name} at {self.address}"

    @property
    def address(self) -> str:
        """Where the model is, for people: without user, password and query."""
        if not self.api_base:
            return "the provider's own endpoint"
        parts = urlsplit(self.api_base)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def redact(self, text: str) -> str:
        """*text* without the key and without the credentials of the address."""
        parts = urlsplit(self.api_base or "")
        account = parts.netloc.rpartition("@")[0]
        return redact(text, (self.api_key or "", unquote(parts.password or ""), account, parts.query))


def key_fault(key: str) -> str:
    """Why *key* cannot be sent, in a sentence that does not show it; empty where it can."""
    if key.isascii() and key.isprintable():
        return ""
    return "AGENT_CI_API_KEY holds line ends or characters other than ASCII; set it anew"
