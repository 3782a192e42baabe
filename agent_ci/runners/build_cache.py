"""Keeps what a build tool compiled before any code of the repository ran, and lays it into every later copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agent_ci.confine.folders import walked
from agent_ci.errors import UnsupportedError
from agent_ci.files import is_there, make_folder, open_regular, write_new
from agent_ci.ports import Workspace

_FOLDER = "kept-build"
_MOST_FILES = 20_000
_MOST_BYTES = 256 * 2**20


@dataclass
class BuildCache:
    """The cache of one runner, as files in memory: none, until the first run filled it.

    Code of the repository could put anything into a cache that it can write, also what makes a later run green. So the
    files are taken once, from the first copy that the runner works in, before anything of the repository is run there;
    what happens in a later copy stays in that copy. A cache of more than 20,000 files or 256 MiB is not kept.
    """

    _files: Mapping[str, bytes] = field(default_factory=dict)
    _is_new: bool = True

    def place(self, workspace: Workspace) -> Path | None:
        """The cache's folder in *workspace*, to be filled the first time and with what was kept later; None for none.

        Raises UnsupportedError where code of the repository is in the way.
        """
        folder = workspace.outbox / _FOLDER
        is_new, self._is_new = self._is_new, False
        if not is_new and not self._files:
            return None
        if self._files and not is_there(folder, root=workspace.outbox):
            for above in sorted({folder, *(parent for name in self._files for parent in (folder / name).parents)}):
                if above.is_relative_to(folder):
                    make_folder(above, root=workspace.outbox)
            for name, content in self._files.items():
                write_new(folder / name, content, root=workspace.outbox)
        return folder

    @property
    def is_kept(self) -> bool:
        """Whether there is something to lay into a copy."""
        return bool(self._files)

    def take(self, workspace: Workspace) -> None:
        """Keep the cache of *workspace*; nothing of it where that is too much or cannot be read."""
        folder, found, left = workspace.outbox / _FOLDER, dict[str, bytes](), _MOST_BYTES
        try:
            for entry in walked((folder,)):
                if entry.is_dir(follow_symlinks=False):
                    continue
                path = Path(entry.path)
                with open_regular(path, root=workspace.outbox, max_bytes=left) as file:
                    content = file.read(left)
                found[path.relative_to(folder).as_posix()] = content
                left -= len(content)
                if len(found) > _MOST_FILES:
                    return
        except UnsupportedError:
            return
        self._files = found
