"""The only way to standard output and standard error, beside the console and the help; all passes the one writer."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent_ci import __version__, kept, outputs
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.markdown import block
from agent_ci.core.outward.writer import Outward, Sink

if TYPE_CHECKING:
    from agent_ci.artifacts import OutputFolder
    from agent_ci.settings import Settings


def say(outward: Outward, text: str, *, err: bool = False) -> None:
    """Print *text* as a line for people."""
    click.echo(outward.to(Sink.TERMINAL, text), err=err)


def say_exactly(outward: Outward, text: str) -> None:
    """Print *text* byte for byte, for a program that reads it. Raises RefusedError where it holds a secret."""
    click.echo(outward.to(Sink.PATCH, text), nl=False)


def say_json(outward: Outward, document: object) -> None:
    """Print *document*, whose values are fit to leave, so that its text is as well."""
    click.echo(outward.shown_json(json.dumps(document, indent=2)))


def tell_ended(document: Mapping[str, Any], settings: Settings, outward: Outward) -> None:
    """Tell the steps that follow how the run of *document* ended."""
    workspace = Path(os.environ.get("GITHUB_WORKSPACE") or settings.repository)
    tell(outputs.outputs(document, settings.out, workspace), outward)


def told(outcome: Outcome) -> int:
    """The exit code of *outcome*, which the steps that follow are told of as well: it has no evidence to tell more."""
    tell({"outcome": str(outcome)}, kept.outward(os.environ))
    return outcome.exit_code


def tell(values: Mapping[str, str], outward: Outward) -> None:
    """Hand *values* to the steps that follow in the job, and say where that cannot be done."""
    objection = outputs.write(values, os.environ, outward)
    if objection:
        say(outward, f"agent-ci: {objection}", err=True)


def report_our_bug(outward: Outward, output: OutputFolder | None = None) -> int:
    """Show, and write to *output*, a report that can be pasted into an issue, secrets removed."""
    report = f"agent-ci {__version__}, Python {sys.version}\n\n{traceback.format_exc()}"
    said = "agent-ci: this is our bug, and the build is not to blame. Please report it with this text:"
    say(outward, f"{said}\n{report}", err=True)
    if output:
        with contextlib.suppress(OSError):
            output.write_text("internal-error.md", block(report))
    return told(Outcome.INTERNAL_ERROR)
