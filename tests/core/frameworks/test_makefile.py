"""What a target of a Makefile runs, read without make."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from agent_ci.core.frameworks.makefile import read

MAKEFILE = """PYTHON ?= python3
PYTEST := $(PYTHON) -m pytest
OPTIONS = -q \\
    --strict-markers  # always

.PHONY: all test

all: test

test: install src  ## run the tests
\t@echo "Running"
\t# all of them
\t@$(PYTEST) ${OPTIONS} tests

linted: lint
\tpytest

install:
\tpip install -e .

lint:
\truff check

both:
\truff check
\tpytest

piped:
\tpytest | tee log

shell:
\tcd src && pytest

set:
\tPYTHONPATH=src pytest

unknown:
\t$(RUN) pytest

endless: A = $(A)
A = $(A)
endless:
\t$(A)

quoted:
\tpytest -k 'a b'

broken:
\tpytest -k 'a
"""
PYTEST = ("python3", "-m", "pytest", "-q", "--strict-markers", "tests")
TARGETS = {
    "make test": PYTEST,
    "make -s test": PYTEST,
    "gmake --no-print-directory test": PYTEST,
    "make quoted": ("pytest", "-k", "a b"),
    "make install": ("pip", "install", "-e", "."),
    **dict.fromkeys(("make", "make all", "make linted", "make both", "make piped", "make shell", "make set"), None),
    **dict.fromkeys(("make unknown", "make endless", "make broken", "make gone", "make test lint"), None),
    **dict.fromkeys(("make -C src test", "make PYTHON=python test", "ninja test"), None),
}


def text(name: str) -> str:
    return MAKEFILE * (name == "Makefile")


@pytest.mark.parametrize(("words", "command"), TARGETS.items(), ids=TARGETS)
def test_a_target_of_one_plain_command_is_that_command(words: str, command: tuple[str, ...] | None) -> None:
    assert read(tuple(words.split()), text) == command


TEST = "test:\n\tpytest\n"
BEHIND = {
    "a check behind a name without a recipe": "test: all\nall: lint\nlint:\n\truff check\n",
    "a check that another row asks for": "test: lint\nlint:\n\truff check\n",
    "a check whose name holds a word of a set-up": "test: check-env\ncheck-env:\n\truff check\n",
    "another recipe": "test:\n\truff check\n",
    "a condition": "ifdef LINT\nendif\n",
    "rules that are elsewhere": "-include more.mk\n",
}


@pytest.mark.parametrize("rows", BEHIND.values(), ids=BEHIND)
def test_a_target_that_does_more_than_its_command_is_no_command(rows: str) -> None:
    assert read(("make", "test"), lambda name: f"{TEST}{rows}" * (name == "Makefile")) is None


@pytest.mark.parametrize(
    "rows", ["test: .venv/done\n.venv/done: dev.txt\n\tpip install\n", "test: all\nall: test\n", "# so\n"]
)
def test_what_sets_up_and_what_does_nothing_is_left_out(rows: str) -> None:
    assert read(("make", "test"), lambda name: f"{rows}test:\n# it\n\tpytest\n" * (name == "Makefile")) == ("pytest",)


def test_the_first_target_is_meant_where_none_is_named() -> None:
    assert read(("make",), lambda name: "it: \n\tpytest\n\nother:\n\truff\n" * (name == "makefile")) == ("pytest",)
    assert read(("make",), lambda _name: "") is None


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here, so that this is NOT compared with it")
@pytest.mark.parametrize("target", ["test", "quoted", "install"])
def test_make_itself_would_run_that_command(tmp_path: Path, target: str) -> None:
    (tmp_path / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    (tmp_path / "src").mkdir()
    done = subprocess.run(
        ["make", "-n", "--no-print-directory", target], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    words = read(("make", target), text)
    assert words is not None
    assert [line.split() for line in done.stdout.splitlines()][-1] == " ".join(
        f"'{word}'" if " " in word else word for word in words
    ).split()
