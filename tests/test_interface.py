"""Command line, settings table, documents and contract say the same, and `--help` is quick."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_ci.cli import cli
from agent_ci.core.outcome import Outcome
from agent_ci.settings import OPTIONS, Option, merged
from scripts import tables

ROOT = Path(__file__).parents[1]
CORPUS = Path(os.environ.get("AGENT_CI_CORPUS") or ROOT.parent / "shared")
CONTRACT = CORPUS / "INTERFACE.md"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ON_THE_COMMAND_LINE = tuple(option for option in OPTIONS if not option.is_policy)
BY_NAME = {option.name: option for option in OPTIONS}
HELP_SECONDS = 0.3  # of processor time; it was 0.2 on two slow cores when this was written
OF_A_RUN = ("agent_ci.session", "agent_ci.core.run", "agent_ci.core.document")
HEAVY = ("litellm", "requests", "rich", "junitparser", "unidiff", "openai", "httpx", *OF_A_RUN)

needs_contract = pytest.mark.skipif(
    not CONTRACT.is_file(), reason=f"the contract {CONTRACT} is not here; set AGENT_CI_CORPUS to its folder"
)


def agent_ci(*arguments: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *python, "-m", "agent_ci", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)


def rows(text: str, first: str) -> list[list[str]]:
    """The cells of the table whose first column is headed *first*."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    table = lines[start + 2 :]
    end = next((number for number, line in enumerate(table) if not line.startswith("|")), len(table))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[:end]]


def contract_options() -> Iterator[tuple[str, str]]:
    """Each option of the contract and what its table says the default is."""
    for names, _, default in rows(CONTRACT.read_text(encoding="utf-8"), "option"):
        found = re.findall(r"--([a-z-]+)", names)
        each = default.split(", ") if re.fullmatch(r"[0-9., ]+", default) else [default] * len(found)
        yield from zip(found, each, strict=True)


def contract_outcomes() -> Iterator[tuple[str, int]]:
    for names, code, _ in rows(CONTRACT.read_text(encoding="utf-8"), "outcome"):
        yield from ((name, int(code)) for name in re.findall(r"`(\w+)`", names))


@pytest.mark.parametrize("page", tables.PAGES)
def test_the_tables_of_a_page_are_those_of_the_code(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "<!-- end of " in text
    assert tables.written(text) == text, "run `make tables`"


def test_a_table_that_says_something_else_is_written_anew() -> None:
    stale = "# A\n\n<!-- outcomes -->\n\n| outcome | exit | meaning |\n\n<!-- end of outcomes -->\n\nB\n"
    again = tables.written(stale)
    assert "| `fixed` | 0 |" in again
    assert again.startswith("# A\n\n<!-- outcomes -->\n")
    assert again.endswith("<!-- end of outcomes -->\n\nB\n")


def test_every_outcome_has_a_meaning_and_a_code_of_its_own_or_zero() -> None:
    codes = [outcome.exit_code for outcome in Outcome if outcome.exit_code]
    assert set(tables.MEANINGS) == set(Outcome)
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("command", ["fix", "explain"])
def test_help_shows_every_option_with_its_default(command: str) -> None:
    shown = " ".join(agent_ci(command, "--help").stdout.split())
    for option in ON_THE_COMMAND_LINE:
        assert f"--{option.name} {option.metavar}".strip() in shown
        if isinstance(option.default, tuple) and option.default:
            assert f"[default: {' '.join(option.default)}]" in shown
        elif option.kind is not bool and option.default not in (None, ()):
            assert f"[default: {option.default}]" in shown


def test_help_shows_no_option_that_the_table_does_not_have() -> None:
    shown = set(re.findall(r"^  --([a-z-]+)", agent_ci("fix", "--help").stdout, re.MULTILINE))
    assert shown == {option.name for option in ON_THE_COMMAND_LINE}


def test_without_any_source_the_settings_are_the_defaults_of_the_table() -> None:
    values = vars(merged())
    changed = {"repository", "out"}  # these become absolute
    assert {key: value for key, value in values.items() if key not in changed} == {
        option.key: option.default for option in OPTIONS if option.key not in changed
    }


@needs_contract
def test_the_contract_names_the_same_options_with_the_same_defaults() -> None:
    for name, words in contract_options():
        assert name in BY_NAME, f"the contract's --{name} is missing"
        assert agrees(BY_NAME[name], words), f"--{name}: the contract says {words!r}"


def agrees(option: Option, words: str) -> bool:
    """Whether the default begins what the contract says; prose stands for "worked out from the surroundings"."""
    found = re.match(r"`([^`]+)`|([0-9][0-9.]*)|(off)\b", words)
    if found is None or option.default is None:
        return option.default in (None, ())
    if found[3]:
        return option.default is False
    text = found[1] or found[2]
    if isinstance(option.default, tuple):
        return text.split() == list(option.default)
    return float(text) == option.default if isinstance(option.default, int | float) else text == option.default


@needs_contract
def test_the_contract_names_the_same_outcomes_and_exit_codes() -> None:
    assert dict(contract_outcomes()) == {str(outcome): outcome.exit_code for outcome in Outcome}


ADDED = {"chat", "fetch", "record"}  # commands that the contract allows for ("add to it freely") and does not name
NOT_YET = {"tests", "changelog", "memory"}  # promised, and maybe no part of this release


@needs_contract
def test_every_command_of_the_contract_exists() -> None:
    promised = set(re.findall(r"^agent-ci (\w+) ", CONTRACT.read_text(encoding="utf-8"), re.MULTILINE))
    listed = set(re.findall(r"^  (\w+)  ", agent_ci("--help").stdout.partition("Commands:")[2], re.MULTILINE))
    assert listed == set(cli.commands)
    assert promised - NOT_YET <= listed
    assert listed - promised == ADDED


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_guides_show_only_commands_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code = (
        *re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL),
        *re.findall(r"`(agent-ci [^`]+)`", text),
    )
    shown = {name for block in code for name in re.findall(r"^(?:\$ )?agent-ci ([a-z]+)", block, re.MULTILINE)}
    assert shown <= set(cli.commands)


def test_help_is_quick() -> None:
    agent_ci("--help")  # compiles what was never compiled
    assert min(processor_seconds() for _ in range(5)) <= HELP_SECONDS


def processor_seconds() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    agent_ci("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_imports_nothing_that_only_a_run_needs() -> None:
    log = agent_ci("--help", python=("-X", "importtime")).stderr
    imported = {line.rpartition("|")[2].strip() for line in log.splitlines()}
    assert "agent_ci.settings" in imported
    assert not {name for name in imported if any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)}
