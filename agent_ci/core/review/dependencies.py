"""Which modules a change imports that its repository neither has, nor names as its dependencies, nor uses yet."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from agent_ci.core.paths import is_test_path
from agent_ci.core.review.added import Added, Finding
from agent_ci.core.rules import NEW_DEPENDENCY

_ADVICE = "do it with what the repository has"
_MOST_FILES = 2_000
_MANIFESTS = re.compile(
    r"(?:\A|/)(?:pyproject\.toml|setup\.(?:py|cfg)|Pipfile|environment\.ya?ml|"
    r"requirements[^/]*\.(?:txt|in)|constraints[^/]*\.txt"
    r"|requirements/[^/]+\.(?:txt|in)|package\.json|deno\.jsonc?|go\.mod|Gemfile|[^/]+\.gemspec)\Z"
)
# modules whose distribution has another name, from the metadata that they publish
_DISTRIBUTIONS = {
    "yaml": "pyyaml", "PIL": "pillow", "cv2": "opencv", "bs4": "beautifulsoup4", "sklearn": "scikit-learn",
    "skimage": "scikit-image", "dateutil": "python-dateutil", "dotenv": "python-dotenv", "jwt": "pyjwt",
    "Crypto": "pycryptodome", "OpenSSL": "pyopenssl", "git": "gitpython", "serial": "pyserial", "usb": "pyusb",
    "attr": "attrs", "magic": "python-magic", "MySQLdb": "mysqlclient", "psycopg2": "psycopg2", "zmq": "pyzmq",
    "docx": "python-docx", "pptx": "python-pptx", "fitz": "pymupdf", "jose": "python-jose", "slugify": "python-slugify",
    "pkg_resources": "setuptools", "win32api": "pywin32", "win32con": "pywin32", "gi": "pygobject",
    "rest_framework": "djangorestframework", "corsheaders": "django-cors-headers", "environ": "django-environ",
    "flask_sqlalchemy": "flask-sqlalchemy", "socks": "pysocks", "nacl": "pynacl", "ldap": "python-ldap",
    "telegram": "python-telegram-bot", "grpc": "grpcio",
    "multipart": "python-multipart", "xdg": "pyxdg", "Levenshtein": "levenshtein", "lxml": "lxml", "wx": "wxpython",
}  # fmt: skip
_ALSO_STANDARD = frozenset({
    # what type checkers bring, and what Python 2 and the versions before 3.11 had
    "_typeshed", "__builtin__", "ConfigParser", "Queue", "StringIO", "cStringIO", "cPickle", "urllib2", "urlparse",
    "httplib", "Tkinter", "thread", "itertools", "exceptions", "asyncore", "asynchat", "distutils", "imp", "smtpd",
})  # fmt: skip
_NODE = frozenset(
    [
        "assert",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "diagnostics_channel",
        "dns",
        "domain",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "repl",
        "stream",
        "string_decoder",
        "sys",
        "test",
        "timers",
        "tls",
        "trace_events",
        "tty",
        "url",
        "util",
        "v8",
        "vm",
        "wasi",
        "worker_threads",
        "zlib",
        "bun",
    ]
)
_IMPORT = re.compile(
    r"\bimport\s+(?:type\s+)?(?:[\w*{}$,\s]{1,200}?\bfrom\s*)?['\"](?P<a>[^'\"\n]{1,200})['\"]"
    r"|\b(?:require|import)\(\s*['\"`](?P<b>[^'\"`\n]{1,200})['\"`]"
    r"|\}\s*from\s+['\"](?P<c>[^'\"\n]{1,200})['\"]|\bexport\s+\*\s+from\s+['\"](?P<d>[^'\"\n]{1,200})['\"]"
)
_PACKAGE = re.compile(r"(?:@[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*")
_GO_IMPORT = re.compile(r"^\s*(?:import\s+)?(?:[\w.]+\s+)?\"(?P<a>[\w-]+\.[\w.-]+/[^\"\n]{1,200})\"\s*$")
_GEM = re.compile(r"^\s*require\s+['\"](?P<a>[\w-]+)(?:/[\w/-]*)?['\"]")
_RUBY = frozenset(
    [
        "English",
        "abbrev",
        "base64",
        "benchmark",
        "bigdecimal",
        "bundler",
        "cgi",
        "coverage",
        "csv",
        "date",
        "delegate",
        "digest",
        "erb",
        "etc",
        "fcntl",
        "fiddle",
        "fileutils",
        "find",
        "forwardable",
        "getoptlong",
        "io",
        "ipaddr",
        "json",
        "logger",
        "matrix",
        "monitor",
        "mutex_m",
        "net",
        "observer",
        "open",
        "open3",
        "openssl",
        "optparse",
        "ostruct",
        "pathname",
        "pp",
        "prime",
        "pstore",
        "psych",
        "pty",
        "racc",
        "rbconfig",
        "readline",
        "reline",
        "resolv",
        "rexml",
        "rinda",
        "ripper",
        "rubygems",
        "securerandom",
        "set",
        "shellwords",
        "singleton",
        "socket",
        "stringio",
        "strscan",
        "syslog",
        "tempfile",
        "time",
        "timeout",
        "tmpdir",
        "tsort",
        "un",
        "uri",
        "weakref",
        "yaml",
        "zlib",
    ]
)


_RUNS_TESTS = "pytest"  # what new tests are run with is there, where they run at all


def findings(added: Added, texts: Mapping[str, str]) -> Iterator[Finding]:
    """Every new import in *added* of something that the files *texts* do not know."""
    new = {module: line for module, line in _new(added) if not (module == _RUNS_TESTS and is_test_path(added.path))}
    if not new:
        return
    named = _named(texts)
    for module, line in new.items():
        if not _is_named(module, named) and not _is_own(module, texts) and not _is_used(module, added, texts):
            what = f"`{module}` is imported, which the repository neither has nor depends on"
            yield Finding(NEW_DEPENDENCY, line, module, f"{what}; {_ADVICE}")


def tools_in_use(texts: Mapping[str, str], tools: frozenset[str], path: str) -> frozenset[str]:
    """Those of *tools* that a source file other than *path* imports."""
    return frozenset(tool for tool in tools if any(_imports(tool, "python", text) for text in _sources(texts, path)))


def _new(added: Added) -> Iterator[tuple[str, int]]:
    """The outside modules that *added* imports and did not before, with the line of the first import."""
    if added.trees:
        before, after = added.trees
        known = {module for module, _ in _modules(before)}
        modules = ((module, line) for module, line in _modules(after) if module not in known)
        yield from ((module, line) for module, line in modules if not _imports(module, "python", added.before))
        return
    pattern = {"javascript": _IMPORT, "go": _GO_IMPORT, "ruby": _GEM}.get(added.language)
    if pattern is None:
        return
    for number, line in added.lines.items():
        for found in pattern.finditer(line[:2_000]):
            name = _package(next(filter(None, found.groupdict().values())), added.language)
            if name and f"'{name}" not in added.before and f'"{name}' not in added.before:
                yield name, number


def _modules(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in sorted(ast.walk(tree), key=lambda node: getattr(node, "lineno", 0)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        elif isinstance(node, ast.Call) and (loaded := _loaded(node)):
            names = [loaded]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            if top and top not in sys.stdlib_module_names and top not in _ALSO_STANDARD:
                yield top, node.lineno


def _loaded(node: ast.Call) -> str:
    """The module that a call of ``__import__`` or ``import_module`` loads by a plain name."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[0] if node.args and called in ("__import__", "import_module") else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _package(specifier: str, language: str) -> str:
    """What *specifier* is installed as; empty for what is no outside package."""
    if language == "ruby":
        return "" if specifier in _RUBY else specifier
    if language == "go":
        return "/".join(specifier.split("/")[:3])
    parts = specifier.split("/")
    name = "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
    if ":" in specifier or name in _NODE or not _PACKAGE.fullmatch(name):
        return ""
    return name


