"""What a prompt template is: named, hashed, and filled in strictly."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_VARIABLE = re.compile(r"\{\{ *([a-z_]+) *\}\}")


class PromptError(ValueError):
    """A template and its variables do not fit together; our own mistake, never the user's."""


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt shipped as data. ``id`` carries its version (``fix.v3``); ``{{ name }}`` marks a variable."""

    id: str
    text: str

    @property
    def sha256(self) -> str:
        """The digest of the text, recorded with each request so that a run can be traced to its words."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def variables(self) -> frozenset[str]:
        """The names that must be given."""
        return frozenset(_VARIABLE.findall(self.text))

    def render(self, **values: str) -> str:
        """The text with every variable replaced, in one pass: markers inside a value stay as they are.

        Raises PromptError where a variable is missing or a value has no place to go.
        """
        if missing := sorted(self.variables - values.keys()):
            raise PromptError(f"the prompt {self.id} needs a value for {', '.join(missing)}")
        if unused := sorted(values.keys() - self.variables):
            raise PromptError(f"the prompt {self.id} has no place for {', '.join(unused)}")
        return _VARIABLE.sub(lambda marker: values[marker[1]], self.text)
