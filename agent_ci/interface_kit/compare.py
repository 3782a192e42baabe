"""Compares the public names of Python packages in two folders, as text: a process of its own, since it reads anything.

`python -I compare.py OLD NEW OUT PACKAGE...` writes a JSON list to OUT. A row is what happened, the symbol, the
parameter, the file relative to its folder, its line, whether that folder is NEW, and whether the symbol is among those
that the package itself exports, not only one of its modules. Nothing is imported from either folder.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import griffe

_MEMORY = 1 << 30  # bytes of address space
_MOST = 2_000  # rows
_OF_OLD, _OF_NEW = False, True
_KINDS = {
    "OBJECT_REMOVED": ("REMOVED", _OF_OLD),
    "OBJECT_CHANGED_KIND": ("OTHER_KIND", _OF_OLD),
    "CLASS_REMOVED_BASE": ("BASE_REMOVED", _OF_OLD),
    "PARAMETER_REMOVED": ("PARAMETER_REMOVED", _OF_OLD),
    "PARAMETER_ADDED_REQUIRED": ("PARAMETER_REQUIRED", _OF_NEW),
    "PARAMETER_CHANGED_REQUIRED": ("PARAMETER_REQUIRED", _OF_NEW),
    "PARAMETER_MOVED": ("MOVED", _OF_NEW),
    "PARAMETER_CHANGED_KIND": ("MOVED", _OF_NEW),
    "PARAMETER_CHANGED_DEFAULT": ("OTHER_DEFAULT", _OF_NEW),
}

_BOUND = frozenset({"self", "cls"})
_UNCALLED = frozenset({"__version__", "__author__", "__all__", "__doc__", "__del__", "__repr__"})

Row = tuple[str, str, str, str, int, bool, bool]


def main(arguments: list[str]) -> None:
    """Write the rows. A package that is missing in one of the folders gives none."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    old, new, out = map(Path, arguments[:3])
    rows: list[Row] = []
    for package in arguments[3:]:
        before, after = _load(package, old), _load(package, new)
        if before is not None and after is not None:
            rows += _rows(before, after, old, new)
    out.write_text(json.dumps(list(dict.fromkeys(rows))[:_MOST]), encoding="utf-8")


def _load(package: str, folder: Path) -> Any:
    roots = [root for root in (folder, folder / "src", folder / "lib") if root.is_dir()]
    with suppress(ImportError):  # griffe's word for a package that it does not find
        return griffe.load(
            package,
            search_paths=roots,
            try_relative_path=False,
            allow_inspection=False,
            store_source=False,
            resolve_aliases=True,
            resolve_external=False,
        )
    return None


def _rows(before: Any, after: Any, old: Path, new: Path) -> Iterator[Row]:
    exported = frozenset(_exported(before))
    for found in griffe.find_breaking_changes(before, after):
        kind, is_new = _KINDS.get(found.kind.name, ("", _OF_OLD))
        if not kind or (kind == "REMOVED" and _may_be_served(found.obj, after)):
            continue
        value = found.new_value if is_new else found.old_value
        parameter = str(getattr(value, "name", "")) if found.kind.name.startswith("PARAMETER") else ""
        if parameter.lstrip("_") in _BOUND:
            continue
        subject = found.obj if is_new else _same(before, found.obj)
        path, line = _place(subject, new if is_new else old, parameter)
        symbol = str(found.obj.path)
        yield kind, symbol, parameter, path, line, is_new, _is_within(symbol, exported)


def _may_be_served(gone: Any, after: Any) -> bool:
    """Whether the name *gone* is one that nobody calls, or its module in *after* answers for names that it lacks."""
    if gone.name in _UNCALLED:
        return True
    return bool(
        gone.parent is not None and gone.parent.is_module and "__getattr__" in _same(after, gone.parent).members
    )


def _exported(package: Any) -> Iterator[str]:
    """The paths of what *package* exports by itself, under its own name and where it is defined."""
    for name, member in package.members.items():
        path = str(member.target_path if member.is_alias else member.path)
        if (
            not name.startswith("_")
            and path.startswith(f"{package.path}.")
            and (member.is_alias or not member.is_module)
        ):
            yield f"{package.path}.{name}"
            yield path
            with suppress(griffe.GriffeError):  # it is defined further away, in what is no part of the package
                yield str(member.canonical_path)


def _is_within(symbol: str, paths: frozenset[str]) -> bool:
    parts = symbol.split(".")
    return any(".".join(parts[:count]) in paths for count in range(1, len(parts) + 1))


def _same(package: Any, wanted: Any) -> Any:
    """The object of *package* at the path of *wanted*; *wanted* where there is none."""
    if wanted.path == package.path:
        return package
    with suppress(KeyError, griffe.GriffeError, ValueError):
        return package[wanted.path.split(".", 1)[1]]
    return wanted


def _place(subject: Any, folder: Path, parameter: str) -> tuple[str, int]:
    """Where *subject* stands below *folder*, or its *parameter* where that has its own line; line 0 for nowhere."""
    with suppress(griffe.GriffeError, OSError, ValueError, TypeError):
        of_alias = subject.is_alias
        holder = subject.parent if of_alias else subject
        path = Path(holder.filepath)
        first = (subject.alias_lineno if of_alias else subject.lineno) or 0
        last = first if of_alias else (subject.endlineno or first)
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[first - 1 : last] if first else []
        return path.relative_to(folder).as_posix(), first + _offset(lines, parameter)
    return "", 0


def _offset(lines: Iterable[str], parameter: str) -> int:
    word = re.compile(rf"\b{re.escape(parameter)}\b") if parameter else None
    return next((index for index, line in enumerate(lines) if word and word.search(line)), 0)


if __name__ == "__main__":
    main(sys.argv[1:])
