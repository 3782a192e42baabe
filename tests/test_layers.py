"""Imports point downwards only, siblings do not see each other, and files stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1] / "agent_ci"
CORE = {"core", "errors"}
EDGES = {
    "process",
    "git",
    "checkout",
    "clone",
    "files",
    "reports",
    "audit",
    "console",
    "artifacts",
    "templates",
    "memory",
    "memory_ref",
    "scanners",
    "confine",
    "kept",
    "handover",
    "http",
    "history",
    "joblogs",
    "outputs",
    "payloads",
    "objects",
    "cancelling",
    "commits",
    "interfaces",
    "blame",
    "older",
    "fetched",
    "requested",
    "model",
    "kits",
}
FAMILIES = ("forges", "proposers", "runners", "sandboxes")
MAY_IMPORT = {
    "core": CORE,
    "errors": {"core"},
    "ports": CORE,
    **{edge: CORE | EDGES | {"ports"} for edge in EDGES},
    **{family: CORE | EDGES | {"ports", family} for family in FAMILIES},
    "proposers": CORE | EDGES | {"ports", "proposers", "sandbox_kit", "mutation_kit"},
    "pipeline": CORE | EDGES | {"ports"},
    "jobs": CORE | EDGES | {"ports", "pipeline", "jobs", "mutation_kit", "sandbox_kit"},
    "settings": CORE,
    "spending": CORE | EDGES | {"settings"},
    "isolation": CORE | EDGES | {"ports", "settings", "sandboxes", "runners"},
    "registry": CORE | EDGES | {"ports", "settings", *FAMILIES},
    "toolchains": CORE | EDGES | {"ports", "registry", "runners"},
    "base": CORE | EDGES | {"settings"},
    "delivery": CORE | EDGES | {"ports", "settings", "pipeline"},
    "showing": CORE | EDGES | {"__init__"},
    "session": CORE
    | EDGES
    | {"ports", "settings", "registry", "isolation", "pipeline", "jobs", "base", "delivery", "showing", "__init__"}
    | {"toolchains", "spending"},
    "verification": CORE | EDGES | {"ports", "settings", "pipeline", "jobs", "session"},
    "publishing": CORE | EDGES | {"ports", "settings", "registry", "pipeline", "base", "delivery", "showing"},
    "fetching": CORE | EDGES | {"registry", "hosts"},
    "planning": CORE | EDGES | {"jobs", "session"},
    "testing": CORE | EDGES | {"base", "pipeline", "jobs", "session"},
    "proposing": CORE | EDGES,
    "interface_kit": set(),
    "mutation_kit": set(),
    "sandbox_kit": set(),
    "cells": CORE | EDGES,
    "merging": CORE | EDGES | {"pipeline", "jobs", "session", "cells"},
    "demo": CORE | EDGES,
    "chatting": CORE | EDGES | {"ports", "registry"},
    "remembering": CORE | EDGES | {"settings", "registry", "base"},
    "undoing": CORE | EDGES | {"ports", "settings", "registry", "base", "delivery"},
    "releasing": CORE | EDGES | {"delivery"},
    "hosts": CORE | EDGES | {"ports", "forges"},
    "rewording": CORE | EDGES | {"ports", "settings"},
    "drafting": CORE
    | EDGES
    | {"ports", "settings", "registry", "base", "delivery", "releasing", "proposing", "hosts", "rewording", "showing"}
    | {"__init__"},
    "examining": CORE | EDGES | {"settings", "isolation", "runners", "registry"},
    "initialising": CORE | EDGES | {"settings", "__init__"},
    "cli": CORE
    | EDGES
    | {"settings", "session", "verification", "publishing", "planning", "merging", "demo", "showing", "drafting"}
    | {"cli_setup", "speaking", "keeper", "testing", "__init__"},
    "cli_setup": CORE
    | EDGES
    | {"settings", "speaking", "keeper", "fetching", "chatting", "undoing", "remembering", "examining", "initialising"},
    "speaking": CORE | EDGES | {"settings", "__init__"},
    "keeper": CORE | EDGES,
    "__main__": {"cli"},
    "__init__": set(),
}
SIBLINGS = {"gitlab": {"push"}, "local": {"push"}}  # they deliver through plain git
MODULES = sorted(path for path in ROOT.rglob("*.py") if "demo_project" not in path.parts)


def imported(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "agent_ci":
            parts = tuple(node.module.split(".")[1:])
            names = [(*parts, alias.name) for alias in node.names]
            yield from ([parts] if len(parts) > 1 else names)
        elif isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")[1:]) for alias in node.names if alias.name.startswith("agent_ci."))


def layer(module: tuple[str, ...]) -> str:
    return "__init__" if module[0].startswith("__version") else module[0]


@cache
def trees() -> Mapping[Path, ast.Module]:
    """Every module of the package by its path in it."""
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}


def test_imports_point_downwards() -> None:
    wrong = {
        path: up
        for path, tree in trees().items()
        if (up := {*map(layer, imported(tree))} - MAY_IMPORT[path.with_suffix("").parts[0]])
    }
    assert wrong == {}


def test_siblings_do_not_see_each_other() -> None:
    wrong = {path: seen for path, tree in trees().items() if (seen := strangers(path.with_suffix("").parts, tree))}
    assert wrong == {}


def strangers(own: tuple[str, ...], tree: ast.Module) -> set[str]:
    """The adapters that the module *own*, one itself, imports."""
    if own[0] not in ("forges", "proposers", "sandboxes"):
        return set()
    seen = {module[1] for module in imported(tree) if module[0] == own[0]}
    return seen - SIBLINGS.get(own[1], set()) - ({own[1]} if len(own) > 2 else set())


def test_a_module_says_what_it_knows() -> None:
    assert [path for path, tree in trees().items() if tree.body and not ast.get_docstring(tree)] == []


def test_no_file_is_long() -> None:
    folders = (ROOT, ROOT.parent / "tests", ROOT.parent / "bench", ROOT.parent / "scripts")
    sizes = {path: len(path.read_bytes().splitlines()) for folder in folders for path in folder.rglob("*.py")}
    assert {path: size for path, size in sizes.items() if size > 400} == {}


def plain_imports(tree: ast.AST) -> set[str]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {alias.name for node in nodes for alias in node.names}
    return named | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def is_environ(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def test_only_the_named_edges_start_processes_and_read_the_environment() -> None:
    starts = {str(path) for path, tree in trees().items() if "subprocess" in plain_imports(tree)}
    reads = {str(path) for path, tree in trees().items() if any(is_environ(node) for node in ast.walk(tree))}
    in_the_tests = {
        "jobs/compare_kit/conduct.py",
        "proposers/search/kit/state.py",
        "runners/coverage_kit/plugin.py",
        "runners/pytest_kit/plugin.py",
        "runners/unittest_kit/run.py",
    }  # these run in the user's tests, in another process
    assert starts == {"process.py"}
    assert reads == {"cli.py", "cli_setup.py", "speaking.py", "git.py", "model/transport.py", *in_the_tests}


def test_only_one_module_speaks_http_for_the_forges() -> None:
    speak = {path for path, tree in trees().items() if {"requests", "urllib3", "urllib.request"} & plain_imports(tree)}
    assert speak == {Path("http/exchange.py")}


INSIDE = (
    "search",
    "sandbox_kit",
    "compare_kit",
    "pytest_kit",
    "confine",
)  # these run in processes that we read, not those we are


def speaks(node: ast.AST) -> bool:
    """Whether *node* writes to standard output or standard error, or hands one of them on."""
    if isinstance(node, ast.Name):
        return node.id == "print"
    owner = node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""
    names = {"sys": {"stdout", "stderr", "__stdout__", "__stderr__"}, "click": {"echo", "secho", "echo_via_pager"}}
    return isinstance(node, ast.Attribute) and node.attr in names.get(owner, ())


def test_only_the_command_line_has_standard_output_and_everything_it_says_passes_the_one_writer() -> None:
    found = {path for path, tree in trees().items() if any(speaks(node) for node in ast.walk(tree))}
    assert {path.name for path in found if not {*path.parts} & {*INSIDE}} == {"cli.py", "speaking.py"}
    speaking = (trees()[Path(name)] for name in ("cli.py", "speaking.py"))
    functions = [node for tree in speaking for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    echoing = {function.name for function in functions if any(is_echo(node) for node in ast.walk(function))}
    assert echoing == {"say", "say_exactly", "say_json"}


def is_echo(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and speaks(node.func)
