"""Finds the Python that the user's job runs its tests with, and where it would import the checkout from."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from agent_ci.errors import InfrastructureError
from agent_ci.ports import Command, Workspace

# Runs in the user's interpreter. Editable installs put the checkout on sys.path or behind a finder; either
# way its folders are named relative to the checkout, so that the copy is imported and not the original.
_PROBE = """
import importlib.util, json, sys
folders = list(sys.path[1:])
for name, module in list(sys.modules.items()):
    if name.startswith("__editable__"):
        folders += [place.rsplit("/", 1)[0] for place in getattr(module, "MAPPING", {}).values()]
spec = importlib.util.find_spec("pytest")
version = __import__("importlib.metadata").metadata.version("pytest") if spec else ""
xdist = importlib.util.find_spec("xdist") is not None
print(json.dumps({"python": sys.version.split()[0], "pytest": version, "xdist": xdist, "folders": folders}))
"""
_PROBE_SECONDS = 60.0
_ENVIRONMENT_FOLDERS = (".venv", "venv", "env", ".tox/*", ".nox/*", ".hatch/*", "__pypackages__/*")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python, and the pytest it has ("" for none), with pytest-xdist or without.

    ``import_roots`` are the repository's folders on its path.
    """

    path: str
    version: str
    pytest: str
    import_roots: tuple[str, ...]
    has_xdist: bool = False


def find_interpreter(  # noqa: PLR0913 - every place to look in, and what for
    workspace: Workspace,
    *,
    checkout: Path,
    environment: Mapping[str, str],
    named: str = "",
    own: str = "",
    needs_pytest: bool = True,
    folder: str = "",
) -> Interpreter:
    """The first Python, which has pytest where that is needed: *named*, active, the checkout's, on PATH, then *own*.

    It is to run tests in *folder*, "" for the root. Each is asked inside *workspace*. Raises InfrastructureError where
    there is none.
    """
    tried = []
    for path in dict.fromkeys(candidates(checkout, environment, named, own, folder)):
        found = _probe(workspace, path, checkout=checkout, environment=environment, folder=folder)
        if found and (found.pytest or not needs_pytest):
            return found
        tried.append(path)
        if path == named:
            break
    if not needs_pytest:
        raise InfrastructureError(f"no Python that works was found here (tried {', '.join(tried) or 'none'})")
    raise InfrastructureError(
        f"no Python here has pytest (tried {', '.join(tried) or 'none'}); install the test requirements in an "
        'earlier step of the job, or name the interpreter: --run "path/to/python -m pytest"'
    )


def candidates(checkout: Path, environment: Mapping[str, str], named: str, own: str, folder: str = "") -> Iterator[str]:
    """Every Python that may be asked, in order, whether it exists or not; those of *folder* before the checkout's."""
    if named:
        yield named
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environment.get(variable):
            yield str(Path(environment[variable], "bin", "python"))
    for place in dict.fromkeys((checkout / folder, checkout)):
        for glob in _ENVIRONMENT_FOLDERS:
            yield from (str(path) for path in sorted(place.glob(f"{glob}/bin/python")))
        yield from _poetry_environments(place, environment)
    for programs in environment.get("PATH", "").split(":"):
        yield from (str(path) for name in ("python3", "python") if (path := Path(programs, name)).is_file())
    if own:
        yield own


def _poetry_environments(checkout: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Where poetry keeps a project's environment: outside of it, named after the project.

    Source: https://python-poetry.org/docs/configuration/#virtualenvspath
    """
    project = _project_name(checkout / "pyproject.toml")
    if not project or not (checkout / "poetry.lock").exists():
        return
    cache = environment.get("POETRY_CACHE_DIR") or f"{environment.get('HOME', '')}/.cache/pypoetry"
    folder = Path(environment.get("POETRY_VIRTUALENVS_PATH") or f"{cache}/virtualenvs")
    yield from (str(path) for path in sorted(folder.glob(f"{project}-*-py3*/bin/python"), reverse=True))


def _project_name(manifest: Path) -> str:
    try:
        facts = tomllib.loads(manifest.read_text(encoding="utf-8"))
        name = str(facts.get("project", facts.get("tool", {}).get("poetry", {})).get("name", ""))
    except (OSError, ValueError, AttributeError):
        return ""
    return re.sub(r"[^\w-]+", "-", name.lower()).strip("-")


def _probe(
    workspace: Workspace, path: str, *, checkout: Path, environment: Mapping[str, str], folder: str
) -> Interpreter | None:
    variables = {"PYTHONPATH": environment.get("PYTHONPATH", "")}
    try:
        done = workspace.run(Command((path, "-c", _PROBE), variables, timeout=_PROBE_SECONDS))
        facts = json.loads(done.output.strip().splitlines()[-1])
        if done.exit_code:
            return None
        roots = _import_roots(workspace.root, checkout, [str(place) for place in facts["folders"]], folder)
        return Interpreter(path, str(facts["python"]), str(facts["pytest"]), roots, bool(facts["xdist"]))
    except (InfrastructureError, ValueError, LookupError, TypeError):
        return None  # not a working Python: the next candidate is asked


def _import_roots(root: Path, checkout: Path, places: list[str], folder: str) -> tuple[str, ...]:
    """Folders of the copy to import from: the checkout's own on the path, ``src`` of *folder* by habit, *folder*."""
    inside = (PurePath(place).relative_to(checkout).as_posix() for place in places if _is_source(place, checkout))
    source = PurePath(folder, "src").as_posix()
    habit = (source,) if any((root / source).glob("*/*.py")) or any((root / source).glob("*.py")) else ()
    return tuple(dict.fromkeys((*inside, *habit, folder or ".")))


def _is_source(folder: str, checkout: Path) -> bool:
    path = PurePath(folder)
    return path.is_relative_to(checkout) and "site-packages" not in path.parts and not folder.endswith(".zip")
