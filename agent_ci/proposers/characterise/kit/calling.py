"""Makes one call: evaluates its text, watches which lines run, and says what came of it."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import copy
import inspect
import itertools
import os
import re
import signal
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .acts import RESULT, Call, Outcome, spelled
from .errors import ACCIDENTS, is_deliberate
from .guard import DeniedError, Guard
from .showing import Shower, UnshownError, are_equal, is_plain_object
from .targets import Target

MOST_LINES = 40_000  # lines of the module that one call may run: a bound that is the same on every machine
SECONDS = 1.0  # of processor time, for what is slow without running lines
_MOST_ITEMS = 10  # of what a generator gives
_LONGEST_MESSAGE = 160
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
_PRIVATE = re.compile(r"^_|^(T|K|V)$")

Pair = tuple[int, int]


class EndlessError(BaseException):
    """The call ran too many lines, or took too long."""


@dataclass
class Seen:
    """What ran while a call was made: pairs of lines of the module that ran after each other.

    Where a function ended after a line that decides, the second is the function's first line with a minus.
    """

    pairs: set[Pair] = field(default_factory=set)
    count: int = 0


class Caller:
    """Makes calls of the targets of the module file *path*, in the repository at *root*.

    Of the *deciding* lines it is told where a function ended after one.
    """

    def __init__(  # noqa: PLR0913 - what a call is made of
        self,
        path: str,
        targets: Mapping[str, Target],
        shower: Shower,
        *,
        guard: Guard,
        namespace: dict[str, Any],
        root: str,
        deciding: frozenset[int] = frozenset(),
    ) -> None:
        self.path = path
        self.deciding = deciding
        self.root = root
        self.targets = targets
        self.shower = shower
        self.guard = guard
        self.namespace = namespace
        self.loop: asyncio.AbstractEventLoop | None = None
        self._collections = [name for name, value in namespace.items() if type(value) in _COLLECTIONS]
        self._coroutines: dict[str, bool] = {}

    def prepare(self, call: Call) -> None:
        """Compile what *call* is made of, for all forks that will make it."""
        for text in (*(text for _, text in call.arguments), *filter(None, (call.receiver,))):
            _compiled(text, "eval")

    def make(self, call: Call, *, checked: bool = True) -> tuple[Outcome, Seen]:
        """The outcome of *call*, and which lines ran; with *checked*, one whose value can be read back as it is."""
        seen = Seen()
        with _limited(), contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
            try:
                outcome = self._made(call, seen, checked=checked)
            except EndlessError:
                outcome = Outcome("endless")
            except DeniedError:
                outcome = Outcome("denied")
            except BaseException as error:  # noqa: BLE001 - what an argument's own code does while it is built
                outcome = Outcome("unbuilt", message=type(error).__name__)
        if self.guard.denied:
            outcome = Outcome("denied", message=self.guard.denied)
        return outcome, seen

    def _made(self, call: Call, seen: Seen, *, checked: bool) -> Outcome:
        target = self.targets[call.target]
        if self.loop is None and self._is_coroutine(target):
            self.loop = asyncio.new_event_loop()
        with self.guard.armed():
            scope, prior = self._arranged(call)
            sizes = self._sizes()
            names = {name: f"_{name}" for name, _ in call.arguments}
            expression = _compiled(spelled(target, call, names, "_self"), "eval")
            finish = ""
            try:
                with _Watch(self.path, seen, self.deciding):
                    value = eval(expression, scope)  # noqa: S307 - the code under test
                    finish = _finish_of(value)
                    value, finish = self._finished(value)
            except Exception as error:  # noqa: BLE001 - an outcome like another
                return self._raised(error, finish)
            except SystemExit:
                return Outcome("exits")
            outcome = self._returned(value, finish, target, scope, prior)
            if outcome.value == "None" and not outcome.after and self._sizes() != sizes:
                return Outcome("global")  # it changes the module itself, and the next test with it
            return self._reread(outcome, value) if checked and outcome.value else outcome

    def _sizes(self) -> list[int]:
        """How much the collections of the module hold."""
        values: Iterator[Any] = (self.namespace.get(name) for name in self._collections)
        return [len(value) for value in values if type(value) in _COLLECTIONS]

    def _is_coroutine(self, target: Target) -> bool:
        if target.name not in self._coroutines:
            found = inspect.iscoroutinefunction(inspect.unwrap(self._function(target)))
            self._coroutines[target.name] = found
        return self._coroutines[target.name]

    def _function(self, target: Target) -> Any:
        found: Any = self.namespace.get(target.name.partition(".")[0])
        for part in target.name.split(".")[1:]:
            found = inspect.getattr_static(found, part, None)
        return getattr(found, "__func__", found)

    def _arranged(self, call: Call) -> tuple[dict[str, Any], dict[str, Any]]:
        """The arguments and the object under their names, and copies of both as they were before."""
        scope = {**self.namespace, **self.shower.names.namespace()}
        found = {f"_{name}": eval(_compiled(text, "eval"), scope) for name, text in call.arguments}  # noqa: S307 - our own text
        if call.receiver and self.targets[call.target].kind != "construction":
            scope["_self"] = found["_self"] = eval(_compiled(call.receiver, "eval"), scope)  # noqa: S307 - the same
            if scope["_self"] is None:
                raise TypeError  # what makes the object has made none
            for step in call.before:
                exec(_compiled(f"_self.{step}", "exec"), scope)  # noqa: S102 - the same
        scope.update(found)
        return scope, {name: copy.deepcopy(value) for name, value in found.items() if _may_change(value)}

    def _finished(self, value: Any) -> tuple[Any, str]:
        """*value*, run to its end where it is a coroutine or gives items one by one."""
        finish = ""
        if inspect.iscoroutine(value):
            loop = self.loop or asyncio.new_event_loop()
            value, finish = loop.run_until_complete(asyncio.wait_for(value, 1.0)), "await"
        if isinstance(value, Iterator):
            items = list(itertools.islice(value, _MOST_ITEMS + 1))
            is_all = len(items) <= _MOST_ITEMS
            return items[:_MOST_ITEMS], f"{finish} {'list' if is_all else 'take'}".strip()
        return value, finish

    def _returned(
        self, value: Any, finish: str, target: Target, scope: dict[str, Any], prior: dict[str, Any]
    ) -> Outcome:
        after = tuple(self._left_behind(scope, prior))
        if target.kind.startswith("construct"):
            return self._constructed(value)
        if value is scope.get("_self", _NOTHING):
            return Outcome("returns", "", "", after, finish) if after else Outcome("unshown")
        try:
            text = self.shower.text(value)
        except UnshownError:
            if is_plain_object(value):
                found = tuple(self._attributes(value, RESULT))
                if found:
                    return Outcome("returns", "", "", (*found, *after), finish)
            return Outcome("unshown", message=type(value).__name__)
        return Outcome("returns", text, "", after, finish)

    def _reread(self, outcome: Outcome, value: Any) -> Outcome:
        """*outcome*, where its text makes an equal value of the same type."""
        again = eval(outcome.value, {**self.namespace, **self.shower.names.namespace()})  # noqa: S307 - our own text
        if type(again) is not type(value) or not are_equal(again, value) or _ADDRESS.search(outcome.value):
            return Outcome("unshown", message=type(value).__name__)
        return outcome

    def _constructed(self, value: Any) -> Outcome:
        found = tuple(self._attributes(value, RESULT))
        return Outcome("returns", "", "", found) if found else Outcome("unshown")

    def _attributes(self, value: Any, subject: str) -> Iterator[tuple[str, str]]:
        """The public attributes and properties of *value* that can be shown."""
        names = [*getattr(value, "__dict__", {}), *_slots(value), *_properties(type(value))]
        for name in dict.fromkeys(names):
            if not _PRIVATE.match(name):
                with contextlib.suppress(Exception):
                    yield f"{subject}.{name}", self.shower.text(getattr(value, name))

    def _left_behind(self, scope: dict[str, Any], prior: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """What the call changed of its object and of its arguments."""
        for name, old in prior.items():
            new = scope[name]
            if name == "_self":
                before = dict(self._attributes(old, "self"))
                for subject, text in self._attributes(new, "self"):
                    if before.get(subject) != text:
                        yield subject, text
            elif not _are_alike(old, new):
                with contextlib.suppress(UnshownError):
                    yield name[1:], self.shower.text(new)

    def _raised(self, error: Exception, finish: str) -> Outcome:
        is_meant = is_deliberate(error, self.root)
        message = str(error)[:_LONGEST_MESSAGE]
        if isinstance(error, AssertionError | OSError | ImportError) and not is_meant:
            return Outcome("asserts")  # a condition of the code itself, or of the machine
        if isinstance(error, ACCIDENTS) and not is_meant:
            return Outcome("crash", type(error).__name__, message)
        try:
            name = self.shower.text(type(error))
        except UnshownError:
            return Outcome("unshown", message=type(error).__name__)
        is_stable = is_meant and message.isprintable() and message == str(error) and not _ADDRESS.search(message)
        return Outcome("raises", name, message if is_stable else "", finish=finish)


@dataclass(frozen=True)
class Setting:
    """The module under test as it was loaded, and the way to call it."""

    module: types.ModuleType
    tree: ast.Module
    source: str
    targets: Mapping[str, Target]
    caller: Caller


_NOTHING = object()
_WAITS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_COLLECTIONS = (list, dict, set)


@lru_cache(maxsize=50_000)
def _compiled(text: str, mode: str) -> types.CodeType:
    """The code of our own *text*; a fork has what was compiled before it."""
    code: types.CodeType = compile(text, "<call>", mode)
    return code


class _Nowhere:
    """What is printed is not looked at."""

    def write(self, text: str) -> int:
        """Forget *text*."""
        return len(text)

    def flush(self) -> None:
        """Do nothing."""

    def isatty(self) -> bool:
        """It is no terminal."""
        return False


class _Watch:
    """Follows the lines of one file while it is open."""

    def __init__(self, path: str, seen: Seen, deciding: frozenset[int]) -> None:
        self._path = path
        self._seen = seen
        self._deciding = deciding

    def __enter__(self) -> None:
        sys.settrace(self._begin)

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _begin(self, frame: Any, _event: str, _argument: object) -> Any:
        if frame.f_code.co_filename != self._path:
            return None
        first = last = -frame.f_code.co_firstlineno
        seen, deciding = self._seen, self._deciding
        may_wait = frame.f_code.co_flags & _WAITS
        raised = 0  # the line that an error came from

        def follow(frame: Any, event: str, _argument: object) -> Any:
            nonlocal last, raised
            if event == "line":
                seen.pairs.add((last, frame.f_lineno))
                last = frame.f_lineno
                seen.count += 1
                if seen.count > MOST_LINES:
                    raise EndlessError
            elif event == "exception":
                raised = last
            elif last in deciding and raised != last and not may_wait:
                seen.pairs.add((last, first))
            return follow

        return follow


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """End what takes more processor time than a call may."""
    _listen(os.getpid())
    _set_timer(signal.ITIMER_PROF, SECONDS, 0.1)
    try:
        yield
    finally:
        _set_timer(signal.ITIMER_PROF, 0.0)
        sys.settrace(None)


def _end(_number: int, _frame: object) -> None:
    raise EndlessError


@lru_cache(maxsize=1)  # once in each process: a child of ours begins without
def _listen(_process: int) -> None:
    _signal(signal.SIGPROF, _end)


_signal, _set_timer = signal.signal, signal.setitimer  # as they were before code under test could reach for them


def _finish_of(value: Any) -> str:
    """What has to be done with *value* before anything of it runs."""
    if inspect.iscoroutine(value):
        return "await"
    return "list" if isinstance(value, Iterator) else ""


def _may_change(value: Any) -> bool:
    return type(value) in (list, dict, set, bytearray) or is_plain_object(value) or isinstance(value, list | dict | set)


def _are_alike(old: Any, new: Any) -> bool:
    try:
        return bool(old == new)
    except Exception:  # noqa: BLE001 - a comparison of the code under test
        return True


def _slots(value: Any) -> list[str]:
    return [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ()) if isinstance(name, str)]


def _properties(kind: type) -> list[str]:
    return [name for owner in kind.__mro__ for name, one in vars(owner).items() if isinstance(one, property)]
