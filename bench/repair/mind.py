"""What the stand-in for a model says: people's repair, if and only if it was shown the code that has to change.

It knows the repair by heart and nothing of the repository, so that what it costs to make a model repair a bug can be
measured without one: how much is shown, in how many calls. How well a model thinks cannot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from agent_ci.core.localising.blocks import blocks
from bench.context.truth import Touched
from bench.repair.problems import Problem

Message = Mapping[str, Any]
_MOST_LOOKS = 6
_LONGEST = 3_800  # characters that one answer surely shows
_MOST_TESTS = 3  # failing ones that the shell's user reads
_LOOKS = re.compile(r"^LOOK definition ", re.MULTILINE)
_LOOKED = "# What you asked to see"
_APPLY = "git apply"
_SUBMIT = "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"


@dataclass(frozen=True)
class Mind:
    """The stand-in as it answers about *problem*."""

    problem: Problem

    def answer(self, request: Mapping[str, Any]) -> Message:
        """The message that follows on those of *request*, which is one of OpenAI's chat completions."""
        messages = request["messages"]
        tools = {tool["function"]["name"] for tool in request.get("tools") or ()}
        return self._in_a_shell(messages) if "bash" in tools else self._asked(messages)

    def _asked(self, messages: Sequence[Message]) -> Message:
        """People's repair, or once what it must see and has read the name of, or that it sees no fix."""
        text = "\n".join(map(said, messages))
        hidden = [piece for piece in self.problem.touched if not self._is_shown(piece, text)]
        if not hidden:
            return _says(f"The code does not do what the tests expect.\n\n```diff\n{self.problem.repair}```")
        wanted = list(dict.fromkeys(look for piece in hidden for look in self._looks(piece, text)))
        if wanted and _LOOKS.search(text) and _LOOKED not in text:
            return _says("\n".join(f"LOOK {look}" for look in wanted[:_MOST_LOOKS]))
        return _says("NO FIX: the code that has to change is not shown.")

    def _in_a_shell(self, messages: Sequence[Message]) -> Message:
        """The fewest steps there are: read the failing tests, read just what has to change, change it, submit."""
        step = sum(message["role"] == "assistant" for message in messages)
        text = "\n".join(map(said, messages))
        if step == 0:
            return _runs(step, "I read the failing tests.", " && ".join(self._tests()))
        if any(_APPLY in call for message in messages for call in _calls(message)):
            return _runs(step, "The change is made.", _SUBMIT)
        hidden = [piece for piece in self.problem.touched if not self._is_shown(piece, text)]
        if not hidden:
            return _runs(step, "This is the repair.", f"{_APPLY} - <<'END'\n{self.problem.repair}END")
        if step > 1:
            return _runs(step, "I do not find the cause.", _SUBMIT)
        reads = (f"sed -n {piece.block.first},{piece.block.last}p {piece.path}" for piece in hidden)
        return _runs(step, "I read the code that they test.", " && ".join(reads))

    def _tests(self) -> Iterator[str]:
        """Commands that show some of the failing tests, and nothing else."""
        for node in self.problem.prepared.case.failing[:_MOST_TESTS]:
            path, _, rest = node.partition("::")
            name = rest.partition("[")[0].replace("::", ".")
            text = (self.problem.prepared.repository / path).read_text(encoding="utf-8")
            found = next((block for block in blocks(path, text) if block.name == name and block.is_function), None)
            yield f"sed -n {found.first},{found.last}p {path}" if found else f"head -n 60 {path}"

    def _looks(self, piece: Touched, text: str) -> Iterator[str]:
        """How to ask for *piece* where *text* tells of it: nobody can ask for what he never read of.

        A function that is longer than one answer is asked for by its lines, of which the gaps in the question tell.
        """
        name = piece.block.name if piece.block.is_function else ""
        told = name.rpartition(".")[2] or piece.path
        if not re.search(rf"(?<![\w$]){re.escape(told)}(?![\w$])", text):
            return
        rows = self.problem.before[piece.path].split("\n")
        start, size = piece.block.first, 0
        for line in piece.block.lines:
            size += len(rows[line - 1]) + 1
            if size > _LONGEST:
                yield f"read {piece.path}:{start}-{line - 1}"
                start, size = line - 1, len(rows[line - 2]) + len(rows[line - 1]) + 2
        is_whole = start == piece.block.first and name
        yield f"definition {name}" if is_whole else f"read {piece.path}:{start}-{piece.block.last}"

    def _is_shown(self, piece: Touched, text: str) -> bool:
        """Whether *text* holds all of a function but its docstring, or the lines that change of what is none.

        It may be in several parts, each of which begins with the last line of the one before.
        """
        rows = self.problem.before[piece.path].split("\n")
        first, last = piece.block.docstring
        lines = set(piece.block.lines if piece.block.is_function else piece.lines) - set(range(first, last + 1))
        return all(_holds(text, [rows[line - 1] for line in run]) for run in _runs_of(sorted(lines)))


def said(message: Message) -> str:
    """The text of *message*; of a shell's output, which may be packed in JSON, what it printed."""
    content = str(message.get("content") or "")
    if message["role"] == "tool":
        try:
            packed = json.loads(content)
        except ValueError:
            return content
        return "\n".join(str(packed[name]) for name in ("output", "output_head", "output_tail") if name in packed)
    return content


def _holds(text: str, rows: Sequence[str]) -> bool:
    """Whether *text* holds *rows*, or each two of them that follow each other."""
    return "\n".join(rows) in text or (len(rows) > 1 and all(f"{one}\n{two}" in text for one, two in pairwise(rows)))


def _runs_of(lines: Sequence[int]) -> Iterator[list[int]]:
    """*lines* in runs without gaps."""
    run: list[int] = []
    for line in lines:
        if run and line != run[-1] + 1:
            yield run
            run = []
        run.append(line)
    yield from filter(None, (run,))


def _calls(message: Message) -> Iterator[str]:
    """The arguments of the calls that *message* asks for."""
    return (str(call["function"]["arguments"]) for call in message.get("tool_calls") or ())


def _says(text: str) -> Message:
    return {"role": "assistant", "content": text}


def _runs(step: int, thought: str, command: str) -> Message:
    """The message that has *command* run in *step*."""
    call = {"name": "bash", "arguments": json.dumps({"command": command})}
    return {
        "role": "assistant",
        "content": thought,
        "tool_calls": [{"id": f"call_{step}", "type": "function", "function": call}],
    }
