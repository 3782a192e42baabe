"""What a call of a model costs by litellm's table, before it is made and after."""

from __future__ import annotations

from typing import Any

from agent_ci.model.faults import FaultError, FaultKind

SMALLEST_ANSWER = 256
"""Tokens; a diff with its sentence needs at least as many."""


def affordable(litellm: Any, model: str, *, prompt_tokens: int, wanted: int, usd_left: float | None) -> int:
    """How many tokens the answer may have for *usd_left*; as many as *wanted* where no price is known.

    Raises FaultError where the question with the shortest answer would cost more than that.
    """
    if usd_left is None:
        return wanted
    try:
        asked, each = litellm.cost_per_token(model=model, prompt_tokens=prompt_tokens, completion_tokens=1)
    except Exception:  # noqa: BLE001 - a bare Exception says that the model is in no table
        return wanted
    shortest = min(SMALLEST_ANSWER, wanted)
    if (least := asked + shortest * each) > usd_left:
        said = f"a question of about {prompt_tokens} tokens and an answer of {shortest} cost about US$ {least:.4f}, and"
        raise FaultError(FaultKind.TOO_DEAR, f"{said} US$ {max(0.0, usd_left):.4f} may still be spent")
    return min(wanted, int((usd_left - asked) / each)) if each else wanted


def price(litellm: Any, response: Any, model: str, *, cached: int | None) -> float | None:
    """The price of *model* by litellm's table, where zero stands for a price that the table does not know.

    What an endpoint calls its model does not count: it could name a cheaper one. Nor are *cached* tokens cheaper than
    others where the table has no price for them, which litellm takes for nothing, or where their count (None) cannot
    be true.
    """
    usage = response.usage
    try:
        known = litellm.get_model_info(model)
        made = getattr(usage, "cache_creation_input_tokens", 0)
        is_priced = known.get("cache_read_input_token_cost") or not cached
        if cached is not None and is_priced and (known.get("cache_creation_input_token_cost") or not made):
            return float(litellm.completion_cost(completion_response=response, model=model)) or None
        counts = {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens}
        return float(sum(litellm.cost_per_token(model=model, **counts))) or None
    except Exception:  # noqa: BLE001 - a bare Exception says that the model is in no table
        return None
