"""Knows how a command that is no test framework is judged: by its exit code, as one case that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.homes import around, own_homes
from agent_ci.core.report import TestCase


@dataclass(frozen=True, slots=True)
class Check:
    """A compiler, type checker, linter or build: *argv*, which the user *typed* so.

    Its one case is red where the exit code is not 0, and green where it is. That it looked at the same things as
    before cannot be seen from that; the settings of such tools are protected, and comments that silence them refused.
    """

    argv: tuple[str, ...]
    typed: str
    name = "check"

    @property
    def command(self) -> tuple[str, ...]:
        """As it is started."""
        return self.argv

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """The command; there is nothing else to select."""
        del only
        job = place.environment
        return (Step(self.argv, builds=True, stands_for=self.typed, environment=around(job), start=own_homes(job)),)

    def id_of(self, case: TestCase, place: Place) -> str:
        """The command as it was typed, which is the id of the case already."""
        del place
        return case.id


def doubt(toolchain: Mapping[str, str]) -> str:
    """Why a person should look at what *toolchain* proved; empty where tests told more than an exit code."""
    if toolchain.get("runner") != Check.name or toolchain.get("also"):
        return ""
    return f"nothing but the exit code of `{toolchain.get('command', '')}` says that it is repaired: no test was found"