def _named(texts: Mapping[str, str]) -> str:
    """All manifests in one text, with names spelt one way."""
    found = (texts[path] for path in texts if _MANIFESTS.search(path) and "node_modules/" not in path)
    return _normal("\n".join(found))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_named(module: str, named: str) -> bool:
    spellings = {_normal(module), _normal(_DISTRIBUTIONS.get(module, module))}
    spellings |= {f"python-{_normal(module)}", f"py{_normal(module)}"}
    return any(re.search(rf"(?<![\w-]){re.escape(spelling)}(?![\w])", named) for spelling in spellings)


def _is_own(module: str, texts: Mapping[str, str]) -> bool:
    """Whether a file or folder of the repository is called *module*, wherever imports begin."""
    stems = {f"{module}.py", f"{module}.pyi", f"{module}.pyx", f"{module}.rb"}
    return any(module in (parts := PurePosixPath(path).parts)[:-1] or parts[-1] in stems for path in texts)


def _sources(texts: Mapping[str, str], path: str) -> Iterator[str]:
    suffix = PurePosixPath(path).suffix
    paths = [each for each in texts if each.endswith(suffix) and each != path and _may_lend(each, path)]
    yield from (texts[each] for each in paths[:_MOST_FILES])


def _may_lend(other: str, path: str) -> bool:
    """Whether what *other* imports is there for *path* too: what only tests use is there for tests."""
    return is_test_path(path) or not is_test_path(other)


def _imports(module: str, language: str, text: str) -> bool:
    if module not in text:
        return False
    name = re.escape(module)
    pattern = (
        rf"^[ \t]*(?:import|from)[ \t]+{name}\b" if language == "python" else rf"['\"`]{name}(?:/[^'\"\n]*)?['\"`]"
    )
    return bool(re.search(pattern, text, re.MULTILINE))


def _is_used(module: str, added: Added, texts: Mapping[str, str]) -> bool:
    return any(_imports(module, added.language, text) for text in _sources(texts, added.path))
