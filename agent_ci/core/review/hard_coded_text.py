"""Where source in a language that is not parsed answers the failing test alone, as far as its lines tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from agent_ci.core.review.added import Added, Finding
from agent_ci.core.review.expectations import JOINED, LITERAL, TRIVIAL, Expectations, from_text
from agent_ci.core.review.literals import copied_text, moved_number
from agent_ci.core.rules import HARD_CODED

_ADVICE = "compute it from the arguments"
_TEXT = r"(?:\"(?:\\.|[^\"\\\n]){0,300}\"|'(?:\\.|[^'\\\n]){0,300}')"
_LITERAL = (
    rf"(?:{JOINED}|{_TEXT}(?:\s*\+\s*{_TEXT}){{0,9}}|`[^`\n]{{0,300}}`|"
    r"-?\d[\d_]*(?:\.\d+)?(?:\s*[-+*]\s*\d[\d_]*){0,9}|"
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
_PAIR = re.compile(rf"\[\s*(?P<key>{_LITERAL})\s*,\s*(?P<value>{_LITERAL})\s*\]")
_NAMED = re.compile(r"\b(?:(?:const|let|var|val|final)\s+)?(?P<name>[A-Za-z_$][\w$]*)\s*(?::=|=)\s*[^=\n]*[\[{(]")
_MEASURE = re.compile(r"(?:\blength|\bsize|\bcount|\blen)(?:\(\))?\s*\Z")
_DIGITS = 3
_FEW = 2
_SHORT = 6
_LONGEST = 400


def findings(added: Added, told: Expectations) -> Iterator[Finding]:
    """Every answer on the new lines of *added* that fits only what the tests are *told* to expect."""
    old = Added(added.path, "", added.before)
    for number in added.lines:
        what = (
            _branch(added, old, number, told)
            or _answered(added, old, number, told)
            or _whole(added, old, number, told)
            or (_table(added, old, number, told) if number - 1 not in added.lines else "")
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
    literal, before = _asked_for(asked), "\n".join(old.code)
    if (
        _is_written(literal, before)
        or _habit(asked, before)
        or (from_text(answer["answer"]) in TRIVIAL and _is_short(literal))
    ):
        return ""
    return f"`{asked[0].strip()}` asks for what the failing test passes in"


def _answered(added: Added, old: Added, number: int, told: Expectations) -> str:
    """What is wrong where the new line asks for something else than an input, and answers what the test expects."""
    line = added.code[number - 1][:_LONGEST]
    following = " ".join(part.strip()[:_LONGEST] for part in added.code[number : number + 2])
    before = "\n".join(old.code)
    for asked in _ASKED.finditer(line):
        answer = _answer(line, [asked], following)
        literal = from_text(answer["answer"]) if answer else ""
        if not literal or _is_written(literal, before) or _habit(asked, before):
            continue
        if _corrects(_asked_for(asked), literal, told):
            return f"`{asked[0].strip()}` asks for the wrong result that the failing test received"
        if literal in told.expected and _is_specific(literal) and _picks(asked, literal):
            return f"`{literal[:60]}`, which the failing test expects, is the answer to `{asked[0].strip()}`"
    return ""


def _corrects(asked: str, answer: str, told: Expectations) -> bool:
    """Whether *answer* makes the result *asked* for, which the tests received, the one that they expect."""
    if asked not in told.received - TRIVIAL:
        return False
    is_difference = asked.isdigit() and answer.isdigit() and str(int(asked) + int(answer)) in told.expected
    return answer in told.expected - TRIVIAL or is_difference


def _picks(asked: re.Match[str], answer: str) -> bool:
    """Whether the question picks one of many inputs: by a value, or for a number by how long the input is."""
    literal = _asked_for(asked)
    is_measured = bool(asked["operand"] and _MEASURE.search(asked["operand"]))
    return literal != "0" and not _is_text(answer) if is_measured else literal not in TRIVIAL


def _is_text(literal: str) -> bool:
    return literal[:1] in "'\""


def _is_specific(literal: str) -> bool:
    """Whether *literal* says enough that it is not in the tests and in honest source by chance."""
    return len(literal) > _SHORT if _is_text(literal) else len(re.findall(r"\d", literal)) >= _DIGITS


def _is_written(literal: str, before: str) -> bool:
    """Whether the source *before* holds *literal*."""
    if _is_text(literal):
        return literal[1:-1] in before
    return bool(re.search(rf"(?<![\w.]){re.escape(literal)}(?![\w.])", before.replace("_", "")))


def _answer(line: str, asked: list[re.Match[str]], following: str) -> re.Match[str] | None:
    """The literal that follows the question, or stands before it as in Ruby."""
    behind, before = line[asked[-1].end() :], line[: asked[0].start()]
    return _ANSWER.search(behind) or _ANSWER.search(before) or _ANSWER.search(following)


def _telling(match: re.Match[str], told: Expectations) -> bool:
    return _asked_for(match) in told.inputs - TRIVIAL


def _asked_for(match: re.Match[str]) -> str:
    return from_text(match["asked"] or match["equal"] or match["case"] or "")


def _is_short(literal: str) -> bool:
    return _is_text(literal) and len(literal) <= _SHORT


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


def _table(added: Added, old: Added, number: int, told: Expectations) -> str:
    """What is wrong where a table begins in the new lines that holds the test's values and nothing else."""
    block = _block(added, number)
    if number > 1 and _ENTRY.search(added.code[number - 2][:_LONGEST]):
        return ""  # a table that was there goes on
    behind = number - 1 + len(block)
    if behind < len(added.code) and _ENTRY.search(added.code[behind][:_LONGEST]):
        return ""
    entries = [(from_text(found["key"]) or repr(found["key"]), from_text(found["value"])) for found in _pairs(block)]
    if _answers_all(entries, told) or (_is_looked_up(added, block) and _holds_answers(entries, old, told)):
        return "this table holds only what the failing test passes in and expects"
    return ""


