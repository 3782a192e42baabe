"""Small repositories that are red, or called red, because of something outside of them."""

from __future__ import annotations

from bench.triage.seeded import BUG, RIGHT, TEST, Case


def _outside(kind: str, text: str, why: str, **files: str) -> Case:
    named = {name.replace("__", "."): content for name, content in files.items()}
    return Case(kind, "infrastructure", why, {"test_it.py": text, **named})


OUTSIDE: dict[str, Case] = {
    # broken from outside
    "connection refused": _outside(
        "network", "import socket" + TEST + "socket.create_connection(('127.0.0.1', 1), 1)\n", "nothing listens there"
    ),
    "no such host": _outside(
        "network",
        "import socket" + TEST + "socket.getaddrinfo('no-such-host.invalid', 80)\n",
        "the name cannot be resolved",
    ),
    "a download": _outside(
        "network",
        "import urllib.request" + TEST + "urllib.request.urlopen('http://127.0.0.1:1/x', timeout=1)\n",
        "nothing answers",
    ),
    "a dependency": _outside(
        "dependency",
        "import leftpad" + TEST + "assert leftpad\n",
        "declared, not installed",
        requirements__txt="leftpad==1.0\n",
    ),
    "a dependency of the project": _outside(
        "dependency",
        "import no_such_dist.sub" + TEST + "assert no_such_dist\n",
        "declared, not installed",
        pyproject__toml='[project]\nname = "x"\nversion = "1"\ndependencies = ["no-such-dist>=2"]\n',
    ),
    "a dependency in a fixture": _outside(
        "dependency",
        """\
import pytest


@pytest.fixture
def pad():
    import leftpad
    return leftpad


def test_it(pad):
    assert pad
""",
        "declared, not installed",
        requirements__txt="leftpad\n",
    ),
    "a program": _outside(
        "tool",
        "import subprocess" + TEST + "subprocess.run(['no-such-tool-here'], check=True)\n",
        "it is not installed",
    ),
    "a program in a shell": _outside(
        "tool",
        "import subprocess"
        + TEST
        + """\
done = subprocess.run('no-such-tool-here', shell=True, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
""",
        "the shell does not find it",
    ),
    "a full disk": _outside(
        "disk",
        "def test_it():\n    with open('/dev/full', 'w') as file:\n        file.write('x')\n",
        "there is no space",
    ),
    "a full disk in a fixture": _outside(
        "disk",
        """\
import pytest


@pytest.fixture
def store():
    with open('/dev/full', 'w') as file:
        file.write('x')


def test_it(store):
    pass
""",
        "there is no space",
    ),
    "no memory": _outside(
        "memory",
        """\
import resource


def test_it():
    old = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (2**29, old[1]))
    try:
        assert len(bytearray(2**31))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, old)
""",
        "the memory is not there",
    ),
    # only elsewhere, or not at all
    "green here": Case(
        "environment", "cannot_reproduce", "the report is red, and nothing here is", RIGHT, reported=("test_it",)
    ),
    "red elsewhere only": Case(
        "environment",
        "cannot_reproduce",
        "it fails on another system only",
        {"test_it.py": "import sys" + TEST + "assert sys.platform != 'win32'\n"},
        reported=("test_it",),
    ),
    "quarantined": Case(
        "quarantined",
        "cannot_reproduce",
        "it is deselected here",
        {
            **BUG,
            "test_it.py": """\
import pytest
from calc import add


@pytest.mark.quarantine
def test_it():
    assert add(1, 2) == 3


def test_b():
    pass
""",
            "pytest.ini": "[pytest]\nmarkers = quarantine\naddopts = -m 'not quarantine'\n",
        },
        reported=("test_it",),
    ),
    "skipped": Case(
        "quarantined",
        "cannot_reproduce",
        "it is skipped here",
        {
            **BUG,
            "test_it.py": """\
import pytest


@pytest.mark.skip
def test_it():
    assert 0


def test_b():
    pass
""",
        },
        reported=("test_it",),
    ),
    "green": Case("green", "nothing_to_do", "nothing is red", RIGHT),
}
