"""What the lines above a diff's hunks say: which file, and whether it appears, changes or goes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent_ci.core.paths import MAX_PATH_BYTES, path_objection

_NO_FILE = "/dev/null"


class RejectedPatch(ValueError):  # noqa: N818 - it is an objection to a patch, not an error of ours
    """A reply without a usable diff, or one whose place cannot be found; the message is the objection."""


def starts_file(lines: Sequence[str], at: int) -> bool:
    """Whether a file's header starts at line *at*, outside any hunk."""
    line = lines[at]
    if line.startswith("diff --git "):
        return True
    below = lines[at + 1] if at + 1 < len(lines) else ""
    if line.startswith("--- "):
        return below.startswith(("+++ ", "@@"))
    return line.startswith("+++ ") and below.startswith(("@@", "+", "-"))


@dataclass(frozen=True, slots=True)
class Header:
    """The header read so far. ``fault`` is the first thing in it that no patch may ask for."""

    git_line: str | None = None
    source: str | None = None
    target: str | None = None
    is_new: bool = False
    is_deleted: bool = False
    fault: str = ""

    def with_line(self, line: str) -> Header | None:
        """This header and one *line* more; None where the line does not continue it."""
        if line.startswith("diff --git "):
            is_first = self == Header()
            return replace(self, git_line=line[11:].strip()) if is_first else None
        if line.startswith("--- ") and not self.is_named:
            name = _name(line[4:])
            return replace(self, source=name, is_new=self.is_new or name == _NO_FILE)
        if line.startswith("+++ ") and self.target is None:
            name = _name(line[4:])
            return replace(self, target=name, is_deleted=self.is_deleted or name == _NO_FILE)
        return self._with_extended(line) if _EXTENDED.match(line) and not self.is_named else None

    @property
    def is_named(self) -> bool:
        """Whether a ``---`` or ``+++`` line was read."""
        return self.source is not None or self.target is not None

    @property
    def is_swapped(self) -> bool:
        """Whether the names stand the wrong way round, as ``git diff -R`` writes them."""
        return bool(self.source and self.target and self.source[:2] == "b/" and self.target[:2] == "a/")

    @property
    def path(self) -> str:
        """The file that all names agree on. Raises RejectedPatch where they do not, or it is none to write."""
        path = self._path_by_names() if self.is_named else _path_of_git_line(self.git_line or "")
        objection = path_objection(path)
        if objection or self.fault:
            raise RejectedPatch(objection or f"the diff of {path} {self.fault}")
        if self.is_named and self.git_line and _path_of_git_line(self.git_line) != path:
            raise RejectedPatch(f"the line 'diff --git {self.git_line[:160]}' and the names below it ({path}) differ")
        return path

    def _path_by_names(self) -> str:
        names = [name for name in (self.source, self.target) if name is not None]
        return _common_path(names[0], names[-1])

    def _with_extended(self, line: str) -> Header:
        return replace(
            self,
            is_new=self.is_new or line.startswith("new file"),
            is_deleted=self.is_deleted or line.startswith("deleted file"),
            fault=self.fault or _fault(line.rstrip()),
        )


_EXTENDED = re.compile(
    "index |new file mode |deleted file mode |old mode |new mode |similarity |dissimilarity |"
    "rename |copy |GIT binary patch|Binary files "
)
_HARMLESS = re.compile(
    r"index \S+( 100(644|755))?|new file mode (100|0)?644|deleted file mode (100|0)?(644|755)|(dis)?similarity .*"
)


def _fault(line: str) -> str:
    if _HARMLESS.fullmatch(line):
        return ""
    if line.startswith(("rename", "copy")):
        return "renames or copies the file; delete the old file and create the new one instead"
    if line.startswith(("GIT binary", "Binary files")):
        return "is binary; only text can be changed by a patch"
    return f"changes the mode ({line[:60]!r}); only plain files of mode 100644 may be written"


_STAMP = re.compile(
    r"(?<!\s)\s+(\d{4}-\d\d-\d\d[ T]\d\d:.*|\((working copy|revision \d+|old|new|original|modified)\))$"
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def _name(text: str) -> str:
    if len(text) > 2 * MAX_PATH_BYTES:
        raise RejectedPatch(f"the file name that starts with {text[:80]!r} is longer than any path")
    text = _STAMP.sub("", text.partition("\t")[0]).strip(" ")
    name = _unquoted(text) if text.startswith('"') else text
    return _NO_FILE if name in {"a/dev/null", "b/dev/null"} else name


def _unquoted(text: str) -> str:
    if not _QUOTED.fullmatch(text):
        raise RejectedPatch(f"the file name {text[:160]} is quoted in a way git does not know; write it plainly")
    raw = text[1:-1].encode("utf-8", "surrogateescape")
    return _ESCAPE.sub(_unescaped, raw).decode("utf-8", "surrogateescape")


_ESCAPE = re.compile(rb"\\([0-3][0-7]{2}|.)", re.DOTALL)
_LETTERS = dict(zip(b'abfnrtv"\\', b'\a\b\f\n\r\t\v"\\', strict=True))


def _unescaped(escape: re.Match[bytes]) -> bytes:
    sign = escape[1]
    if len(sign) > 1:
        return bytes([int(sign, 8)])
    if sign[0] not in _LETTERS:
        raise RejectedPatch(f"a quoted file name holds the unknown escape \\{sign.decode('latin-1')}")
    return bytes([_LETTERS[sign[0]]])


_PREFIX = re.compile(r"\A[ab]/")
_ANY_PREFIX = re.compile("[abciow]/")  # with diff.mnemonicPrefix git also writes c/, i/, o/ and w/


def _common_path(source: str, target: str) -> str:
    """The one path that both names mean. Raises RejectedPatch where they mean different files."""
    if _NO_FILE in {source, target}:
        return _PREFIX.sub("", target if source == _NO_FILE else source)
    if source == target:
        return _PREFIX.sub("", source)
    for name in (_without_prefix(source), source):
        if name in {_without_prefix(target), target}:
            return name
    raise RejectedPatch(
        f"the diff names two files, {source[:160]!r} and {target[:160]!r}; "
        "to rename one, delete the old file and create the new one"
    )


def _without_prefix(name: str) -> str:
    return name[2:] if _ANY_PREFIX.match(name) else name


def _path_of_git_line(names: str) -> str:
    if '"' in names:
        quoted = [_name(token) for token in re.findall(_QUOTED.pattern + r"|\S+", names)]
        return _common_path(quoted[0], quoted[-1])
    for at in _middle_spaces(names):
        with contextlib.suppress(RejectedPatch):
            return _common_path(_name(names[:at]), _name(names[at + 1 :]))
    first, _, rest = names.partition(" ")
    return _common_path(_name(first), _name(rest or first))


def _middle_spaces(names: str) -> Iterator[int]:
    """Where *names* may part in two: both are the same but for a prefix, or one is the null device."""
    middle = len(names) // 2
    candidates = [*range(middle - 2, middle + 3), len(_NO_FILE), len(names) - len(_NO_FILE) - 1]
    return (at for at in candidates if 0 < at < len(names) and names[at] == " ")
