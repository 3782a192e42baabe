"""The command line: click on one side, settings and exit codes on the other; the only place that ends the process."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shlex
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import click

from agent_ci import __version__, cancelling, kept, outputs
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.markdown import block
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.errors import AgentCIError, CancelledError
from agent_ci.settings import DELIVERIES, OPTIONS, Option, Settings

if TYPE_CHECKING:
    from agent_ci.artifacts import OutputFolder
    from agent_ci.core.run import Verdict
    from agent_ci.session import Session

Function = Callable[..., Any]


class Command(Protocol):
    """A command that is no job of its own: what it does, and what it prints where that is no verdict."""

    @property
    def printed(self) -> str | Mapping[str, object]:
        """What goes to standard output; empty for the verdict."""
        ...

    def run(self) -> Verdict:
        """Do it. Raises AgentCIError."""
        ...


def main() -> NoReturn:
    """Run the command line and exit with the outcome's code."""
    try:
        with cancelling.by_signals():
            code = cli.main(standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        code = _told(Outcome.USAGE_ERROR)
    except (click.Abort, CancelledError):
        code = _told(Outcome.CANCELLED)
    except AgentCIError as error:
        _say(kept.outward(os.environ), f"agent-ci: {error}", err=True)
        code = _told(error.outcome)
    except Exception:  # noqa: BLE001 - the one boundary: whatever else happens is our bug, and is reported as such
        code = _report_our_bug(kept.outward(os.environ))
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="agent-ci")
def cli() -> None:
    """Turn a red build green, and prove it. Docs: README.md and docs/ of the repository."""


def _options(function: Function) -> Function:
    """Give *function* one command line option per row of the settings table."""
    for option in reversed([option for option in OPTIONS if not option.is_policy]):
        function = _option(option)(function)
    return function


def _option(option: Option) -> Function:
    if option.kind is bool:
        return click.option(f"--{option.name}", is_flag=True, default=None, help=option.help)
    kind = click.Choice(option.choices) if option.choices else option.kind
    shown = " ".join(map(str, option.default)) if isinstance(option.default, tuple) else option.default
    text = option.help if shown in (None, "") else f"{option.help}  [default: {shown}]"
    return click.option(
        f"--{option.name}",
        type=kind,
        metavar=option.metavar,
        multiple=option.is_repeatable,
        default=None,
        help=text,
        callback=_absent_when_empty if option.is_repeatable else None,
    )


def _absent_when_empty(_context: click.Context, _parameter: click.Parameter, value: object) -> object:
    return value or None


def _apart(function: Function) -> Function:
    """Have *function* run in a process without the job's secrets, where there are any."""

    @functools.wraps(function)
    def run(**given: object) -> int:
        from agent_ci import keeper

        if keeper.is_needed(os.environ):
            return keeper.keep(sys.argv[1:], os.environ)
        if kept.VARIABLE in os.environ:
            keeper.follow()
        return int(function(**given))

    return run


@cli.command(short_help="make a red build green, or explain why not")
@_options
@_apart
def fix(**given: object) -> int:
    """Make a red build green, or explain why not."""
    return _run("fix", given)


@cli.command(short_help="the diagnosis alone, no patch")
@_options
@_apart
def explain(**given: object) -> int:
    """Say what `fix` knows before it proposes anything: the diagnosis, no patch."""
    return _run("explain", given)


@cli.command(short_help="re-check a fix from its evidence, offline, with no key")
@click.argument("evidence", type=click.Path(path_type=Path), default=Path(".agent-ci/evidence.json"))
@click.option("--patch", type=click.Path(path_type=Path), help="the patch  [default: fix.patch beside the evidence]")
@_options
@_apart
def verify(evidence: Path, patch: Path | None, **given: object) -> int:
    """Repeat the proof of a fix from its EVIDENCE, its patch and its commit; every claim must hold."""
    from agent_ci.verification import Verification, passed

    outward = kept.outward(os.environ)
    verification = Verification(os.environ, given, sys.stderr, evidence, patch or evidence.with_name("fix.patch"))
    claims = []
    for claim in verification.claims():
        claims.append(claim)
        if not given["json"]:
            _say(outward, f"FAILS  {claim.name}: {claim.fault}" if claim.fault else f"holds  {claim.name}")
    outcome = Outcome.FIXED if passed(claims) else Outcome.NO_FIX
    if given["json"]:
        rows = [{"claim": claim.name, "fault": claim.fault} for claim in claims]
        _say_json(outward, outward.values({"outcome": str(outcome), "claims": rows}))
    return outcome.exit_code


