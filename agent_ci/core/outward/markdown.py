"""What a forge acts upon in Markdown (HTML, pictures, links, mentions, references, commands), and text without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from agent_ci.core.outward.terminal import one_line

_KEYWORD = r"(?i:\b(?:clos|fix|resolv|implement)[a-z]*\s*:?\s+(?:issues?\s+)?)"
_ACTIVE = (
    # @name, as in a mention; an e-mail address stays whole
    (re.compile(r"(?<!\w)@(?=[\w-])"), "@ "),
    # #1, owner/name#1, GH-1, !1 and &1 on GitLab
    (re.compile(r"([#!&]|\bGH-)(?=[0-9])", re.IGNORECASE), r"\1 "),
    # https://forge/owner/name/issues/1
    (re.compile(r"(/(?:issues|pull|pulls|merge_requests|work_items|epics)/)(?=[0-9])"), r"\1 "),
    # fixes PROJECT-1, which GitLab hands on to an external tracker
    (re.compile(rf"({_KEYWORD}[A-Za-z][A-Za-z0-9_]*-)(?=[0-9])"), r"\1 "),
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BACKTICKS = re.compile(r"`+")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
# A code block in a list or a quotation ends with it, in whatever way its lines look: only at the margin it is one.
_FENCE = re.compile(r"(`{3,}|~{3,})([^\n]*)")
_INNER_FENCE = re.compile(r"^([\s>*+.)\d-]*)~(?=~~)")
_BEFORE_CODE = re.compile(r"\\+(?=`)")
_LINK = re.compile(r"(?<![!\\])\[([^\[\]\n]*)\]\((https://[^\s()<>`]+)\)")
_OWN = re.compile(r"https://([a-zA-Z0-9.-]+)(?:/|$)")
_UNFOLD = "</details>"
_FOLD = re.compile(r"<details><summary>[A-Za-z0-9 ,.:()+-]{1,100}</summary>")
_DEPTHS = {"<details>": 1, _UNFOLD[:9]: -1}  # by the beginning of a line
_STICKY = re.compile(r"<!-- agent-ci:sticky:[A-Za-z0-9_.]+(?:-[A-Za-z0-9_.]+)* -->")
_NO_KEY = re.compile(r"[^A-Za-z0-9_.]+")
_DEEPEST_INDENT = 3  # blanks before the end of a code block; with more it is no end
_COMMAND = re.compile(r"^([\s>*+-]*)/(?=[A-Za-z_-]+(?:\s|$))")
_DEFINITION = re.compile(r"^(\s{0,3})\[(?=[^\]]*\]:)")
_ADDRESS = re.compile(r"(?i:(?:https?|ftp)://|www\.)[^\s`|<>()\[\]]+")
_SIGN = re.compile(r"[`<@#!&/\[\]~\\]|-[0-9]|www\.", re.IGNORECASE)  # no line without one is active
_BLOCK = re.compile(r"^(?=[#>|~=*+-])")


def without_comments(text: str) -> str:
    """*text* without HTML comments, in which templates explain themselves; one that is not closed takes the rest."""
    return _COMMENT.sub("", text)


def inert(text: str, limit: int = 200) -> str:
    """*text* as one line of at most *limit* characters that neither git nor a forge acts upon.

    Line ends, control, bidirectional and invisible characters go; mentions and references are broken up, so
    that nobody is notified and no issue is closed.
    """
    line = " ".join(_unreferenced(one_line(text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def sentence(text: str, limit: int = 1000) -> str:
    """*text* as one line of Markdown that is a sentence: no heading, list, table, picture, link or HTML.

    What stands in it as code stays as it is; a backtick that begins none is a character.
    """
    line = _BEFORE_CODE.sub(lambda found: "&bsol;" * len(found[0]), inert(text, limit=limit))
    return _BLOCK.sub(r"\\", _outside(_CODE_SPAN, line, _shown)).replace("|", "\\|")


def code(text: str) -> str:
    """*text* on one line as code that no backtick in it can end."""
    line = " ".join(text.split())
    fence = "`" * (_longest_run(line) + 1)
    gap = " " * line.startswith("`") or " " * line.endswith("`")
    return f"{fence}{gap}{line}{gap}{fence}"


def block(text: str, language: str = "", *, most: int | None = None) -> str:
    """*text* as a code block that nothing in it can end, by its first and last lines where it has more than *most*."""
    lines = text.strip("\n").split("\n")
    if most is not None and len(lines) > most:
        lines = [*lines[: most // 2], "…", *lines[-most // 2 :]]
    body = "\n".join(lines)
    fence = "`" * max(3, _longest_run(body) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def fold(title: str, body: str) -> str:
    """*body* behind a line that opens it; *title* is ours: letters, digits, blanks and ``,.:()+-``."""
    return f"<details><summary>{title}</summary>\n\n{body}\n\n{_UNFOLD}"


def sticky(key: str) -> str:
    """The first line of the one comment that is kept up to date, by which it is found again; nobody sees it."""
    return f"<!-- agent-ci:sticky:{_NO_KEY.sub('-', key).strip('-') or 'run'} -->"


def tame(text: str, hosts: Collection[str] = (), *, folds: bool = False) -> str:
    """A Markdown document in which nothing but code stands as it was: only links to *hosts* lead anywhere.

    HTML is shown, pictures and other links are text, nobody is mentioned, nothing is closed or commanded, and a
    code block that *text* leaves open is closed. With *folds*, lines that ``fold`` makes stay, and a first one of
    ``sticky``; as many folds are closed as are opened.
    """
    lines: list[str] = []
    fence, depth = "", 0
    for number, line in enumerate(text.split("\n")):
        mark = _FENCE.fullmatch(line)
        if fence:
            lines.append(line)
            fence = "" if _closes(line, fence) else fence
        elif mark and not (mark[1].startswith("`") and "`" in mark[2]):
            fence = mark[1]
            lines.append(line)
        elif folds and _is_structure(line, depth, is_first=number == 0):
            lines.append(line)
            depth += _DEPTHS.get(line[:9], 0)
        else:
            lines.append(_tame_line(line, hosts) if _SIGN.search(line) else line)
    return "\n".join([*lines, *([fence] if fence else []), *["", _UNFOLD] * depth])


def _is_structure(line: str, depth: int, *, is_first: bool) -> bool:
    if line == _UNFOLD:
        return depth > 0
    return bool(_FOLD.fullmatch(line) or (is_first and _STICKY.fullmatch(line)))


def _closes(line: str, fence: str) -> bool:
    mark = line.rstrip(" \t")
    indent = len(mark) - len(mark.lstrip(" "))
    return indent <= _DEEPEST_INDENT and len(mark) - indent >= len(fence) and not mark.strip(" ").strip(fence[0])


def _tame_line(line: str, hosts: Collection[str]) -> str:
    line = _INNER_FENCE.sub(r"\1\\~", _DEFINITION.sub(r"\1\\[", _COMMAND.sub(r"\1\\/", line)))
    line = _BEFORE_CODE.sub(lambda found: "&bsol;" * len(found[0]), line)  # or one could escape the start of code
    return _outside(_CODE_SPAN, line, lambda text: _outside_links(text, hosts))


def _outside_links(text: str, hosts: Collection[str]) -> str:
    """*text* without code: links to *hosts* stay, and of the rest nothing is active."""
    parts, at = [], 0
    for found in _LINK.finditer(text):
        if _is_own(found[2], hosts):
            parts += [_tame_words(text[at : found.start()], hosts), f"[{_tame_words(found[1], hosts)}]({found[2]})"]
            at = found.end()
    return "".join([*parts, _tame_words(text[at:], hosts)])


def _shown(text: str) -> str:
    """*text* without code, in which nothing begins code, HTML or a picture."""
    return text.replace("`", "&grave;").replace("<", "&lt;").replace("![", "! [")


def _tame_words(text: str, hosts: Collection[str]) -> str:
    text = _shown(text).replace("](", "] (").replace("][", "] [")
    return _outside(_ADDRESS, text, _unreferenced, lambda url: url if _is_own(url, hosts) else f"`{url}`")


def _is_own(address: str, hosts: Collection[str]) -> bool:
    """Whether *address* leads to one of *hosts*, and to no issue: a link to one leaves a mark there."""
    found = _OWN.match(address)
    return bool(found and found[1].lower() in hosts) and _unreferenced(address) == address


def _outside(kept: re.Pattern[str], text: str, change: Callable[[str], str], keep: Callable[[str], str] = str) -> str:
    """*text* with *change* made to what *kept* does not match, and *keep* to what it does."""
    parts, at = [], 0
    for found in kept.finditer(text):
        parts += [change(text[at : found.start()]), keep(found[0])]
        at = found.end()
    return "".join([*parts, change(text[at:])])


def _unreferenced(text: str) -> str:
    for pattern, replacement in _ACTIVE:
        text = pattern.sub(replacement, text)
    return text


def _longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)