def _block(added: Added, number: int) -> list[str]:
    """The new lines from *number* on that follow each other, at most sixty."""
    numbers = range(number, min(number + 60, len(added.code) + 1))
    return [added.code[part - 1][:_LONGEST] for part in takewhile(added.lines.__contains__, numbers)]


def _answers_all(entries: list[tuple[str, str]], told: Expectations) -> bool:
    """Whether each key is passed in and each value expected; a table of single signs spells or escapes a text."""
    telling = any(len(key) > len("'x'") and key not in TRIVIAL and value not in TRIVIAL for key, value in entries)
    return telling and all(key in told.inputs and value in told.expected for key, value in entries)


def _holds_answers(entries: list[tuple[str, str]], old: Added, told: Expectations) -> bool:
    """Whether the values are several of those expected and none else, whatever the keys are made of."""
    values = {value for _, value in entries}
    before = "\n".join(old.code)
    is_new = any(_is_specific(value) and not _is_written(value, before) for value in values)
    return is_new and len(values - TRIVIAL) >= _FEW and values <= told.expected | TRIVIAL


def _is_looked_up(added: Added, block: list[str]) -> bool:
    """Whether a value is taken out of the table in *block* by its key, which is not done to a result."""
    if any(re.search(r"[}\])]\s*(?:\[|\??\.get\()\s*[A-Za-z_$]", line) for line in block):
        return True
    names = {found["name"] for line in block for found in _NAMED.finditer(line)}
    code = "\n".join(added.code)
    return any(re.search(rf"(?<![\w$.]){re.escape(name)}(?:\[|\??\.get\()\s*[A-Za-z_$]", code) for name in names)


def _pairs(block: list[str]) -> Iterator[re.Match[str]]:
    for line in block:
        yield from (*_ENTRY.finditer(line), *_PAIR.finditer(line))


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
