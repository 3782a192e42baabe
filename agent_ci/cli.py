"""The command line: click on one side, settings and exit codes on the other; the only place that ends the process."""

from __future__ import annotations

import functools
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from agent_ci import __version__, cancelling, kept
from agent_ci.cli_setup import COMMANDS
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.writer import Outward
from agent_ci.errors import AgentCIError, CancelledError
from agent_ci.settings import OPTIONS, Option
from agent_ci.speaking import report_our_bug, say, say_json, tell_ended, told

if TYPE_CHECKING:
    from agent_ci.session import Command, Session

Function = Callable[..., Any]


def main() -> NoReturn:
    """Run the command line and exit with the outcome's code."""
    try:
        with cancelling.by_signals():
            code = cli.main(standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        code = told(Outcome.USAGE_ERROR)
    except (click.Abort, CancelledError):
        code = told(Outcome.CANCELLED)
    except AgentCIError as error:
        say(kept.outward(os.environ), f"agent-ci: {error}", err=True)
        code = told(error.outcome)
    except Exception:  # noqa: BLE001 - the one boundary: whatever else happens is our bug, and is reported as such
        code = report_our_bug(kept.outward(os.environ))
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


def _evidence(function: Function) -> Function:
    """The argument of *function* that names the evidence of a run, by its file or by the folder of its files."""
    default = Path(".agent-ci/evidence.json")
    kind = click.Path(path_type=Path)
    return click.argument("evidence", type=kind, default=default, callback=_file_of_evidence)(function)


def _file_of_evidence(_context: click.Context, _parameter: click.Parameter, path: Path) -> Path:
    return path / "evidence.json" if path.is_dir() else path


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


@cli.command(short_help="add the tests that a change is missing")
@click.option("--revert", default="", help="take out the tests of this delivery again", metavar="ID")
@_options
@_apart
def tests(revert: str, **given: object) -> int:
    """Add the tests that a change is missing: reliable ones that reach new lines and notice small faults there."""
    from agent_ci.testing import Testing

    return _run("tests", given, lambda session: Testing(session, revert))


@cli.command(short_help="the diagnosis alone, no patch")
@_options
@_apart
def explain(**given: object) -> int:
    """Say what `fix` knows before it proposes anything: the diagnosis, no patch."""
    return _run("explain", given)


@cli.command(short_help="re-check a fix from its evidence, offline, with no key")
@_evidence
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
            say(outward, f"FAILS  {claim.name}: {claim.fault}" if claim.fault else f"holds  {claim.name}")
    outcome = Outcome.FIXED if passed(claims) else Outcome.NO_FIX
    if given["json"]:
        rows = [{"claim": claim.name, "fault": claim.fault} for claim in claims]
        say_json(outward, outward.values({"outcome": str(outcome), "claims": rows}))
    return outcome.exit_code


@cli.command(short_help="deliver what was proven elsewhere; needs write access, and no key of a model")
@_evidence
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
    tell_ended(document, publication.settings, publication.outward)
    if publication.settings.json:
        say_json(publication.outward, document)
    else:
        say(publication.outward, on_a_terminal(document, publication.settings.out))
    return int(str(document["exit_code"]))


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


@cli.command(short_help="draft the next release's notes from git alone")
@click.option(
    "--since", default="", help="begin after this tag or commit  [default: the release before]", metavar="REF"
)
@click.option("--release", default="", help="the tag of the release  [default: none yet]", metavar="VERSION")
@click.option("--package", default="", help="what the tags of this package begin with", metavar="PREFIX")
@click.option("--date", default="", help="the day of the release  [default: that of its commit]", metavar="YYYY-MM-DD")
@click.option("--changelog-file", "file", default="", help="the changelog  [default: the one found]", metavar="FILE")
@click.option("--draft-release", is_flag=True, help="keep a draft of the release up to date; GitHub only")
@click.option(
    "--publish", "published", is_flag=True, help="publish the release with these notes; its tag must be there"
)
@click.option("--offline", is_flag=True, help="do not ask the forge about change requests, although there is a token")
@_options
def changelog(  # noqa: PLR0913 - click passes each option by name
    since: str,
    release: str,
    package: str,
    date: str,
    file: str,
    *,
    draft_release: bool,
    offline: bool,
    published: bool,
    **given: object,
) -> int:
    """Draft the notes of the next release: what users will notice, and a ledger in which no commit is missing."""
    from agent_ci import keeper
    from agent_ci.drafting import Drafting

    if keeper.has_both(os.environ):
        return keeper.keep(sys.argv[1:], os.environ)
    if kept.VARIABLE in os.environ:
        keeper.follow()
    environment = keeper.taken_out(os.environ)
    asked = (since, release, package, date, file, draft_release, offline, published)
    drafting = Drafting(environment, given, sys.stderr, *asked)
    document = drafting.run()
    tell_ended(drafting.evidence, drafting.settings, drafting.outward)
    if drafting.settings.json:
        say_json(drafting.outward, drafting.outward.values(document))
    else:
        say(drafting.outward, str(document["notes"]).rstrip("\n"))
    return int(str(document["exit_code"]))


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
    say(kept.outward(os.environ), told)
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
        return report_our_bug(session.outward, session.output)
    tell_ended(document, session.settings, session.outward)
    if session.hand_on():
        return int(str(document["exit_code"]))  # what follows tells more, and the last one to tell is heard
    if session.settings.json:
        say_json(session.outward, document)
    elif made and made.printed:
        _show(session.outward, made.printed)
    elif job == "explain":
        from agent_ci.core.screen import screen

        say(session.outward, screen(session.verdict))
    else:
        from agent_ci.showing import on_a_terminal

        say(session.outward, on_a_terminal(document, session.settings.out))
    return int(str(document["exit_code"]))


def _show(outward: Outward, printed: str | Mapping[str, object]) -> None:
    """Print what a command made: a text, or the values of a document."""
    if isinstance(printed, str):
        say(outward, printed.rstrip("\n"))
    else:
        say_json(outward, printed)


for _command in COMMANDS:
    cli.add_command(_command)
