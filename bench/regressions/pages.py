"""A source of pages whose last page is lost when it is not full."""

from __future__ import annotations

from bench.regressions.project import Project, Regression

_WRONG = """\
    offset = 0
    while True:
        page = fetch(offset, size)
        if len(page) < size:
            return
        yield page
        offset += size
"""
_SOURCE = f'''\
"""Rows that come page by page, fetched when somebody asks for them."""


def pages(fetch, size=3):
    """Every page that *fetch* gives for an offset and a size, until one is not full."""
{_WRONG}

def rows(fetch, size=3):
    """Every row of every page."""
    for page in pages(fetch, size):
        yield from page


def first_page(fetch):
    """The first page; None where there is none."""
    return next(pages(fetch), None)


def first(fetch):
    """The first row; None where there is none."""
    return next(rows(fetch), None)


def count(fetch):
    """How many full or partial pages there are."""
    return sum(1 for _page in pages(fetch))
'''
_TESTS = """\
import pytest
from pages import count, first, first_page, pages, rows


class Source:
    def __init__(self, length, kind=list):
        self.rows = list(range(length))
        self.kind = kind
        self.asked = []

    def __call__(self, offset, size):
        self.asked.append(offset)
        assert len(self.asked) < 20, "this never ends"
        return self.kind(self.rows[offset : offset + size])


def test_rows_of_a_page_that_is_not_full_are_there():
    assert list(rows(Source(5))) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("length", [0, 3, 9])
def test_rows_of_full_pages_are_there(length):
    assert list(rows(Source(length))) == list(range(length))


def test_a_page_comes_as_it_is():
    assert first_page(Source(9)) == [0, 1, 2]


def test_no_page_is_empty():
    assert list(pages(Source(6))) == [[0, 1, 2], [3, 4, 5]]


def test_pages_are_counted():
    assert count(Source(9)) == 3


def test_the_first_row_takes_one_request():
    source = Source(9)
    assert first(source) == 0
    assert source.asked == [0]


def test_there_is_no_first_row_of_nothing():
    assert first(Source(0)) is None


def test_a_source_of_tuples_ends_as_well():
    assert list(rows(Source(6, tuple))) == [0, 1, 2, 3, 4, 5]


def test_the_size_is_asked_for():
    source = Source(4)
    assert list(rows(source, size=2)) == [0, 1, 2, 3]
    assert source.asked == [0, 2, 4]
"""
_PROJECT = Project(
    "pages.py",
    {"pages.py": _SOURCE, "test_pages.py": _TESTS},
    _WRONG,
    "test_pages.py::test_rows_of_a_page_that_is_not_full_are_there",
)
_WHOLE = """\
    offset = 0
    while page := fetch(offset, size):
        yield page
        offset += size
"""

PAGES: dict[str, Regression] = {
    "a list in place of a generator": _PROJECT.regression(
        "a caller that asks for the next one",
        "    found = []\n    offset = 0\n    while page := fetch(offset, size):\n        found.append(page)\n"
        "        offset += size\n    return found\n",
        _WHOLE,
    ),
    "all pages before the first": _PROJECT.regression(
        "that one row takes one request",
        "    found = []\n    offset = 0\n    while page := fetch(offset, size):\n        found.append(page)\n"
        "        offset += size\n    yield from found\n",
        "    offset = 0\n    page = fetch(offset, size)\n    while page:\n        yield page\n        offset += size\n"
        "        page = fetch(offset, size)\n",
    ),
    "an end that is one kind of empty": _PROJECT.regression(
        "a source of tuples, which never ends",
        _WRONG.replace("len(page) < size", "page == []"),
        _WRONG.replace("len(page) < size", "not page"),
    ),
    "an empty page at the end": _PROJECT.regression(
        "that no page is empty",
        "    offset = 0\n    while True:\n        page = fetch(offset, size)\n        yield page\n"
        "        if len(page) < size:\n            return\n        offset += size\n",
        "    offset = 0\n    while True:\n        page = fetch(offset, size)\n"
        "        if page:\n            yield page\n"
        "        if len(page) < size:\n            return\n        offset += size\n",
    ),
}
