"""Git's listings for machines, read: the rows of a tree, and the rows of a change."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent_ci.core.change import ChangedFile

SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One row of ``git ls-tree -r -z``: six octal digits, a blob's id (a commit's for SUBMODULE), a path."""

    mode: str
    blob: str
    path: str


def read_tree(listing: str) -> tuple[TreeRow, ...]:
    """The rows of ``git ls-tree -r -z``."""
    return tuple(_tree_row(entry) for entry in listing.split("\0") if entry)


def _tree_row(entry: str) -> TreeRow:
    facts, _, path = entry.partition("\t")
    mode, _kind, blob = facts.split()
    return TreeRow(mode, blob, path)


def read_changes(listing: str) -> tuple[ChangedFile, ...]:
    """The files of ``git diff-tree -r --no-renames -z --raw --numstat``.

    First comes a raw row per path, in two fields, then a row of counts per path, in one.
    """
    fields = iter(listing.split("\0"))
    found: dict[str, ChangedFile] = {}
    for item in fields:
        if item.startswith(":"):
            old_mode, new_mode, _old, _new, status = item[1:].split()
            path = next(fields)
            found[path] = ChangedFile(path, status[0], old_mode, new_mode)
        elif item:
            added, removed, path = item.split("\t", 2)
            found[path] = _counted(found[path], added, removed)
    return tuple(found.values())


def _counted(file: ChangedFile, added: str, removed: str) -> ChangedFile:
    if added == "-":
        return replace(file, is_binary=True)
    return replace(file, added=int(added), removed=int(removed))