@cli.command(short_help="deliver what was proven elsewhere; needs write access, and no key of a model")
@click.argument("evidence", type=click.Path(path_type=Path), default=Path(".agent-ci/evidence.json"))
@click.option("--patch", type=click.Path(path_type=Path), help="the patch  [default: fix.patch beside the evidence]")
@click.option("--evidence-sha256", default="", help="the digest of EVIDENCE that was told apart from it", metavar="HEX")
@click.option("--only-tell", is_flag=True, help="say on the forge what the run says; deliver, write and print nothing")
@_options
def publish(evidence: Path, patch: Path | None, evidence_sha256: str, *, only_tell: bool, **given: object) -> int:
    """Deliver the fix that EVIDENCE and its patch tell of, once all was checked that needs no code to run."""
    from agent_ci import keeper
    from agent_ci.publishing import Publication
    from agent_ci.showing import on_a_terminal

    environment = keeper.taken_out(os.environ)
    publication = Publication(environment, given, sys.stderr, evidence, patch, evidence_sha256)
    if only_tell:
        publication.tell()
        return 0
    document = publication.run()
    _tell_ended(document, publication.settings, publication.outward)
    if publication.settings.json:
        _say_json(publication.outward, document)
    else:
        _say(publication.outward, on_a_terminal(document, publication.settings.out))
    return int(str(document["exit_code"]))


@cli.command(short_help="fetch the reports and logs of the red run; needs the right to read it, no key of a model")
@click.option("--of", type=int, help="the run or pipeline  [default: the one that the job is about]", metavar="ID")
@click.option("--into", type=click.Path(path_type=Path), help="a new folder outside of the checkout", metavar="DIR")
@click.option("--quiet", is_flag=True, help="nothing on standard output")
def fetch(of: int | None, into: Path | None, *, quiet: bool) -> int:
    """Fetch what the red run left at the forge, for `fix` to read where the job has no report or log of its own."""
    from agent_ci import keeper
    from agent_ci.fetching import Fetching

    fetching = Fetching(keeper.taken_out(os.environ), of, into)
    sentence = fetching.run()
    if not quiet:
        _say(fetching.outward, sentence)
    return 0


@cli.command(short_help="split a large red build into cells for the CI's own matrix")
@click.option("--cells", type=int, default=4, help="at most how many cells  [default: 4]", metavar="N")
@click.option(
    "--format",
    "form",
    type=click.Choice(("github", "gitlab", "json")),
    default="github",
    help="what to print: a matrix, a child pipeline, or the plan  [default: github]",
)
@_options
@_apart
def plan(cells: int, form: str, **given: object) -> int:
    """Split a large red build by root cause into cells for the CI's own matrix."""
    from agent_ci.planning import Planning

    return _run("plan", given, lambda session: Planning(session, cells, form))


@cli.command(short_help="put the cells' proven patches together and prove the whole")
@click.argument("folders", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="CELL_DIR...")
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="the plan.json of `plan`", metavar="FILE")
@_options
@_apart
def merge(folders: tuple[Path, ...], plan_file: Path | None, **given: object) -> int:
    """Put the proven patches in each CELL_DIR together and prove the whole once more."""
    from agent_ci.merging import Merging

    return _run("merge", given, lambda session: Merging(session, folders, plan_file))


