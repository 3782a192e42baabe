"""What tells one XML format of test reports from another: the names of its elements, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from agent_ci.core.report import Status


class Field(Enum):
    """What the text of an element, or an attribute, says about the case (or suite) that it stands in."""

    NAME = "name"
    CLASSNAME = "classname"
    SUITE = "suite"
    MESSAGE = "message"
    TRACEBACK = "traceback"
    OUTPUT = "output"
    SECONDS = "seconds"
    FILE = "file"
    LINE = "line"
    PLACE = "place"  # file:line
    WORD = "word"  # one of the words for a status
    ATTACHMENT = "attachment"
    TAG = "tag"
    TOTAL = "total"  # how many cases the report promises
    RED = "red"  # how many of them are red


class Naming(Enum):
    """How the class and the name of a case follow from what the report gives."""

    GIVEN = "as they are; the suites stand for a class that is not given"
    PLAIN = "a name alone, which the runner takes as it is"
    DOTTED = "a name that begins with its class: Namespace.Class.name(arguments)"
    DOUBLE_COLON = "a name that begins with its class: Class::name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One format.

    ``name`` comes with its article. A document is in this format when its first element is one of ``roots`` and,
    where ``namespace`` is not empty, declares it. ``marks`` are elements of which a report without cases has at
    least one; other documents can have the same root.

    ``suites`` gives the attribute with the name of each element that groups cases. ``cases`` are the elements that are
    cases, with the status that the element itself says; ``groups`` are elements that say it for the cases in them.
    ``says`` are attributes that hold a word for the status, the most exact one first; ``words`` are those words, as
    ``attribute=word`` with the word in lower case, or ``attribute=*`` for all others. ``results`` are elements inside
    of a case that say a status, by their name or by an attribute of ``says``; outside of cases they are a case of the
    suite. ``silent`` is the status of a case that says none.

    ``texts`` are elements whose text is a field, ``attributes`` the attributes of a case that are, in order;
    ``carriers`` are elements with one attribute that is a field, and ``contexts`` replaces ``texts`` inside of an
    element (called by its name, or by its name, a blank and its attribute ``name``). ``properties`` are elements with a
    name and a value. ``ignored`` are elements with nothing of interest inside.

    ``plans`` are elements that list the cases before they run, each as one element of the name given.
    ``promises`` are elements whose attributes count cases, and those that are red; ``verdicts`` are those
    whose attributes have a word about all cases. ``defines`` are the two elements, one in the other, by which TRX
    says what the class of each case is.
    """

    name: str
    roots: tuple[str, ...]
    cases: Mapping[str, Status | None]
    namespace: str = ""
    marks: frozenset[str] = frozenset()
    suites: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, Status] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    words: Mapping[str, Status] = field(default_factory=dict)
    results: Mapping[str, Status | None] = field(default_factory=dict)
    silent: Status = Status.ERRORED
    texts: Mapping[str, Field] = field(default_factory=dict)
    attributes: Mapping[str, Field] = field(default_factory=dict)
    carriers: Mapping[str, tuple[str, Field]] = field(default_factory=dict)
    contexts: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    properties: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    plans: Mapping[str, str] = field(default_factory=dict)
    promises: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    verdicts: frozenset[str] = frozenset()
    defines: tuple[str, ...] = ()
    naming: Naming = Naming.GIVEN
    unit: float = 1.0  # seconds

    def is_meant_by(self, root: str, attributes: Mapping[str, str]) -> bool:
        """Whether a document that begins with the element *root* is in this format."""
        if root not in self.roots:
            return False
        return not self.namespace or any(self.namespace in attributes[key] for key in attributes if key[:5] == "xmlns")

    def word(self, attributes: Mapping[str, str]) -> Status | None:
        """The status that *attributes* say, if any."""
        for key in self.says:
            said = attributes.get(key)
            if said:
                status = self.words.get(f"{key}={said.strip().lower()}", self.words.get(f"{key}=*"))
                if status is not None:
                    return status
        return None
