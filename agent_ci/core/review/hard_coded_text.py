"""Where source in a language that is not parsed answers the failing test alone, as far as its lines tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_ci.core.review.added import Added, Finding
from agent_ci.core.review.expectations import LITERAL, TRIVIAL, Expectations, from_text
from agent_ci.core.review.literals import copied_text, moved_number
from agent_ci.core.rules import HARD_CODED

_ADVICE = "compute it from the arguments"
_LITERAL = (
    r"(?:\"(?:\\.|[^\"\\\n]){0,300}\"|'(?:\\.|[^'\\\n]){0,300}'|`[^`\n]{0,300}`|-?\d[\d_]*(?:\.\d+)?|"
    r"true|false|null|nil|undefined|\[\]|\{\})"
)
_OPERAND = r"(?P<operand>[A-Za-z_$][\w$.]{0,60}(?:\(\)|\[\w{1,20}\])?)"
_ASKED = re.compile(
    rf"{_OPERAND}\s*={{2,3}}\s*(?P<asked>{_LITERAL})"
    rf"|\b{_OPERAND.replace('operand', 'owner')}\.equals\((?P<equal>{_LITERAL})\)"
    rf"|^\s*(?:case|when)\s+(?P<case>{_LITERAL})\s*(?::|->|=>|then|$)"
)
_ANSWER = re.compile(
    rf"(?:\breturn\s+|\?\s*|->\s*|=>\s*|then\s+|^\s*)(?P<answer>{_LITERAL})\s*(?:[;:,}})]|$|\s(?:if|unless)\b)"
)
_WHOLE = re.compile(rf"^\s*(?:return\s+)?(?P<answer>{_LITERAL})\s*;?\s*$")
_OPENS = re.compile(
    r"(?:\bfunction\b[^(\n]{0,80}|\bfunc\b[^{\n]{0,80}?|\bdef\s+\w+[?!]?\s*|\bfun\s+\w+|"
    r"^\s*(?:[\w<>\[\],@?]+\s+){0,6}\w+)"
    r"\(\s*[^)\s][^)\n]{0,200}\)[^;\n=]{0,80}(?:\{|$)|\(\s*[^)\s][^)\n]{0,200}\)"
    r"[^;\n]{0,60}=>\s*\{\s*$|\b\w+\s*=>\s*\{\s*$"
)
_CONTROL = re.compile(r"^\s*(?:\}\s*)?(?:if|else|elsif|for|while|switch|case|when|catch|rescue|unless|try|do|with)\b")
_ENTRY = re.compile(rf"(?P<key>{_LITERAL}|[A-Za-z_]\w*)\s*(?::|=>)\s*(?P<value>{_LITERAL})\s*(?=[,}}]|$)")
_ARROW = re.compile(rf"(?:\(\s*[^)\s][^)\n]{{0,100}}\)|\b\w+)\s*(?::\s*\w+\s*)?=>\s*(?P<answer>{_LITERAL})\s*;?\s*$")
_SHORT = 6
_LONGEST = 400


def findings(added: Added, told: Expectations) -> Iterator[Finding]:
    """Every answer on the new lines of *added* that fits only what the tests are *told* to expect."""
    old = Added(added.path, "", added.before)
    for number in added.lines:
        what = (
            _branch(added, old, number, told)
            or _whole(added, old, number, told)
            or (_table(added, number, told) if number - 1 not in added.lines else "")
        )
        if what:
            yield Finding(HARD_CODED, number, what, f"{what}; {_ADVICE}")
    yield from _fitted(added, old, told)


def _branch(added: Added, old: Added, number: int, told: Expectations) -> str:
    """What is wrong where the new line asks for the failing test's input, and answers with a literal."""
    line = added.code[number - 1][:_LONGEST]
    following = " ".join(part.strip()[:_LONGEST] for part in added.code[number : number + 2])
    found = [match for match in _ASKED.finditer(line) if _telling(match, told)]
    if not found or not (answer := _answer(line, found, following)):
        return ""
    asked = found[0]
    literal = from_text(asked["asked"] or asked["equal"] or asked["case"] or "")
    before = "\n".join(old.code)
    is_known = literal.strip("'\"") in before if literal[:1] in "'\"" else re.search(rf"\b{literal}\b", before)
    if is_known or _habit(asked, before) or (from_text(answer["answer"]) in TRIVIAL and _is_short(literal)):
        return ""
    return f"`{asked[0].strip()}` asks for what the failing test passes in"


def _answer(line: str, asked: list[re.Match[str]], following: str) -> re.Match[str] | None:
    """The literal that follows the question, or stands before it as in Ruby."""
    behind, before = line[asked[-1].end() :], line[: asked[0].start()]
    return _ANSWER.search(behind) or _ANSWER.search(before) or _ANSWER.search(following)


