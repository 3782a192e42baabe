"""Which calls reach the network, start a shell or trust any certificate in a file that did nothing of the kind."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from agent_ci.core.change import ChangedText
from agent_ci.core.names import parse
from agent_ci.core.paths import is_test_path
from agent_ci.core.review.added import Added
from agent_ci.core.review.python_names import Names
from agent_ci.core.rules import SECURITY_FINDING

_NETWORK, _SHELL, _TRUSTS = "reaches the network", "starts a shell", "trusts any certificate"
_CALLS = {
    _NETWORK: re.compile(
        r"socket\.(?:socket|create_connection|create_server|getaddrinfo|gethostby\w+|getfqdn)"
        r"|http\.client\.HTTPS?Connection|(?:smtplib|poplib|imaplib|ftplib|nntplib|telnetlib)\.[A-Z]\w*"
        r"|xmlrpc\.client\.ServerProxy|asyncio\.(?:open_connection|start_server)|aiohttp\.(?:ClientSession|request)"
        r"|(?:requests|httpx)\.(?:get|post|put|patch|delete|head|options|request|stream|Session|(?:Async)?Client)"
        r"|urllib\.request\.\w+|urllib3\.(?:PoolManager|request)|websockets?\.(?:connect|create_connection)"
    ),
    _SHELL: re.compile(
        r"os\.(?:system|popen)|subprocess\.get(?:status)?output|asyncio\.create_subprocess_shell|pty\.spawn"
    ),
}
_SIGNS = {
    _NETWORK: re.compile(r"(?<![.\w])(?:fetch|XMLHttpRequest|WebSocket)\s*\(|\bhttps?\.(?:get|request)\s*\("),
    "runs text as code": re.compile(r"(?<![.\w])eval\s*\(|\bnew\s+Function\s*\("),
    _TRUSTS: re.compile(r"\brejectUnauthorized['\"]?\s*:\s*false|\bNODE_TLS_REJECT_UNAUTHORIZED\b"),
}
_PROGRAMS = re.compile(r"['\"](?:node:)?child_process['\"]")
_ADVICE = "repair it without, or have a person do that"

_Found = Iterator[tuple[str, int]]


def objections(changes: tuple[ChangedText, ...]) -> tuple[str, ...]:
    """One sentence for each kind of reach that a changed file has and did not have before; tests are left alone."""
    return tuple(sentence for change in changes if not is_test_path(change.path) for sentence in _about(change))


def _about(change: ChangedText) -> Iterator[str]:
    try:
        known = {what for what, _ in _found(change.path, change.before or "")}
        new = {what: line for what, line in _found(change.path, change.after or "") if what not in known}
    except RecursionError:
        new = {"is nested too deeply to be read": 1}
    for what, line in new.items():
        yield SECURITY_FINDING.objection(f"{change.path}:{line}: the source {what}, as it did not before; {_ADVICE}")


def _found(path: str, text: str) -> _Found:
    """What the file *text* reaches for, with line numbers from 1."""
    version = Added(path, "", text)
    if version.language == "javascript":
        for number, (bare, code) in enumerate(zip(version.bare, version.code, strict=True), 1):
            yield from ((what, number) for what, sign in _SIGNS.items() if sign.search(bare[:2_000]))
            if _PROGRAMS.search(code[:2_000]):
                yield _SHELL, number
    elif version.language == "python" and (tree := parse(text)):
        names = Names.of(tree)
        for node in ast.walk(tree):
            yield from _of_node(node, names)


def _of_node(node: ast.AST, names: Names) -> _Found:
    if isinstance(node, ast.Call):
        called = names.dotted(node.func)
        yield from ((what, node.lineno) for what, pattern in _CALLS.items() if pattern.fullmatch(called))
        if any(word.arg in ("verify", "verify_ssl") and _is_false(word.value) for word in node.keywords):
            yield _TRUSTS, node.lineno
    elif isinstance(node, ast.Attribute) and names.dotted(node) in ("ssl.CERT_NONE", "ssl._create_unverified_context"):
        yield _TRUSTS, node.lineno
    elif isinstance(node, ast.Assign) and _is_false(node.value):
        names_a_check = (getattr(target, "attr", "") == "check_hostname" for target in node.targets)
        yield from ((_TRUSTS, node.lineno) for is_check in names_a_check if is_check)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
