"""What code does beyond computing: touch the system, or depend on something that is not the same each time."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from .targets import Target

_MODULES = {
    "subprocess": "starts processes", "multiprocessing": "starts processes", "socket": "uses the network",
    "requests": "uses the network", "httpx": "uses the network", "aiohttp": "uses the network",
    "urllib.request": "uses the network", "urllib3": "uses the network", "http.client": "uses the network",
    "smtplib": "uses the network", "ftplib": "uses the network", "paramiko": "uses the network",
    "boto3": "uses the network", "shutil": "changes files", "tempfile": "changes files", "sqlite3": "uses a database",
    "psycopg2": "uses a database", "psycopg": "uses a database", "pymysql": "uses a database",
    "sqlalchemy": "uses a database", "pymongo": "uses a database", "redis": "uses a database",
    "django.db": "uses a database", "ctypes": "calls native code", "signal": "changes the process",
    "threading": "starts threads", "concurrent.futures": "starts threads", "random": "depends on chance",
    "secrets": "depends on chance", "getpass": "asks a person", "platform": "depends on the machine",
    "select": "uses the network", "pty": "starts processes", "fcntl": "changes files", "glob": "reads files",
    "importlib.metadata": "depends on what is installed", "pkg_resources": "depends on what is installed",
    "locale": "depends on the machine",
}  # fmt: skip
_NAMES = {
    "open": "reads or writes files", "input": "asks a person", "exec": "runs code that it is given",
    "eval": "runs code that it is given", "id": "depends on addresses", "hash": "depends on the hash seed",
    "breakpoint": "asks a person", "time.time": "depends on the clock", "time.sleep": "waits",
    "time.monotonic": "depends on the clock", "time.perf_counter": "depends on the clock",
    "time.localtime": "depends on the clock", "time.strftime": "depends on the clock",
    "uuid.uuid1": "depends on chance", "uuid.uuid4": "depends on chance", "sys.argv": "depends on the command line",
    "sys.stdin": "asks a person", "sys.exit": "ends the process", "asyncio.sleep": "waits",
    "sys.platform": "depends on the machine", "sys.executable": "depends on the machine",
    "sys.prefix": "depends on the machine", "sys.base_prefix": "depends on the machine",
    "sys.exec_prefix": "depends on the machine", "sys.implementation": "depends on the machine",
    "sys.version": "depends on the version of Python", "sys.version_info": "depends on the version of Python",
    "sys.hexversion": "depends on the version of Python",
}  # fmt: skip
_OS_IS_PURE = ("os.path", "os.sep", "os.linesep", "os.fspath", "os.PathLike", "os.pathsep", "os.altsep")
_READS_DISK = frozenset({
    "exists", "isfile", "isdir", "getsize", "getmtime", "abspath", "realpath", "expanduser", "expandvars", "relpath",
})  # fmt: skip
_METHODS = {
    "unlink": "changes files", "rmdir": "changes files", "write_text": "changes files", "write_bytes": "changes files",
    "mkdir": "changes files", "touch": "changes files", "rmtree": "changes files", "read_text": "reads files",
    "read_bytes": "reads files", "iterdir": "reads files", "rglob": "reads files", "is_file": "reads files",
    "is_dir": "reads files", "expanduser": "depends on the machine", "urlopen": "uses the network",
    "utcnow": "depends on the clock", "today": "depends on the clock", "now": "depends on the clock",
    "executemany": "uses a database", "cursor": "uses a database", "Popen": "starts processes",
    "parse_args": "depends on the command line",
    "exists": "reads files", "cwd": "depends on the machine", "home": "depends on the machine",
    "resolve": "depends on the machine", "astimezone": "depends on the time zone",
}  # fmt: skip


def reasons(tree: ast.Module, targets: Mapping[str, Target]) -> dict[str, str]:
    """Why a target is not called, by name: what it or something that it reaches in the module does."""
    aliases = _aliases(tree)
    own = {name: _first_effect(target, aliases) for name, target in targets.items()}
    found = {}
    for name, target in targets.items():
        reached = [name, *sorted(target.reaches - {name})]
        why = next(((other, own[other]) for other in reached if own.get(other)), None)
        if why:
            other, effect = why
            found[name] = effect if other == name else f"{effect} through {other}"
    return found


def _aliases(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for, dotted."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                found[one.asname or one.name.partition(".")[0]] = one.name if one.asname else one.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for one in node.names:
                found[one.asname or one.name] = f"{node.module}.{one.name}"
    return found


def _first_effect(target: Target, aliases: Mapping[str, str]) -> str:
    local = {parameter.name for parameter in target.parameters}
    body = [*target.node.body, *target.node.args.defaults]
    for dotted in (name for part in body for name in _dotted_names(part)):
        head, _, rest = dotted.partition(".")
        if head in local and head != "open":
            effect = _METHODS.get(dotted.rpartition(".")[2], "") if rest else ""
        else:
            effect = _effect(aliases.get(head, head) + (f".{rest}" if rest else ""), is_import=head in aliases)
        if effect:
            return f"{effect} (`{dotted}`)"
    return ""


def _effect(name: str, *, is_import: bool) -> str:
    last = name.rpartition(".")[2]
    if effect := _NAMES.get(name) or _NAMES.get(".".join(name.split(".")[:2])):
        return effect
    if name.partition(".")[0] == "os" and is_import:
        if name.startswith(_OS_IS_PURE):
            return "depends on the machine" if last in _READS_DISK else ""
        return "depends on the environment" if last in ("environ", "getenv") else "changes the system"
    if is_import:
        parts = name.split(".")
        for size in range(len(parts), 0, -1):
            if effect := _MODULES.get(".".join(parts[:size])):
                return effect
    return _METHODS.get(last, "") if "." in name else ""


def _dotted_names(node: ast.AST) -> Iterator[str]:
    """The longest dotted names in *node*; what hangs on a call or a subscript begins with an empty part."""
    if isinstance(node, ast.Attribute):
        parts: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        parts.append(inner.id if isinstance(inner, ast.Name) else "")
        yield ".".join(reversed(parts))
        if not isinstance(inner, ast.Name):
            yield from _dotted_names(inner)
        return
    if isinstance(node, ast.Name):
        yield node.id
    for name, child in ast.iter_fields(node):
        if name not in ("annotation", "returns"):
            for one in child if isinstance(child, list) else [child]:
                if isinstance(one, ast.AST):
                    yield from _dotted_names(one)