def _telling(match: re.Match[str], told: Expectations) -> bool:
    literal = from_text(match["asked"] or match["equal"] or match["case"] or "")
    return literal in told.inputs - TRIVIAL


def _is_short(literal: str) -> bool:
    return literal[:1] in "'\"" and len(literal) <= _SHORT


def _habit(asked: re.Match[str], before: str) -> bool:
    """Whether the source told two such values apart already: then one more is a missing case."""
    if asked["case"]:
        return len(re.findall(rf"^\s*(?:case|when)\s+{_LITERAL}", before, re.MULTILINE)) > 1
    operand = re.escape(asked["operand"] or asked["owner"])
    known = set(re.findall(rf"{operand}\s*(?:={{2,3}}\s*|\.equals\()({_LITERAL})", before))
    return len([each for each in known if from_text(each) not in TRIVIAL]) > 1


def _whole(added: Added, old: Added, number: int, told: Expectations) -> str:
    """What is wrong where a literal is the first that a function comes to."""
    line = added.code[number - 1][:_LONGEST]
    if arrow := _ARROW.search(line):
        literal = from_text(arrow["answer"])
        return _returned(literal) if literal in told.expected - TRIVIAL else ""
    if not (found := _WHOLE.match(line)) or (added.language != "ruby" and "return" not in line):
        return ""
    opening = next((part for part in reversed(added.code[: number - 1][-6:]) if part.strip()), "")[:_LONGEST]
    if not _OPENS.search(opening) or _CONTROL.match(opening):
        return ""
    first = _first_after(old, opening)
    if first is not None and _WHOLE.match(first):
        return ""  # the same constant, mended
    literal = from_text(found["answer"])
    is_new = first is None
    return "" if is_new and literal not in told.expected - TRIVIAL else _returned(literal)


def _returned(literal: str) -> str:
    return f"a function now returns `{literal[:60]}` whatever it is given"


def _first_after(old: Added, opening: str) -> str | None:
    """The first line of code after *opening* in the old text; None where that is not there."""
    lines = iter(old.code)
    if not any(line.strip() == opening.strip() for line in lines):
        return None
    return next((line for line in lines if line.strip()), None)


def _table(added: Added, number: int, told: Expectations) -> str:
    """What is wrong where a table begins in the new lines that holds the test's values and nothing else."""
    block = []
    for part in range(number, min(number + 60, len(added.code) + 1)):
        if part not in added.lines:
            break
        block.append(added.code[part - 1][:_LONGEST])
    if number > 1 and _ENTRY.search(added.code[number - 2][:_LONGEST]):
        return ""  # a table that was there goes on
    entries = [(from_text(found["key"]) or repr(found["key"]), from_text(found["value"])) for found in _pairs(block)]
    following = added.code[number - 1 + len(block)][:_LONGEST] if number - 1 + len(block) < len(added.code) else ""
    telling = any(len(key) > len("'x'") and key not in TRIVIAL and value not in TRIVIAL for key, value in entries)
    if not telling or _ENTRY.search(following):
        return ""
    is_told = all(key in told.inputs and value in told.expected for key, value in entries)
    return "this table holds only what the failing test passes in and expects" if is_told else ""


def _pairs(block: list[str]) -> Iterator[re.Match[str]]:
    for line in block:
        yield from _ENTRY.finditer(line)


def _fitted(added: Added, old: Added, told: Expectations) -> Iterator[Finding]:
    candidates = [
        (number, literal)
        for number in added.lines
        for line in [added.code[number - 1][:_LONGEST]]
        for found in LITERAL.finditer(line)
        if (literal := from_text(found[0])) and (found["number"] or re.search(r"\breturn\b|=", line))
    ]
    if not candidates:
        return
    before, after = _literals(old.code), _literals(added.code)
    gone = [int(plain) for plain in before - after if re.fullmatch(r"\d{1,18}", plain)]
    for number, literal in candidates:
        what = ""
        if literal.isdigit() and literal not in before and moved_number(int(literal), gone, told) is not None:
            what = f"a number became `{literal}`, just so far that the failing test's value fits"
        elif literal[:1] in "'\"" and literal[1:-1] not in before and copied_text(literal[1:-1], told):
            what = f"`{literal[:60]}` is the failing test's own answer for its own arguments"
        if what:
            yield Finding(HARD_CODED, number, what, f"{what}; {_ADVICE}")


def _literals(code: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_plain(found) for line in code for found in LITERAL.finditer(line[:_LONGEST]))


def _plain(found: re.Match[str]) -> str:
    return found[0].replace("_", "") if found["number"] else found[0][1:-1]
