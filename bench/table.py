"""What every benchmark prints first: where it ran, and with which versions; and how its table looks."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, packages: Sequence[str] = ()
) -> None:
    """Print *rows* as a Markdown table below *title* and the machine, with the versions of *packages*.

    The first column is set to the left and the others to the right; a float is shown with two decimals.
    """
    cells = [[_shown(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    print(f"## {title}\n\n{machine(packages)}\n")
    print(_line(columns, widths))
    print("|" + "|".join(f"-{'-' * width}{':' if i else '-'}" for i, width in enumerate(widths)) + "|")
    for row in cells:
        print(_line(row, widths))
    print(flush=True)


def machine(packages: Sequence[str] = ()) -> str:
    """One line: system, processor, number of CPUs, Python, and the versions of *packages*."""
    parts = (
        f"{platform.system()} {platform.release()}",
        _processor(),
        f"{os.cpu_count()} CPUs",
        f"{platform.python_implementation()} {platform.python_version()}",
        *(f"{package} {_version(package)}" for package in packages),
    )
    return ", ".join(parts)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    shown = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(shown)} |"


def _shown(cell: object) -> str:
    return f"{cell:,.2f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else str(cell)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    """The processor's name where the system tells it, else its architecture."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 -- not a file of ours
            names = (line.partition(":")[2].strip() for line in file if line.startswith("model name"))
            return next(names, platform.machine())
    except OSError:
        return platform.machine()
