"""How one more event is put into what starts a workflow, with everything else left as it is."""

from __future__ import annotations

import yaml

from agent_ci.core.doctor.places import Page, entries, is_block, items, value_of


def with_event(text: str, event: str, *, beside: str = "") -> str:
    """The workflow *text*, also started by *event*; as it is where it is so already, or cannot be.

    With *beside*, only where that event starts it. Raises UnreadableError.
    """
    page = Page(text)
    when = value_of(page.top, "on")
    events = [str(key.value) for key, _, _ in entries(when)] or [str(one.value) for one in items(when)]
    if when is None or not events or event in events or (beside and beside not in events):
        return text
    if not isinstance(when, yaml.MappingNode):
        return page.with_value(when, f"[{', '.join([*events, event])}]")
    return page.before(when.value[0][0], f"{event}:") if is_block(when) else text
