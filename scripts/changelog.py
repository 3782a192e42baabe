"""Puts the fragments of changelog.d/ together as the section "Unreleased" of CHANGELOG.md."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
CATEGORIES = ("added", "changed", "deprecated", "removed", "fixed", "security")
"""Of https://keepachangelog.com/en/1.1.0/, in its order."""

_NAME = re.compile(rf"(\d+)\.({'|'.join(CATEGORIES)})\.md")
_SECTION = re.compile(r"(?<=^## \[Unreleased\]\n).*?(?=^## |^\[|\Z)", re.MULTILINE | re.DOTALL)


def fragments(folder: Path) -> dict[str, list[str]]:
    """The text of each fragment by category, in the order of their numbers.

    Raises ValueError for a file that is named or written in another way.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for path in sorted(folder.glob("*")):
        if path.name == "README.md":
            continue
        name, text = _NAME.fullmatch(path.name), " ".join(path.read_text(encoding="utf-8").split())
        if not name or not text:
            raise ValueError(f"{path.name} must be named NUMBER.CATEGORY.md ({', '.join(CATEGORIES)}) and hold a text")
        found.setdefault(name[2], []).append((int(name[1]), text))
    return {category: [text for _, text in sorted(found[category])] for category in CATEGORIES if category in found}


def section(found: dict[str, list[str]]) -> str:
    """The body of a release's section."""
    parts = (
        f"### {category.capitalize()}\n\n" + "\n".join(f"- {text}" for text in texts)
        for category, texts in found.items()
    )
    return "\n" + "\n\n".join(parts) + "\n\n"


def assembled(changelog: str, found: dict[str, list[str]]) -> str:
    """*changelog* with its section "Unreleased" written anew; everything else stays byte for byte."""
    return _SECTION.sub(lambda _: section(found), changelog, count=1)


def main() -> None:
    """Write CHANGELOG.md."""
    page = ROOT / "CHANGELOG.md"
    after = assembled(page.read_text(encoding="utf-8"), fragments(ROOT / "changelog.d"))
    page.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()
