"""What people and their other programs see of a run that has ended: a page, a summary, results, places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from agent_ci import __version__
from agent_ci.artifacts import OutputFolder
from agent_ci.core.document import FINDINGS_SCHEMA
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.run import Verdict
from agent_ci.core.sealing import text_of
from agent_ci.core.views.account import Account, read
from agent_ci.core.views.page import page
from agent_ci.core.views.results import ctrf, junit, shown_report
from agent_ci.core.views.sarif import sarif
from agent_ci.core.views.summary import summary
from agent_ci.errors import AgentCIError
from agent_ci.files import append_regular

SUMMARY = "GITHUB_STEP_SUMMARY"
"""Names the file for the summary of a job. Source: "Adding a job summary" in GitHub's documentation."""
_MOST_DOUBTS = 3


def show(
    verdict: Verdict,
    document: Mapping[str, object],
    patch: bytes | None,
    output: OutputFolder,
    environment: Mapping[str, str],
) -> Iterator[str]:
    """Write what there is to see of *verdict*, and yield a sentence for each file that could not be written.

    *document* is what ``evidence.json`` holds, so that nothing is lost where a file is missing, and none of this
    changes how the run ended.
    """
    account, text = read(document), (patch or b"").decode("utf-8", "surrogateescape")
    views: dict[str, Callable[[], None]] = {
        "report.html": lambda: _write_page(account, text, output),
        "findings.json": lambda: _write_findings(document, output),
        "findings.sarif": lambda: _write_places(document, verdict, output),
        "results.ctrf.json": lambda: _write_results(verdict, output),
        "the summary of the job": lambda: _add_summary(account, text, output.outward, environment),
    }
    yield from _each(views)


def show_delivery(
    document: Mapping[str, object],
    patch: str,
    output: OutputFolder,
    environment: Mapping[str, str],
    *,
    seen: Mapping[str, object],
) -> Iterator[str]:
    """Write the page of a run anew once it was delivered, and yield a sentence for what could not be written.

    The page tells *seen*, the evidence as people are to see it, and the summary of the job what *document* says.
    """
    account, outward = read(document), output.outward
    views: dict[str, Callable[[], None]] = {
        "report.html": lambda: _write_page(read(seen), patch, output),
        "the summary of the job": lambda: _add_summary(account, patch, outward, environment),
    }
    yield from _each(views)


def _each(views: Mapping[str, Callable[[], None]]) -> Iterator[str]:
    """Write each of *views*, by name, and yield a sentence for each that could not be written."""
    for name, write in views.items():
        try:
            write()
        except (AgentCIError, OSError) as error:
            yield f"{name} could not be written ({error}); evidence.json has what it would say"
        except Exception as error:  # noqa: BLE001 - a fault in a view is no reason to end a run otherwise than it ended
            fault = f"{type(error).__name__}: {error}"
            yield f"{name} could not be written, which is our bug ({fault}); evidence.json has what it would say"


def _write_page(account: Account, patch: str, output: OutputFolder) -> None:
    output.write_values({"patch": patch}, {"report.html": lambda safe: page(account, safe["patch"])})


def _write_findings(document: Mapping[str, object], output: OutputFolder) -> None:
    """Only where a log says that something is wrong, or code looked wrong while tests were written."""
    told = document.get("tests")
    bugs = told.get("possible_bugs") if isinstance(told, Mapping) else None
    if document["findings"] or bugs:
        values = {"schema": FINDINGS_SCHEMA, "findings": document["findings"], "possible_bugs": bugs or []}
        output.write_values(values, {"findings.json": text_of})


def _write_places(document: Mapping[str, object], verdict: Verdict, output: OutputFolder) -> None:
    """Only where something was run or read: to a forge, a file without places means that all are repaired."""
    if verdict.evidence.before.tally.total or verdict.evidence.findings:
        output.write_values(sarif(document), {"findings.sarif": text_of})


def _write_results(verdict: Verdict, output: OutputFolder) -> None:
    """Only where tests ran: a report of no tests is red to some readers and green to others."""
    report = shown_report(verdict)
    if report.tally.total:
        results = ctrf(report, tool=verdict.evidence.toolchain.get("runner", ""), version=__version__)
        output.write_values(results, {"results.ctrf.json": text_of, "results.junit.xml": junit})


def _add_summary(account: Account, patch: str, outward: Outward, environment: Mapping[str, str]) -> None:
    path = environment.get(SUMMARY, "")
    if path:
        text = outward.to(Sink.SUMMARY, summary(account, patch))
        append_regular(Path(path), text.encode("utf-8", "replace"))


def on_a_terminal(document: Mapping[str, Any], out: Path) -> str:
    """What a person needs on a terminal: the verdict, the failure, the change, where the files are."""
    red = [f"  red    {id_}" for id_ in document["targets"][:5]]
    lines = [f"{document['outcome']}: {document['reason']}", *red]
    if document["patch"]:
        patch = (out / "fix.patch").read_text(encoding="utf-8", errors="replace")
        after = document["after"]
        lines += ["", patch[patch.index("diff --git") :].rsplit("\n-- \n", 1)[0].rstrip(), ""]
        lines += [f"  green  {id_}" for id_ in document["targets"][:5] if id_ in after["passed"]]
        lines += [f"  after: {len(after['passed'])} passed, {len(after['failed'] + after['errored'])} red"]
        doubts = (document["proof"] or {}).get("doubts", ())
        lines += [f"  look at it before you merge it: {doubt}" for doubt in doubts[:_MOST_DOUBTS]]
    if document["delivery"]:
        lines.append(f"  {document['delivery']['sentence']}")
    files = ("report.html", "explanation.md", "evidence.json", *(("fix.patch",) if document["patch"] else ()))
    lines.append(f"  files: {out}/ ({', '.join(files)})")
    return "\n".join(lines)
