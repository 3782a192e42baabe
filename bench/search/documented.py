"""Bugs of one literal whose right value the docstring says, and no difference that a test shows leads to."""

from __future__ import annotations

from bench.search.written import Slip

_KIND = "said in the docstring"

DOCUMENTED = (
    Slip(
        "postage",
        _KIND,
        '''
def postage(weight):
    """Parcels above 30 kg cost 9, all others 4."""
    return 9 if weight > 30 else 4
''',
        (("> 30 else", "> 20 else"),),
        """
postage(31) == 9
postage(30) == 4
postage(25) == 4
postage(2) == 4
""",
    ),
    Slip(
        "may_vote",
        _KIND,
        '''
def may_vote(people, limit=16):
    """The names of those who may vote, from the age of 16 on, unless the law says otherwise."""
    return [name for name, age in people if age >= limit]
''',
        (("limit=16", "limit=18"),),
        """
may_vote([("ada", 16), ("bob", 15)]) == ["ada"]
may_vote([("ada", 17), ("bob", 40)]) == ["ada", "bob"]
may_vote([("ada", 17), ("bob", 40)], 21) == ["bob"]
""",
    ),
    Slip(
        "fields",
        _KIND,
        '''
def fields(line):
    """The fields of a line, which are divided by ';'."""
    return [part.strip() for part in line.split(";")]
''',
        (('split(";")', 'split(",")'),),
        """
fields("a; b") == ["a", "b"]
fields("1,5;2") == ["1,5", "2"]
fields("") == [""]
""",
    ),
    Slip(
        "without_comments",
        _KIND,
        '''
def without_comments(lines):
    """The lines that do not begin with `#`, as in

    >>> without_comments(["# a", "b"])
    ['b']
    """
    return [line for line in lines if not line.startswith("#")]
''',
        (('startswith("#")', 'startswith(";")'),),
        """
without_comments(["# a", "b"]) == ["b"]
without_comments(["b", "#c", "; d"]) == ["b", "; d"]
without_comments([]) == []
""",
    ),
    Slip(
        "colour",
        _KIND,
        '''
def colour(text):
    """The three parts of a colour as it stands in a style sheet.

    >>> colour("#ff0010")
    (255, 0, 16)
    """
    digits = text.removeprefix("#")
    return tuple(int(digits[at : at + 2], 16) for at in (0, 2, 4))
''',
        (("+ 2], 16)", "+ 2], 10)"),),
        """
colour("#ff0010") == (255, 0, 16)
colour("102030") == (16, 32, 48)
ValueError: colour("#gg0000")
""",
    ),
    Slip(
        "rate",
        _KIND,
        '''
def rate(part, whole):
    """The share of a part in a whole, rounded to 4 digits."""
    return round(part / whole, 4) if whole else 0.0
''',
        (("whole, 4)", "whole, 1)"),),
        """
rate(1, 3) == 0.3333
rate(2, 3) == 0.6667
rate(1, 2) == 0.5
rate(1, 0) == 0.0
""",
    ),
    Slip(
        "packed",
        _KIND,
        '''
def packed(text):
    """The bytes of a text in `"utf-8"` behind their number."""
    data = text.encode("utf-8")
    return bytes([len(data)]) + data
''',
        (('encode("utf-8")', 'encode("ascii")'),),
        r"""
packed("ab") == b"\x02ab"
packed("\u00e9") == b"\x02\xc3\xa9"
packed("") == b"\x00"
""",
    ),
    Slip(
        "stars",
        _KIND,
        '''
def stars(points):
    """One star from 10 points on, two from 25, three from 60."""
    if points >= 60:
        return "***"
    return "**" if points >= 25 else "*" if points >= 10 else ""
''',
        (("points >= 60", "points >= 50"),),
        """
stars(60) == "***"
stars(55) == "**"
stars(25) == "**"
stars(10) == "*"
stars(9) == ""
""",
    ),
)
