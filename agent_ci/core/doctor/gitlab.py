"""What can be wrong with the GitLab jobs that run agent-ci, each with the lines that repair it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from agent_ci.core.doctor.complaint import Complaint, Edit
from agent_ci.core.doctor.places import Page, entries, is_block, items, key_of, text_of, value_of

MAIN = ".gitlab-ci.yml"
_COMMAND = re.compile(r"\bagent-ci(?:['\"])? +(fix|tests|publish|changelog)\b")
_NEEDED_TO_REPAIR = "the base, nor how many repairs came before"
_NEEDED = {"changelog": "what was done since the release before"}
_TAG = "$CI_COMMIT_TAG"
_OF_A_TAG = re.compile(r"\$CI_COMMIT_TAG(?:\s*=~.*)?")
_EVENTS = ('$CI_PIPELINE_SOURCE == "merge_request_event"', "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH")
_OWN_COMMIT = ("- if: $CI_COMMIT_MESSAGE =~ /^Agent-CI-Run:/m", "  when: never")


@dataclass(frozen=True)
class Pipeline:
    """The file *path* of a GitLab pipeline, with what *main*, the file that GitLab starts from, holds."""

    path: str
    text: str
    main: str

    @property
    def page(self) -> Page:
        """Its text with places."""
        return Page(self.text)

    def complaints(self) -> Iterator[Complaint]:
        """Everything that is wrong with its jobs of agent-ci. Raises UnreadableError."""
        jobs = tuple(self._jobs())
        if jobs and self.path != MAIN and self.path not in self.main:
            after = f"include:\n  - local: {self.path}\n"
            include = key_of(Page(self.main).top, "include") if self.main.strip() else None
            if include is None:
                edit = Edit(MAIN, self.main, f"{after}\n{self.main}" if self.main else after)
            else:
                edit = Edit(MAIN, self.main, self._included(include))
            yield Complaint("not-included", f"{self.path}: {MAIN} does not include it", "its jobs never run", edit)
        for name, job, command in jobs:
            yield from self._of_a_job(name, job, command)

    def _included(self, key: yaml.Node) -> str:
        main = Page(self.main)
        listed = value_of(main.top, "include")
        line = f"- local: {self.path}"
        if isinstance(listed, yaml.SequenceNode) and is_block(listed):
            return _above(main.text, listed.value[0], line)
        if isinstance(listed, yaml.ScalarNode):
            return main.with_value(listed, f"[{listed.value}, {self.path}]")
        return main.with_value(listed, f"[{self.path}]") if listed is not None else main.before(key, line)

    def _jobs(self) -> Iterator[tuple[str, yaml.MappingNode, str]]:
        for key, name, job in entries(self.page.top):
            found = _COMMAND.search(self.page.block(key)) if isinstance(job, yaml.MappingNode) else None
            if found and value_of(job, "script") is not None and isinstance(job, yaml.MappingNode) and is_block(job):
                yield name, job, found[1]

    def _inherited(self, job: yaml.MappingNode, name: str) -> yaml.Node | None:
        """What *job*, or what it extends in this file, has under *name*."""
        seen, left = set[str](), [job]
        while left:
            node = left.pop(0)
            if (found := value_of(node, name)) is not None:
                return found
            parents = [str(one.value) for one in items(value_of(node, "extends")) if str(one.value) not in seen]
            seen.update(parents)
            left += [one for parent in parents if isinstance(one := value_of(self.page.top, parent), yaml.MappingNode)]
        return None

    def _variables(self, job: yaml.MappingNode) -> Mapping[str, str]:
        nodes = (value_of(self.page.top, "variables"), self._inherited(job, "variables"))
        return {name: text_of(value) for node in nodes for _, name, value in entries(node)}

    def _of_a_job(self, name: str, job: yaml.MappingNode, command: str) -> Iterator[Complaint]:
        start = job.value[0][0]
        variables = self._variables(job)
        if command != "publish" and variables.get("GIT_DEPTH") != "0":
            why = f"without the history nobody knows {_NEEDED.get(command, _NEEDED_TO_REPAIR)}"
            after = self._with_variable(job, "GIT_DEPTH", "0")
            yield self._edit("shallow-pipeline", f"{name} fetches a part of the history", why, after)
        if command == "publish" and variables.get("GIT_STRATEGY") != "none":
            why = "what it writes with must not lie beside files of the change"
            after = self._with_variable(job, "GIT_STRATEGY", "none")
            yield self._edit("publish-has-files", f"{name} checks the change out", why, after)
        if command != "publish" and self._inherited(job, "artifacts") is None:
            lines = ("artifacts:", "  when: always", "  expire_in: 1 week", "  paths: [.agent-ci/]")
            why = "the evidence and the patch are lost with the job"
            yield self._edit("no-artifacts", f"{name} keeps nothing", why, self.page.before(start, *lines))
        if self._inherited(job, "environment") is None:
            scope = ("environment:", f"  name: agent-ci/{command}", "  action: access")
            why = "a variable without a scope reaches every job; one with the scope of an environment reaches one"
            saw = f"{name} has no environment that the key or the token could be scoped to"
            yield self._edit("no-scope", saw, why, self.page.before(start, *scope))
        if self._inherited(job, "timeout") is None:
            after = self.page.before(start, "timeout: 30 minutes")
            yield self._edit("no-job-timeout", f"{name} has no timeout", "it could run for an hour and more", after)
        yield from self._of_rules(name, job, start, command)

    def _of_rules(self, name: str, job: yaml.MappingNode, start: yaml.Node, command: str) -> Iterator[Complaint]:
        rules = self._inherited(job, "rules")
        when = "on_failure" if command == "fix" else "on_success"
        if rules is None:
            own = tuple(f"  {line}" for line in _OWN_COMMIT)
            events = (_TAG,) if command == "changelog" else _EVENTS
            lines = [line for event in events for line in (f"  - if: {event}", f"    when: {when}")]
            why = "it runs in every pipeline, or, beside others that have rules, in a second one"
            after = self.page.before(start, "rules:", *own, *lines)
            yield self._edit("no-rules", f"{name} has no rules", why, after)
            return
        says = " ".join(text_of(rule, "if") for rule in items(rules))
        if "Agent-CI-" in says or _is_of_tags(rules):
            return
        if isinstance(rules, yaml.SequenceNode) and is_block(rules):
            text = _above(self.text, rules.value[0], *_OWN_COMMIT)
            why = "a commit of agent-ci starts it again"
            yield self._edit("starts-itself", f"the rules of {name} let it follow its own commits", why, text)

    def _with_variable(self, job: yaml.MappingNode, name: str, value: str) -> str:
        own = value_of(job, "variables")
        there = value_of(own, name)
        line = f'{name}: "{value}"'
        if there is not None:
            return self.page.with_value(there, f'"{value}"')
        if is_block(own):
            return self.page.before(next(key for key, _, _ in entries(own)), line)
        return self.page.before(job.value[0][0], "variables:", f"  {line}")

    def _edit(self, id_: str, saw: str, why: str, after: str) -> Complaint:
        return Complaint(id_, f"{self.path}: {saw}", why, Edit(self.path, self.text, after))


def _is_of_tags(rules: yaml.Node) -> bool:
    """Whether each of *rules* asks for a tag, on which nothing is committed."""
    return all(_OF_A_TAG.fullmatch(text_of(rule, "if")) for rule in items(rules))


def _above(text: str, item: yaml.Node, *lines: str) -> str:
    """*text* with *lines* above the dash of *item*, as far to the right as that."""
    at = text.rindex("-", 0, item.start_mark.index)
    start = text.rfind("\n", 0, at) + 1
    added = "".join(f"{' ' * (at - start)}{line}\n" for line in lines)
    return f"{text[:start]}{added}{text[start:]}"
