"""A summary is longer than the place takes, which would drop it whole, and holds HTML."""

from __future__ import annotations

from agent_ci.core.outward.writer import Sink
from bench.attacks.acts import ACTED
from bench.attacks.case import Attack
from bench.attacks.stages.outward import NEUTRAL, TOO_LONG, Texts

_PLACES = (Sink.SUMMARY,)
_LONG = f"<script>alert(1)</script> @all\n\n```\n{'x' * 1_200_000}\n<img src=x>\n```\n"

ATTACK = Attack(
    "AC-64",
    "outward",
    "a summary of 1.2 MiB with scripts in it",
    forbidden=(TOO_LONG, ACTED),
    promised=NEUTRAL,
    attempt=Texts({"one code block": _LONG}, _PLACES),
    twin=Texts({"a short summary": "# Fixed\n\n- `shop.py` was changed\n"}, _PLACES),
)
