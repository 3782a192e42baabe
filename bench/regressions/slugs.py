"""Slugs that get a dash for every space."""

from __future__ import annotations

from bench.regressions.project import Project, Regression

_WRONG = """\
def slug(title, limit=20):
    \"\"\"*title* as a part of an address, of *limit* letters at most.

    >>> slug("Green Tea")
    'green-tea'
    >>> slug("Caf\u00e9 \u2460")
    'caf\u00e9-\u2460'
    \"\"\"
    words = title.lower().split(" ")
    return "-".join(words)[:limit]
"""
_SOURCE = f'''\
"""Addresses of pages, made of their titles."""

import re
import unicodedata


{_WRONG}

def address(title):
    """The address of a page."""
    return f"/pages/{{slug(title) or 'untitled'}}"


def short(title):
    """A slug for narrow places."""
    return slug(title, 8)


def addresses(titles):
    """The addresses of pages, no two alike."""
    found = {{}}
    for title in titles:
        name = address(title)
        found[name if name not in found else f"{{name}}-{{len(found) + 1}}"] = title
    return found
'''
_TESTS = """\
import doctest

import pytest
import slugs
from slugs import address, addresses, short, slug


def test_several_spaces_are_one_dash():
    assert slug("Green   Tea") == "green-tea"


@pytest.mark.parametrize(
    ("title", "wanted"),
    [("Tea", "tea"), ("Green Tea", "green-tea"), ("K\u00e4se", "k\u00e4se"), ("C++ Tea", "c++-tea"), ("v1.2", "v1.2")],
)
def test_the_slug_of_a_title(title, wanted):
    assert slug(title) == wanted


def test_a_slug_is_short():
    assert slug("a" * 30) == "a" * 20


def test_a_page_without_title_has_an_address():
    assert address("") == "/pages/untitled"


def test_a_slug_for_narrow_places():
    assert short("Darjeeling") == "darjeeli"


def test_no_two_addresses_are_alike():
    assert list(addresses(["Tea", "Tea"])) == ["/pages/tea", "/pages/tea-2"]


def test_the_examples_are_true():
    assert doctest.testmod(slugs).failed == 0
"""
_PROJECT = Project(
    "slugs.py",
    {"slugs.py": _SOURCE, "test_slugs.py": _TESTS},
    _WRONG,
    "test_slugs.py::test_several_spaces_are_one_dash",
)
_BODY = '    words = title.lower().split(" ")\n    return "-".join(words)[:limit]\n'


def _slug(slip: str, twin: str, breaks: str) -> Regression:
    return _PROJECT.regression(breaks, _WRONG.replace(_BODY, slip), _WRONG.replace(_BODY, twin))


SLUGS: dict[str, Regression] = {
    "letters of one alphabet": _slug(
        '    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:limit]\n',
        '    return re.sub(r"\\s+", "-", title.lower())[:limit]\n',
        "titles with other letters, beside it in the same table",
    ),
    "a parameter in between": _PROJECT.regression(
        "a caller that gives the limit by its place",
        _WRONG.replace("title, limit=20", 'title, separator="-", limit=20')
        .replace('split(" ")', "split()")
        .replace('"-".join', "separator.join"),
        _WRONG.replace("title, limit=20", 'title, limit=20, separator="-"')
        .replace('split(" ")', "split()")
        .replace('"-".join', "separator.join"),
    ),
    "letters in another form": _slug(
        '    words = unicodedata.normalize("NFKC", title).lower().split()\n    return "-".join(words)[:limit]\n',
        '    words = unicodedata.normalize("NFC", title).lower().split()\n    return "-".join(words)[:limit]\n',
        "an example in the documentation",
    ),
    "an error for no title": _slug(
        "    words = title.lower().split()\n    if not words:\n"
        '        raise ValueError("a page needs a title")\n    return "-".join(words)[:limit]\n',
        '    words = title.lower().split()\n    if not words:\n        return ""\n    return "-".join(words)[:limit]\n',
        "a page without title",
    ),
}
