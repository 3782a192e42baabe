"""YAML as text with places, so that a line can be put in or taken out and all else, comments too, stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from agent_ci.core.nesting import is_deep


class UnreadableError(ValueError):
    """A text that is no YAML, or no mapping at its top."""


@dataclass(frozen=True)
class Page:
    """The *text* of a YAML file, and where its parts stand. Every change gives a new text."""

    text: str

    @property
    def top(self) -> yaml.MappingNode:
        """The mapping at the top. Raises UnreadableError."""
        if is_deep(self.text):
            raise UnreadableError("its brackets go too deep")
        try:
            found = yaml.compose(self.text, Loader=yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise UnreadableError(" ".join(str(error).split())[:300]) from error
        if not isinstance(found, yaml.MappingNode):
            raise UnreadableError("it is no mapping")
        return found

    def before(self, node: yaml.Node, *lines: str) -> str:
        """*lines* above the line that *node* begins on, as far to the right as it."""
        return self._with(node.start_mark.line, node.start_mark.column, lines)

    def below(self, node: yaml.Node, *lines: str) -> str:
        """*lines* below the line that *node* begins on, as far to the right as it."""
        return self._with(node.start_mark.line + 1, node.start_mark.column, lines)

    def after(self, item: yaml.Node, *lines: str) -> str:
        """*lines* below everything of *item*, an item of a block list or a key with its value."""
        return self._with(self._end(item), item.start_mark.column, lines)

    def without(self, key: yaml.Node) -> str:
        """The text without *key* and its value, or without an item of a block list."""
        lines = self.text.splitlines(keepends=True)
        return "".join(lines[: key.start_mark.line] + lines[self._end(key) :])

    def with_value(self, node: yaml.Node, value: str) -> str:
        """The text with *value* in the place of *node*, a scalar or what is written on one line."""
        start, end = node.start_mark.index, node.end_mark.index
        return self.text[:start] + value + self.text[end:]

    def block(self, key: yaml.Node) -> str:
        """The lines of *key* and its value."""
        return "".join(self.text.splitlines(keepends=True)[key.start_mark.line : self._end(key)])

    def _end(self, key: yaml.Node) -> int:
        """The line below the last one of what begins with *key*: the first that is not further to the right."""
        lines = self.text.splitlines()
        start = key.start_mark.line
        column = len(lines[start]) - len(lines[start].lstrip(" "))
        end = start + 1
        for number in range(start + 1, len(lines)):
            line = lines[number]
            if line.strip() and len(line) - len(line.lstrip(" ")) <= column:
                break
            if line.strip():
                end = number + 1
        return end

    def _with(self, number: int, column: int, added: tuple[str, ...]) -> str:
        lines = self.text.splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        indent = " " * column
        return "".join([*lines[:number], *(f"{indent}{line}\n" for line in added), *lines[number:]])


def entries(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, str, yaml.Node]]:
    """The key, the key's text and the value of each entry; nothing where *node* is no mapping."""
    if isinstance(node, yaml.MappingNode):
        yield from ((key, str(key.value), value) for key, value in node.value)


def value_of(node: yaml.Node | None, *names: str) -> yaml.Node | None:
    """What stands under *names*, one inside the other; None where there is nothing."""
    for name in names:
        node = next((value for _, key, value in entries(node) if key == name), None)
    return node


def key_of(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """The key *name* of a mapping; None where it is not there."""
    return next((key for key, text, _ in entries(node) if text == name), None)


def text_of(node: yaml.Node | None, *names: str) -> str:
    """The scalar under *names* as text; empty where there is none."""
    found = value_of(node, *names) if names else node
    return str(found.value) if isinstance(found, yaml.ScalarNode) else ""


def items(node: yaml.Node | None) -> tuple[yaml.Node, ...]:
    """The items of a list; a scalar counts as a list of one."""
    if isinstance(node, yaml.SequenceNode):
        return tuple(node.value)
    return (node,) if isinstance(node, yaml.ScalarNode) and node.value else ()


def is_block(node: yaml.Node | None) -> bool:
    """Whether lines can be put into *node*: a mapping or list that is not written in braces."""
    return isinstance(node, yaml.CollectionNode) and not node.flow_style and bool(node.value)
