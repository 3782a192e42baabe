"""What git and its hosts say where a push is refused, word for word."""

from __future__ import annotations

import pytest

from agent_ci.core.push_refusal import Refusal, read_refusal

FAILED = "error: failed to push some refs to 'https://example.org/group/name.git'\n"


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (" ! [rejected]        1a2b -> main (stale info)\n", Refusal.MOVED, "! [rejected] 1a2b -> main (stale info)"),
        (
            " ! [rejected]        1a2b -> main (fetch first)\nhint: Updates were rejected\n",
            Refusal.MOVED,
            "fetch first",
        ),
        (" ! [rejected]        1a2b -> main (non-fast-forward)\n", Refusal.MOVED, "non-fast-forward"),
        (
            (
                "remote: error: cannot lock ref 'refs/heads/main': is at 1a2b but expected 3c4d\n"
                " ! [remote rejected] 5e6f -> main (failed to update ref)\n"
            ),
            Refusal.MOVED,
            "is at 1a2b but expected 3c4d",
        ),
        (" ! [remote rejected] 5e6f -> main (cannot lock ref 'refs/heads/main': x)\n", Refusal.MOVED, "cannot lock"),
        (" ! [remote rejected] 5e6f -> main (incorrect old value provided)\n", Refusal.MOVED, "incorrect old value"),
        (" ! [remote rejected] 5e6f -> x (reference already exists)\n", Refusal.MOVED, "reference already exists"),
        (
            (
                "remote: error: GH006: Protected branch update failed for refs/heads/main.        \n"
                "remote: error: Changes must be made through a pull request.        \n"
                " ! [remote rejected] 5e6f -> main (protected branch hook declined)\n"
            ),
            Refusal.PROTECTED,
            "error: GH006: Protected branch update failed for refs/heads/main. error: Changes must be made through",
        ),
        (
            (
                "remote: error: GH013: Repository rule violations found for refs/heads/main.        \n"
                " ! [remote rejected] 5e6f -> main (push declined due to repository rule violations)\n"
            ),
            Refusal.PROTECTED,
            "GH013",
        ),
        (
            (
                "remote: GitLab: You are not allowed to push code to protected branches on this project.        \n"
                " ! [remote rejected] 5e6f -> main (pre-receive hook declined)\n"
            ),
            Refusal.PROTECTED,
            "GitLab: You are not allowed to push code to protected branches",
        ),
        (
            (
                "remote: GitLab: You are not allowed to push code to this project.        \n"
                "fatal: unable to access 'https://gitlab.example.org/g/n.git/': The requested URL returned error: 403\n"
            ),
            Refusal.RIGHTS,
            "not allowed to push code to this project",
        ),
        (
            (
                "remote: Permission to owner/name.git denied to github-actions[bot].\n"
                "fatal: unable to access 'https://github.com/owner/name.git/': The requested URL returned error: 403\n"
            ),
            Refusal.RIGHTS,
            "denied to github-actions[bot].",
        ),
        ("remote: Write access to repository not granted.\nfatal: x\n", Refusal.RIGHTS, "not granted"),
        (
            (
                " ! [remote rejected] 5e6f -> x (refusing to allow a GitHub App to create or update workflow "
                "`.github/workflows/ci.yml` without `workflows` permission)\n"
            ),
            Refusal.WORKFLOW,
            "without `workflows` permission",
        ),
        (
            (
                " ! [remote rejected] 5e6f -> x (refusing to allow an OAuth App to create or update workflow "
                "`.github/workflows/ci.yml` without `workflow` scope)\n"
            ),
            Refusal.WORKFLOW,
            "OAuth App",
        ),
        (
            (
                "remote: error: GH001: Large files detected. You may want to try Git Large File Storage.        \n"
                " ! [remote rejected] 5e6f -> x (pre-receive hook declined)\n"
            ),
            Refusal.SIZE,
            "GH001",
        ),
        ("error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\n", Refusal.SIZE, "413"),
        (
            (
                "remote: GitLab: Your push has been rejected, because it has exceeded its size limit of 10 MB."
                "\n ! [remote rejected] 5e6f -> x (pre-receive hook declined)\n"
            ),
            Refusal.SIZE,
            "size limit",
        ),
        ("fatal: Authentication failed for 'https://example.org/g/n.git/'\n", Refusal.LOGIN, "Authentication failed"),
        (
            "fatal: could not read Username for 'https://example.org': terminal prompts disabled\n",
            Refusal.LOGIN,
            "could not read Username",
        ),
        (
            "remote: HTTP Basic: Access denied. The provided password or token is incorrect\n",
            Refusal.LOGIN,
            "HTTP Basic",
        ),
        ("remote: Repository not found.\nfatal: repository 'https://x/' not found\n", Refusal.MISSING, "not found"),
        ("fatal: repository 'https://example.org/g/n.git/' not found\n", Refusal.MISSING, "not found"),
        (
            (
                "remote: the commit message needs a ticket        \n"
                " ! [remote rejected] 5e6f -> x (pre-receive hook declined)\n"
            ),
            Refusal.HOOK,
            "the commit message needs a ticket",
        ),
        (
            "fatal: unable to access 'https://x/': Could not resolve host: x\n",
            Refusal.UNKNOWN,
            "Could not resolve host",
        ),
        ("fatal: the remote end hung up unexpectedly\n", Refusal.UNKNOWN, "hung up"),
        ("", Refusal.UNKNOWN, ""),
    ],
)
def test_what_is_said_has_a_meaning_and_its_words_are_kept(said: str, kind: Refusal, words: str) -> None:
    found = read_refusal(said + FAILED if said else said)
    assert found.kind is kind
    assert words in found.words


def test_a_hook_that_speaks_of_stale_info_is_no_moved_branch() -> None:
    said = "remote:  ! [rejected] x -> main (stale info)\n ! [remote rejected] x -> main (pre-receive hook declined)\n"
    assert read_refusal(said).kind is Refusal.HOOK


def test_the_words_of_a_host_are_one_short_line() -> None:
    found = read_refusal("".join(f"remote: line {number} \r\t of many\x1b[K\n" for number in range(1000)))
    assert len(found.words) == 300
    assert "\n" not in found.words
    assert "\x1b" not in found.words
