"""The faults that cosmic-ray's operators make of a module: a program for an environment that has cosmic-ray.

``cosmic.py MODULE RESULT`` writes them as JSON: a list of [line, source].
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(module: str, result: str) -> None:
    """Apply every operator at every place, by cosmic-ray's own functions."""
    from cosmic_ray.ast import ast_nodes, get_ast  # type: ignore[import-not-found] # noqa: PLC0415
    from cosmic_ray.mutating import mutate_code  # type: ignore[import-not-found] # noqa: PLC0415
    from cosmic_ray.plugins import get_operator, operator_names  # type: ignore[import-not-found] # noqa: PLC0415

    source = Path(module).read_text(encoding="utf-8")
    tree = get_ast(source)
    found = []
    for name in sorted(operator_names()):
        operator = get_operator(name)
        try:
            made = operator()
        except TypeError:
            continue  # one that has to be configured
        places = [start for node in ast_nodes(tree) for start, _end in made.mutation_positions(node)]
        for number, place in enumerate(places):
            changed = mutate_code(source, made, number)
            if changed is not None and changed != source:
                found.append([place[0], changed])
    Path(result).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
