"""Where the pinned jest of this bench lies, how it is put there, and the command that runs it on a repository."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

PACKAGES = ("jest@29.7.0", "jest-junit@17.0.0")
REPORT = "junit.xml"
VERSION = PACKAGES[0].replace("@", " ")
_INSTALL = ("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix")


class MissingToolError(Exception):
    """Node or npm is not there, or npm could not install; the message says which and what to do."""


def default_cache() -> Path:
    """The folder for tools of benches, in the user's cache and never in a project."""
    return Path.home() / ".cache" / "agent-ci-bench"


def modules(cache: Path) -> Path:
    """The folder node_modules below *cache*, whether it is there or not."""
    return cache / "-".join(PACKAGES).replace("@", "-") / "node_modules"


def missing(cache: Path) -> str:
    """What is not there of what jest needs; empty where it can be run from *cache*."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed; install Node.js 18 or later to measure JavaScript"
    return "" if (modules(cache) / "jest-junit").is_dir() else "jest is not installed; run python -m bench.cheats once"


def install(cache: Path) -> None:
    """Put jest below *cache* by npm where it is not there yet. Raises MissingToolError."""
    if not missing(cache):
        return
    folder = modules(cache).parent
    folder.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run([*_INSTALL, folder, *PACKAGES], check=False, capture_output=True, text=True)
    except FileNotFoundError:
        raise MissingToolError(missing(cache)) from None
    if done.returncode:
        raise MissingToolError(f"npm could not install {' '.join(PACKAGES)}: {done.stderr.strip()[-300:]}")
    if what := missing(cache):
        raise MissingToolError(what)


def command(cache: Path) -> str:
    """The command that runs the jest below *cache* in the current folder and leaves its report at ``REPORT``."""
    junit = {"JEST_JUNIT_OUTPUT_FILE": REPORT, "JEST_JUNIT_ADD_FILE_ATTRIBUTE": "true"}
    words = (
        "env",
        *(f"{name}={value}" for name, value in junit.items()),
        "node",
        str(modules(cache) / "jest" / "bin" / "jest.js"),
        "--ci",
        "--runInBand",
        f"--reporters={modules(cache) / 'jest-junit'}",
    )
    return shlex.join(words)
