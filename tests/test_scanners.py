from __future__ import annotations

import pytest

from agent_ci import scanners
from agent_ci.core.change import ChangedText
from agent_ci.core.rules import rule_of

BEFORE = "import subprocess\n\n\ndef run(name):\n    return subprocess.run([name])\n"
KEY = "AKIA" + "QYLPMN5HHHFPZAM2"  # in two halves, so that nobody takes it for a leak


def rules(before: str | None, after: str | None, path: str = "src/app.py") -> list[str]:
    return [rule_of(objection) for objection in scanners.new_findings((ChangedText(path, before, after),))]


@pytest.mark.parametrize(
    "line",
    [f'KEY = "{KEY}"', 'password = "hunter2-correct-horse"', f'KEY = "{KEY}"  # pragma: allowlist secret'],
)
def test_a_secret_that_is_added_is_an_objection(line: str) -> None:
    assert set(rules(BEFORE, f"{BEFORE}\n\n{line}\n")) == {"new-secret"}


def test_a_secret_is_found_in_any_file_and_in_a_new_one() -> None:
    assert rules(None, f"aws_key: {KEY}\n", "settings/prod.yaml") == ["new-secret"]


@pytest.mark.parametrize(
    "body",
    [
        "    return eval(name)",
        "    return subprocess.run(name, shell=True)",
        "    return subprocess.run(name, shell=True)  # nosec",
        "    return __import__('pickle').loads(name)\n\n\nimport pickle\n\nx = pickle.loads(b'')",
        "    return requests.get(name, verify=False, timeout=1)\n\n\nimport requests",
        "    import yaml\n\n    return yaml.load(name)",
    ],
)
def test_insecure_code_that_is_added_is_an_objection(body: str) -> None:
    assert "security-finding" in rules(BEFORE, BEFORE.replace("    return subprocess.run([name])", body))


@pytest.mark.parametrize(
    "after",
    [
        BEFORE.replace("[name]", "[name, '--now']"),
        BEFORE + "\n\ndef check(x):\n    assert x\n    return x\n",
        BEFORE + "\n\nDIGEST_BYTES = 32\ntoken = get_token()\n",
        BEFORE + '\n\ndef greet(name):\n    return f"Hello, {name}! The password is wrong."\n',
    ],
)
def test_ordinary_code_is_none(after: str) -> None:
    assert rules(BEFORE, after) == []


def test_what_stood_there_before_is_not_held_against_the_change() -> None:
    old = f'{BEFORE}\nKEY = "{KEY}"\nresult = eval("1")\n'
    assert rules(old, old.replace("[name]", "[name, name]")) == []
    assert rules(old, f"# moved\n\n{old}") == []


def test_a_file_that_is_deleted_or_cannot_be_parsed_is_no_finding() -> None:
    assert rules(BEFORE, None) == []
    assert rules(BEFORE, BEFORE + "def broken(:\n") == []


LIKELY = {
    "a key of AWS": KEY,
    "a token of GitHub": "ghp_" + "q7Lr" * 9,
    "a token of GitLab": "glpat-" + "x8Qm2" * 4,
    "a token of Slack": "xoxb-" + "81407-hT5vWn3Kd9Yb",
    "a private key": "-----BEGIN RSA PRIVATE" + " KEY-----\nMIIB\nabcd\n-----END RSA PRIVATE KEY-----",
    "a private key that is cut off": "-----BEGIN PRIVATE" + " KEY-----\nMIIB\nabcd",
}


@pytest.mark.parametrize("secret", LIKELY.values(), ids=LIKELY)
def test_a_text_that_holds_what_looks_like_a_secret_is_told_which_piece(secret: str) -> None:
    assert scanners.likely_secrets(f"said: {secret}") == (secret,)


def test_names_commit_ids_addresses_and_digests_are_no_likely_secrets() -> None:
    text = (
        "org.apache.maven.plugins:maven-surefire-plugin:2.18.1 at 3f786850e387550fdab836ed7e6dc881de23001b, "
        "password = None, https://user@example.org/a, sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15"
    )
    assert scanners.likely_secrets(text) == ()
