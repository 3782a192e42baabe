"""The notes of real repositories: complete or refused, put into the changelog as a proven change, and delivered."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from agent_ci.core.document import sealed, text_of
from agent_ci.core.notes.rendering import NOTHING
from agent_ci.core.outcome import Outcome
from agent_ci.drafting import Drafting
from agent_ci.errors import AgentCIError, UnsupportedError, UsageError
from agent_ci.publishing import Publication
from tests.checkouts import NOBODY, Checkout, digest

CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n- By hand.\n\n## [1.0.0] - 2026-01-02\n\n- All of it.\n"
ORIGIN = "https://forge.example/shop/till.git"
TOKEN = "ghp_" + "a1B2c3D4e5" * 4
DAY = {"GIT_COMMITTER_DATE": "2026-03-04T12:00:00+0000", "GIT_AUTHOR_DATE": "2026-03-04T12:00:00+0000"}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout.at(tmp_path / "work")
    made.commit({"CHANGELOG.md": CHANGELOG, "till/price.py": "a = 1\n", ".gitignore": ".agent-ci/\n"}, "Begin")
    made.git("tag", "v1.0.0")
    change(made, "Fix the sum (#7)")
    made.git("remote", "add", "origin", ORIGIN)
    return made


def change(checkout: Checkout, message: str, **author: str) -> str:
    checkout.write({"till/price.py": f"{message!r}\n"})
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--allow-empty-message", "--message", message, stdin=b"", **{**DAY, **author})
    return checkout.git("rev-parse", "HEAD")


@dataclass(frozen=True)
class Asked:
    """What a user says beside the options of every job."""

    since: str = ""
    release: str = ""
    date: str = ""
    file: str = ""
    deliver: str = "patch"


def drafted(checkout: Checkout, environment: Mapping[str, str] = NOBODY, **options: str) -> dict[str, Any]:
    asked = Asked(**options)
    given = {"repository": str(checkout.root), "deliver": asked.deliver}
    drafting = Drafting(environment, given, io.StringIO(), asked.since, asked.release, date=asked.date, file=asked.file)
    return drafting.run()


def written(checkout: Checkout, name: str) -> str:
    return (checkout.root / ".agent-ci" / name).read_bytes().decode()


def in_head(checkout: Checkout, path: str = "CHANGELOG.md") -> str:
    return checkout.raw("show", f"HEAD:{path}").decode()


def test_the_change_of_the_changelog_is_a_proven_patch_and_the_checkout_stays_as_it_is(checkout: Checkout) -> None:
    before = digest(checkout.root / "till", checkout.root / "CHANGELOG.md")
    document = drafted(checkout, release="v1.1.0")
    assert digest(checkout.root / "till", checkout.root / "CHANGELOG.md") == before
    assert (document["outcome"], document["job"], document["exit_code"]) == ("fixed", "changelog", 0)
    evidence = json.loads(written(checkout, "evidence.json"))
    assert evidence["patch"]["files"] == ["CHANGELOG.md"]
    assert evidence["patch"]["removed"] == 0
    assert evidence["release"]["since"] == "v1.0.0"
    checkout.git("am", "--quiet", "--keep-cr", ".agent-ci/fix.patch")
    said = in_head(checkout)
    assert "## [1.1.0] - 2026-03-04\n" in said
    body = "### Fixed\n\n- Fix the sum ([#7](https://forge.example/shop/till/pull/7))\n"
    assert body in said
    assert body in written(checkout, "notes.md")
    head, tail = CHANGELOG.split("## [1.0.0]")
    assert said.startswith(head)
    assert said.endswith(f"## [1.0.0]{tail}")


def test_a_second_run_after_the_first_one_was_delivered_has_nothing_to_do(checkout: Checkout) -> None:
    checkout.git("tag", "v1.1.0")
    first = drafted(checkout, release="v1.1.0", deliver="commit")
    assert first["outcome"] == "delivered"
    assert checkout.git("log", "-1", "--format=%s") == "docs: add the notes of v1.1.0"
    assert checkout.git("status", "--porcelain") == ""
    again = drafted(checkout, release="v1.1.0", deliver="commit")
    assert again["outcome"] == "nothing_to_do"
    assert again["notes"] == first["notes"]


def test_the_change_is_delivered_by_another_process_from_its_files(checkout: Checkout) -> None:
    drafted(checkout, release="v1.1.0")
    folder = checkout.root / ".agent-ci"
    given = {"repository": str(checkout.root), "out": str(checkout.root.parent / "out"), "deliver": "commit"}
    document = Publication(NOBODY, given, io.StringIO(), folder / "evidence.json").run()
    assert document["outcome"] == "delivered", document["reason"]
    assert "## [1.1.0]" in in_head(checkout)
    assert not (checkout.root.parent / "out/report.html").exists()  # it would tell of tests


def test_the_explanation_says_what_is_proven_and_nothing_of_tests(checkout: Checkout) -> None:
    drafted(checkout, release="v1.1.0")
    said = written(checkout, "explanation.md")
    assert said.startswith("# Release notes: fixed\n\nthe notes of v1.1.0 are proven for CHANGELOG.md\n")
    assert "accounts for 1 commits: 1 lines, 0 commits left out" in said
    assert "the old text byte for byte" in said
    assert "test" not in said


OTHERS = {
    **dict.fromkeys(
        ("till/price.py", "README.md", "docs/exchanges.md"), ("evil\n", "outside the paths this job may change")
    ),
    ".github/workflows/x.yml": ("evil\n", "outside the paths this job may change"),
    ".github/RELEASE.md": ("evil\n", "is protected"),
    "CHANGELOG.md": ("# Changelog\n\nNothing.\n", "would lose what a person wrote"),
}


@pytest.mark.parametrize("path", OTHERS)
def test_a_hand_over_that_says_it_is_of_this_job_only_adds_notes_to_a_changelog(checkout: Checkout, path: str) -> None:
    content, reason = OTHERS[path]
    drafted(checkout, release="v1.1.0")
    folder = checkout.root / ".agent-ci"
    document = json.loads((folder / "evidence.json").read_text())
    head = checkout.git("rev-parse", "HEAD")
    checkout.commit({path: content})
    other = checkout.git("rev-parse", "HEAD^{tree}")
    diff = checkout.raw("diff-tree", "-r", "-p", "--binary", "--full-index", "--no-renames", head, other)
    checkout.git("reset", "--quiet", "--hard", head)
    document["patch"] |= {"tree": other, "sha256": sha256(diff).hexdigest(), "files": [path]}
    document["patch_file"]["sha256"] = sha256(diff).hexdigest()
    (folder / "fix.patch").write_bytes(diff)
    document.pop("seal")
    (folder / "evidence.json").write_text(text_of(sealed(document)))
    given = {"repository": str(checkout.root), "out": str(checkout.root.parent / "out"), "deliver": "commit"}
    ended = Publication(NOBODY, given, io.StringIO(), folder / "evidence.json").run()
    assert ended["outcome"] == "policy_refused"
    assert reason in str(ended["reason"])
    assert checkout.git("rev-parse", "HEAD") == head


def test_a_section_that_a_person_changed_is_left_alone(checkout: Checkout) -> None:
    checkout.git("tag", "v1.1.0")
    drafted(checkout, release="v1.1.0", deliver="commit")
    edited = in_head(checkout).replace("- Fix the sum", "- Sums are right again")
    head = checkout.commit({"CHANGELOG.md": edited})
    with pytest.raises(UnsupportedError, match=r"a person wrote or changed.*the notes are in notes\.md"):
        drafted(checkout, release="v1.1.0", deliver="commit")
    assert checkout.git("rev-parse", "HEAD") == head
    assert "Fix the sum" in written(checkout, "notes.md")
    assert not (checkout.root / ".agent-ci/fix.patch").exists()


STRUCTURED = "Changelog\n=========\n\n1.0.0 (2026-01-02)\n------------------\n\n- All of it.\n"


def test_a_changelog_in_restructuredtext_gets_its_notes_and_a_second_run_has_nothing_to_do(checkout: Checkout) -> None:
    checkout.git("rm", "--quiet", "CHANGELOG.md")
    checkout.commit({"CHANGES.rst": STRUCTURED}, "Move the changelog")
    checkout.git("tag", "v1.1.0")
    document = drafted(checkout, release="v1.1.0", date="2026-03-04")
    assert document["outcome"] == "fixed", document["reason"]
    assert "- Fix the sum ([#7](" in document["notes"]
    assert "- Fix the sum (`#7 <https://forge.example/shop/till/pull/7>`__)\n" in written(checkout, "notes.rst")
    checkout.git("am", "--quiet", "--keep-cr", ".agent-ci/fix.patch")
    head, tail = STRUCTURED.split("1.0.0", 1)
    said = in_head(checkout, "CHANGES.rst")
    assert said.startswith(f"{head}1.1.0 (2026-03-04)\n------------------\n\n.. agent-ci:notes sha256=")
    assert said.endswith(f"\n\n{written(checkout, 'notes.rst')}\n1.0.0{tail}")
    assert drafted(checkout, release="v1.1.0", date="2026-03-04")["outcome"] == "nothing_to_do"


def test_a_commit_is_cited_in_restructuredtext_where_no_address_is_known(checkout: Checkout) -> None:
    checkout.git("remote", "remove", "origin")
    checkout.git("rm", "--quiet", "CHANGELOG.md")
    checkout.commit({"CHANGES.rst": STRUCTURED}, "Move the changelog")
    head = change(checkout, "Fix the totals")
    document = drafted(checkout, release="v1.1.0")
    assert document["outcome"] == "fixed", document["reason"]
    assert f"- Fix the totals (``{head[:10]}``)\n" in written(checkout, "notes.rst")


@pytest.mark.parametrize(
    ("file", "text", "why", "notes"),
    [
        ("CHANGES.rst", "1.0.0\n\n- All of it.\n", "no plain heading", "notes.rst"),
        ("CHANGES.txt", STRUCTURED, "a format that is not written to", "notes.md"),
    ],
)
def test_a_changelog_that_cannot_be_added_to_is_refused_where_it_was_asked_for(
    checkout: Checkout, file: str, text: str, why: str, notes: str
) -> None:
    checkout.git("rm", "--quiet", "CHANGELOG.md")
    checkout.commit({file: text}, "Move the changelog")
    found = drafted(checkout, release="v1.1.0")
    assert found["outcome"] == "fixed"
    assert f"{file} " in found["reason"]
    assert why in found["reason"]
    for named, deliver in ((file, "patch"), ("", "commit")):
        with pytest.raises(UnsupportedError, match=rf"{why}.*{notes}"):
            drafted(checkout, release="v1.1.0", file=named, deliver=deliver)
        assert "Fix the sum" in written(checkout, notes)
    assert in_head(checkout, file) == text


@pytest.mark.parametrize("name", ["till/price.py", "../CHANGELOG.md", ".git/CHANGELOG.md", "README.md"])
def test_no_other_file_can_be_named(checkout: Checkout, name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a changelog"):
        drafted(checkout, release="v1.1.0", file=name)


def test_a_changelog_that_is_named_and_not_there_is_begun(checkout: Checkout) -> None:
    drafted(checkout, release="v1.1.0", deliver="commit", file="docs/CHANGELOG-2.md")
    assert in_head(checkout, "docs/CHANGELOG-2.md").startswith("# Changelog\n\n## v1.1.0 - 2026-03-04\n")


def test_the_summary_of_the_job_shows_the_notes(checkout: Checkout, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    document = drafted(checkout, {**NOBODY, "GITHUB_STEP_SUMMARY": str(summary)}, release="v1.1.0")
    assert summary.read_text().startswith(f"before\n{document['notes']}")
    gone = {**NOBODY, "GITHUB_STEP_SUMMARY": str(tmp_path / "gone/summary.md")}
    assert drafted(checkout, gone, release="v1.1.0")["outcome"] == "fixed"


def test_a_token_in_a_message_is_in_no_file(checkout: Checkout) -> None:
    change(checkout, f"Log in with {TOKEN} (#8)\n\n{TOKEN}", GIT_AUTHOR_NAME=f"Ada {TOKEN}")
    document = drafted(checkout, release="v1.1.0")
    texts = [path.read_text() for path in (checkout.root / ".agent-ci").iterdir()]
    assert "Log in with" in document["notes"]
    assert [text for text in (*texts, json.dumps(document)) if TOKEN in text] == []


@pytest.mark.parametrize("between", ["\u200b", "\ue000", "\ufe0f", "\x01"], ids=ascii)
def test_a_token_that_becomes_whole_where_it_is_shown_is_in_no_file(checkout: Checkout, between: str) -> None:
    hidden = TOKEN[:4] + between + TOKEN[4:]
    change(checkout, f"Log in with {hidden} (#8)\n\n{hidden}", GIT_AUTHOR_NAME=f"Ada {hidden}")
    document = drafted(checkout, release="v1.1.0")
    assert document["outcome"] == "fixed"
    texts = [path.read_text() for path in (checkout.root / ".agent-ci").iterdir()]
    assert "- Log in with \\*\\*\\*" in document["notes"]
    assert [text for text in (*texts, json.dumps(document)) if TOKEN[4:] in text] == []


def test_a_key_of_several_lines_that_only_begins_in_a_title_is_not_told(checkout: Checkout) -> None:
    change(checkout, "Add -----BEGIN RSA PRIVATE KEY----- MIIEsecret (#8)")
    document = drafted(checkout, release="v1.1.0")
    assert document["outcome"] == "fixed"
    assert "MIIEsecret" not in document["notes"] + written(checkout, "ledger.json")


def test_the_summary_of_the_job_does_not_show_notes_that_were_refused(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("tag", TOKEN, "v1.0.0")  # the name stands in a link, which cannot be masked
    summary = tmp_path / "summary.md"
    summary.touch()
    document = drafted(checkout, {**NOBODY, "GITHUB_STEP_SUMMARY": str(summary)}, release="v1.1.0", since=TOKEN)
    assert document["outcome"] == "policy_refused"
    assert "looks like a secret" in summary.read_text()
    assert TOKEN not in summary.read_text()


def test_the_key_of_a_model_and_the_right_to_write_are_not_together(checkout: Checkout) -> None:
    environment = {**NOBODY, "GITHUB_TOKEN": "t" * 20, "OPENAI_API_KEY": "k" * 20}
    with pytest.raises(UsageError, match="must not hold the key of a model"):
        drafted(checkout, environment, release="v1.1.0", deliver="commit")


def test_a_day_that_is_none_is_refused(checkout: Checkout) -> None:
    with pytest.raises(UsageError, match="write it as YYYY-MM-DD"):
        drafted(checkout, release="v1.1.0", date="4 March")


def shallow(checkout: Checkout, folder: Path) -> Checkout:
    """A clone as the actions of a CI make it: one commit, and no tag."""
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", f"file://{checkout.root}", str(folder)],
        env=NOBODY,
        check=True,
        capture_output=True,
    )
    return Checkout(folder)


def test_a_clone_of_one_commit_is_completed_where_its_remote_answers(checkout: Checkout, tmp_path: Path) -> None:
    clone = shallow(checkout, tmp_path / "shallow")
    document = drafted(clone, release="v1.1.0")
    assert "- Fix the sum" in document["notes"]
    assert "- Begin" not in document["notes"]
    assert document["release"]["since"] == "v1.0.0"


def test_a_clone_of_one_commit_is_refused_where_no_remote_answers(checkout: Checkout, tmp_path: Path) -> None:
    clone = shallow(checkout, tmp_path / "shallow")
    clone.git("remote", "set-url", "origin", str(tmp_path / "gone"))
    with pytest.raises(UnsupportedError, match=r"fetch-depth: 0 .*GIT_DEPTH: 0"):
        drafted(clone, release="v1.1.0")
    assert not (clone.root / ".agent-ci/notes.md").exists()


def test_without_a_tag_everything_is_new(checkout: Checkout) -> None:
    checkout.git("tag", "--delete", "v1.0.0")
    document = drafted(checkout)
    assert document["release"]["since"] == ""
    assert "Begin" in document["notes"]
    assert "Fix the sum" in document["notes"]


def test_a_tag_on_another_branch_is_no_beginning(checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "-b", "maintenance", "v1.0.0")
    change(checkout, "Fix it there")
    checkout.git("tag", "v1.0.1")
    checkout.git("checkout", "--quiet", "main")
    assert drafted(checkout)["release"]["since"] == "v1.0.0"


def test_a_history_that_was_rewritten_counts_what_cannot_be_reached_any_more_as_new(checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "--orphan", "again")
    change(checkout, "Begin again")
    document = drafted(checkout)
    assert "Begin again" in document["notes"]
    assert document["release"]["commits"] == 1
    assert drafted(checkout, since="v1.0.0")["release"]["commits"] == 1


def test_a_beginning_that_is_nowhere_is_refused(checkout: Checkout) -> None:
    with pytest.raises(UsageError, match="names no commit here"):
        drafted(checkout, since="v0.9")


def test_nothing_new_is_said_in_one_line_with_a_link(checkout: Checkout) -> None:
    checkout.git("tag", "v1.1.0")
    document = drafted(checkout, since="v1.1.0")
    assert (document["outcome"], document["exit_code"]) == ("nothing_to_do", 0)
    head = checkout.git("rev-parse", "HEAD")[:12]
    link = f"[Everything that changed](https://forge.example/shop/till/compare/v1.1.0...{head})"
    assert written(checkout, "notes.md") == f"## Unreleased\n\n{NOTHING}\n\n{link}\n"


def test_names_in_another_encoding_and_merges_without_numbers_are_told_of(checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "-b", "side")
    who = b"J\xf6rg <j@e.example> 1 +0000"
    raw = b"tree %b\nparent %b\nauthor " + who + b"\ncommitter " + who + b"\n\nAdd \xfc\n"
    checkout.write({"till/new.py": "b = 2\n"})
    checkout.git("add", "--all")
    tree, head = checkout.git("write-tree").encode(), checkout.git("rev-parse", "HEAD").encode()
    made = checkout.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw % (tree, head))
    checkout.git("reset", "--quiet", "--hard", made)
    checkout.git("checkout", "--quiet", "main")
    checkout.merge("side")
    document = drafted(checkout, release="v1.1.0")
    assert document["outcome"] == "fixed"
    assert document["notes"].count("\n- ") == 2
    assert "Contributors: Ada, J" in document["notes"]
    assert written(checkout, "notes.md")
    checkout.git("am", "--quiet", "--keep-cr", ".agent-ci/fix.patch")


SEALED_OFF = """
import sys

