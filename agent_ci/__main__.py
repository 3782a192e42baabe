"""Starts the command line: ``python -m agent_ci`` and the console script ``agent-ci``."""

from agent_ci.cli import main

if __name__ == "__main__":
    main()
