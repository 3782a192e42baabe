"""The faults that cosmic-ray's operators make of a module: a program for an environment that has cosmic-ray.

``cosmic.py MODULE RESULT [MOST]`` writes them as JSON: a list of [line, source]. With MOST, those at so many places
that hashes choose: all of them would take minutes for a large module.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path


def main(module: str, result: str, most: int | None) -> None:
    """Apply every operator at every place, or at the first *most* in the order of hashes, by cosmic-ray's functions."""
    from cosmic_ray.ast import ast_nodes, get_ast  # type: ignore[import-not-found] # noqa: PLC0415
    from cosmic_ray.mutating import mutate_code  # type: ignore[import-not-found] # noqa: PLC0415
    from cosmic_ray.plugins import get_operator, operator_names  # type: ignore[import-not-found] # noqa: PLC0415

    source = Path(module).read_text(encoding="utf-8")
    nodes = list(ast_nodes(get_ast(source)))
    places = []
    for name in sorted(operator_names()):
        operator = get_operator(name)
        try:
            made = operator()
        except TypeError:
            continue  # one that has to be configured
        starts = [start for node in nodes for start, _end in made.mutation_positions(node)]
        for number, start in enumerate(starts):
            places.append((hashlib.sha256(f"{name}:{number}".encode()).digest(), made, number, start[0]))
    if most is not None:
        places = sorted(places, key=lambda one: one[0])[:most]
    found = []
    for _order, made, number, line in places:
        changed = mutate_code(source, made, number)
        if changed is not None and changed != source:
            found.append([line, changed])
    Path(result).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None)  # noqa: PLR2004 - as above
