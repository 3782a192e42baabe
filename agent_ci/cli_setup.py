"""The commands around the jobs: how agent-ci is set up, what it is asked in a comment, what it takes back."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

import click

from agent_ci import kept
from agent_ci.core.outcome import Outcome
from agent_ci.settings import DELIVERIES
from agent_ci.speaking import say, say_exactly, say_json, tell

if TYPE_CHECKING:
    from agent_ci.core.outward.writer import Outward
    from agent_ci.remembering import Remembered


@click.command(short_help="fetch the reports and logs of the red run; needs the right to read it, no key of a model")
@click.option("--of", type=int, help="the run or pipeline  [default: the one that the job is about]", metavar="ID")
@click.option("--into", type=click.Path(path_type=Path), help="a new folder outside of the checkout", metavar="DIR")
@click.option("--quiet", is_flag=True, help="nothing on standard output")
@click.option("--request", "requests", multiple=True, hidden=True)
@click.option("--project", default="", hidden=True)
def fetch(of: int | None, into: Path | None, requests: tuple[str, ...], project: str, *, quiet: bool) -> int:
    """Fetch what the red run left at the forge, for `fix` to read where the job has no report or log of its own."""
    from agent_ci import keeper
    from agent_ci.fetching import Fetching

    fetching = Fetching(keeper.taken_out(os.environ), of, into, requests, project)
    sentence = fetching.run()
    if not quiet:
        say(fetching.outward, sentence)
    return 0


@click.command(short_help="check how agent-ci is set up; print the exact lines that repair it")
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
        say_json(outward, outward.values({"outcome": str(outcome), "findings": rows, "asked": asked}))
        return outcome.exit_code
    if as_patch:
        first = {one.edit.path: one.edit.diff for one in reversed(found) if one.edit}  # one at a time for each file
        say_exactly(outward, "".join(first.values()))
        return outcome.exit_code
    for one in found:
        say(outward, f"{one.id}\n  saw     {one.saw}\n  why     {one.why}\n  repair\n{indent(one.repair, '    ')}")
    say(outward, f"{asked}\n{f'{len(found)} finding(s)' if found else 'nothing is wrong'}")
    return outcome.exit_code


@click.command("init", short_help="write the workflow files for this repository's forge")
@click.option("--repository", type=click.Path(path_type=Path), default=Path(), help="the checkout", metavar="DIR")
@click.option("--forge", type=click.Choice(["github", "gitlab"]), help="the forge  [default: as the checkout says]")
@click.option("--action", default="", help="where this action lives, for GitHub", metavar="OWNER/NAME@COMMIT")
@click.option("--package", default="", help="what pip installs agent-ci from, for GitLab", metavar="REQUIREMENT")
@click.option("--dry-run", "is_dry", is_flag=True, help="write nothing, and show what would be written")
@click.option("--chat", "has_chat", is_flag=True, help="also write the workflow that comments on changes start")
@click.option(
    "--changelog/--no-changelog",
    "has_changelog",
    default=None,
    help="also write the workflow that a tag starts  [default: with a changelog and a tag of a version]",
)
def init(repository: Path, forge: str | None, action: str, package: str, **flags: Any) -> int:
    """Write the workflow and the settings file. What is there already stays, and is shown where it differs."""
    from agent_ci.initialising import Initialisation

    outward = kept.outward(os.environ)
    for line in Initialisation(repository, forge or "", action, package, **flags).run():
        say(outward, line)
    return 0


@click.command(short_help="revert one delivered change")
@click.argument("change", default="", metavar="[COMMIT|#PR]")
@click.option("--repository", help="the checkout", metavar="DIR")
@click.option("--deliver", type=click.Choice(DELIVERIES), help="how it is delivered  [default: commit]", metavar="MODE")
@click.option("--out", help="where undo.patch goes  [default: .agent-ci]", metavar="DIR")
def undo(change: str, **given: object) -> int:
    """Take back one repair of agent-ci: a commit, the one that came in with a change request, or the last one."""
    from agent_ci import keeper, undoing

    asked = undoing.Undoing(keeper.taken_out(os.environ), given, change)
    outcome, sentence = asked.run()
    say(asked.outward, f"{outcome}: {sentence}")
    return outcome.exit_code


@click.command(short_help="answer a comment that asks for something; needs the forge's token, and no key of a model")
def chat() -> int:
    """Answer the comment whose event started this job, and print what the jobs that follow are to run."""
    from agent_ci import chatting, keeper

    talk = chatting.Chat(keeper.taken_out(os.environ))
    sentence, told = talk.run()
    say(talk.outward, f"agent-ci: {sentence}", err=True)
    say(talk.outward, chatting.as_variables(told))
    tell(told, talk.outward)
    return 0


@click.group(short_help="list or forget what earlier runs proved")
def memory() -> None:
    """What earlier runs proved, which the proposer `known` offers again and has proven anew."""


_REPOSITORY = click.option("--repository", help="the checkout", metavar="DIR")
_OUT = click.option("--out", help="where the files of the runs are  [default: .agent-ci]", metavar="DIR")


@memory.command("list")
@_REPOSITORY
@_OUT
@click.option("--json", "as_json", is_flag=True, help="as JSON on standard output")
def memory_list(*, as_json: bool, **given: object) -> int:
    """Show each remembered fix, the newest first: the fingerprint of its failure, its files and its cause.

    Then come the failures at which a model tried something in vain, and how much that was.
    """
    from agent_ci import remembering

    outward, remembered = _remembered(given)
    fixes, ideas, shared = remembered.fixes(), remembered.ideas(), [*remembered.shared()]
    if as_json:
        refused = [one.fault for one in shared if one.fault]
        rows = [*remembering.rows(fixes), *remembering.shared_rows(shared)]
        tried = [*remembering.tried_rows(ideas), *remembering.shared_tried_rows(shared)]
        told = {"fixes": rows, "tried": tried, **({"refused": refused} if refused else {})}
        say_json(outward, outward.values(told))
        return 0
    for line in (*remembering.lines(fixes, ideas, remembered.path), *remembering.shared_lines(shared)):
        say(outward, line)
    return 0


@memory.command("forget")
@click.argument("fingerprints", nargs=-1, metavar="[FINGERPRINT]...")
@click.option("--all", "all_of_them", is_flag=True, help="everything")
@_REPOSITORY
@_OUT
def memory_forget(fingerprints: tuple[str, ...], *, all_of_them: bool, **given: object) -> int:
    """Forget the fixes of the failures with these FINGERPRINTs, of which the beginning is enough, or of all."""
    outward, remembered = _remembered(given)
    count = remembered.forget(fingerprints, all_of_them=all_of_them)
    say(outward, f"{count} fix{'' if count == 1 else 'es'} forgotten")
    return 0


def _remembered(given: dict[str, object]) -> tuple[Outward, Remembered]:
    """What is remembered in the checkout that is *given*, and the way out for what is said of it."""
    from agent_ci import keeper, remembering
    from agent_ci.core.environment import forge_tokens

    before = keeper.taken_out(os.environ)
    return kept.outward(before), remembering.Remembered(os.environ, given, forge_tokens(before))


@click.command(short_help="make a recording of what a model was asked and said, to repeat the run without it")
@click.argument("audit", type=click.Path(path_type=Path), default=Path(".agent-ci/audit.jsonl"))
@click.option("--into", type=click.Path(path_type=Path), required=True, help="the new file", metavar="FILE")
def record(audit: Path, into: Path) -> int:
    """Turn the AUDIT log of a run into a case for `--proposer replay`, which holds each reply to its question."""
    from agent_ci import keeper
    from agent_ci.model.exchanges import record as recorded

    say(kept.outward(keeper.taken_out(os.environ)), recorded(audit, into))
    return 0


COMMANDS = (fetch, doctor, init, undo, chat, memory, record)
