"""The only module that reads raw job logs, and the problem matchers that say what their lines mean."""

from __future__ import annotations

import codecs
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from agent_ci import process
from agent_ci.clone import Texts
from agent_ci.core.kinds import Kind
from agent_ci.core.logs.cleaning import Line, Mark, clean
from agent_ci.core.logs.excerpt import MOST_CHARACTERS, excerpt
from agent_ci.core.logs.findings import findings
from agent_ci.core.logs.matchers import LONGEST, MOST_BYTES, UNREAD, Matcher, read_matchers
from agent_ci.core.logs.places import mapped
from agent_ci.core.logs.steps import failing_step
from agent_ci.core.run import Finding, JobLog
from agent_ci.errors import AgentCIError
from agent_ci.files import open_regular
from agent_ci.ports import Tree

MOST_LOG_BYTES = 50_000_000
SECONDS = 10.0
"""How long all problem matchers of a repository may take for one log."""

_MOST_FILES = 10
_FOLDER = ".github/"
_PACKAGE = Path(__file__).resolve().parents[1]
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the logs say: places and kinds of errors, what is worth reading, and what could not be done."""

    findings: tuple[Finding, ...] = ()
    logs: tuple[JobLog, ...] = ()
    notes: tuple[str, ...] = ()


@lru_cache
def own_matchers() -> tuple[Matcher, ...]:
    """The problem matchers of this package."""
    text = (resources.files("agent_ci") / "matchers.json").read_text(encoding="utf-8")
    return read_matchers(text, is_ours=True)[0]


def read_logs(logs: Mapping[Path, str], *, green: Sequence[Path], judged: Tree, trusted: Tree | None) -> Reading:
    """What *logs* say: files by what they are called.

    *green* are logs of the same job when it was green: what stands there as well tells little. Places are those of
    the tree *judged*. The problem matchers below ``.github`` come from the tree *trusted*, which the change being
    judged cannot write. Raises UnsupportedError for a log that cannot be read.
    """
    usual = [line for path in green for line in clean(_text(path))]
    texts, notes = _matchers_of(trusted) if trusted else ({}, [])
    found: list[Finding] = []
    read = []
    for path, name in logs.items():
        lines = clean(_text(path))
        theirs, fault = _apart(lines, name, texts)
        notes += fault
        found += joined(theirs, findings(lines, name, own_matchers()))
        failed = failing_step(lines)
        shown = excerpt(lines, failed, most_characters=MOST_CHARACTERS, green=usual)
        words = failed.words if failed else ""
        read.append(JobLog(name, shown.text, words, len(shown.lines), shown.end))
    return Reading(mapped(found, Texts(judged)), tuple(read), tuple(dict.fromkeys(notes)))


def findings_in(text: str, name: str) -> tuple[Finding, ...]:
    """What *text*, the output of a program that is called *name*, says is wrong."""
    return findings(clean(text), name, own_matchers())


def joined(theirs: Sequence[Finding], ours: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of a repository's own matchers, and *ours* on the lines that those did not read."""
    read = {finding.log_line for finding in theirs}
    return (*theirs, *(finding for finding in ours if finding.log_line not in read))


def _text(path: Path) -> str:
    with open_regular(path, max_bytes=MOST_LOG_BYTES) as file:
        raw = file.read(MOST_LOG_BYTES)
    return raw.decode("utf-16" if raw.startswith(_UTF_16) else "utf-8", "replace")


def _matchers_of(tree: Tree) -> tuple[dict[str, str], list[str]]:
    """The files of *tree* that hold problem matchers, and what is wrong with them."""
    paths = [path for path in tree.paths() if path.startswith(_FOLDER) and path.endswith(".json")]
    texts: dict[str, str] = {}
    notes: list[str] = []
    for path in paths:
        raw = tree.read(path)
        if b'"problemMatcher"' not in raw:
            continue
        if len(raw) > MOST_BYTES or len(texts) == _MOST_FILES:
            notes.append(f"the problem matchers in {path} are left out: the file is too large, or one of too many")
            continue
        text = raw.decode("utf-8", "replace")
        matchers, faults = read_matchers(text)
        notes += [f"of the problem matchers in {path}, {fault}" for fault in faults]
        if matchers:
            texts[path] = text
    return texts, notes


def _apart(lines: Sequence[Line], name: str, texts: Mapping[str, str]) -> tuple[tuple[Finding, ...], list[str]]:
    """What the matchers *texts* of a repository read, in a process of its own: one of them may search without end."""
    if not texts:
        return (), []
    with tempfile.TemporaryDirectory(prefix="agent-ci-matchers-") as folder:
        question, answer = Path(folder, "question.json"), Path(folder, "answer.json")
        short = [(line.number, line.text, line.step) for line in lines if len(line.text) <= LONGEST]
        question.write_text(json.dumps({"name": name, "texts": [*texts.values()], "lines": short}), encoding="utf-8")
        argv = (sys.executable, "-c", "from agent_ci.joblogs import answer; answer()", str(question), str(answer))
        try:
            done = process.run(argv, cwd=Path(folder), environment={"PYTHONPATH": str(_PACKAGE)}, timeout=SECONDS)
            rows = json.loads(answer.read_text(encoding="utf-8")) if done.exit_code == 0 else None
        except (AgentCIError, OSError, ValueError):
            rows = None
    if rows is None:
        return (), [f"the problem matchers of the repository could not be run within {SECONDS:.0f} s and are left out"]
    return tuple(Finding(**{**row, "kind": Kind(row["kind"])}) for row in rows), []


def answer() -> None:
    """The process apart: reads the question that its arguments name, and writes the findings."""
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = [Line(number, text, step=step, mark=Mark.NONE) for number, text, step in asked["lines"]]
    matchers = [matcher for text in asked["texts"] for matcher in read_matchers(text)[0]]
    found = _known(findings(lines, asked["name"], matchers))
    Path(sys.argv[2]).write_text(json.dumps([asdict(finding) for finding in found]), encoding="utf-8")


def _known(found: Sequence[Finding]) -> Iterator[Finding]:
    """Those that a matcher read; the rest is read better by our own."""
    return (finding for finding in found if finding.tool not in UNREAD)
