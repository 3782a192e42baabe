"""Trees that need no git: files written down in a test."""

from __future__ import annotations

from bench.trees import Files

__all__ = ["Files"]
