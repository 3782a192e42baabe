"""How tests of JavaScript, TypeScript, Go and Java are written: where they stand, and how they import."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count

from agent_ci.core.elsewhere.languages import Language
from agent_ci.core.paths import OURS, is_our_test
from agent_ci.core.test_style import Style

_AFFIX = re.compile(r"[._-](test|spec)(?=\.)")
_WIDTH = 100
_MAIN = re.compile(r"\bsrc/main/java\b")
_OF_SOURCES = re.compile(r"^(?:.*/)?src/\w+/java/|^(?:.*/)?(?:src|tests?)/")  # the folder that packages begin in
_OF_JAVA = re.compile(r"^Test(?=[A-Z])|(?:Tests?|TestCase|IT)$")


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
    made = next(one for one in _places(path, nearest, language) if one not in texts and one not in taken)
    is_script = language.name == "javascript"
    quotes = "'" if is_script and text.count("'") > text.count('"') else '"'
    packaged = texts.get(nearest if language.name == "go" else path) or texts.get(path, "")
    module = _specifier(path, made) if is_script else _package(packaged)
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
    stem = name.partition(".")[0].removesuffix("_test")
    return _OF_JAVA.sub("", stem) if name.endswith(".java") else stem


def _places(path: str, nearest: str, language: Language) -> Iterator[str]:
    """The files that new tests of *path* may go to, the best first: named and placed as *nearest* is."""
    folder, name = posixpath.split(path)
    stem, _, ending = name.partition(".")
    ours = f"_{OURS}"
    if language.name == "java":
        folder, behind, ours = _MAIN.sub("src/test/java", folder), "Test.java", "AgentCi"
    elif language.name == "go":
        behind = "_test.go"
    else:
        found = _AFFIX.search(posixpath.basename(nearest))
        behind = f".{found[1] if found else 'test'}.{ending.rpartition('.')[2]}"
        folder = _folder(folder, posixpath.dirname(nearest), beside=not nearest)
    for more in chain(("", ours), (f"{ours}_{number}" for number in count(2))):
        yield posixpath.join(folder, f"{stem}{more}{behind}")


def class_in(path: str) -> str:
    """The full name of the class of Java that the file *path* holds, by where it stands."""
    return _OF_SOURCES.sub("", path).removesuffix(".java").replace("/", ".")


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
    found = re.search(r"(?m)^package\s+([\w.]+)", text)
    return f"package {found[1]}" if found else ""
