"""The stand-in for a model: it answers with the tests of a script, to whoever asks for a function of it."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bench.tests.model.script import Script

_CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
_ASKED = re.compile(r"^- \S+::([\w.]+): no test runs|^- no test notices .+ of \S+::([\w.]+): ", re.MULTILINE)


class Scripted:
    """Answers about the project of *script*. ``calls`` counts the answers."""

    def __init__(self, script: Script) -> None:
        self.calls = 0
        self._script = script
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The next answer about what the first question of *request* shows; the same name may be asked for again."""
        texts = [str(message.get("content") or "") for message in request["messages"]]
        with self._lock:
            self.calls += 1
            names = {name: self._times[name] for name in self._asked_for("\n".join(texts))}
            self._times.update(names.keys())
        text = self._script.file(names)
        said = f"```python\n{text}```" if text else "NO FIX: nothing is known of that."
        return {"role": "assistant", "content": said}

    def _asked_for(self, text: str) -> Iterator[str]:
        """The names of the script that *text* asks for: ours lists them, CoverUp shows the code of one."""
        listed = {one or other for one, other in _ASKED.findall(text)}
        shown = (_CODE.findall(text) or [""])[0] if not listed else ""
        for name in self._script.answers:
            is_listed = any(one == name or one.startswith(f"{name}.") for one in listed)
            if is_listed or re.search(rf"^[ \d:]*(?:async def|def|class) {name}\b", shown, re.MULTILINE):
                yield name
