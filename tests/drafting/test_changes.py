"""The notes of real repositories are put into the changelog as a proven change, and delivered, or refused."""

from __future__ import annotations

import io
import json
from hashlib import sha256

import pytest

from agent_ci.core.sealing import sealed, text_of
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.publishing import Publication
from tests.checkouts import NOBODY, Checkout, digest
from tests.drafting.runs import CHANGELOG, change, drafted, in_head, written


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


def test_the_commit_of_the_changelog_is_signed_off_where_the_settings_ask_for_that(checkout: Checkout) -> None:
    checkout.commit({".agent-ci.yml": "sign-off: true\n"}, "chore: sign off")
    drafted(checkout, release="v1.1.0")
    assert "\nSigned-off-by: agent-ci <agent-ci@users.noreply.github.com>\n" in written(checkout, "fix.patch")


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
