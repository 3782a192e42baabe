"""What can be wrong with a GitHub workflow that runs agent-ci, each with the lines that repair it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from agent_ci.core.doctor.complaint import Complaint, Edit
from agent_ci.core.doctor.places import Page, entries, is_block, items, key_of, text_of, value_of
from agent_ci.core.pins import PINNED, PINS, pinned

_OWN = re.compile(r"(?:^|/)agent-ci(?:@|/|$)")
_COMMAND = re.compile(r"\bagent-ci(?:['\"])? +(fix|tests|publish|explain|verify|changelog)\b")
_PROPOSES = ("fix", "tests")  # the commands that run code of the repository and leave a change for `publish`
_FETCH = re.compile(r"""["']?(?:[\w.~/$-]*/)?agent-ci["']? +fetch(?: +[\w.,:=@%+~/$"'-]+)*""")
_KEY = re.compile(r"^\s*(?:- )?(\w*API_KEY):", re.MULTILINE)
_TOKEN = re.compile(r"^(?:AGENT_CI_FORGE_TOKEN|GITHUB_TOKEN|GH_TOKEN)$")
_GUARD = "github.event.workflow_run.head_repository.full_name == github.repository"
_HEAD = "${{ github.event.workflow_run.head_sha }}"
_OF_NOTES = {"fetch-depth": ("0", "shallow-checkout", "the notes need every commit since the release before")}
_KEPT = ("  with:", "    name: agent-ci", "    path: .agent-ci/", "    include-hidden-files: true")


@dataclass(frozen=True)
class Job:
    """A job that runs agent-ci: *name* and *key*, its mapping, and the *step* that runs *command*."""

    name: str
    key: yaml.Node
    node: yaml.MappingNode
    step: yaml.MappingNode
    command: str

    @property
    def steps(self) -> tuple[yaml.Node, ...]:
        """All its steps."""
        return items(value_of(self.node, "steps"))

    def using(self, action: str) -> Iterator[yaml.MappingNode]:
        """The steps that use *action*."""
        for step in self.steps:
            if isinstance(step, yaml.MappingNode) and text_of(step, "uses").split("@")[0] == action:
                yield step


@dataclass(frozen=True)
class Workflow:
    """The workflow at *path*. *others* are the names of the repository's other workflows, by path."""

    path: str
    text: str
    others: Mapping[str, str]
    has_model: bool = False

    @property
    def page(self) -> Page:
        """Its text with places."""
        return Page(self.text)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs that run agent-ci."""
        return tuple(_jobs(value_of(self.page.top, "jobs")))

    @property
    def follows(self) -> yaml.Node | None:
        """What it says of the workflows that it follows."""
        return value_of(self.page.top, "on", "workflow_run")

    def complaints(self) -> Iterator[Complaint]:
        """Everything that is wrong with it. Raises UnreadableError."""
        if not self.jobs:
            return
        yield from self._of_the_whole()
        for job in self.jobs:
            yield from self._of_a_job(job)
            yield from self._of_proposing(job) if job.command in _PROPOSES else self._of_publishing(job)
            yield from self._of_checkouts(job, _OF_NOTES) if job.command == "changelog" else ()

    def _edit(self, id_: str, saw: str, why: str, after: str) -> Complaint:
        return Complaint(id_, f"{self.path}: {saw}", why, Edit(self.path, self.text, after))

    def _of_the_whole(self) -> Iterator[Complaint]:
        page, top = self.page, self.page.top
        start = key_of(top, "jobs")
        assert start is not None  # noqa: S101 - there are jobs
        rights = value_of(top, "permissions")
        if rights is None and not all(value_of(job.node, "permissions") for job in self.jobs):
            after = page.before(start, "permissions:", "  contents: read", "")
            yield self._edit(
                "no-permissions", "no permissions are set", "the token has the repository's default", after
            )
        if text_of(rights) == "write-all":
            assert rights is not None  # noqa: S101 - it has a text
            after = page.with_value(rights, "{contents: read}")
            yield self._edit("write-all", "`permissions: write-all`", "every job could change everything", after)
        if key_of(top, "concurrency") is None:
            lines = ("concurrency:", "  group: agent-ci-${{ github.ref }}", "  cancel-in-progress: false", "")
            why = "two runs at once would both spend, and race for one branch"
            yield self._edit("no-concurrency", "no concurrency group", why, page.before(start, *lines))
        yield from self._of_the_trigger()

    def _of_the_trigger(self) -> Iterator[Complaint]:
        page, when = self.page, value_of(self.page.top, "on")
        names = [key for key, _, _ in entries(when)] or list(items(when))
        for name in names:
            if name.value == "pull_request_target":
                why = "it runs with the secrets and the token of the base, also for the change of a fork"
                yield self._edit(
                    "pull-request-target", "it is started by pull_request_target", why,
                    page.with_value(name, "pull_request"),
                )  # fmt: skip
        if (branches := key_of(self.follows, "branches")) is not None:
            why = "it names branches of the change, so that pull requests never count and a fork's main does"
            yield self._edit("branch-filter", "workflow_run has a filter of branches", why, page.without(branches))
        named = value_of(self.follows, "workflows")
        if named is not None and self.others and not {one.value for one in items(named)} & set(self.others.values()):
            after = page.with_value(named, json.dumps(sorted(self.others.values())))
            missing = ", ".join(str(one.value) for one in items(named))
            if named.start_mark.line == named.end_mark.line:
                why = "no workflow has that name, so it never starts"
                yield self._edit("unknown-workflow", f"it follows {missing!r}", why, after)

    def _of_a_job(self, job: Job) -> Iterator[Complaint]:
        page = self.page
        if key_of(job.node, "timeout-minutes") is None and is_block(job.node):
            after = page.before(_first(job.node), "timeout-minutes: 30")
            yield self._edit("no-timeout", f"the job {job.name} has no timeout", "it could run for six hours", after)
        for step in job.steps:
            used = value_of(step, "uses")
            name = text_of(step, "uses")
            if used is None or name.startswith(("./", "docker://")) or PINNED.fullmatch(name):
                continue
            why = "a tag can be moved to other code, which would have the secrets of the job"
            saw = f"the action {name} is not pinned to a commit"
            if name.split("@")[0] in PINS:
                rest = self.text[used.end_mark.index :].split("\n", 1)
                after = self.text[: used.start_mark.index] + "\n".join([pinned(name.split("@")[0]), *rest[1:]])
                yield self._edit("unpinned-action", saw, why, after)
            else:
                advice = f"uses: {name.split('@')[0]}@<the full id of a commit> # {name.partition('@')[2]}"
                yield Complaint("unpinned-action", f"{self.path}: {saw}", why, advice=advice)

    def _of_proposing(self, job: Job) -> Iterator[Complaint]:
        page = self.page
        yield from self._of_powers(job)
        wanted = {"persist-credentials": ("false", "persisted-credentials", "repository code could use its token")}
        why = "without the history nobody knows the base, nor how many repairs came before"
        wanted["fetch-depth"] = ("0", "shallow-checkout", why)
        if self.follows is not None:
            wanted["ref"] = (_HEAD, "wrong-commit", "else the default branch is judged, and not the change")
        yield from self._of_checkouts(job, wanted)
        if self.follows is not None and "head_repository" not in text_of(job.node, "if"):
            yield self._unguarded(job)
        if not any(job.using("actions/upload-artifact")) and is_block(job.step):
            lines = (f"- uses: {pinned('actions/upload-artifact')}", "  if: always()", *_KEPT)
            dash = self._dash(job.step)
            why = "the evidence and the patch are lost with the runner"
            yield self._edit("no-artifact", f"{job.name} keeps nothing", why, page.after(dash, *lines))
        if self.has_model and not _KEY.search(page.block(job.key)) and is_block(job.step):
            key = ("env:", "  AGENT_CI_API_KEY: ${{ secrets.AGENT_CI_API_KEY }}")
            if value_of(job.step, "env") is None:
                after = page.below(_first(job.step), *key)
                why = "a model is set, and no key of it reaches the job"
                yield self._edit("no-key", f"{job.name} has no AGENT_CI_API_KEY", why, after)

    def _of_checkouts(self, job: Job, wanted: Mapping[str, tuple[str, str, str]]) -> Iterator[Complaint]:
        """What its checkouts lack of *wanted*: by the input's name its value, the complaint's id, and why."""
        for step in job.using("actions/checkout"):
            for name, (value, id_, why) in wanted.items():
                there = value_of(step, "with", name)
                if there is None:
                    after = self._with_input(step, f"{name}: {value}")
                elif name != "ref" and text_of(there) != value:
                    after = self.page.with_value(there, value)
                else:
                    continue
                yield self._edit(id_, f"the checkout of {job.name} lacks `{name}: {value}`", why, after)

    def _of_powers(self, job: Job) -> Iterator[Complaint]:
        """No job that has a model's key or runs code of the repository may write."""
        page = self.page
        rights = value_of(job.node, "permissions") or value_of(page.top, "permissions")
        for _, name, value in entries(rights):
            if value.value == "write":
                why = "it runs code of the repository; only a job that runs none may write"
                saw = f"{job.name}, which runs `{job.command}`, has `{name}: write`"
                yield self._edit("fix-may-write", saw, why, page.with_value(value, "read"))
        if not _KEY.search(page.block(job.key)):
            return
        steps = (step for step in job.steps if not _fetches(step))  # has the token to itself, and runs nothing
        places = [value_of(node, "env") for node in (page.top, job.node, *steps)]
        for key, name, _ in (entry for place in places for entry in entries(place)):
            if _TOKEN.match(name):
                why = "no process may have both; give the token to a job that runs `agent-ci publish`"
                saw = f"{job.name} has the key of a model and {name}"
                yield self._edit("key-and-token", saw, why, page.without(key))

    def _unguarded(self, job: Job) -> Complaint:
        page, condition = self.page, value_of(job.node, "if")
        if condition is None:
            after = page.before(_first(job.node), f"if: {_GUARD}")
        else:
            old = str(condition.value).strip().removeprefix("${{").removesuffix("}}").strip()
            rest = "\n" if self.text[condition.end_mark.index - 1] == "\n" else ""
            after = page.with_value(condition, f"({' '.join(old.split())}) && {_GUARD}{rest}")
        why = "workflow_run has the secrets of this repository, also where a fork's change was run before"
        return self._edit("fork-with-secrets", f"{job.name} does not leave out changes of forks", why, after)

    def _of_publishing(self, job: Job) -> Iterator[Complaint]:
        page = self.page
        if job.command != "publish":
            return
        for step in job.using("actions/checkout"):
            why = "what it writes with must not lie beside files of the change"
            after = page.without(self._dash(step))
            yield self._edit("publish-checks-out", f"{job.name} checks the change out", why, after)
        rights = value_of(job.node, "permissions")
        for name in ("contents", "pull-requests"):
            there = value_of(rights, name)
            why = "a branch and a pull request cannot be made"
            saw = f"{job.name} lacks `{name}: write`"
            if there is not None and there.value != "write":
                yield self._edit("publish-may-not-write", saw, why, page.with_value(there, "write"))
            elif there is None and is_block(rights):
                after = page.before(_first(rights), f"{name}: write")
                yield self._edit("publish-may-not-write", saw, why, after)
            elif rights is None and is_block(job.node):
                lines = ("permissions:", "  contents: write", "  pull-requests: write")
                yield self._edit("publish-may-not-write", saw, why, page.before(_first(job.node), *lines))
                return
        before = next((one.name for one in self.jobs if one.command in _PROPOSES), "")
        told = value_of(value_of(job.step, "with"), "evidence-sha256")
        if before and told is None and text_of(job.step, "uses"):
            line = f"evidence-sha256: ${{{{ needs.{before}.outputs.evidence-sha256 }}}}"
            why = "who can change an artifact could have another patch delivered"
            saw = f"{job.name} does not hold the evidence against its digest"
            yield self._edit("no-digest", saw, why, self._with_input(job.step, line))

    def _with_input(self, step: yaml.MappingNode, line: str) -> str:
        given = value_of(step, "with")
        if given is not None and is_block(given):
            return self.page.before(_first(given), line)
        if given is not None:
            return self.page.with_value(given, "{" + ", ".join([line, self._inner(given)]).rstrip(", ") + "}")
        return self.page.below(_first(step), "with:", f"  {line}")

    def _inner(self, node: yaml.Node) -> str:
        return self.text[node.start_mark.index : node.end_mark.index].strip("{} ")

    def _dash(self, step: yaml.MappingNode) -> yaml.Node:
        """A node at the dash of *step*."""
        mark = step.start_mark
        at = self.text.rindex("-", 0, mark.index)
        column = mark.column - (mark.index - at)
        dash = yaml.Mark(mark.name, at, mark.line, column, None, 0)
        return yaml.ScalarNode("", "-", dash, dash)


def _jobs(node: yaml.Node | None) -> Iterator[Job]:
    for key, name, job in entries(node):
        for step in items(value_of(job, "steps")):
            command = _command(step)
            if command and isinstance(job, yaml.MappingNode) and isinstance(step, yaml.MappingNode):
                yield Job(name, key, job, step, command)
                break


def _command(step: yaml.Node) -> str:
    if _fetches(step):
        return ""
    if _OWN.search(text_of(step, "uses")):
        command = text_of(step, "with", "command")
        return "fix" if not command or "${{" in command else command  # a command that is told may be `fix`
    found = _COMMAND.search(text_of(step, "run"))
    return found[1] if found else ""


def _fetches(step: yaml.Node) -> bool:
    """Whether *step* is one `fetch`, and does nothing else."""
    is_named = text_of(step, "with", "command") == "fetch" and bool(_OWN.search(text_of(step, "uses")))
    lines = text_of(step, "run").replace("\\\n", " ").strip()
    return is_named or _FETCH.fullmatch(lines) is not None


def _first(node: yaml.Node | None) -> yaml.Node:
    """The first key of a mapping that is not empty."""
    return next(key for key, _, _ in entries(node))
