"""Starts the search inside the sandbox: ``python -m <this package> spec.json result.jsonl``."""

from __future__ import annotations

import sys

from .harness import main

raise SystemExit(main(sys.argv[1:]))
