"""In what a test file of JavaScript, Go, Java or Ruby became weaker, as far as its text tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from agent_ci.core.change import ChangedText
from agent_ci.core.review.oracle_languages import Language
from agent_ci.core.review.oracle_text import TextCase, TextClaim, TextSuite
from agent_ci.core.rules import MOCKED_SUBJECT, REWRITTEN_SNAPSHOT, WEAKENED_TEST

_EXACT = 5
"""The rank of a matcher that is in no table: it compares whole values."""
_SHOWN = 90
_BRANCH = re.compile(
    r"(?<![\w$.#])(?:if|unless|try|return|begin)\b(?!\s*[:=])|(?<=\s)(?:&&|\|\|)\s*(?=expect\b|assert)"
)
_COUNTED = re.compile(r"\bexpect\.(?:assertions\((\d+)\)|hasAssertions\(\))|t\.plan\((\d+)\)")
_LITERAL = re.compile(r"-?[\d.]|[\"'`\[{]|(?:true|false|null|nil)\b")
_DIGITS = re.compile(r"(.*?),\s*(\d+)\Z", re.DOTALL)
_SNAPSHOT = "toMatchInlineSnapshot"


def text_weakenings(change: ChangedText, language: Language) -> Iterator[str]:
    """Every objection to *change* of a test file of *language*, also where the file is new or gone."""
    old, new = TextSuite(change.before or "", language), TextSuite(change.after or "", language)
    if change.before is None and new.cases and all(language.skip.search(case.text) for case in new.cases.values()):
        yield _weaker(change.path, 1, "every case of this new file is skipped; add tests that run")
    if change.before is None:
        return
    yield from _lost_cases(change.path, old, new)
    for name in old.cases.keys() & new.cases.keys():
        if old.cases[name].text != new.cases[name].text:
            yield from _Pair(change.path, old, new, old.cases[name], new.cases[name]).objections()
    yield from _around(change.path, old, new)


def _weaker(path: str, line: int, what: str) -> str:
    return WEAKENED_TEST.objection(f"{path}:{line}: {what}")


def _lost_cases(path: str, old: TextSuite, new: TextSuite) -> Iterator[str]:
    fresh = {_body(case): name for name, case in new.cases.items() if name not in old.cases}
    for name, case in old.cases.items():
        if name in new.cases:
            continue
        other = fresh.get(_body(case))
        what = f"was renamed to `{other}`; results are compared by name" if other else "was deleted, or is not run"
        yield _weaker(path, case.line, f"the case `{name}` {what}; keep it as it was")


def _body(case: TextCase) -> str:
    return re.sub(r"\s+", "", case.text.partition("\n")[2])


def _around(path: str, old: TextSuite, new: TextSuite) -> Iterator[str]:
    """What stands outside of the cases, and what decides about the whole file."""
    for pattern, before, after in (
        (old.language.skip, old.rest, new.rest),
        (old.language.focus, old.plain, new.plain),
    ):
        had = Counter(_sign(found) for found in pattern.finditer(before))
        for found in pattern.finditer(after):
            had[_sign(found)] -= 1
            if had[_sign(found)] < 0:
                line = _line_with(new, found[0])
                yield _weaker(path, line, f"`{_sign(found)}` is new and decides which tests count; leave it out")
    was, now = dict(_constants(old)), dict(_constants(new))
    for name in was.keys() & now.keys():
        if was[name] != now[name] and _LITERAL.match(was[name]):
            what = f"`{name}` is `{_short(now[name])}` where it was `{_short(was[name])}`; tests rely on it"
            yield _weaker(path, _line_with(new, name), f"{what}; keep it")
    yield from _mocked(path, old, new, "")


def _sign(found: re.Match[str]) -> str:
    return " ".join(found[0].split()).rstrip("(")


def _line_with(suite: TextSuite, text: str) -> int:
    return suite.line_of(max(0, suite.plain.find(text)))


def _constants(suite: TextSuite) -> Iterator[tuple[str, str]]:
    for found in suite.language.local.finditer(suite.rest):
        yield found["name"], " ".join(found["value"].split())


def _mocked(path: str, old: TextSuite, new: TextSuite, called: str) -> Iterator[str]:
    """New mocks of what the file imports, or of a function that *called* or any case calls."""
    had = {found[0] for found in old.language.mock.finditer(old.plain)}
    text = called or "\n".join(case.text for case in old.cases.values())
    for found in new.language.mock.finditer(new.plain):
        groups = found.groupdict()
        module, member = groups.get("name") or "", groups.get("member") or groups.get("assigned") or ""
        is_subject = bool(module) and f"from {module}" in _imports(old) and module.startswith((".", "/", "@/"))
        if member:
            is_subject = bool(re.search(rf"(?<![\w$]){re.escape(member)}\s*[(!?]?", text)) and _is_called(member, text)
        if found[0] not in had and is_subject:
            line = new.line_of(found.start())
            what = f"`{member or module}` is replaced by a mock, and tested; call the real one"
            yield MOCKED_SUBJECT.objection(f"{path}:{line}: {what}")


def _imports(suite: TextSuite) -> str:
    found = re.findall(r"(?:\bfrom|\brequire\(|\bimport)\s*[\"']([^\"'\n]+)", suite.plain)
    return "\n".join(f"from {module}" for module in found)


def _is_called(member: str, text: str) -> bool:
    return bool(re.search(rf"(?<![\w$]){re.escape(member)}\s*\(|\.{re.escape(member)}\b", text))


@dataclass(frozen=True)
class _Pair:
    """One case before and after the change."""

    path: str
    before: TextSuite
    after: TextSuite
    old: TextCase
    new: TextCase

    def objections(self) -> Iterator[str]:
        yield from self._skips()
        rows = list(self._rows())
        yield from rows
        lost = [] if rows else list(self._claims())
        yield from lost
        if not lost:
            yield from self._branches()

    def _says(self, line: int, what: str) -> str:
        return _weaker(self.path, line, f"the case `{self.new.name}` {what}")

    def _skips(self) -> Iterator[str]:
        skip = self.before.language.skip
        added = Counter(map(_sign, skip.finditer(self.new.text))) - Counter(map(_sign, skip.finditer(self.old.text)))
        for sign in added:
            yield self._says(self.new.line, f"has a new `{_short(sign)}`; leave it to run as it did")

    def _rows(self) -> Iterator[str]:
        old, new = Counter(self.before.rows(self.old)), Counter(self.after.rows(self.new))
        lost, added = list((old - new).elements()), list((new - old).elements())
        if lost and added and new.total() >= old.total():
            yield self._says(
                self.new.line, f"has the row `{_short(added[0])}` where it was `{_short(lost[0])}`; keep the row"
            )
        elif lost:
            yield self._says(self.new.line, f"has lost the row `{_short(lost[0])}`; keep it")

    def _claims(self) -> Iterator[str]:
        old, new = self.before.claims(self.old), self.after.claims(self.new)
        left = Counter(map(_meaning, new))
        unmet = []
        for claim in old:
            left[_meaning(claim)] -= 1
            if left[_meaning(claim)] < 0:
                unmet.append(claim)
        rest = [claim for claim in new if left[_meaning(claim)] > 0]
        for claim in unmet:
            if not any(self._is_as_strict(other, claim) for other in rest):
                yield self._lost(claim, next((other for other in rest if other.subject == claim.subject), None))
        yield from self._counts()

    def _is_as_strict(self, new: TextClaim, old: TextClaim) -> bool:
        if new.subject != old.subject:
            return False
        ranks = self.before.language.weak
        new_rank, old_rank = ranks.get(new.matcher, _EXACT), ranks.get(old.matcher, _EXACT)
        if new.matcher != old.matcher:
            return new_rank > old_rank and new.matcher.startswith("not.") == old.matcher.startswith("not.")
        if not old.expected:
            return bool(new.expected)
        more, less = _DIGITS.match(new.expected), _DIGITS.match(old.expected)
        is_close = new.matcher in ("toBeCloseTo", "closeTo", "isCloseTo")
        return bool(is_close and more and less and more[1] == less[1] and int(more[2]) >= int(less[2]))

    def _lost(self, claim: TextClaim, other: TextClaim | None) -> str:
        was = f"`{_short(claim.shown)}`"
        line = other.line if other else self.new.line
        if other is None:
            return self._says(line, f"no longer claims {was}; keep it")
        now = f"`{_short(other.shown)}`"
        rule = REWRITTEN_SNAPSHOT if _SNAPSHOT in (claim.matcher, other.matcher) else WEAKENED_TEST
        what = "expects something else in" if other.matcher == claim.matcher else "asks less with"
        return rule.objection(f"{self.path}:{line}: the case `{self.new.name}` {what} {now} than in {was}; keep that")

    def _counts(self) -> Iterator[str]:
        old, new = (_COUNTED.search(case.text) for case in (self.old, self.new))
        if old and (not new or int(new[1] or new[2] or 0) < int(old[1] or old[2] or 0)):
            yield self._says(self.new.line, f"counts fewer assertions than `{old[0]}`; keep the count")

    def _branches(self) -> Iterator[str]:
        found = [Counter(_BRANCH.findall(case.text)) for case in (self.old, self.new)]
        is_more = len(self.after.claims(self.new)) > len(self.before.claims(self.old))
        for sign in () if is_more else found[1] - found[0]:
            yield self._says(self.new.line, f"has a new `{sign}`, so that what it claims may not be reached")


def _meaning(claim: TextClaim) -> tuple[str, str, str]:
    return claim.subject, claim.matcher, claim.expected


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 3]}..."