def refuse(event, _arguments):
    if event.startswith("socket."):
        raise AssertionError(event)

sys.addaudithook(refuse)
sys.argv[0] = "agent-ci"
from agent_ci.cli import main
main()
"""


def test_the_same_repository_gives_the_same_bytes_everywhere_without_a_socket(checkout: Checkout) -> None:
    change(checkout, "Add sums (#9)", GIT_AUTHOR_NAME="Zoë", GIT_AUTHOR_EMAIL="z@e.example")
    seen = set()
    for number in range(10):
        around = {
            **NOBODY,
            "LC_ALL": ("C", "C.UTF-8", "tr_TR.UTF-8", "de_DE")[number % 4],
            "TZ": ("UTC", "Asia/Kolkata", "America/St_Johns")[number % 3],
            "PYTHONHASHSEED": str(number),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        command = [sys.executable, "-c", SEALED_OFF, "changelog", "--release", "v1.1.0", "--quiet"]
        done = subprocess.run(command, cwd=checkout.root, env=around, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        seen.add((done.stdout, written(checkout, "notes.md"), written(checkout, "ledger.json")))
    assert len(seen) == 1


def test_every_refusal_has_a_code_of_its_own(checkout: Checkout) -> None:
    with pytest.raises(AgentCIError) as caught:
        drafted(checkout, release="no version")
    assert caught.value.outcome is Outcome.USAGE_ERROR