@cli.command(short_help="check how agent-ci is set up; print the exact lines that repair it")
@click.option("--repository", type=click.Path(path_type=Path), default=Path(), help="the checkout", metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="the findings as JSON on standard output")
@click.option("--patch", "as_patch", is_flag=True, help="only what `git apply` can repair, as it takes it")
def doctor(repository: Path, *, as_json: bool, as_patch: bool) -> int:
    """Check settings, workflows, checkout, sandbox and forge; ends with 0 where all is good, and with 1 elsewhere."""
    from agent_ci import keeper
    from agent_ci.core.environment import forge_tokens
    from agent_ci.examining import Examination

    before = keeper.taken_out(os.environ)
    outward = kept.outward(before)
    examination = Examination(repository, os.environ, tokens=forge_tokens(before))
    of_the_forge, asked = examination.asked()
    found = (*examination.complaints(), *of_the_forge)
    outcome = Outcome.NO_FIX if found else Outcome.NOTHING_TO_DO
    if as_json:
        rows = [{"id": one.id, "saw": one.saw, "why": one.why, "repair": one.repair} for one in found]
        _say_json(outward, outward.values({"outcome": str(outcome), "findings": rows, "asked": asked}))
        return outcome.exit_code
    if as_patch:
        first = {one.edit.path: one.edit.diff for one in reversed(found) if one.edit}  # one at a time for each file
        _say_exactly(outward, "".join(first.values()))
        return outcome.exit_code
    for one in found:
        _say(outward, f"{one.id}\n  saw     {one.saw}\n  why     {one.why}\n  repair\n{indent(one.repair, '    ')}")
    _say(outward, f"{asked}\n{f'{len(found)} finding(s)' if found else 'nothing is wrong'}")
    return outcome.exit_code


@cli.command("init", short_help="write the workflow files for this repository's forge")
@click.option("--repository", type=click.Path(path_type=Path), default=Path(), help="the checkout", metavar="DIR")
@click.option("--forge", type=click.Choice(["github", "gitlab"]), help="the forge  [default: as the checkout says]")
@click.option("--action", default="", help="where this action lives, for GitHub", metavar="OWNER/NAME@COMMIT")
@click.option("--package", default="", help="what pip installs agent-ci from, for GitLab", metavar="REQUIREMENT")
@click.option("--dry-run", "is_dry", is_flag=True, help="write nothing, and show what would be written")
@click.option("--chat", "has_chat", is_flag=True, help="also write the workflow that comments on changes start")
def init(repository: Path, forge: str | None, action: str, package: str, **flags: bool) -> int:
    """Write the workflow and the settings file. What is there already stays, and is shown where it differs."""
    from agent_ci.initialising import Initialisation

    outward = kept.outward(os.environ)
    for line in Initialisation(repository, forge or "", action, package, **flags).run():
        _say(outward, line)
    return 0


@cli.command(short_help="revert one delivered change")
@click.argument("change", default="", metavar="[COMMIT|#PR]")
@click.option("--repository", help="the checkout", metavar="DIR")
@click.option("--deliver", type=click.Choice(DELIVERIES), help="how it is delivered  [default: commit]", metavar="MODE")
@click.option("--out", help="where undo.patch goes  [default: .agent-ci]", metavar="DIR")
def undo(change: str, **given: object) -> int:
    """Take back one repair of agent-ci: a commit, the one that came in with a change request, or the last one."""
    from agent_ci import keeper, undoing

    asked = undoing.Undoing(keeper.taken_out(os.environ), given, change)
    outcome, sentence = asked.run()
    _say(asked.outward, f"{outcome}: {sentence}")
    return outcome.exit_code


@cli.command(short_help="answer a comment that asks for something; needs the forge's token, and no key of a model")
def chat() -> int:
    """Answer the comment whose event started this job, and print what the jobs that follow are to run."""
    from agent_ci import chatting, keeper

    talk = chatting.Chat(keeper.taken_out(os.environ))
    sentence, told = talk.run()
    _say(talk.outward, f"agent-ci: {sentence}", err=True)
    _say(talk.outward, chatting.as_variables(told))
    _tell(told, talk.outward)
    return 0


