"""Runs mini-swe-agent once, with its own settings, inside the environment that it is installed in.

What to do is read from standard input as JSON, and what came of it is the last line of standard output. The key of the
model comes in the same way, so that it is in no variable that the agent's shell could read.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Run the agent and print its exit status, calls and tokens."""
    job = json.load(sys.stdin)
    config = _settings()
    environment = importlib.import_module("minisweagent.environments.local").LocalEnvironment(
        **{**config["environment"], "cwd": job["folder"], "env": {**config["environment"]["env"], **job["environment"]}}
    )
    model = importlib.import_module("minisweagent.models.litellm_model").LitellmModel(
        **{
            **config["model"],
            "model_name": job["model"],
            "model_kwargs": {**config["model"]["model_kwargs"], **job["endpoint"]},
            "cost_tracking": "ignore_errors",
        }
    )
    limits = {"step_limit": job["steps"], "cost_limit": 0.0, "wall_time_limit_seconds": int(job["seconds"])}
    own = {name: text for name, text in config["agent"].items() if name.endswith("_template")}
    agent = importlib.import_module("minisweagent.agents.default").DefaultAgent(model, environment, **own, **limits)
    try:
        status = agent.run(job["task"]).get("exit_status", "")
    except Exception as error:  # noqa: BLE001 - whatever ends the agent is what came of it
        status = f"{type(error).__name__}: {error}"
    print(json.dumps({"status": str(status), "calls": agent.n_calls, **_used(agent.messages)}))


def _settings() -> Any:
    """The settings that the command `mini` has."""
    package = Path(str(importlib.import_module("minisweagent").__file__)).parent
    return importlib.import_module("yaml").safe_load((package / "config" / "mini.yaml").read_text(encoding="utf-8"))


def _used(messages: list[dict[str, Any]]) -> dict[str, int]:
    """The tokens that the endpoint counted."""
    counted = [(message.get("extra") or {}).get("response") for message in messages]
    usages = [response.get("usage") or {} for response in counted if isinstance(response, dict)]
    return {name: sum(int(usage.get(name) or 0) for usage in usages) for name in ("prompt_tokens", "completion_tokens")}


if __name__ == "__main__":
    main()
