"""Everything that one Python test claims: its statements, its loops and the helpers that it calls."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from agent_ci.core.review.oracle_claims import Claim
from agent_ci.core.review.oracle_expressions import Names, claims_of, claims_of_call, dotted, is_plain
from agent_ci.core.review.python_names import last_name

Function = ast.FunctionDef | ast.AsyncFunctionDef

MAX_CLAIMS = 2000
"""Claims of one case up to which loops are unrolled."""
MAX_DEPTH = 3
"""Helpers within helpers that are followed."""

_RAISES = {
    **dict.fromkeys(("raises", "assertRaises", "assertRaisesRegex"), "raises"),
    **dict.fromkeys(("warns", "assertWarns", "assertWarnsRegex", "assertLogs", "deprecated_call"), "warns"),
}
_STOPS = frozenset({"pytest.skip", "pytest.exit", "pytest.xfail", "self.skipTest", "sys.exit", "os._exit"})


@dataclass(frozen=True)
class Setting:
    """What a test may refer to beside itself: the module's plain values, and the helpers by the name of the call."""

    names: Names
    helpers: Mapping[str, Function]


def claims_of_case(function: Function, setting: Setting, rows: Iterable[Mapping[str, ast.expr]] = ({},)) -> list[Claim]:
    """All claims of *function*, once per row of its parameters; its calls, where it claims nothing else."""
    reader = _Reader(setting)
    for row in rows:
        names = setting.names
        for name, value in row.items():
            names = names.with_value(name, value)
        reader.read_function(function, names, 0)
    return reader.claims or list(_calls(function, setting.names))


def _calls(function: Function, names: Names) -> Iterator[Claim]:
    for node in ast.walk(function):
        if isinstance(node, ast.Expr) and isinstance(node.value, (ast.Call, ast.Await)):
            yield Claim(names.text(node.value), "runs", "", node.lineno, ast.unparse(node))


