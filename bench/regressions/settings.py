"""Settings whose nested defaults are lost when one of them is given."""

from __future__ import annotations

from bench.regressions.project import Project, Regression

_WRONG = """\
    values = copy.deepcopy(DEFAULTS)
    values.update(given)
    return values
"""
_SOURCE = f'''\
"""Settings: what is given, and defaults for the rest."""

import copy
import json
from collections import ChainMap

DEFAULTS = {{"theme": "light", "editor": {{"tabs": 4, "plugins": ["spell"]}}}}


def load(given):
    """The defaults with what is *given* in their place, at any depth; lists are replaced as a whole."""
{_WRONG}

def look_up(settings, dotted):
    """The value at a path such as ``editor.tabs``."""
    for name in dotted.split("."):
        settings = settings[name]
    return settings


def show(given):
    """Print the settings as JSON, for other programs."""
    print(json.dumps(load(given), sort_keys=True))
'''
_TESTS = """\
import json

import pytest
from settings import load, look_up, show


def test_defaults_beside_a_given_value_stay():
    assert look_up(load({"editor": {"tabs": 2}}), "editor.plugins") == ["spell"]


@pytest.mark.parametrize(("path", "value"), [("theme", "light"), ("editor.tabs", 4), ("editor.plugins", ["spell"])])
def test_what_is_not_given_is_the_default(path, value):
    assert look_up(load({}), path) == value


@pytest.mark.parametrize("theme", ["dark", "blue"])
def test_what_is_given_counts(theme):
    assert load({"theme": theme})["theme"] == theme


def test_an_unknown_name_is_kept():
    assert load({"font": "serif"})["font"] == "serif"


def test_lists_are_replaced():
    given = {"editor": {"tabs": 4, "plugins": ["lint"]}}
    assert look_up(load(given), "editor.plugins") == ["lint"]


def test_nothing_is_a_value():
    assert look_up(load({"editor": {"tabs": 0, "plugins": []}}), "editor.tabs") == 0


def test_what_is_given_is_left_alone():
    given = {"editor": {"tabs": 8}}
    load(given)
    assert given == {"editor": {"tabs": 8}}


def test_settings_are_shown_as_json(capsys):
    show({"theme": "dark", "editor": {"tabs": 1, "plugins": []}})
    assert json.loads(capsys.readouterr().out) == {"theme": "dark", "editor": {"tabs": 1, "plugins": []}}
"""
_PROJECT = Project(
    "settings.py",
    {"settings.py": _SOURCE, "test_settings.py": _TESTS},
    _WRONG,
    "test_settings.py::test_defaults_beside_a_given_value_stay",
)
_COPY = "    values = copy.deepcopy(DEFAULTS)\n"
_LOOP = """\
    for name, value in given.items():
        if isinstance(value, dict) and name in values:
            values[name].update(value)
        else:
            values[name] = value
    return values
"""
_REPLACED = _COPY + _LOOP.replace("values[name].update(value)", "values[name] = {**values[name], **value}")
_BY_DEFAULT = """\
    values = copy.deepcopy(given)
    for name, value in DEFAULTS.items():
        if isinstance(value, dict):
            values[name] = {**copy.deepcopy(value), **values.get(name, {})}
        else:
            values.setdefault(name, value)
    return values
"""
_LISTS = """\
    for name, value in given.items():
        old = values.get(name)
        if isinstance(value, dict) and isinstance(old, dict):
            values[name] = {key: old[key] + part if isinstance(part, list) else part for key, part in value.items()}
            values[name] = {**old, **values[name]}
        else:
            values[name] = value
    return values
"""
_NO_LISTS = _LISTS.replace("old[key] + part if isinstance(part, list) else part", "copy.deepcopy(part)")
_FALSY = """\
    values.update(given)
    values["editor"] = dict(given.get("editor", {}))
    for name, default in copy.deepcopy(DEFAULTS["editor"]).items():
        values["editor"][name] = values["editor"].get(name) or default
    return values
"""
_PRESENT = _FALSY.replace(".get(name) or default", ".get(name, default)")
_CHAIN = """\
    values.update(given)
    values["editor"] = ChainMap(given.get("editor", {}), DEFAULTS["editor"])
    return values
"""
_CACHE = """\
    key = tuple(sorted(given))
    if key not in _LOADED:
        values = copy.deepcopy(DEFAULTS)
        values.update(given)
        values["editor"] = {**copy.deepcopy(DEFAULTS["editor"]), **given.get("editor", {})}
        _LOADED[key] = values
    return copy.deepcopy(_LOADED[key])


_LOADED = {}
"""

SETTINGS: dict[str, Regression] = {
    "defaults shared by a shallow copy": _PROJECT.regression(
        "the defaults of whoever loads next", "    values = dict(DEFAULTS)\n" + _LOOP, _COPY + _LOOP
    ),
    "a cache by names": _PROJECT.regression(
        "other values under the same names",
        _CACHE,
        _CACHE.replace("tuple(sorted(given))", "json.dumps(given, sort_keys=True)"),
    ),
    "defaults written into the argument": _PROJECT.regression(
        "an argument that is to be left alone",
        _BY_DEFAULT.replace("copy.deepcopy(given)", "given"),
        _BY_DEFAULT,
    ),
    "lists added up": _PROJECT.regression("lists, which are replaced", _COPY + _LISTS, _COPY + _NO_LISTS),
    "a default for what is falsy": _PROJECT.regression("a given zero", _COPY + _FALSY, _COPY + _PRESENT),
    "a chain of dictionaries": _PROJECT.regression(
        "settings as JSON",
        _COPY + _CHAIN,
        _COPY + _CHAIN.replace("ChainMap(", "dict(ChainMap(").replace("])\n", "]))\n"),
    ),
    "a line printed to see": _PROJECT.regression(
        "what other programs read",
        _REPLACED.replace("    return values", '    print("merged", values)\n    return values'),
        _REPLACED,
    ),
}
