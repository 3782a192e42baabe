"""How tests of JavaScript, TypeScript and Go are written in a repository: where they stand, and how they import."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from agent_ci.core.elsewhere.languages import Language
from agent_ci.core.paths import OURS, is_our_test
from agent_ci.core.test_style import Style

_AFFIX = re.compile(r"[._-](test|spec)(?=\.)")
_WIDTH = 100
_MOST_COPIES = 20


def style_of(  # noqa: PLR0913 - what the habits of a repository are read from
    path: str,
    texts: Mapping[str, str],
    language: Language,
    framework: str,
    *,
    covering: Iterable[str] = (),
    taken: Collection[str] = (),
) -> Style:
    """How to write tests of the module *path* beside those in *texts*, for the *framework* that runs them.

    *covering* are the ids of the tests that run the module today, and *taken* are paths that others write to.
    """
    tests = [each for each in texts if language.is_test(each)]
    nearest = _nearest(path, tests, Counter(id_.partition("::")[0] for id_ in covering))
    text = texts.get(nearest, "")
    made = _place(path, nearest, texts, taken, is_go=language.name == "go")
    quotes = "'" if text.count("'") > text.count('"') else '"'
    module = _package(texts.get(nearest) or texts.get(path, "")) if language.name == "go" else _specifier(path, made)
    return Style(made, module, framework, quotes=quotes, line_length=_WIDTH, nearest=nearest)


def _nearest(path: str, tests: Sequence[str], covering: Mapping[str, int]) -> str:
    """The test file to read: the one named after the module, that runs it, or stands next to it."""
    stem, folder = _stem(path), posixpath.dirname(path)

    def rank(test: str) -> tuple[bool, bool, int, int, str]:
        shared = len(posixpath.commonprefix([folder.split("/"), posixpath.dirname(test).split("/")]))
        return is_our_test(test), _stem(test) != stem, -covering.get(test, 0), -shared, test

    return min(tests, key=rank, default="")


def _stem(path: str) -> str:
    name = _AFFIX.sub("", posixpath.basename(path))
    return name.partition(".")[0].removesuffix("_test")


def _place(path: str, nearest: str, texts: Mapping[str, str], taken: Collection[str], *, is_go: bool) -> str:
    """The file for new tests of *path*: named and placed as *nearest* is, and not there yet."""
    folder, name = posixpath.split(path)
    stem, _, ending = name.partition(".")
    if is_go:
        ending, affix, behind = "go", "", "_test"
    else:
        found = _AFFIX.search(posixpath.basename(nearest))
        affix, behind = found[1] if found else "test", ""
        ending = f"{affix}.{ending.rpartition('.')[2]}"
        folder = _folder(folder, posixpath.dirname(nearest), beside=not nearest)
    for more in ("", f"_{OURS}", *(f"_{OURS}_{number}" for number in range(2, _MOST_COPIES))):
        made = posixpath.join(folder, f"{stem}{more}{behind}.{ending}")
        if made not in texts and made not in taken:
            break
    return made


def _folder(own: str, nearest: str, *, beside: bool) -> str:
    if beside:
        return own
    if posixpath.basename(nearest) == "__tests__":
        return posixpath.join(own, "__tests__")
    return nearest if re.search(r"(^|/)(test|tests|spec|specs)(/|$)", nearest) else own


def _specifier(path: str, test: str) -> str:
    """What a test in *test* imports *path* by."""
    relative = posixpath.relpath(path, posixpath.dirname(test) or ".")
    plain = re.sub(r"\.(?:[cm]?[jt]sx?)$", "", relative)
    return plain if plain.startswith(".") else f"./{plain}"


def _package(text: str) -> str:
    found = re.search(r"(?m)^package\s+(\w+)", text)
    return f"package {found[1]}" if found else ""
