"""Measures what the removal of secrets finds, what it spoils and what it costs: ``python -m bench.redaction``."""

from __future__ import annotations

import argparse
import base64
import codecs
import gzip
import html
import json
import quopri
import sys
import time
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from agent_ci import git
from agent_ci.core.outward.secrets import Secrets
from agent_ci.scanners import likely_secrets
from bench.clusters import LOGS
from bench.table import print_table

TOKEN = "ghp_q7Lr2VtXc9/Bz0+Kd=5MnYw3Hs8PfUeJ"  # noqa: S105 - made up, and no forge's
OTHERS = ("AKIA5Q2ZL7WM3XTEPB9R", "Rg7$kd-93 Lq.Vn,02", "xoxb-51203-jx8Qm2Lr0Tz", "2f6c91ab77d04e53be18a6c3d90f4471")
GOAL = 28
_PREFIX = 4  # characters of a spelling that may not be left where it was cut
_ROOT = Path(__file__).resolve().parents[1]


def encodings(token: str) -> Mapping[str, str]:
    """*token* as tools, shells and people who hide something write it."""
    raw = token.encode()
    base64_text = base64.b64encode(raw).decode()
    return {
        "plain": token,
        "upper case": token.upper(),
        "swapped case": token.swapcase(),
        "reversed": token[::-1],
        "rot13": codecs.encode(token, "rot13"),
        "split by spaces": " ".join(token),
        "split over lines": "\n".join(token[at : at + 9] for at in range(0, len(token), 9)),
        "joined strings": '" + "'.join(token[at : at + 5] for at in range(0, len(token), 5)),
        "a list of characters": repr(list(token)),
        "without its first seven": token[7:],
        "its first half": token[: len(token) // 2],
        "base64": base64_text,
        "base64 for URLs": base64.urlsafe_b64encode(raw).decode(),
        "base64, after one byte": base64.b64encode(b"x" + raw).decode(),
        "base64, after two bytes": base64.b64encode(b"xy" + raw).decode(),
        "base64, wrapped": base64.encodebytes(b"user:" + raw + b"!" * 60).decode(),
        "base64, twice": base64.b64encode(base64_text.encode()).decode(),
        "base64 of the reversed": base64.b64encode(raw[::-1]).decode(),
        "base64 of UTF-16": base64.b64encode(token.encode("utf-16-le")).decode(),
        "gzip and base64": base64.b64encode(gzip.compress(raw, mtime=0)).decode(),
        "zlib and hex": zlib.compress(raw).hex(),
        "base32": base64.b32encode(raw).decode(),
        "base85": base64.b85encode(raw).decode(),
        "hex": raw.hex(),
        "hex with colons": ":".join(f"{byte:02X}" for byte in raw),
        "hex dump": raw.hex(" ", 2),
        "hex of base64": base64_text.encode().hex(),
        "C escapes": "".join(f"\\x{byte:02x}" for byte in raw),
        "0x, a list": ", ".join(hex(byte) for byte in raw),
        "octal escapes": "".join(f"\\{byte:03o}" for byte in raw),
        "decimal bytes": str(list(raw)),
        "binary": " ".join(f"{byte:08b}" for byte in raw),
        "URL": quote(token, safe=""),
        "URL, twice": quote(quote(token, safe=""), safe=""),
        "URL form": quote_plus(token),
        "URL, every byte": "".join(f"%{byte:02X}" for byte in raw),
        "JSON": json.dumps(token),
        "JSON, every character": "".join(f"\\u{ord(character):04x}" for character in token),
        "JSON, some characters": "".join(f"\\u{ord(c):04x}" if at % 3 else c for at, c in enumerate(token)),
        "HTML": html.escape(token),
        "HTML, decimal": "".join(f"&#{ord(character)};" for character in token),
        "HTML, hexadecimal": "".join(f"&#x{ord(character):x};" for character in token),
        "quoted-printable": quopri.encodestring(raw * 3).decode(),
        "UTF-16, read as bytes": "\0".join(token),
        "full-width letters": "".join(chr(ord(character) + 0xFEE0) for character in token),
        "xor 0x2a, then hex": bytes(byte ^ 0x2A for byte in raw).hex(),
        "every second character": token[::2] + " " + token[1::2],
    }


def main() -> int:
    """Print three tables; exit with 1 where fewer than the goal are found or a beginning is left."""
    parser = argparse.ArgumentParser(prog="bench.redaction")
    parser.add_argument("--logs", type=Path, default=LOGS)
    logs = parser.parse_args().logs
    secrets = Secrets.of((TOKEN, *OTHERS))
    rows = [_caught(name, form, secrets) for name, form in encodings(TOKEN).items()]
    print_table("One token in many encodings", ("encoding", "exact match", "removed", "beginning left"), rows)
    found, exact = sum(row[2] == "yes" for row in rows), sum(row[1] == "yes" for row in rows)
    left = sum(row[3] == "yes" for row in rows)
    print(f"{found} of {len(rows)} are removed, {exact} by exact match; of {left} of them the beginning is left.\n")
    texts = {"this repository": _repository(), **({"real logs": _logs(logs)} if logs.is_dir() else {})}
    if not logs.is_dir():
        print(f"SKIPPED: there are no logs at {logs}; name their folder with --logs", file=sys.stderr)
    columns = ("text", "characters", "spoilt by value", "found by detector", "CPU s by value", "CPU s by detector")
    print_table("Text without secrets", columns, [_spoilt(name, text, secrets) for name, text in texts.items()])
    return 0 if found >= GOAL and not left else 1


def _caught(name: str, form: str, secrets: Secrets) -> tuple[str, str, str, str]:
    removed = secrets.removed(f"the value is {form} and nothing else")
    is_found = "***" in removed and form not in removed
    is_left = is_found and form[:_PREFIX] in removed
    return name, _word(is_true=TOKEN in form), _word(is_true=is_found), _word(is_true=is_left)


def _word(*, is_true: bool) -> str:
    return "yes" if is_true else "no"


def _spoilt(name: str, text: str, secrets: Secrets) -> tuple[str, int, int, int, float, float]:
    started = time.process_time()
    spoilt = secrets.removed(text).count("***") - text.count("***")
    between = time.process_time()
    found = len(likely_secrets(text))
    return name, len(text), spoilt, found, between - started, time.process_time() - between


def _logs(folder: Path) -> str:
    return _joined(gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.gz")))


def _repository() -> str:
    """The text files that git knows here, without this one, which is about secrets."""
    names = git.text(git.run(_ROOT, "ls-files", "-z")).split("\0")
    paths = (_ROOT / name for name in names if name and name != "bench/redaction.py")
    return _joined(path.read_bytes() for path in paths if path.is_file())


def _joined(contents: Iterable[bytes]) -> str:
    return "\n".join(content.decode("utf-8", "replace") for content in contents)


if __name__ == "__main__":
    sys.exit(main())
