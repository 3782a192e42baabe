"""How calls go wrong: the twin of the right function, arguments in the wrong order, a call too many or too few."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import pairwise

from ....sandbox_kit.source import Splice
from .place import Place, parameters, similarity

_PAIRS = (
    ("min", "max"), ("any", "all"), ("append", "extend"), ("append", "insert"), ("add", "update"),
    ("add", "discard"), ("lower", "upper"), ("title", "capitalize"), ("lower", "casefold"),
    ("strip", "lstrip"), ("strip", "rstrip"), ("lstrip", "rstrip"), ("lstrip", "removeprefix"),
    ("rstrip", "removesuffix"), ("removeprefix", "removesuffix"), ("startswith", "endswith"),
    ("find", "rfind"), ("index", "rindex"), ("find", "index"), ("split", "rsplit"), ("split", "splitlines"),
    ("partition", "rpartition"), ("floor", "ceil"), ("floor", "round"), ("ceil", "round"), ("int", "round"),
    ("round", "floor"), ("pop", "popleft"), ("appendleft", "append"), ("ljust", "rjust"), ("ljust", "center"),
    ("union", "intersection"), ("issubset", "issuperset"), ("difference", "intersection"),
    ("difference", "symmetric_difference"), ("union", "update"), ("keys", "values"), ("keys", "items"),
    ("values", "items"), ("get", "pop"), ("get", "setdefault"), ("encode", "decode"), ("dumps", "loads"),
    ("dump", "dumps"), ("load", "loads"), ("sort", "reverse"), ("sorted", "reversed"), ("sorted", "list"),
    ("list", "tuple"), ("set", "list"), ("set", "frozenset"), ("int", "float"), ("str", "repr"),
    ("bisect_left", "bisect_right"), ("insort_left", "insort_right"), ("match", "fullmatch"),
    ("match", "search"), ("search", "fullmatch"), ("findall", "finditer"), ("sub", "subn"), ("len", "sum"),
    ("isdigit", "isnumeric"), ("isalpha", "isalnum"), ("isdigit", "isalnum"), ("islower", "isupper"),
    ("getattr", "hasattr"), ("isinstance", "issubclass"), ("heappush", "heappop"), ("mean", "median"),
    ("sin", "cos"), ("log", "log2"), ("log", "log10"), ("exists", "is_file"), ("is_file", "is_dir"),
    ("read_text", "read_bytes"), ("write_text", "write_bytes"), ("zip", "zip_longest"), ("chain", "product"),
    ("permutations", "combinations"), ("combinations", "combinations_with_replacement"), ("stem", "name"),
    ("quote", "quote_plus"), ("nlargest", "nsmallest"), ("utcnow", "now"), ("acquire", "release"),
    ("takewhile", "dropwhile"), ("remove", "discard"), ("pop", "popitem"), ("div", "mod"), ("join", "split"),
    ("abs", "int"), ("difference", "difference_update"), ("update", "setdefault"), ("copy", "deepcopy"),
    ("replace", "strip"), ("islice", "takewhile"), ("start", "end"), ("start", "stop"), ("first", "last"),
    ("left", "right"), ("head", "tail"), ("before", "after"), ("width", "height"), ("low", "high"),
)  # fmt: skip
"""Names that stand for each other in one direction or the other."""

_CONVERSIONS = ("str", "int", "list", "sorted", "tuple", "abs", "len", "float", "set", "bool", "bytes", "repr")


def _twins() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for one, other in _PAIRS:
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return {name: tuple(dict.fromkeys(others)) for name, others in found.items()}


TWINS = _twins()


def _name_of(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _rename(place: Place, function: ast.expr, name: str, weight: float) -> Splice:
    """The splice that changes a called name and leaves what stands before its dot."""
    end = place.source.end(function)
    return Splice(end - len(_name_of(function).encode()), end, name, weight)


def twin(place: Place) -> Iterator[Splice]:
    """``max`` for ``min``, ``rstrip`` for ``strip``, ``extend`` for ``append``."""
    if isinstance(place.node, (ast.Name, ast.Attribute)) and isinstance(place.node.ctx, ast.Load):
        for other in TWINS.get(_name_of(place.node), ()):
            yield _rename(place, place.node, other, 1.0)


def sibling_function(place: Place) -> Iterator[Splice]:
    """Another function or method that the same file defines or calls, likest names first."""
    if isinstance(place.node, ast.Call) and (name := _name_of(place.node.func)):
        is_method = isinstance(place.node.func, ast.Attribute)
        known = (*place.words.defined, *(place.words.attributes if is_method else place.words.called))
        others = dict.fromkeys(other for other in known if other != name and not other.startswith("__"))
        for other in sorted(others, key=lambda other: -similarity(name, other))[:8]:
            yield _rename(place, place.node.func, other, 0.3 + 0.7 * similarity(name, other))


def argument_order(place: Place) -> Iterator[Splice]:
    """Two neighbouring arguments exchanged."""
    if isinstance(place.node, ast.Call):
        plain = [one for one in place.node.args if not isinstance(one, (ast.Starred, ast.GeneratorExp))]
        for left, right in pairwise(plain):
            source = place.source
            between = source.data[source.end(left) : source.start(right)].decode()
            if between.strip() == ",":
                text = f"{source.text(right)}{between}{source.text(left)}"
                yield Splice(source.start(left), source.end(right), text)


def dropped_call(place: Place) -> Iterator[Splice]:
    """``x`` for ``f(x)`` and for ``x.f()``."""
    match place.node:
        case ast.Call(func=ast.Name(), args=[only]) if not isinstance(only, (ast.Starred, ast.GeneratorExp)):
            yield place.source.replace(place.node, place.source.operand(only))
        case ast.Call(func=ast.Attribute(value=inner), args=[]) if not isinstance(place.parent, ast.Expr):
            yield place.source.replace(place.node, place.source.operand(inner), 0.8)
            yield Splice(place.source.end(place.node.func), place.source.end(place.node), "", 0.5)


def dropped_argument(place: Place) -> Iterator[Splice]:
    """The last argument, or a keyword argument, left out."""
    if not isinstance(place.node, ast.Call):
        return
    source, given = place.source, [*place.node.args, *(key.value for key in place.node.keywords)]
    has_others = len(given) > 1
    if has_others and not place.node.keywords:
        yield Splice(source.end(given[-2]), source.end(given[-1]), "", 0.5)
    for keyword in place.node.keywords:
        if keyword.arg and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool):
            yield source.replace(keyword.value, str(not keyword.value.value))
        if keyword.arg and keyword is place.node.keywords[-1] and has_others:
            before = given[-2] if given[-2] is not keyword.value else given[-1]
            yield Splice(source.end(before), source.end(keyword), "", 0.5)


def added_argument(place: Place) -> Iterator[Splice]:
    """A parameter that the enclosing function has and the call leaves out; ``reverse=True``; ``strict=True``."""
    if not isinstance(place.node, ast.Call) or any(isinstance(one, ast.Starred) for one in place.node.args):
        return
    name, given = _name_of(place.node.func), {key.arg for key in place.node.keywords}
    texts: dict[str, float] = {}
    if name in ("sorted", "sort") and "reverse" not in given:
        texts["reverse=True"] = 1.0
    if name == "round" and len(place.node.args) == 1:
        texts |= {"2": 0.8, "1": 0.4}
    if name in ("get", "pop", "getattr") and not given:
        texts |= {"None": 0.6, "0": 0.6, '""': 0.4, "[]": 0.4, "False": 0.3}
    if name in ("split", "rsplit", "replace") and not given:
        texts |= {"1": 0.5, '","': 0.3}
    if name == "enumerate" and len(place.node.args) == 1:
        texts["1"] = 0.8
    if name == "sum" and len(place.node.args) == 1:
        texts["[]"] = 0.3
    outer = parameters(place.function) if place.function else ()
    used = {node.id for node in ast.walk(place.node) if isinstance(node, ast.Name)}
    for parameter in (*outer, *place.words.arguments):
        if parameter not in given | used and parameter not in ("self", "cls") and parameter in place.variables:
            texts |= {f"{parameter}={parameter}": 0.5, parameter: 0.4}
    yield from _with_argument(place, place.node, texts)


def _with_argument(place: Place, call: ast.Call, texts: Mapping[str, float]) -> Iterator[Splice]:
    source, end = place.source, place.source.end(call) - 1
    is_first = not call.args and not call.keywords
    trailing = source.data[source.start(call) : end].rstrip().endswith(b",")
    for text, weight in texts.items():
        if call.keywords and "=" not in text:
            continue
        yield Splice(end, end, f"{'' if is_first else ' ' if trailing else ', '}{text}", weight)


def conversion(place: Place) -> Iterator[Splice]:
    """``str(x)``, ``sorted(x)``, ``list(x)``, ``x.copy()``, ``x.strip()``, ``x.lower()`` for ``x``."""
    if not isinstance(place.node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
        return
    if not isinstance(getattr(place.node, "ctx", ast.Load()), ast.Load) or isinstance(place.parent, ast.Expr):
        return
    if isinstance(place.parent, (ast.Attribute, ast.Subscript)) or getattr(place.parent, "func", None) is place.node:
        return
    text = place.source.text(place.node)
    for name in _CONVERSIONS:
        if getattr(getattr(place.node, "func", None), "id", "") != name:
            yield place.source.replace(place.node, f"{name}({text})", 0.6)
    for method in ("copy", "strip", "lower", "items"):
        if not text.endswith(f".{method}()"):
            yield place.source.replace(place.node, f"{text}.{method}()", 0.5)


def missing_call(place: Place) -> Iterator[Splice]:
    """``x.f()`` for ``x.f``; ``await f()`` for ``f()`` in a coroutine."""
    is_called = getattr(place.parent, "func", None) is place.node
    is_coroutine = isinstance(place.function, ast.AsyncFunctionDef)
    if isinstance(place.node, ast.Attribute) and isinstance(place.node.ctx, ast.Load) and not is_called:
        yield Splice(place.source.end(place.node), place.source.end(place.node), "()")
    elif isinstance(place.node, ast.Call) and is_coroutine and not isinstance(place.parent, ast.Await):
        yield place.source.replace(place.node, f"(await {place.source.text(place.node)})")


def lookup(place: Place) -> Iterator[Splice]:
    """``d.get(k)`` for ``d[k]`` where a key was missing; ``d[k]`` for ``d.get(k)``."""
    source = place.source
    match place.node:
        case ast.Subscript(value=value, slice=key, ctx=ast.Load()) if not isinstance(key, (ast.Slice, ast.Tuple)):
            if place.hints.raised & {"KeyError", "TypeError"}:
                weight = 1.0 if "KeyError" in place.hints.raised else 0.4
                for default in ("", ", 0", ', ""', ", []", ", {}"):
                    text = f"{source.operand(value)}.get({source.text(key)}{default})"
                    yield source.replace(place.node, text, weight)
        case ast.Call(func=ast.Attribute(value=value, attr="get"), args=[key]):
            yield source.replace(place.node, f"{source.operand(value)}[{source.text(key)}]", 0.5)
            yield source.replace(place.node, f"({source.text(place.node)} or 0)", 0.3)
