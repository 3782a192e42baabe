"""Lays our own programs where the sandbox can read them, under a name that no repository has."""

from __future__ import annotations

from pathlib import Path

PACKAGE = "agent_ci_kits"
"""The package that they are found under in the sandbox. Their folders are as in ``agent_ci``: imports are relative."""

_SOURCES = Path(__file__).parent
_SHARED = "sandbox_kit"


def lay(into: Path, *folders: str) -> Path:
    """Copy the modules of *folders* (``mutation_kit``, ``proposers/search/kit``) below *into*, a folder that exists.

    What all of them share comes with them. The folder that is returned goes on Python's path, and
    ``agent_ci_kits.mutation_kit`` is then a package.
    """
    path = into / "kits"
    for folder in (_SHARED, *folders):
        package = path / PACKAGE / folder
        package.mkdir(parents=True, exist_ok=True)
        for above in (package, *package.parents):
            if above == path:
                break
            (above / "__init__.py").touch()
        for module in sorted((_SOURCES / folder).glob("*.py")):
            (package / module.name).write_bytes(module.read_bytes())
    return path
