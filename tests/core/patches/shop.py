"""A file to change, and the way a reply changes it."""

from __future__ import annotations

from agent_ci.core.patches.diff import read_edits
from agent_ci.core.patches.relocate import relocate

SHOP = b"""\
import os


class Shop:
    def price(self, item):
        total = item.net * 2
        return total

    def refund(self, item):
        total = item.net
        return total


def main():
    print(Shop())
"""


def after(body: str, old: bytes | None, header: str = "--- a/m.py\n+++ b/m.py\n") -> bytes | None:
    (edit,) = read_edits(f"```diff\n{header}{body}\n```")
    return relocate(edit, old)
