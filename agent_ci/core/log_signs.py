"""How compilers, linters, test runners and build tools say in a log what is wrong, as patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """One way to say it: ``pattern`` has the group message, and may have file, line and code."""

    tool: str
    pattern: re.Pattern[str]


def _sign(tool: str, pattern: str) -> Sign:
    return Sign(tool, re.compile(pattern))


_JVM = r"(?P<file>[\w./\\+@-]+\.(?:java|kt|kts|scala|groovy))"
_FILE = r"(?P<file>(?:[A-Za-z]:)?[\w./\\+@-]+\.\w+)"

SIGNS = (
    _sign("maven", rf"^\[ERROR\] {_JVM}:\[(?P<line>\d+),\d+\] (?:error: )?(?P<message>.+)"),
    _sign(
        "surefire",
        (
            r"^(?:\[ERROR\]|Tests? in error:|Failed tests?:)?\s*(?P<message>(?:\w+\.)*(?P<code>\w+)"
            r"[.:>»]+[\w$.:>»\[\]-]*:(?P<line>\d+)\b.*)"
        ),
    ),
    _sign(
        "surefire",
        (
            r"^(?:\[ERROR\])?\s*(?P<message>(?P<code>[\w$\[\] .-]+\((?:[\w$]+\.)+[\w$]+\)|"
            r"(?:[\w$]+\.)+[\w$\[\]]+)\s+(?:-- )?Time elapsed: .*<<< (?:FAILURE|ERROR)!)"
        ),
    ),
    _sign("surefire", r"^\[ERROR\]\s+(?P<message>(?P<code>\w+(?:Test|IT|Tests)\b[.\w$>]*)\b.*)"),
    _sign("javac", rf"^{_JVM}:(?P<line>\d+): error: (?P<message>.+)"),
    _sign("kotlin", rf"^e: (?:file://)?{_JVM}:?\s?\(?(?P<line>\d+)[,:)].*?\s(?P<message>\S.*)"),
    _sign("gradle", r"^(?P<message>(?P<code>[\w.$]+(?: > [^>]+)?) > .+ FAILED)$"),
    _sign("tsc", rf"^{_FILE}[(:](?P<line>\d+)[,:]\d+\)?:? (?:- )?error (?P<code>TS\d+): (?P<message>.+)"),
    _sign("mypy", r"^(?P<file>[\w./-]+\.pyi?):(?P<line>\d+): error: (?P<message>.+?)(?:\s+\[(?P<code>[\w-]+)\])?$"),
    _sign("lint", r"^(?P<file>[\w./-]+\.pyi?):(?P<line>\d+):\d+: (?P<code>[A-Z]{1,4}\d{2,4}) (?P<message>.+)"),
    _sign("gcc", rf"^{_FILE}:(?P<line>\d+):(?:\d+:)? (?:fatal )?error: (?P<message>.+)"),
    _sign("go", r"^(?P<file>[\w./-]+\.go):(?P<line>\d+):\d+: (?P<message>.+)"),
    _sign("go", r"^\s*--- FAIL: (?P<message>(?P<code>\S+).*)"),
    _sign("rustc", r"^error(?:\[(?P<code>E\d+)\])?: (?P<message>.+)"),
    _sign("eslint", r"^\s+(?P<line>\d+):\d+\s+error\s+(?P<message>.+?)\s{2,}(?P<code>[\w@/-]+)$"),
    _sign("pytest", r"^(?:FAILED|ERROR) (?P<file>[\w./-]+\.py)(?:::(?P<code>\S+))?(?: - (?P<message>.+))?$"),
    _sign("jest", r"^\s*● (?P<message>(?P<code>.+ › .+))"),  # noqa: RUF001 - jest writes it so
    _sign(
        "java",
        (
            r"^(?:Exception in thread \"[^\"]*\" )?(?P<message>(?P<code>(?:javax?|jdk|sun|org|com|net|io|"
            r"kotlin|scala|hudson)\.(?:[\w$]+\.)*[A-Z][\w$]*(?:Except"
            r"ion|Error|Failure))(?:: .*| at \S+)?)$"
        ),
    ),
    _sign("python", r"^(?P<message>(?P<code>(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning)): .+)"),
    _sign("git", r"^(?:stderr: |.*: )?(?P<message>fatal: .+)"),
    _sign(
        "npm",
        (
            r"^npm (?:ERR!|error) (?P<message>(?:code (?P<code>\w+)|.*(?:[Mm]issing|[Cc]annot|not |[Ff]ailed|"
            r"ERESOLVE|E\d{3}).*))"
        ),
    ),
    _sign(
        "maven",
        (
            r"^\[(?:ERROR|FATAL)\] (?P<message>(?:Failed to|Unresolveable|Non-resolvable|The (?:project|build|"
            r"goal)|Could not|Plugin|Unknown|No plugin|Child module|'|Source option|Rule \d|Unable|Invalid|"
            r"Cannot|bad ).+)"
        ),
    ),
    _sign(
        "gradle",
        (
            r"^(?:> )?(?P<message>(?:Execution failed for|Could not (?:resolve|find|determine|get)|A problem "
            r"occurred).+)"
        ),
    ),
    _sign(
        "checkstyle",
        (
            r"^\[(?:ERROR|WARN)\] (?P<file>\S+\.java):(?P<line>\d+):(?:\d+:)? (?P<message>.+?)"
            r"(?:\s\[(?P<code>\w+)\])?$"
        ),
    ),
    _sign(
        "system",
        (
            r"^(?P<message>.*(?:No space left on device|Cannot allocate memory|OutOfMemoryError|Too many open "
            r"files).*)"
        ),
    ),
    _sign("docker", r"^(?P<message>ERROR: (?:failed to|executor failed|process ).+)"),
    _sign(
        "shell",
        (
            r"^(?P<message>(?:\S+: )?(?:line \d+: )?\S+: (?:command not found|No such file or directory|"
            r"Permission denied))$"
        ),
    ),
    _sign("ci", r"^(?:##\[error\]|ERROR: )(?!Process completed|Step |Build step)(?P<message>.+)"),
)
"""The signs, the more telling one first: a line is read by the first that fits."""

HINT = re.compile(
    r"[Ee][Rr][Rr][Oo][Rr]|[Ff][Aa][Ii][Ll]|[Ff]atal|FATAL|xception|[Pp]anic|not found|No such|denied|No space|memory"
    r"|open files|[Cc]annot|Could not|[Mm]issing|\.\w+:\d+:|^e: |\u25cf|Interrupt|Warning|Exit"
)
"""What every line that a sign fits has in it; cheaper to look for than all signs."""

NOISE = re.compile(
    r"^\[ERROR\] \[Help \d+\]|re-run Maven|Re-run Maven|For more information about the errors|After "
    r"correcting the problems"
    r"|^\[ERROR\]\s*$|^\[ERROR\]\s+mvn |Process completed with exit code|BUILD FAIL|BUILD FAILURE|Build step '"
    r"|Finished: FAILURE|stack ?trace|ref HEAD is not a symbolic ref|<<< (?:FAILURE|ERROR)!\s+-- in"
    r"|There were failing tests|There are test failures|Run with --|Please refer to|Tests run:"
)
"""Lines that speak of a failure and say nothing of its cause."""

ASIDE = frozenset({"shell"})
"""Tools whose complaints often break nothing: they are named after all others."""