@cli.command(short_help="make a small red repository and fix it, offline")
@click.option("--seed", type=int, default=0, help="which bug to inject  [default: 0]", metavar="N")
@click.option(
    "--into", type=click.Path(path_type=Path), help="an empty or new folder for the repository", metavar="DIR"
)
@_apart
def demo(seed: int, into: Path | None) -> int:
    """Make a small red repository and fix it with the offline proposer (no key, no network)."""
    from agent_ci import demo as example

    repository = example.create(into, seed=seed)
    told = f"A red repository: {repository.path}\nThe injected bug (seed {seed}) is in {repository.bug.path}\n"
    _say(kept.outward(os.environ), told)
    python = f"{shlex.quote(sys.executable)} -m " if find_spec("pytest") else ""
    given = {"repository": str(repository.path), "run": f"{python}pytest", "seed": seed}
    return _run("fix", given)


def _run(job: str, given: dict[str, object], command: Callable[[Session], Command] | None = None) -> int:
    from agent_ci.session import Session

    session = Session(os.environ, given, sys.stderr, job=job)
    made = command(session) if command else None
    try:
        document = session.run(made.run if made else None)
    except AgentCIError:
        raise
    except Exception:  # noqa: BLE001 - as above, and here there is a folder for the report
        return _report_our_bug(session.outward, session.output)
    _tell_ended(document, session.settings, session.outward)
    if session.hand_on():
        return int(str(document["exit_code"]))  # what follows tells more, and the last one to tell is heard
    if session.settings.json:
        _say_json(session.outward, document)
    elif made and made.printed:
        _show(session.outward, made.printed)
    elif job == "explain":
        from agent_ci.core.screen import screen

        _say(session.outward, screen(session.verdict))
    else:
        from agent_ci.showing import on_a_terminal

        _say(session.outward, on_a_terminal(document, session.settings.out))
    return int(str(document["exit_code"]))


def _show(outward: Outward, printed: str | Mapping[str, object]) -> None:
    """Print what a command made: a text, or the values of a document."""
    if isinstance(printed, str):
        _say(outward, printed.rstrip("\n"))
    else:
        _say_json(outward, printed)


def _say(outward: Outward, text: str, *, err: bool = False) -> None:
    """The only way to standard output and standard error, beside the console and click's own help."""
    click.echo(outward.to(Sink.TERMINAL, text), err=err)


def _say_exactly(outward: Outward, text: str) -> None:
    """Print *text* byte for byte, for a program that reads it. Raises RefusedError where it holds a secret."""
    click.echo(outward.to(Sink.PATCH, text), nl=False)


def _say_json(outward: Outward, document: object) -> None:
    """Print *document*, whose values are fit to leave, so that its text is as well."""
    click.echo(outward.shown_json(json.dumps(document, indent=2)))


def _tell_ended(document: Mapping[str, Any], settings: Settings, outward: Outward) -> None:
    """Tell the steps that follow how the run of *document* ended."""
    workspace = Path(os.environ.get("GITHUB_WORKSPACE") or settings.repository)
    _tell(outputs.outputs(document, settings.out, workspace), outward)


def _told(outcome: Outcome) -> int:
    """The exit code of *outcome*, which the steps that follow are told of as well: it has no evidence to tell more."""
    _tell({"outcome": str(outcome)}, kept.outward(os.environ))
    return outcome.exit_code


def _tell(values: Mapping[str, str], outward: Outward) -> None:
    """Hand *values* to the steps that follow in the job, and say where that cannot be done."""
    objection = outputs.write(values, os.environ, outward)
    if objection:
        _say(outward, f"agent-ci: {objection}", err=True)


def _report_our_bug(outward: Outward, output: OutputFolder | None = None) -> int:
    """Show, and write to *output*, a report that can be pasted into an issue, secrets removed."""
    report = f"agent-ci {__version__}, Python {sys.version}\n\n{traceback.format_exc()}"
    said = "agent-ci: this is our bug, and the build is not to blame. Please report it with this text:"
    _say(outward, f"{said}\n{report}", err=True)
    if output:
        with contextlib.suppress(OSError):
            output.write_text("internal-error.md", block(report))
    return _told(Outcome.INTERNAL_ERROR)
