"""How Python source finds out that it is tested, or gets around being tested: by looking, by ending, by patching."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from agent_ci.core.review.added import Finding
from agent_ci.core.review.python_names import Names, Place, header, parameters, places, string
from agent_ci.core.rules import ALWAYS_EQUAL, DETECTS_TESTS, ENDS_PROCESS

_SAME = "let the source do the same for every caller"
_ERROR = "raise an error that says what is wrong, and let the program's entry decide"
TOOLS = frozenset({"pytest", "_pytest", "unittest", "nose", "nose2", "hypothesis", "xdist", "testtools"})
_MOCKS = ("unittest.mock", "mock")
_TEST_WORD = re.compile(r"(?i)(?<![a-z])(?:_?py\.?test|unit_?tests?|nose2?|conftest|tests?|hypothesis|tox)(?![a-z])")

_LOOKS = {
    "sys._getframe": "looks at its caller",
    "sys._current_frames": "looks at its caller",
    "inspect.stack": "looks at its caller",
    "inspect.currentframe": "looks at its caller",
    "inspect.getouterframes": "looks at its caller",
    "traceback.extract_stack": "looks at its caller",
    "traceback.format_stack": "looks at its caller",
    "traceback.walk_stack": "looks at its caller",
    "sys.gettrace": "looks for a tracer",
    "sys.getprofile": "looks for a profiler",
    "sys.settrace": "installs a tracer",
    "sys.setprofile": "installs a profiler",
    "sys.monitoring": "looks for a tracer",
    "sys.flags": "looks at how the interpreter was started",
    "gc.get_objects": "looks through all objects of the process",
    "gc.get_referrers": "looks at who holds an object",
    "ctypes.pythonapi": "reaches into the interpreter",
    "ctypes.py_object": "reaches into the interpreter",
    "ctypes.memmove": "reaches into the interpreter",
    "sys._called_from_test": "asks whether it is tested",
}
_PLAIN_FLAGS = frozenset(f"sys.flags.{name}" for name in ("verbose", "quiet", "inspect", "interactive", "utf8_mode"))
"""What a person asks of the interpreter; the other flags may differ because of who runs the tests, and how."""
_ASKED = frozenset({
    "sys.modules", "sys.argv", "sys.orig_argv", "sys.path", "sys.executable", "os.getcwd", "__file__", "__name__",
    "importlib.util.find_spec", "pkgutil.find_loader", "sys.argv.__contains__",
})  # fmt: skip
_ARGUMENTS = ("sys.argv", "sys.orig_argv")
_ENVIRONMENT = ("os.environ", "os.getenv", "os.environb", "os.environ.get")
_TEST_VARIABLE = re.compile(
    r"PYTEST_\w+|COVERAGE_\w+|COV_CORE_\w+|TOX_\w+|NOSE_\w+|JEST_\w+|VITEST\w*"
    r"|(?:IS_|UNDER_|RUNNING_|IN_)?(?:UNIT_?)?TEST(?:S|ING|_MODE|_ENV|_RUN|_RUNNER)?"
)
_CI_VARIABLE = re.compile(r"CI|CONTINUOUS_INTEGRATION|GITHUB_\w+|GITLAB_CI|TRAVIS|JENKINS_URL|BUILD_NUMBER|AGENT_CI\w*")
_QUESTIONS = frozenset({"startswith", "endswith", "match", "search", "find", "count", "get", "find_spec", "split"})
_PROCESS_FILE = re.compile(r"/proc/(?:self|\d+)/(?:cmdline|environ)|--?junit-?xml|junit[\w-]*\.xml|agent[-_]ci")
_MEASURES = frozenset({"len", "sum", "hash", "id"})

_STREAM = re.compile(r"`sys\.(?:stdout|stderr)`")
_PATCHED = re.compile(
    r"(?:_pytest|pytest|unittest|builtins|__builtins__|time|random|operator|json|math)\.\w"
    r"|sys\.(?:excepthook|stdout|stderr|exit|__stdout__|displayhook)\Z|os\._exit\Z|threading\.excepthook\Z"
)

_ENDS = {
    "os._exit": "ends the process without a trace",
    "os.abort": "ends the process without a trace",
    "os.fork": "starts a second copy of the process",
    "os.forkpty": "starts a second copy of the process",
    "os.register_at_fork": "runs code when the process forks",
    "os.execv": "replaces the process",
    "os.execvp": "replaces the process",
    "os.execve": "replaces the process",
    "os.execl": "replaces the process",
    "os.execlp": "replaces the process",
    "os.killpg": "ends the process",
    "signal.raise_signal": "ends the process",
    "signal.alarm": "ends the process by an alarm",
    "signal.setitimer": "ends the process by an alarm",
    "atexit.register": "runs code when the process ends",
    "threading.Timer": "runs code after the caller is done",
    "pytest.skip": "skips the test from inside the source",
    "pytest.xfail": "lets the test fail as if that were expected",
    "pytest.exit": "ends the test run",
    "pytest.importorskip": "skips the test from inside the source",
    "unittest.SkipTest": "skips the test from inside the source",
    "unittest.case.SkipTest": "skips the test from inside the source",
    "_pytest.outcomes.skip": "skips the test from inside the source",
    "_pytest.outcomes.Skipped": "skips the test from inside the source",
}
_EXITS = frozenset({"sys.exit", "exit", "quit", "SystemExit", "KeyboardInterrupt", "signal.signal", "builtins.exit"})
_ENTRY = re.compile(r"_*(?:main|cli|run|entry\w*|command|usage|die|fatal|abort|handle|error|exit\w*|quit|\w+_main)\Z")
_ENTRY_FILE = re.compile(
    r"(?:\A|/)(?:__main__|cli|\w+_cli|main|manage|setup|noxfile|[\w-]+_command)\.py\Z|(?:\A|/)bin/"
)
_ENTRY_PARAMETERS = frozenset({"argv", "args", "ctx", "parser"})


@dataclass(frozen=True)
class Source:
    """One version of a Python file: ``tests`` are names of failing tests, ``tools`` test tools that sources use."""

    path: str
    tree: ast.Module
    tests: tuple[str, ...] = ()
    tools: frozenset[str] = frozenset()
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", Names.of(self.tree))


def findings(source: Source) -> Iterator[Finding]:
    """Everything in *source* that detects tests, patches them, or ends their process."""
    habits: set[str] = set()  # where a file ends the process already, one more end of that kind is no news
    for place in places(source.tree):
        nodes = header(place.statement)
        dotted = frozenset(name for node in nodes if (name := source.names.dotted(node)))
        line = place.statement.lineno
        for what in (
            *_imports(source, place.statement),
            *_looks(source, place, nodes, dotted),
            *_patches(source, place.statement, nodes),
        ):
            rule = ALWAYS_EQUAL if what.endswith("mocks") else DETECTS_TESTS
            if _STREAM.search(what) and "a stream" in habits:
                continue
            habits.update(["a stream"] if _STREAM.search(what) else [])
            yield Finding(rule, line, _STREAM.sub("a stream", what), f"the source {what}; {_SAME}")
        for what in _ends(source, place, dotted, nodes):
            if what not in habits:
                yield Finding(ENDS_PROCESS, line, what, f"the source {what}; {_ERROR}")
        habits.update(what for what in _ends(source, place, dotted, nodes) if "outside" in what)


def _imports(source: Source, statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Import):
        modules = [alias.name for alias in statement.names]
    elif isinstance(statement, ast.ImportFrom) and not statement.level:
        modules = [f"{statement.module}.{alias.name}" for alias in statement.names]
    else:
        return
    for module in modules:
        if module.startswith(_MOCKS) and module.split(".")[0] not in source.tools:
            yield f"imports {module.removesuffix('.*')}, which mocks"
        elif module.split(".")[0] in TOOLS - source.tools:
            yield f"imports the test tool {module.split('.')[0]}"


def _looks(source: Source, place: Place, nodes: tuple[ast.AST, ...], names: frozenset[str]) -> Iterator[str]:
    if not nodes:
        return
    statement = place.statement
    texts = [text for node in nodes if (text := string(node))]
    asks = _asks(statement, nodes)
    for name in sorted(names & _LOOKS.keys()):
        if name != "sys.flags" or not _are_plain_flags(source.names, nodes):
            yield f"{_LOOKS[name]} (`{name}`)"
    if any(isinstance(node, ast.Attribute) and node.attr == "f_back" for node in nodes):
        yield "looks at its caller (`f_back`)"
    if asks and (asked := sorted(names & _ASKED)) and any(map(_TEST_WORD.search, texts)):
        yield f"asks whether it is tested (`{asked[0]}`)"
    elif asks and "sys.modules" in names and _measures(source.names, nodes):
        yield "asks how much is loaded (`sys.modules`)"
    elif isinstance(statement, ast.If | ast.While) and names.intersection(_ARGUMENTS) and not _is_entry(source, place):
        yield "decides by the command line that started the process (`sys.argv`)"
    yield from _readings(names, texts, asks=asks)
    for text in texts:
        if mentioned := next((test for test in source.tests if test in text), ""):
            yield f"names the failing test (`{mentioned}`)"


def _measures(names: Names, nodes: tuple[ast.AST, ...]) -> bool:
    return any(isinstance(node, ast.Call) and names.dotted(node.func) in _MEASURES for node in nodes)


def _are_plain_flags(names: Names, nodes: tuple[ast.AST, ...]) -> bool:
    """Whether each time that *nodes* reach for the interpreter's flags it is for a plain one by its name."""
    found = [names.dotted(node) for node in nodes]
    return found.count("sys.flags") == sum(name in _PLAIN_FLAGS for name in found)