class _Reader:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._depth = 0
        self.claims: list[Claim] = []

    def read_function(self, function: Function, names: Names, depth: int, guards: frozenset[str] = frozenset()) -> None:
        outer, self._depth = self._depth, depth
        stores = Counter(
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        )
        many = [name for name, count in stores.items() if count > 1]
        values = {name: ast.Name(f"local_{index}") for index, name in enumerate(many)}
        kept = {name: value for name, value in names.values.items() if name not in stores}
        self._block(function.body, Names({**kept, **values}), guards)
        self._depth = outer

    def _block(self, body: list[ast.stmt], names: Names, guards: frozenset[str]) -> Names:
        for statement in body:
            if _ends(statement):
                return names
            names, guards = self._statement(statement, names, guards)
        return names

    def _statement(self, statement: ast.stmt, names: Names, guards: frozenset[str]) -> tuple[Names, frozenset[str]]:
        match statement:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                return _bound(target, value, names), guards
            case ast.Try() | ast.TryStar():
                return self._try(statement, names, guards), guards
            case ast.With() | ast.AsyncWith():
                return self._with(statement, names, guards), guards
            case ast.If(test=test, body=[*_, ast.Return()]):
                self._if(statement, names, guards)
                return names, guards | {f"if not {names.text(test)}"}
            case ast.Assert() | ast.Expr() | ast.Raise():
                self._simple(statement, names, guards)
            case _:
                self._compound(statement, names, guards)
        return names, guards

    def _simple(self, statement: ast.Assert | ast.Expr | ast.Raise, names: Names, guards: frozenset[str]) -> None:
        match statement:
            case ast.Assert(test=test):
                self._add(claims_of(test, names, statement), guards)
            case ast.Expr(value=ast.Call() as call) | ast.Expr(value=ast.Await(value=ast.Call() as call)):
                self._call(call, names, guards)
            case ast.Raise():
                self._add([Claim("", "fails", "", statement.lineno, ast.unparse(statement))], guards)

    def _compound(self, statement: ast.stmt, names: Names, guards: frozenset[str]) -> None:
        match statement:
            case ast.If():
                self._if(statement, names, guards)
            case ast.For() | ast.AsyncFor():
                self._for(statement, names, guards)
            case ast.While(test=test, body=body):
                self._block(body, names, guards | {f"while {names.text(test)}"})
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._block(statement.body, names, guards | {f"in {statement.name}, where it is called"})
            case ast.Match(cases=cases, subject=subject):
                for case in cases:
                    self._block(case.body, names, guards | {f"match {names.text(subject)}"})

    def _if(self, statement: ast.If, names: Names, guards: frozenset[str]) -> None:
        condition = names.text(statement.test)
        self._block(statement.body, names, guards | {f"if {condition}"})
        self._block(statement.orelse, names, guards | {f"if not {condition}"})

    def _add(self, claims: Iterable[Claim], guards: frozenset[str]) -> None:
        self.claims += [replace(claim, guards=guards) for claim in claims]

    def _call(self, call: ast.Call, names: Names, guards: frozenset[str]) -> None:
        name = last_name(call.func)
        if name in _RAISES and len(call.args) > 1 and not isinstance(call.args[1], ast.Constant):
            code = names.text(ast.Call(call.args[1], call.args[2:], call.keywords))
            self._add([_raised(call, code, names, call)], guards)
            return
        helper = self._setting.helpers.get(dotted(call.func).removeprefix("self.").removeprefix("cls."))
        if helper is None or self._depth >= MAX_DEPTH:
            self._add(claims_of_call(call, names), guards)
            return
        inner = self._setting.names
        for parameter, argument in _arguments(helper, call):
            inner = Names({**inner.values, parameter: names.write_out(argument)})
        self.read_function(helper, inner, self._depth + 1, guards)

    def _try(self, statement: ast.Try | ast.TryStar, names: Names, guards: frozenset[str]) -> Names:
        caught = ", ".join(names.text(handler.type) if handler.type else "" for handler in statement.handlers)
        inside = guards | {f"try ... except {caught}".rstrip()} if statement.handlers else guards
        names = self._block(statement.body, names, inside)
        for handler in statement.handlers:
            self._block(handler.body, names, guards | {f"except {caught}".rstrip()})
        self._block(statement.orelse, names, inside)
        return self._block(statement.finalbody, names, guards)

    def _for(self, loop: ast.For | ast.AsyncFor, names: Names, guards: frozenset[str]) -> None:
        rows = elements(names.write_out(loop.iter))
        if rows is None or len(self.claims) + len(rows) > MAX_CLAIMS:
            names = _bound(loop.target, ast.Call(ast.Name("each"), [loop.iter], []), names)
            self._block(loop.body, names, guards | {f"for each of {names.text(loop.iter)}"})
            return
        for row in rows:
            self._block(loop.body, _bound(loop.target, row, names), guards)

    def _with(self, statement: ast.With | ast.AsyncWith, names: Names, guards: frozenset[str]) -> Names:
        inside = guards
        for item in statement.items:
            call = item.context_expr
            name = last_name(call.func) if isinstance(call, ast.Call) else ""
            if isinstance(call, ast.Call) and name in _RAISES:
                body = "; ".join(ast.unparse(_written(inner, names)) for inner in statement.body)
                self._add([_raised(call, body, names, statement)], guards)
                inside |= {f"with {name}"} if _RAISES[name] == "raises" else set()
            elif name == "suppress":
                inside |= {f"with {names.text(call)}"}
            if item.optional_vars is not None:
                names = _bound(item.optional_vars, ast.Call(ast.Name("entered"), [call], []), names)
        return self._block(statement.body, names, inside)


