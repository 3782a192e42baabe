"""How to read what `cargo test` prints: the tests of several binaries and of the documentation, one after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from agent_ci.core.formats.collected import Collected
from agent_ci.core.formats.limits import Excerpt, Keep, Limits
from agent_ci.core.formats.text_lines import lines
from agent_ci.core.report import Status, TestCase, TestReport

ARTIFACT = '{"reason":"compiler-artifact"'
"""How a line begins with which cargo tells what a file was built from; it names packages, which the rest does not."""

_SAYS_SO = re.compile(
    rb"^running \d+ tests?\r?\n(?:test .+|\r?\n(?:test result: .*)?)$|^\{\"reason\":\"compiler-artifact\"", re.MULTILINE
)
_BINARY = re.compile(r"^ +Running (?:unittests )?(?:(?P<source>.*) )?\(?(?P<file>[^ (]+?)\)?$")
_DOCUMENTATION = re.compile(r"^ +Doc-tests (?P<crate>\S+)$")
_START = re.compile(r"^running (\d{1,9}) tests?$")
_TEST = re.compile(r"^test (?P<name>.+?) \.\.\. (?P<said>.*)$")
_SAID = re.compile(r"(?P<word>ok|FAILED|ignored|bench:.*?)(?:, (?P<reason>.*))?(?: <[\d.]+s>)?$")
_SECTION = re.compile(r"^---- (?P<name>.+) std(?:out|err) ----$")
_END = re.compile(r"^test result: \w+\. (\d{1,9}) passed; (\d{1,9}) failed; (\d{1,9}) ignored; (\d{1,9}) measured;")
_CRASH = re.compile(r"^ *process didn't exit successfully: (?P<how>.+)$")
_KIND = re.compile(r" - (?:should panic|compile fail|compile)$")
_DOCUMENTED = re.compile(r"^(?P<item>(?P<file>.*?) -.*?) ?\(line (?P<line>\d{1,9})\)$")
_PANIC = re.compile(
    r"^thread '.*' (?:\(\d+\) )?panicked at (?:'(?P<old>.*)', )?(?P<file>[^\n:]+\.rs):(?P<line>\d{1,9})(?::\d+)?:?$",
    re.MULTILINE,
)
_HASH = re.compile(r"-[0-9a-f]{16}(?:\.exe)?$")
_FRAME = re.compile(r"\s+\d+: ")
_MOST_LINES = 4  # of a message: the sentence of an assertion, and its two sides
_STATUSES = {"ok": Status.PASSED, "FAILED": Status.FAILED, "ignored": Status.SKIPPED}
_DEFAULT_LIMITS = Limits()


def says_so(head: bytes) -> bool:
    """Whether a text that begins with *head* is what cargo or a test binary of Rust printed."""
    return _SAYS_SO.search(head) is not None


def parse(chunks: Iterable[bytes], *, keep: Keep = Keep.ALL, limits: Limits = _DEFAULT_LIMITS) -> TestReport:
    """The cases of every binary. ``classname`` is ``PACKAGE (lib)``, ``PACKAGE (bin NAME)``, ``PACKAGE (doc)``, ...

    Without cargo's lines about artifacts, the crate stands for the package. A binary that ended in the middle is a
    red case of its own. What a binary announces and what is seen must agree, else the report is partial.
    """
    collected = Collected(keep, limits)
    reader = _Reader(collected)
    for line in lines(chunks, collected):
        reader.read(line.rstrip("\r"))
    reader.close()
    return collected.report()


@dataclass
class _Binary:
    """One test binary as it is being read: what it announced, its tests in order, and what the red ones said."""

    classname: str
    announced: int
    tests: list[tuple[str, Status, str]] = field(default_factory=list)
    said: dict[str, Excerpt] = field(default_factory=dict)
    is_telling: bool = False  # the tests are over, and what they printed follows
    section: Excerpt | None = None
    waiting: str = ""  # a test whose output came between its name and how it ended


class _Reader:
    def __init__(self, collected: Collected) -> None:
        self._collected = collected
        self._built: dict[str, str] = {}
        self._crates: dict[str, str] = {}
        self._next = ""
        self._binary: _Binary | None = None

    def read(self, line: str) -> None:
        binary = self._binary
        if binary is not None and binary.is_telling:
            self._output(binary, line)
        elif line.startswith(ARTIFACT):
            self._artifact(line)
        elif found := _CRASH.match(line):
            self._crashed(found["how"])
        elif found := _BINARY.match(line):
            self._cut()
            self._next = self._class_of(found["file"], found["source"] or "")
        elif found := _DOCUMENTATION.match(line):
            self._cut()
            self._next = f"{self._crates.get(found['crate'], found['crate'])} (doc)"
        elif found := _START.match(line):
            self._cut()
            self._binary = _Binary(self._next or "(unnamed)", int(found[1]))
        elif found := _END.match(line):
            self._end(found)
        elif binary is not None:
            self._test_line(binary, line)

    def close(self) -> None:
        """No more lines follow."""
        self._cut()

    def _artifact(self, line: str) -> None:
        try:
            told = json.loads(line)
            target, executable = told["target"], told["executable"] or ""
            kind, name, package = str(target["kind"][0]), str(target["name"]), _package(str(told["package_id"]))
        except (ValueError, LookupError, TypeError, RecursionError):
            return
        is_named = kind in ("bin", "test", "example", "bench")
        if not is_named:
            self._crates[name.replace("-", "_")] = package
        self._built[executable.rpartition("/")[2]] = f"{package} ({f'{kind} {name}' if is_named else 'lib'})"

    def _class_of(self, file: str, source: str) -> str:
        name = file.replace("\\", "/").rpartition("/")[2]
        if name in self._built:
            return self._built[name]
        crate = _HASH.sub("", name)
        if source.startswith("tests/"):
            return f"{crate} (test {crate})"
        return f"{crate} (bin {crate})" if source.endswith("main.rs") or "/bin/" in source else f"{crate} (lib)"

    def _test_line(self, binary: _Binary, line: str) -> None:
        if line == "failures:":
            binary.is_telling = True
        elif found := _TEST.match(line):
            self._test(binary, found["name"], found["said"])
        elif binary.waiting and _SAID.fullmatch(line):
            self._test(binary, binary.waiting, line)

    def _test(self, binary: _Binary, name: str, said: str) -> None:
        found = _SAID.fullmatch(said)
        binary.waiting = "" if found else name
        if found:
            status = _STATUSES.get(found["word"], Status.PASSED)
            binary.tests.append((name, status, found["reason"] or ""))

    def _output(self, binary: _Binary, line: str) -> None:
        if found := _END.match(line):
            self._end(found)
        elif found := _SECTION.match(line):
            binary.section = binary.said.setdefault(found["name"], Excerpt(self._collected.limits.text))
        elif line == "failures:":
            binary.section = None  # the list of names follows
        elif binary.section is not None:
            binary.section.add(f"{line}\n")

    def _end(self, found: re.Match[str]) -> None:
        binary, self._binary, self._next = self._binary, None, ""
        if binary is None:
            self._collected.note("a result of tests was printed without the tests")
            return
        seen = dict.fromkeys(Status, 0)
        for _, status, _ in binary.tests:
            seen[status] += 1
        passed, failed, ignored, measured = (int(number) for number in found.groups())
        told = (passed + measured, failed, ignored)
        counted = (seen[Status.PASSED], seen[Status.FAILED], seen[Status.SKIPPED])
        if told != counted or binary.announced != sum(told):
            self._collected.note(
                f"{binary.classname} announced {binary.announced} tests, counted {told} passed, failed and ignored in "
                f"the end, and printed {counted}"
            )
        self._hold_all(binary)

    def _cut(self) -> None:
        """Whatever was being read ended in the middle, and nothing says why."""
        if self._binary is not None:
            self._collected.note(
                f"{self._binary.classname} announced {self._binary.announced} tests and did not finish"
            )
            self._hold_all(self._binary)
        self._binary = None

    def _crashed(self, how: str) -> None:
        """A binary ended before its tests did: it is red itself, and stands for the tests it did not come to."""
        binary, self._binary = self._binary, None
        name, self._next = binary.classname if binary else self._next, ""
        if binary is not None:
            self._hold_all(binary)
        if name:  # without one it had finished: a failed test ends its binary like this as well
            message = f"the test binary did not finish: {how}"
            self._collected.add(TestCase(name, Status.ERRORED, message, classname=name))

    def _hold_all(self, binary: _Binary) -> None:
        for case in _numbered(_case(binary, *test) for test in binary.tests):
            self._collected.add(case)


def _case(binary: _Binary, name: str, status: Status, reason: str) -> TestCase:
    plain = _KIND.sub("", name)
    said = str(binary.said.get(plain) or binary.said.get(name) or "") if status.is_red else ""
    panic = _PANIC.search(said)
    documented = _DOCUMENTED.match(plain) if binary.classname.endswith(" (doc)") else None
    file, line = (panic["file"], panic["line"]) if panic else ("", None)
    if documented:
        plain, file, line = documented["item"], documented["file"], documented["line"]
    return TestCase(
        f"{binary.classname}::{plain}",
        status,
        message=reason or _message(said, panic),
        traceback=said,
        classname=binary.classname,
        name=plain,
        file=file,
        line=int(line) if line else None,
        suite=(binary.classname,),
    )


def _numbered(cases: Iterable[TestCase]) -> Iterator[TestCase]:
    """*cases* with a number for each further example of one documented item: lines move, their order does not."""
    seen: dict[str, int] = {}
    held = list(cases)
    if held and held[0].classname.endswith(" (doc)"):
        held.sort(key=lambda case: (case.file, case.line or 0))
    for case in held:
        number = seen[case.id] = seen.get(case.id, 0) + 1
        is_example = number > 1 and case.classname.endswith(" (doc)")
        yield replace(case, id=f"{case.id} #{number}", name=f"{case.name} #{number}") if is_example else case


def _message(said: str, panic: re.Match[str] | None) -> str:
    """What the panic says, else the last line of the output."""
    if panic and panic["old"]:
        return panic["old"]
    told = [line for line in said[panic.end() if panic else 0 :].splitlines() if line.strip()]
    told = [line for line in told if not line.startswith(("note: ", "stack backtrace:"))]
    if panic:
        end = next((at for at, line in enumerate(told) if _FRAME.match(line)), len(told))
        return "\n".join(told[: min(end, _MOST_LINES)])
    return told[-1].strip() if told else ""


def _package(package_id: str) -> str:
    """The name in a package id, in its old and its new spelling.

    Source: https://doc.rust-lang.org/cargo/reference/pkgid-spec.html
    """
    if "#" not in package_id:
        return package_id.partition(" ")[0]
    address, _, fragment = package_id.rpartition("#")
    name, at, _ = fragment.partition("@")
    return name if at else address.rstrip("/").rpartition("/")[2]
