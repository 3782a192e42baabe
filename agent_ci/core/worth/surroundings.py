"""What a test leans on outside of the code that it is about: the clock, chance, the network, this machine's folders."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping

from agent_ci.core.names import bound
from agent_ci.core.worth.tests_file import TestFunction, TestsFile

MOST_LINES = 120
"""How many lines of tests one target gets, and so how long one test may be."""

_NETWORK = (
    *("socket", "requests", "httpx", "aiohttp", "urllib3", "ftplib", "smtplib", "websockets", "paramiko"),
    *("urllib.request", "http.client", "http.server", "xmlrpc.client"),
)
_SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "sleep", "trio.sleep", "anyio.sleep"})
_CLOCKS = re.compile(
    r"""^(?:
        (?:datetime\.)?(?:datetime|date)\.(?:now|utcnow|today) | dt\.(?:datetime|date)\.(?:now|utcnow|today) |
        time\.(?:time|time_ns|localtime|gmtime|ctime|strftime)
    )$""",
    re.VERBOSE,
)
_CHANCE = re.compile(r"^(?:random\.(?!seed$|Random$)\w+|uuid\.uuid[14]|uuid[14]|secrets\.\w+|os\.urandom|urandom)$")
_SOURCE = re.compile(r"^inspect\.(?:getsource(?:lines|file)?|getfile|findsource)$")
_INNER = frozenset({"__code__", "co_code", "co_consts", "co_firstlineno"})
_READERS = frozenset({"open", "read_text", "read_bytes", "readlines", "getlines", "getline", "get_source", "get_data"})
_SEEDED = frozenset({"random.seed", "random.Random", "Random"})
_PLACE = re.compile(r"^(?:/(?:home|Users|root|tmp|var|private|mnt|Volumes)/|[A-Za-z]:[\\/](?!/)|~/)")


def objection(test: TestFunction, tree: ast.Module) -> str:
    """Why *test* would depend on where and when it runs, or be a burden to read; empty where nothing shows."""
    names = _meant(tree)
    lines = (test.node.end_lineno or test.node.lineno) - test.node.lineno + 1
    if lines > MOST_LINES and test.table is None:
        return f"it has {lines} lines, and the limit is {MOST_LINES}"
    calls = [_called(node, names) for node in ast.walk(test.node) if isinstance(node, ast.Call)]
    is_seeded = any(call in _SEEDED for call in calls)
    for call in calls:
        if _CLOCKS.match(call):
            return f"it reads the clock ({call})"
        if _CHANCE.match(call) and not is_seeded:
            return f"it depends on chance ({call})"
    if inner := next(_looks_inside(test.node, names), ""):
        return inner
    texts = (node.value for node in ast.walk(test.node) if isinstance(node, ast.Constant))
    place = next((text for text in texts if isinstance(text, str) and _PLACE.match(text)), "")
    return f"it names a folder of one machine ({place[:60]})" if place else ""


def _looks_inside(test: ast.AST, names: Mapping[str, str]) -> Iterator[str]:
    """What *test* reads of how the code is written, or of how the tests were started, instead of what the code does."""
    nodes = [*ast.walk(test)]
    calls = [_called(node, names) for node in nodes if isinstance(node, ast.Call)]
    yield from (f"it reads the source of the code ({call})" for call in calls if _SOURCE.match(call))
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in _INNER:
            yield f"it looks at how the code was compiled ({node.attr})"
        if isinstance(node, ast.Attribute | ast.Name) and _dotted(node, names) == "sys.argv":
            yield "it depends on the command line (sys.argv)"
    if any(isinstance(node, ast.Call) and _last(node.func) in _READERS for node in nodes):
        texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
        files = [text for text in texts if text.endswith(".py")]
        files += [name for node in nodes if (name := _last(node)) == "__file__"]
        yield from (f"it reads a file of the source ({file[:60]})" for file in files)


def waits(test: TestFunction, tree: ast.Module) -> str:
    """Why *test* waits, or speaks to the network; empty where it does neither."""
    names, network = _meant(tree), dict(_of_the_network(tree))
    for node in ast.walk(test.node):
        if isinstance(node, ast.Call) and _called(node, names) in _SLEEPS:
            return f"it waits ({_called(node, names)})"
        if isinstance(node, ast.Name) and node.id in network:
            return f"it speaks to the network ({network[node.id]})"
    return ""


def unknown_names(file: TestsFile) -> Mapping[str, str]:
    """For each test that reads a name which nothing in the file binds, that name, by the test's own."""
    known = {*bound(file.tree), *dir(builtins), "__file__", "__name__", "__doc__"}
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(file.tree)):
        return dict.fromkeys((test.name for test in file.tests), "*")
    found: dict[str, str] = {}
    for test in file.tests:
        own = {name for node in ast.walk(test.node) for name in _binds(node)}
        reads = (node.id for node in ast.walk(test.node) if isinstance(node, ast.Name))
        if missing := next((name for name in reads if name not in known and name not in own), ""):
            found[test.name] = missing
    return found


def _binds(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        yield from () if isinstance(node, ast.Lambda) else (node.name,)
    if isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name


def _meant(tree: ast.Module) -> Mapping[str, str]:
    """What each imported name stands for: ``dt`` for ``datetime``, ``now`` for ``time.time``."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.asname or alias.name.partition(".")[0]: _whole(alias) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _of_the_network(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The names that imports of modules which speak to the network bind, each with the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            above = f"{node.module}." if isinstance(node, ast.ImportFrom) and not node.level else ""
            for alias in node.names:
                module = f"{above}{alias.name}."
                if any(module.startswith(f"{one}.") for one in _NETWORK):
                    yield (alias.asname or alias.name).partition(".")[0], module.removesuffix(".")


def _whole(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]


def _called(node: ast.Call, names: Mapping[str, str]) -> str:
    """The dotted name that *node* calls, spelled by the module that it comes from."""
    return _dotted(node.func, names)


def _dotted(place: ast.expr, names: Mapping[str, str]) -> str:
    parts: list[str] = []
    while isinstance(place, ast.Attribute):
        parts.append(place.attr)
        place = place.value
    if not isinstance(place, ast.Name):
        return ""
    return ".".join([names.get(place.id, place.id), *reversed(parts)])


def _last(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
