"""A repository to write tests for: its files, the module under test, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from agent_ci.core.coverage import executable_lines


@dataclass(frozen=True)
class Project:
    """``files`` by path, of which ``path`` is under test; ``kind`` is made (by us) or real (a published package).

    ``is_testable`` is False where nothing should be delivered. ``functions`` are the qualified names that the change is
    about; all of the module where there are none. ``is_held_out`` where nobody looked at it while the search was tuned.
    """

    name: str
    path: str
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    kind: str = "made"
    is_testable: bool = True
    is_held_out: bool = False
    roots: tuple[str, ...] = (".",)
    functions: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The text of the module under test."""
        return self.files[self.path]

    @property
    def lines(self) -> frozenset[int]:
        """The lines of the change: what of the module can run."""
        return executable_lines(self.source)

    @property
    def tests(self) -> tuple[str, ...]:
        """The test files that there are already."""
        return tuple(path for path in self.files if "test" in path.rpartition("/")[2])


def made(name: str, path: str, files: Mapping[str, str], **options: object) -> Project:
    """A project of ours from texts."""
    contents = {place: text.lstrip("\n") for place, text in files.items()}
    return Project(name, path, contents, **options)  # type: ignore[arg-type] # the names of the class
