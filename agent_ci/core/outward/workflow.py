"""What CI systems take for commands in a log, and the same text as something they only show."""

from __future__ import annotations

import re

_AT_START = re.compile(
    r"^(?P<margin>[^\S\n\x0b\x0c]*)(?:"
    r"(?P<colons>:):"  # GitHub, Gitea, Forgejo: ::set-output name=a::b
    # Buildkite opens groups with these; a diff's headers are none
    r"|(?P<group>---|\+\+\+|~~~|\^\^\^)(?=\s)(?!\s(?:[ab]/|\"[ab]/|/dev/null))"
    r")",
    re.MULTILINE,
)
_ANYWHERE = re.compile(
    r"(?P<hashes>\#\#)(?=[A-Za-z]*\[)"  # GitHub's older form ##[set-env], Azure's ##vso[, TeamCity's ##teamcity[
    r"|(?P<fold>\bsection_(?:start|end)|\btravis_(?:fold|time))(?=:)",  # GitLab, Travis
    re.IGNORECASE,
)
_LINE_END = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def inactive(text: str) -> str:
    r"""*text*, cleaned of invisible characters before, so that no line of it is a command to a CI system.

    A blank parts what makes a command: ``: :error``, ``## [group]``. A test id such as ``a.py::test`` stays as
    it is. Whatever else could end a line becomes ``\n``, so that nothing is the start of a line unseen.
    """
    lines = _LINE_END.sub("\n", text)
    return _ANYWHERE.sub(r"\g<0> ", _AT_START.sub(_parted, lines))


def warning(text: str) -> str:
    """The one command that we give ourselves: a warning beside a job that says *text*, which is inactive.

    Source: "Workflow commands for GitHub Actions" in GitHub's documentation; what ends a command is escaped.
    """
    return f"::warning::{text.replace('%', '%25').replace(chr(13), '%0D').replace(chr(10), '%0A')}"


def inactive_json(text: str) -> str:
    """JSON *text* as one that means the same and holds no command: escapes stand where blanks would change values."""
    return _ANYWHERE.sub(lambda found: f"{found[0][:-1]}\\u{ord(found[0][-1]):04x}", text)


def _parted(found: re.Match[str]) -> str:
    return f"{found['margin']}: :" if found["colons"] else f"{found['margin']} {found['group']}"
