"""What a case of a report says while it is being read, and the TestCase that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern

from agent_ci.core.formats.limits import Excerpt
from agent_ci.core.junit.numbers import duration, line_number
from agent_ci.core.report import Status, TestCase
from agent_ci.core.xml.dialect import Dialect, Field, Naming
from agent_ci.core.xml.keeper import MOST_BESIDE, SEVERITY, short


class OpenCase:
    """A case in *dialect*, inside of the suites *path*, of which at most *limit* characters of each text are held."""

    __slots__ = ("_attachments", "_dialect", "_given", "_limit", "_path", "_place", "_properties", "_said", "_texts")

    def __init__(self, dialect: Dialect, attributes: dict[str, str], path: tuple[str, ...], limit: int) -> None:
        self._dialect = dialect
        self._given = attributes
        self._path = path
        self._limit = limit
        self._said: Status | None = None
        self._texts: dict[Field, str] = {}
        self._place = ""  # file:line of the result that is open
        self._properties: tuple[tuple[str, str], ...] = ()  # most cases have none, and there can be a million
        self._attachments: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """The worst that was said."""
        return self._dialect.silent if self._said is None else self._said

    @property
    def is_red(self) -> bool:
        """Whether something red was said so far."""
        return self._said is not None and self._said.is_red

    def given(self, key: str) -> str:
        """The attribute *key* of the case's own element."""
        return self._given.get(key, "")

    def say(self, status: Status | None) -> None:
        """The case ended as *status*, unless it ended worse."""
        if status is not None and (self._said is None or SEVERITY[status] > SEVERITY[self._said]):
            self._said = status

    def opened_result(self, attributes: dict[str, str]) -> Callable[[], None]:
        """A result begins inside of the case; call what is returned when it ends."""
        file, line = attributes.get("file", ""), attributes.get("line", "")
        if file:
            self._place = f"{short(file)}:{line[:12]}"
            if self.is_red and Field.FILE not in self._texts and Field.FILE not in self._from_attributes():
                self._texts[Field.FILE], self._texts[Field.LINE] = file, line
        if attributes.get("message"):
            self.put(Field.MESSAGE, attributes["message"])
        return self._close_result

    def put(self, field: Field, text: str) -> None:
        """*text* says *field* of the case."""
        if field is Field.WORD:
            self.say(self._dialect.words.get(f"word={text.lower()}"))
        elif field is Field.ATTACHMENT:
            if len(self._attachments) < MOST_BESIDE:
                self._attachments += (short(text),)
        elif field is Field.TAG:
            self.add_property("tag", text)
        elif field is Field.PLACE:
            self._texts[Field.FILE], _, self._texts[Field.LINE] = text.rpartition(":")
        elif field in (Field.TRACEBACK, Field.OUTPUT):
            self._append(field, text)
        elif field is Field.MESSAGE:
            self._message(text)
        else:
            self._texts.setdefault(field, text)

    def add_property(self, name: str, value: str) -> None:
        """The runner noted *value* beside the case."""
        if len(self._properties) < MOST_BESIDE:
            self._properties += ((short(name), short(value)),)

    def made(self, status: Status) -> TestCase:
        """The case, which ended as *status*."""
        texts = {**self._from_attributes(), **self._texts}
        classname, name = self._named(texts.get(Field.CLASSNAME, ""), texts.get(Field.NAME, "").strip())
        is_red = status.is_red
        return TestCase(
            id=f"{classname}::{name}" if classname and name else classname or name,
            status=status,
            message=texts.get(Field.MESSAGE, "")[: self._limit].strip() if status is not Status.PASSED else "",
            traceback=texts.get(Field.TRACEBACK, "").strip() if is_red else "",
            classname=intern(classname),
            name=name,
            file=intern(texts.get(Field.FILE, "").strip()),
            line=line_number(texts.get(Field.LINE, "").strip(), zero_based=False),
            seconds=duration(texts.get(Field.SECONDS), unit=self._dialect.unit),
            suite=self._path,
            output=texts.get(Field.OUTPUT, "").strip() if is_red else "",
            attachments=self._attachments,
            properties=self._properties,
        )

    def _from_attributes(self) -> dict[Field, str]:
        given = self._given
        return {field: given[key] for key, field in reversed([*self._dialect.attributes.items()]) if given.get(key)}

    def _named(self, classname: str, name: str) -> tuple[str, str]:
        """The class and the name, by the way in which the format writes them."""
        naming = self._dialect.naming
        if classname or naming is Naming.PLAIN:
            return classname, name.removeprefix(f"{classname}.")
        if naming is Naming.DOUBLE_COLON:
            outer, _, inner = name.rpartition("::")
            return (outer, inner) if outer and inner else ("", name)
        if naming is Naming.DOTTED:
            head, bracket, arguments = name.partition("(")
            outer, _, inner = head.rpartition(".")
            return (outer, f"{inner}{bracket}{arguments}") if outer and inner else ("", name)
        full = self._given.get("fullname", "")
        if full.endswith(f".{name}"):
            return full.removesuffix(f".{name}"), name
        return "/".join(self._path), name

    def _message(self, text: str) -> None:
        """The first message is the case's; where each has a place, all of them are lines of the traceback."""
        if text.strip():
            self._texts.setdefault(Field.MESSAGE, text)
        if self._place:
            self._append(Field.TRACEBACK, f"{self._place}: {text.strip()}")

    def _append(self, field: Field, text: str) -> None:
        before = self._texts.get(field)
        if before is None:
            self._texts[field] = text
        elif text:
            both = Excerpt(self._limit)
            both.add(f"{before}\n{text}")
            self._texts[field] = str(both)

    def _close_result(self) -> None:
        self._place = ""