def _readings(names: frozenset[str], texts: list[str], *, asks: bool) -> Iterator[str]:
    """What is read that only a test run, a CI run or a report has."""
    reads = bool(names.intersection(_ENVIRONMENT))
    for text in texts:
        if text.startswith("PYTEST_") and _TEST_VARIABLE.fullmatch(text):
            yield f"asks whether it is tested (`{text}`)"
        elif reads and (_TEST_VARIABLE.fullmatch(text) or (asks and _CI_VARIABLE.fullmatch(text))):
            yield f"asks the environment whether it is tested (`{text}`)"
        elif text == "_called_from_test":
            yield f"asks whether it is tested (`{text}`)"
        elif found := _PROCESS_FILE.search(text):
            yield f"looks for the test run (`{found[0]}`)"


def _asks(statement: ast.stmt, nodes: Iterable[ast.AST]) -> bool:
    """Whether something is decided in the header of *statement*."""
    return isinstance(statement, ast.If | ast.While) or any(
        isinstance(node, ast.Compare | ast.BoolOp | ast.IfExp)
        or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _QUESTIONS)
        for node in nodes
    )


def _patches(source: Source, statement: ast.stmt, nodes: tuple[ast.AST, ...]) -> Iterator[str]:
    targets: list[ast.AST] = []
    if isinstance(statement, ast.Assign | ast.Delete):
        targets += statement.targets
    elif isinstance(statement, ast.AugAssign | ast.AnnAssign):
        targets.append(statement.target)
    named = [source.names.dotted(target) for target in targets if not isinstance(target, ast.Name)]
    named += [
        f"{source.names.dotted(node.args[0])}.{string(node.args[1])}"
        for node in nodes
        if isinstance(node, ast.Call) and source.names.dotted(node.func) == "setattr" and len(node.args) > 1
    ]
    yield from (f"replaces `{name}`" for name in named if _PATCHED.match(name))


def _ends(source: Source, place: Place, names: frozenset[str], nodes: tuple[ast.AST, ...]) -> Iterator[str]:
    used = {source.names.dotted(node.func) for node in nodes if isinstance(node, ast.Call)}
    if isinstance(place.statement, ast.Raise) and place.statement.exc:
        used.add(source.names.dotted(place.statement.exc))
    for name in sorted(used):
        if name in _ENDS:
            yield f"{_ENDS[name]} (`{name}`)"
        elif name == "os.kill" and "os.getpid" in names | used:
            yield "ends the process (`os.kill(os.getpid(), ...)`)"
        elif name in _EXITS and not _is_entry(source, place):
            yield f"ends the process outside of the program's entry (`{name}`)"


def _is_entry(source: Source, place: Place) -> bool:
    """Whether *place* belongs to where a program starts, and so may end it."""
    return (
        place.is_main
        or bool(_ENTRY_FILE.search(source.path))
        or any(
            _ENTRY.match(function.name)
            or _ENTRY_PARAMETERS.intersection(parameters(function))
            or any("command" in ast.dump(decorator) for decorator in function.decorator_list)
            for function in place.functions
        )
    )
