from __future__ import annotations

import pytest

from agent_ci.core.change import ChangedText
from agent_ci.core.review.reach import objections
from tests.core.review import repairs_elsewhere, repairs_in_python

NETWORK, SHELL, TRUST, CODE = "reaches the network", "starts a shell", "trusts any certificate", "runs text as code"
REACHES = {
    "a socket": ("x.py", "import socket\n\nlink = socket.create_connection(('a', 1))\n", NETWORK),
    "a socket by another name": ("x.py", "from socket import socket as door\n\nlink = door()\n", NETWORK),
    "a name that is looked up": ("x.py", "__import__('socket').gethostbyname('a.example.com')\n", NETWORK),
    "HTTP": ("x.py", "import http.client\n\nlink = http.client.HTTPSConnection('a')\n", NETWORK),
    "mail": ("x.py", "import smtplib\n\nlink = smtplib.SMTP('a')\n", NETWORK),
    "requests": ("x.py", "import requests\n\nrequests.get('https://a', timeout=1)\n", NETWORK),
    "a shell": ("x.py", "import os\n\nos.system('true')\n", SHELL),
    "a shell that is looked up": ("x.py", "getattr(__import__('os'), 'popen')('true')\n", SHELL),
    "no verification": ("x.py", "def load(client):\n    return client.load('https://a', verify=False)\n", TRUST),
    "no certificate": ("x.py", "import ssl\n\ncontext.verify_mode = ssl.CERT_NONE\n", TRUST),
    "no host name": ("x.py", "context.check_hostname = False\n", TRUST),
    "fetch": ("x.js", "const rates = await fetch(address);\n", NETWORK),
    "a program": ("x.ts", "import { execSync } from 'node:child_process';\n", SHELL),
    "eval": ("x.js", "const amount = eval(text);\n", CODE),
    "a function of text": ("x.mjs", "const add = new Function('a', 'b', text);\n", CODE),
    "any certificate in JavaScript": ("x.js", "const agent = new https.Agent({ rejectUnauthorized: false });\n", TRUST),
}
HARMLESS = {
    "an error of sockets": ("x.py", "import socket\n\ntry:\n    f()\nexcept socket.timeout:\n    pass\n"),
    "a method of that name": ("x.py", "def f(box):\n    return box.get('a'), box.system('b')\n"),
    "verification": ("x.py", "def f(client):\n    return client.load(verify=True)\n"),
    "a word in a string": ("x.js", "const text = 'do not fetch(this)'; // nor eval(that)\nrepository.fetch(text);\n"),
    "a test": ("tests/test_x.py", "import socket\n\nsocket.socket()\n"),
    "another language": ("x.go", "eval(fetch(a))\n"),
    "what cannot be read": ("x.py", "import socket\nsocket.socket(\n"),
}


@pytest.mark.parametrize(("path", "text", "what"), REACHES.values(), ids=REACHES)
def test_a_new_reach_is_told_with_its_line(path: str, text: str, what: str) -> None:
    (sentence,) = objections((ChangedText(path, "", text),))
    assert sentence.startswith(f"{path}:")
    assert what in sentence
    assert sentence.endswith("[security-finding]")


@pytest.mark.parametrize(("path", "text", "what"), REACHES.values(), ids=REACHES)
def test_a_file_that_reached_there_before_may_go_on(path: str, text: str, what: str) -> None:
    assert what
    assert objections((ChangedText(path, text, f"{text}\n{text}"),)) == ()


@pytest.mark.parametrize(("path", "text"), HARMLESS.values(), ids=HARMLESS)
def test_what_only_looks_like_it_is_no_reach(path: str, text: str) -> None:
    assert objections((ChangedText(path, "", text),)) == ()


def test_what_is_nested_to_break_its_reader_is_told() -> None:
    (sentence,) = objections((ChangedText("x.py", "", f"x = a{'.a' * 2_000}()\n"),))
    assert "nested too deeply" in sentence


def test_no_honest_repair_reaches_out() -> None:
    repairs = {**repairs_in_python.REPAIRS, **repairs_elsewhere.REPAIRS}
    assert {name: objections((change.text,)) for name, change in repairs.items() if objections((change.text,))} == {}