def _ends(statement: ast.stmt) -> bool:
    """Whether nothing behind *statement* runs."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return dotted(statement.value.func) in _STOPS
    return isinstance(statement, (ast.Return, ast.Continue, ast.Break))


def _written(statement: ast.stmt, names: Names) -> ast.stmt:
    if isinstance(statement, ast.Expr):
        return ast.Expr(names.write_out(statement.value))
    if isinstance(statement, ast.Assign):
        return ast.Expr(names.write_out(statement.value))
    return statement


def _bound(target: ast.expr, value: ast.expr, names: Names) -> Names:
    """*names* after ``target = value``; a name that is bound more than once keeps standing for itself."""
    match target:
        case ast.Name(id=name):
            known = names.values.get(name)
            is_many = isinstance(known, ast.Name) and known.id.startswith("local_")
            return names if is_many else names.with_value(name, value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            written = names.write_out(value)
            values = written.elts if isinstance(written, (ast.Tuple, ast.List)) else None
            for index, part in enumerate(parts):
                item = ast.Subscript(value, ast.Constant(index))
                names = _bound(part, values[index] if values and len(values) == len(parts) else item, names)
    return names


def _raised(call: ast.Call, code: str, names: Names, shown: ast.AST) -> Claim:
    name, keywords = last_name(call.func), {keyword.arg: keyword.value for keyword in call.keywords}
    kinds = call.args[0] if call.args else keywords.get("expected_exception", ast.Name("Warning"))
    written = names.write_out(kinds)
    parts = written.elts if isinstance(written, ast.Tuple) else [written]
    pattern = keywords.get("match", keywords.get("expected_regex"))
    if pattern is None and name.endswith("Regex") and len(call.args) > 1:
        pattern = call.args[1]
    text = (
        ast.unparse(ast.With([ast.withitem(call)], [], lineno=call.lineno))
        if isinstance(shown, (ast.With, ast.AsyncWith))
        else ""
    )
    return Claim(
        code,
        _RAISES[name],
        ", ".join(sorted(ast.unparse(part) for part in parts)),
        call.lineno,
        text.rstrip(":") or ast.unparse(shown),
        pattern=_plain_text(names.write_out(pattern)) if pattern else "",
    )


def _plain_text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def elements(node: ast.expr) -> list[ast.expr] | None:
    """The elements of a list, tuple, set, ``dict.items()`` or ``range`` that is written down; None for any other."""
    match node:
        case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
            return None if any(isinstance(element, ast.Starred) for element in elts) else elts
        case ast.Call(func=ast.Attribute(value=ast.Dict(keys=keys, values=values), attr="items"), args=[]):
            pairs = zip(keys, values, strict=True)
            return [ast.Tuple([key, value]) for key, value in pairs if key is not None]
        case ast.Call(func=ast.Name(id="enumerate"), args=[inner]):
            rows = elements(inner)
            return rows and [ast.Tuple([ast.Constant(index), row]) for index, row in enumerate(rows)]
        case ast.Call(func=ast.Name(id="range"), args=arguments) if arguments and all(map(is_plain, arguments)):
            return _numbers(arguments)
    return None


def _numbers(arguments: list[ast.expr]) -> list[ast.expr] | None:
    try:
        numbers = range(*(ast.literal_eval(argument) for argument in arguments))
        count = len(numbers)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if count > MAX_CLAIMS else [ast.Constant(number) for number in numbers]


def _arguments(helper: Function, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    every = [*helper.args.posonlyargs, *helper.args.args]
    defaults = helper.args.defaults
    yield from ((one.arg, value) for one, value in zip(every[len(every) - len(defaults) :], defaults, strict=True))
    for one, default in zip(helper.args.kwonlyargs, helper.args.kw_defaults, strict=True):
        if default is not None:
            yield one.arg, default
    is_method = isinstance(call.func, ast.Attribute) and every[:1] and every[0].arg in {"self", "cls"}
    yield from ((one.arg, value) for one, value in zip(every[1:] if is_method else every, call.args, strict=False))
    yield from ((keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg)
