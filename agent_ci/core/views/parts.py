"""The parts that summary, comment, check and pull request are put together from: Markdown, each of a bounded size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from agent_ci.core.claims import CLAIMED
from agent_ci.core.ladder import ASKED_FOR
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.markdown import block, code, fold, inert, sentence
from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.views.account import Account, Cause, Tried
from agent_ci.core.views.advice import advice
from agent_ci.core.views.new_tests import markdown

_REASON = 600  # characters, as the others
_TITLE = 160
_SENTENCE = 300
_ID = 250
_MOST_CAUSES = 5
_MOST_ATTEMPTS = 5
_MOST_OBJECTIONS = 2
_MOST_ROWS = 8
_LONGEST_LINE = 400
_SMALLEST_ROOM = 200  # bytes below which no diff is shown
_URL = re.compile(r"https://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]+")


def diff_of(patch: str) -> str:
    """The diff in *patch*, which may be a mail as ``git format-patch`` writes it."""
    start = patch.find("diff --git ")
    return patch[start:].rsplit("\n-- \n", 1)[0].rstrip("\n") if start >= 0 else ""


def verdict(account: Account, heading: str = "###") -> Iterator[str]:
    """The verdict in the first line, then why, then what to do, and where the change went, or why no further."""
    yield f"{heading} {literally(account.headline, _TITLE)}"
    yield literally(account.reason, _REASON)
    yield advice(account.known_outcome, account.job)
    if account.known_outcome is Outcome.DELIVERED or ASKED_FOR in account.delivery:
        yield literally(account.delivery, _REASON)


def failed(account: Account) -> Iterator[str]:
    """The root causes, each with its first test, and where to look."""
    if account.causes:
        count, causes = len(account.targets), len(account.causes)
        yield f"**What failed:** {counted(count, 'test')}, {counted(causes, 'root cause')}"
        rows = [_cause(cause) for cause in account.causes[:_MOST_CAUSES]]
        yield "\n".join(_rows(rows, causes))
    elif account.failures:
        rows = [f"{in_code(place.name)} {literally(place.message, _TITLE)}" for place in account.failures[:_MOST_ROWS]]
        yield "**Red, and not to be repaired by this run:**\n\n" + "\n".join(_rows(rows, len(account.failures)))
    if account.flaky:
        rows = [literally(flake, _SENTENCE) for flake in account.flaky[:_MOST_ROWS]]
        yield "**Flaky:**\n\n" + "\n".join(_rows(rows, len(account.flaky)))
    places = [
        f"{in_code(f'{place.file}:{place.line}')} {literally(place.words, _SENTENCE)}"
        for place in account.suspects[:_MOST_ROWS]
    ]
    if places and not account.is_proven:
        yield "**Where to look:**\n\n" + "\n".join(_rows(places, len(account.suspects)))


def proof(account: Account) -> Iterator[str]:
    """What the proof consists of, how far it reaches, and what speaks for a second look."""
    yield from markdown(account.tests)
    if not account.is_proven or account.tests:
        return
    before, after = _red(account.before), _red(account.after)
    passed = len(account.after.get("passed", ()))
    yield (
        f"**Proof:** {before} red before; {passed} passed and {after} red after. The tests are those of the commit; "
        f"those that failed were run {counted(account.repeats, 'time')} with the change."
    )
    if account.cells:
        rows = [
            f"| {literally(name, _ID)} | {literally(said, _SENTENCE)} |" for name, said in account.cells[:_MOST_ROWS]
        ]
        yield "\n".join(("| job | proof |", "| --- | --- |", *rows))
    if account.doubts:
        rows = [literally(doubt, _SENTENCE) for doubt in account.doubts[:_MOST_ROWS]]
        title = "**Look at it before you merge it.**\n\n"
        yield title + "\n".join(_rows(rows, len(account.doubts)))
    if claimed := [literally(row, _SENTENCE) for row in account.claims.rows]:
        yield f"**{CLAIMED}**\n\n" + "\n".join(_rows(claimed, len(claimed)))


def change(account: Account, patch: str, room: int) -> str:
    """The diff behind a line that opens it, in at most *room* bytes; empty where there is none, or no room."""
    diff = diff_of(patch)
    if not diff or room < _SMALLEST_ROOM:
        return ""
    what = "The proven change" if account.is_proven else "A repair of a part"
    files = f": {counted(len(account.files), 'file')}, +{account.added} -{account.removed}" if account.files else ""
    shown = _within(cleaned(diff).text.split("\n"), room - _SMALLEST_ROOM)
    return fold(f"{what}{files}", block(shown, "diff"))


def how_to_apply(account: Account, patch: str) -> str:
    """The commands, folded; empty where there is no change."""
    if not diff_of(patch):
        return ""
    name = account.patch_file if account.patch_file in ("fix.patch", "partial.patch") else "fix.patch"
    commands = [f"git apply {name}  # into the working tree"]
    if patch.startswith("From "):
        commands.insert(0, f"git am --keep-cr {name}  # as a commit, with its message")
    text = f"`{name}` is among the files of the run.\n\n{block(chr(10).join(commands), 'sh')}"
    return fold("How to apply it", text)


def how_to_reproduce(account: Account) -> str:
    """The command that runs the failing tests, folded."""
    if not account.reproduce:
        return ""
    return fold("How to reproduce it", block(_cut(cleaned(account.reproduce).text, 4 * _LONGEST_LINE), "sh"))


def tried(account: Account) -> str:
    """The attempts that were not proven, with what was said against them, folded."""
    rows = [_attempt(number, one) for number, one in enumerate(account.attempts, 1) if one.objections]
    if not rows:
        return ""
    return fold(f"What was tried in vain: {len(rows)}", "\n".join(_rows(rows[:_MOST_ATTEMPTS], len(rows))))


def spent(account: Account) -> str:
    """What the run cost, and how well it was apart from the machine."""
    seconds = account.timings.get("total", 0.0)
    tier = literally(account.isolation.get("tier", "") or "none", _TITLE)
    return f"Cost: {account.cost.words}; {seconds:.0f} s. Isolation: {tier}."


def link(title: str, url: str) -> str:
    """A link to *url* where it is an address of the web, else nothing."""
    return f"[{title}]({url})" if _URL.fullmatch(url) else ""


def joined(parts: Iterable[str]) -> str:
    """The parts that are not empty, as a document."""
    return "\n\n".join(part for part in parts if part) + "\n"


def size(text: str) -> int:
    """How many bytes *text* has."""
    return len(text.encode("utf-8", "replace"))


def literally(text: str, limit: int) -> str:
    """*text* as one line of a sentence."""
    return sentence(text[: 4 * limit], limit=limit)  # what is left out need not be read


def in_code(text: str) -> str:
    """*text* as code on one line."""
    return code(_cut(cleaned(text).text, _ID))


def _cause(cause: Cause) -> str:
    if not cause.cases:
        return f"**{literally(cause.title, _TITLE)}**"
    first = cause.cases[0]
    title = cause.title.removesuffix(f" in {first.partition('[')[0]}")
    more = f" and {len(cause.cases) - 1} more" if len(cause.cases) > 1 else ""
    return f"**{literally(title, _TITLE)}**: {in_code(first)}{more}"


def _attempt(number: int, attempt: Tried) -> str:
    said = "; ".join(literally(objection, _SENTENCE) for objection in attempt.objections[:_MOST_OBJECTIONS])
    left = len(attempt.objections) - _MOST_OBJECTIONS
    return f"attempt {number}, {inert(attempt.source, limit=60)}: {said}" + (f" (and {left} more)" if left > 0 else "")


def _rows(rows: list[str], count: int) -> Iterator[str]:
    yield from (f"- {row}" for row in rows)
    if count > len(rows):
        yield f"- and {count - len(rows)} more"


def _within(lines: list[str], room: int) -> str:
    """As many of *lines* as *room* bytes take, and how many were left out."""
    kept: list[str] = []
    for line in lines:
        shown = _cut(line, _LONGEST_LINE)
        room -= size(shown) + 1
        if room < 0:
            return "\n".join([*kept, f"… {len(lines) - len(kept)} more lines"])
        kept.append(shown)
    return "\n".join(kept)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _red(statuses: Mapping[str, tuple[str, ...]]) -> int:
    return len(statuses.get("failed", ())) + len(statuses.get("errored", ()))


def counted(count: int, what: str) -> str:
    """*count* things called *what*, which takes an "s" where there is not one of them."""
    return f"{count} {what}" + ("" if count == 1 else "s")
