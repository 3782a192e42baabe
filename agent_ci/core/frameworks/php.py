"""Knows how PHPUnit runs the tests of a PHP project, and selects one of them by a pattern that matches it alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.kind import Kind, Manifest, after
from agent_ci.core.frameworks.options import Options, with_more
from agent_ci.core.report import TestCase

# The project's own, which composer installed, before the one of the machine.
_START = 'if [ -f vendor/bin/phpunit ]; then exec php vendor/bin/phpunit "$@"; else exec phpunit "$@"; fi'
_SIGNS = re.compile(r"[^\w ]", re.ASCII)
_FAILED, _ERRED = 1, 2
_REPORT = "--log-junit"  # the last one counts
_OPTIONS = Options(frozenset({_REPORT, "--filter"}))


@dataclass(frozen=True, slots=True)
class PhpUnit:
    """https://docs.phpunit.de/en/9.6/textui.html; *arguments* are what the user's command adds.

    An id is ``CLASS::METHOD``, with ``with data set ...`` behind a parametrised one, as PHPUnit itself names tests.
    """

    arguments: tuple[str, ...] = ()
    name = "phpunit"

    @property
    def command(self) -> tuple[str, ...]:
        """As composer installs it."""
        return ("vendor/bin/phpunit", *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """Run all or some; a file that PHP cannot read ends the run before a test, and is the build's failure."""
        report = f"{place.outbox}/phpunit.xml"
        chosen = ("--filter", any_of(only)) if only else ()
        start = ("sh", "-c", _START, "sh", "--no-interaction", "--colors=never", "--do-not-cache-result")
        given = _OPTIONS.without(self.arguments, frozenset({_REPORT, "--filter"} if only else {_REPORT}))
        run = (*start, *with_more(given, (*chosen, _REPORT, report)))
        listing = (*start, *with_more(given, ("--list-tests",)))
        return (Step(run, (report,), builds=True, build_alone=listing, ran=(0, _FAILED, _ERRED)),)

    def id_of(self, case: TestCase, _place: Place) -> str:
        """The class with its namespace, which a report writes with dots, and the name."""
        return "::".join(filter(None, (case.classname.replace(".", "\\"), case.name)))


def any_of(only: tuple[str, ...]) -> str:
    """A regular expression of PHP that matches exactly the tests *only*, and all of a class that is one of them."""
    named = [_SIGNS.sub(_escaped, id_) + ("" if "::" in id_ else "::.*") for id_ in only]
    return f"/^(?:{'|'.join(named)})$/s"


def _escaped(sign: re.Match[str]) -> str:
    return "\\n" if sign[0] == "\n" else sign[0] if ord(sign[0]) > _ASCII else f"\\{sign[0]}"


_ASCII = 127


def _found(manifest: Manifest) -> PhpUnit | None:
    if manifest.name != "composer.json":
        return PhpUnit()
    is_used = '"phpunit/phpunit"' in manifest.text and not any(file in _SETTINGS for file in manifest.files)
    folder = next((name for name in ("tests", "test") if any(f.startswith(f"{name}/") for f in manifest.files)), "")
    return PhpUnit((folder,)) if is_used and folder else None


def _read(words: tuple[str, ...]) -> PhpUnit | None:
    programs = (("phpunit",), ("vendor/bin/phpunit",), ("./vendor/bin/phpunit",), ("php", "vendor/bin/phpunit"))
    rest = after(words, *programs, ("composer", "exec", "phpunit", "--"), ("composer", "exec", "phpunit"))
    return None if rest is None else PhpUnit(rest)


_SETTINGS = ("phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml")
KIND = Kind("phpunit", (*_SETTINGS, "composer.json"), _found, _read, programs=("php",))
