"""Finds the parts of JaCoCo that a job downloaded, or that the distribution installed: agent, core and ASM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from agent_ci.core.frameworks.homes import gradle_home
from agent_ci.errors import UnsupportedError

_Version = tuple[int, ...]
_SYSTEM = Path("/usr/share/java")
_ASM = ("asm", "asm-commons", "asm-tree")
_AGENT = r"(?:-runtime)?"  # what has no such name holds the agent as a file


def find(tool: str, environment: Mapping[str, str], system: Path | None = None) -> tuple[str, str]:
    """The jar that is the agent, or that holds it, and the class path of the core, where both are of one version.

    They are those that *tool*, maven or gradle, downloaded: a sandbox may not show it those of another. *environment*
    is the job's, *system* is where the distribution's jars lie. Raises UnsupportedError, which says what is missing
    and where it was looked for.
    """
    places = tuple(_places(tool, environment, system or _SYSTEM))
    agents = _jars(places, "org.jacoco", "org.jacoco.agent", _AGENT)
    cores = _jars(places, "org.jacoco", "org.jacoco.core")
    asm = [_jars(places, "org.ow2.asm", name) for name in _ASM]
    lacks = {"agent": agents, "core": cores, "ASM": _common(*asm)}
    if missing := [name for name, found in lacks.items() if not found]:
        raise _unsupported(places, f"no {' and no '.join(missing)} of it")
    if not (versions := _common(agents, cores)):
        raise _unsupported(places, "no agent and core of it in one version")
    version, newest = max(versions), max(_common(*asm))
    path = (cores[version], *(found[newest] for found in asm))
    return str(agents[version]), ":".join(map(str, path))


def _unsupported(places: tuple[Path, ...], what: str) -> UnsupportedError:
    where = ", ".join(map(str, places))
    return UnsupportedError(f"which lines a test executes is told by JaCoCo, and there is {what} in {where}")


def _places(tool: str, environment: Mapping[str, str], system: Path) -> Iterator[Path]:
    of_maven = f"{environment.get('HOME') or '.'}/.m2/repository"
    kept = of_maven if tool == "maven" else f"{gradle_home(environment)}/caches/modules-2/files-2.1"
    if kept.startswith("/"):
        yield Path(kept)
    yield system


def _jars(places: tuple[Path, ...], group: str, name: str, ending: str = "") -> Mapping[_Version, Path]:
    """The jars *name* of a *group* by their version, as Maven, Gradle and Debian lay them; the first place counts."""
    form = re.compile(rf"{re.escape(name)}-(\d{{1,6}}(?:\.\d{{1,6}})*){ending}\.jar")
    folders = (f"{group.replace('.', '/')}/{name}/*/", f"{group}/{name}/*/*/", "")
    found: dict[_Version, Path] = {}
    for place in places:
        for folder in folders:
            for path in sorted(place.glob(f"{folder}{name}-*.jar")):  # -runtime.jar before .jar
                if match := form.fullmatch(path.name):
                    found.setdefault(tuple(map(int, match[1].split("."))), path)
    return found


def _common(*found: Mapping[_Version, Path]) -> set[_Version]:
    return set.intersection(*map(set, found))
