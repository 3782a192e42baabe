"""Which names an expression may use, and what each stands for: a name is one thing in all tests of a module."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_SHORT = {"_pydatetime": "datetime", "_decimal": "decimal", "_pydecimal": "decimal", "pathlib._local": "pathlib"}


class UnnamedError(Exception):
    """The thing cannot be reached by a name that a test could import."""


class Names:
    """The names that are in use: local name -> (module, attribute)."""

    def __init__(self, known: Mapping[str, tuple[str, str]] | None = None) -> None:
        self.known: dict[str, tuple[str, str]] = dict(known or {})

    def of(self, thing: Any) -> str:
        """The expression for a class or function that some module has under its own name. Raises UnnamedError."""
        module, qualified = getattr(thing, "__module__", None), getattr(thing, "__qualname__", "")
        module = _SHORT.get(str(module), module)
        if not isinstance(module, str) or not qualified or "<" in qualified or module == "__main__":
            raise UnnamedError
        if module == "builtins" and getattr(builtins, qualified, None) is thing:
            return str(qualified)
        if any(part.startswith("_") for part in f"{module}.{qualified}".split(".")):
            raise UnnamedError
        if lookup(module, qualified) is not thing:
            raise UnnamedError
        self.add(qualified.partition(".")[0], module)
        return str(qualified)

    def add(self, name: str, module: str) -> str:
        """Have *name* stand for what *module* has under it. Raises UnnamedError where it stands for something else."""
        if self.known.setdefault(name, (module, name)) != (module, name) or hasattr(builtins, name):
            raise UnnamedError
        return name

    def learn(self, known: Mapping[str, Sequence[str]]) -> None:
        """Take over the names that another process of ours came to use."""
        for name, (module, attribute) in known.items():
            self.known.setdefault(name, (module, attribute))

    def load(self) -> None:
        """Import what the names stand for, once and for all forks; what cannot be had is forgotten."""
        self.known = {name: place for name, place in self.known.items() if _is_there(*place)}

    def namespace(self) -> dict[str, Any]:
        """What the names stand for now: the modules may have been loaded anew since they were added."""
        return {name: lookup(module, attribute) for name, (module, attribute) in self.known.items()}


def lookup(module: str, qualified: str) -> Any:
    """What *module* has under the dotted name *qualified*, itself for none. Raises UnnamedError for nothing."""
    try:
        found: Any = sys.modules.get(module) or importlib.import_module(module)
        for part in filter(None, qualified.split(".")):
            found = getattr(found, part)
    except Exception as error:
        raise UnnamedError from error
    return found


def _is_there(module: str, attribute: str) -> bool:
    try:
        lookup(module, attribute)
    except UnnamedError:
        return False
    return True
