"""The proposer that asks a language model, again with every objection, until a limit or the model stops it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from agent_ci import memory
from agent_ci.clone import Loaded
from agent_ci.core.budget import Budget
from agent_ci.core.claims import LABELS, NO_CLAIMS, SCHEMA, split, worded
from agent_ci.core.fingerprint import fingerprint as fingerprint_of
from agent_ci.core.outward.writer import Outward
from agent_ci.core.questions.again import rung, tries
from agent_ci.core.questions.answer import cause, refusal
from agent_ci.core.questions.candidates import order
from agent_ci.core.questions.looks import TOOLS, Beyond, Look, called, came_of, looks, shown
from agent_ci.core.run import MODEL, Attempt, Cost, Evidence, Reply, total_cost, tried_before
from agent_ci.errors import AgentCIError, BudgetExhaustedError, ModelUnavailableError, UnsupportedError
from agent_ci.memory import Idea
from agent_ci.model.answering import Model as Asked
from agent_ci.model.asking import Prompts, Said, Use
from agent_ci.model.endpoint import Endpoint
from agent_ci.model.remote import Remote
from agent_ci.model.talk import Dialogue, Turns
from agent_ci.model.transport import Timeouts, call
from agent_ci.ports import Journal, Recalling, Rerunning, Workbench
from agent_ci.templates import template

_TURNS_TO_KEEP = 2  # the last has other prompts and no tool: what is kept in a second call, a third may find
_RUNS = 2  # of tests that the model asks for, in a run of ours
_MORE = "You may ask to see more once again, or answer with the cause and the change."
_ONLY_LOOKS = "the answer asks to see more and there is no more to see; offer a change"
_NO_MORE = "There is no more to see: answer with the cause and the change now."


class Model:
    """Asks the models *names*, at *api_base* where one is given and else at their provider, with *api_key*.

    The first is asked until the question starts anew, and then the last. One that cannot be had is asked no more, and
    another takes its place, which the next reply says.

    Each question stands alone: the job's text with the objections raised so far, after one system prompt. A
    name without a provider is served in OpenAI's format where *api_base* is given. An endpoint that we have
    no key for gets none, also where the environment holds one. *system* is the prompt that questions follow, *looking*
    the one that they follow while it may still look. Claims beside the change are read where *system* asks for them.
    *rounds* is how often it is asked about one part, where that is limited. The file *tried* holds what earlier runs
    tried in vain, and is not believed where it came with the commit which is checked out in *root*; *further* gives
    what is kept of that elsewhere, and where there is no such file neither is told of.
    Each question is asked so often as *candidates* says, as far as the budget holds all of these calls; each change is
    offered once then, the smallest first, and together they are one attempt.
    For one answer it may ask to see more of the tree *turns* times; each time is a call that counts. Two tests in all
    are run for it, if it asks for such.
    """

    def __init__(  # noqa: PLR0913 - what one adapter is made from, each by name
        self,
        *,
        names: tuple[str, ...],
        api_base: str | None,
        api_key: str | None,
        budget: Budget,
        journal: Journal,
        seed: int,
        outward: Outward = Outward(),  # noqa: B008 - it is frozen
        remote: Remote | None = None,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - it is frozen
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        system: str = "system.v7",
        looking: str = "",
        rounds: int | None = None,
        tried: Path | None = None,
        root: Path = Path(),
        further: Callable[[], tuple[Idea, ...]] = tuple,
        turns: int = 0,
        candidates: int = 1,
    ) -> None:
        key = (api_key or "").strip() or None
        prompts = Prompts(template(system), template("continue.v1"), _declined)
        self._asks_for_claims = all(label in prompts.system.text for label in LABELS)
        if self._asks_for_claims:
            prompts = replace(prompts, schema=SCHEMA, worded=worded)
        self._formless: set[str] = set()  # the models that did not keep to a schema
        asked_by = remote.call if remote else call
        asked = Asked(
            Endpoint(names[0], api_base or None, key, seed, timeouts, is_keyed=remote is not None),
            prompts,
            journal,
            outward,
            asked_by,
            sleep,
            clock,
        )
        self._models = {name: replace(asked, endpoint=replace(asked.endpoint, name=name)) for name in names}
        self._paid = Cost()  # for the answer that is being asked for
        self._looking = template(looking or system)
        self._budget = budget
        self._rounds = rounds
        self._tried, self._root, self._further = tried, root, further
        self._journal = journal
        self._turns = turns
        self._candidates = candidates
        self._share = 1  # how many answers are to be had for what is left
        self._seed = seed
        self._ran: dict[tuple[str, str], str] = {}

    def propose(
        self, evidence: Evidence, attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        """Offer the model's answers one at a time; an answer of no use is offered with its objection.

        Ends where a limit is reached, the model declines twice, or it offers the same change a third time.
        Raises ModelUnavailableError where it cannot be reached or gives nothing but unreadable answers,
        BudgetExhaustedError where the tokens that are left are not enough for the next question, or where earlier runs
        spent all that there is.
        """
        if self._budget.barred:
            raise BudgetExhaustedError(f"the model was not asked: {self._budget.barred}")
        turns, earlier = Turns(self._models), self._earlier(evidence, workbench)
        while not (self._is_heard(evidence, attempts) or self._limit(attempts, workbench, turns.debts)):
            name = turns.next(rung(attempts, evidence.group))
            if not name:
                break
            model, dialogue = self._models[name], turns[name]
            question = workbench.question((*earlier, *attempts)) + dialogue.note
            try:
                said, *others = self._answers(model, question, evidence, (*attempts, *turns.debts), workbench)
            except (ModelUnavailableError, UnsupportedError) as error:
                if turns.leave(name, str(error), self._paid):
                    continue
                told = type(error)("; ".join(filter(None, (turns.owed, str(error)))))
                raise _paid_for(told, self._paid + total_cost(turns.debts)) from None
            except BudgetExhaustedError as error:
                raise _paid_for(error, self._paid + total_cost(turns.debts)) from None
            dialogue.hear(said)
            reply = turns.settled(self._reply(said, name))
            never = f"{model.endpoint} never gave an answer that could be used: {said.objection}"
            is_last = turns.is_empty and self._limit((*attempts, Attempt(reply)), workbench)
            has_other = not dialogue.is_hopeless or turns.leave(name, never, Cost())
            if is_last or (turns.is_empty and not has_other):
                raise _paid_for(ModelUnavailableError(f"{never}; check --model and --api-base"), reply.cost)
            tried = yield from _each((reply, *(self._reply(other, name) for other in others)), dialogue)
            attempts += tried
            if tried[-1].is_proven:
                return
        if turns.owed:
            yield turns.settled(Reply(MODEL, objection=turns.owed))

    def _reply(self, said: Said, name: str) -> Reply:
        """What the model *name* said, with its claims apart from the change."""
        text, claims = split(said.text) if self._asks_for_claims else (said.text, NO_CLAIMS)
        return Reply(
            MODEL,
            text,
            said.cost,
            cause=cause(text),
            note=said.note,
            objection=said.objection,
            doubts=claims.doubts,
            model=name,
            claims=claims,
        )

    def _earlier(self, evidence: Evidence, workbench: Workbench) -> tuple[Attempt, ...]:
        """What earlier runs tried in vain for the same failure."""
        if not self._tried:
            return ()
        is_theirs = memory.is_of_the_change(self._tried, self._root, workbench.tree.paths())
        wanted = evidence.group or fingerprint_of(evidence.targets)
        known = (*self._further(), *(() if is_theirs else memory.tried(self._tried)))
        ideas = memory.last_of_each(idea for idea in known if idea.fingerprint == wanted)
        self._journal.record("model.tried", ideas=[asdict(idea) for idea in ideas])
        return tuple(tried_before(idea.offered, idea.objections) for idea in ideas)

    def _is_heard(self, evidence: Evidence, attempts: tuple[Attempt, ...]) -> bool:
        """Whether there were as many rounds about this part as there may be."""
        return self._rounds is not None and tries(attempts, evidence.group) >= self._rounds

    def _limit(self, attempts: tuple[Attempt, ...], workbench: Workbench, debts: tuple[Attempt, ...] = ()) -> str:
        """The limit that forbids one more attempt after *attempts*, and after *debts*, which are none but cost."""
        budget = replace(self._budget, attempts=self._budget.attempts + len(debts))
        return budget.objection((*attempts, *debts), elapsed=budget.seconds - workbench.seconds_left())

    def _answers(
        self, model: Asked, question: str, evidence: Evidence, attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> tuple[Said, ...]:
        """The answers to *question* that are to be tried, in this order; the first costs what all the calls cost.

        Before the first of several is asked for, its share of what is left has to be enough for it; else it is the only
        one. One that cannot be had after others leaves it at these.
        """
        found: list[Said] = []
        cost = Cost()
        for number in range(self._candidates):
            spent = (*attempts, Attempt(Reply(MODEL, cost=cost)))
            self._share = self._candidates - number
            try:
                said = self._answer(replace(model, sample=number), question, evidence, spent, workbench)
            except (BudgetExhaustedError, ModelUnavailableError, UnsupportedError) as error:
                if found:
                    cost += self._paid
                    break
                if self._share == 1 or not isinstance(error, BudgetExhaustedError):
                    raise
                self._share = 1
                return (self._answer(model, question, evidence, spent, workbench),)
            found.append(said)
            cost += said.cost
        return _to_try(found, cost)

    def _answer(
        self, model: Asked, question: str, evidence: Evidence, attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> Said:
        """The answer to *question*, after what the model asks to see is shown; it costs what all the calls cost."""
        self._paid = Cost()
        said = self._ask(model, question, attempts, workbench, turns=self._turns)
        seen: tuple[Look, ...] = ()
        for turn in range(1, self._turns + 1):
            asked = looks(said.text) if said.use is Use.USABLE else ()
            spent = (*attempts, Attempt(Reply(MODEL, cost=said.cost)))
            if not asked or self._cannot_pay(spent, workbench):
                break
            seen = tuple(dict.fromkeys((*seen, *asked)))
            beyond = Beyond(partial(self._run, evidence, workbench))
            if isinstance(workbench, Recalling):
                beyond = replace(beyond, subjects=workbench.subjects)
            data = shown(seen, Loaded(workbench.tree), diff=evidence.diff, nonce=str(self._seed), beyond=beyond)
            more = _MORE if turn < self._turns else _NO_MORE
            try:
                looked = f"{question}\n\n{template('looked.v2').render(shown=data, more=more)}"
                kept = question if turn < self._turns and self._turns > _TURNS_TO_KEEP else ""
                again = self._ask(model, looked, spent, workbench, turns=self._turns - turn, fixed=kept)
            except BudgetExhaustedError as error:
                return replace(said, use=Use.CUT, objection=str(error))
            said = replace(again, cost=said.cost + again.cost, note=again.note or said.note)
        if self._turns and said.use is Use.USABLE and looks(said.text):
            return replace(said, use=Use.DECLINED, objection=_ONLY_LOOKS)
        return said

    def _run(self, evidence: Evidence, workbench: Workbench, id_: str) -> str:
        """What comes of the test *id_* of the report, which is run once on each tree and in no more than two runs."""
        if not isinstance(workbench, Rerunning) or id_ not in {case.id for case in evidence.before.cases}:
            return "The report has no test of this name."
        place = (workbench.tree.id, id_)
        if place not in self._ran and len(self._ran) >= _RUNS:
            return f"No more tests are run: there are {_RUNS} in all."
        if place not in self._ran:
            try:
                self._ran[place] = came_of(workbench.rerun(id_), id_)
            except AgentCIError as error:
                self._ran[place] = f"The test could not be run: {error}"
            self._journal.record("model.ran", test=id_, said=self._ran[place])
        return self._ran[place]

    def _cannot_pay(self, attempts: tuple[Attempt, ...], workbench: Workbench) -> bool:
        """Whether a limit other than that on attempts, of which a look is none, forbids one more call."""
        budget = replace(self._budget, attempts=len(attempts) + 1)
        return bool(budget.objection(attempts, elapsed=budget.seconds - workbench.seconds_left()))

    def _ask(  # noqa: PLR0913 - one call, and what bounds it
        self,
        model: Asked,
        question: str,
        attempts: tuple[Attempt, ...],
        workbench: Workbench,
        *,
        turns: int,
        fixed: str = "",
    ) -> Said:
        """Ask once, with the tool to look where there are *turns* left for that; *fixed* may be asked again."""
        spent = total_cost(attempts)
        tokens_left = (self._budget.tokens - spent.tokens) // self._share
        usd_left = None if spent.usd is None else (self._budget.cost - spent.usd) / self._share
        if turns:
            prompts = replace(model.prompts, system=self._looking, tools=TOOLS, called=called)
            model = replace(model, prompts=prompts)
        if model.endpoint.name in self._formless:
            model = replace(model, prompts=replace(model.prompts, schema=None))
        try:
            left = workbench.seconds_left
            said = model.ask(question, tokens_left=tokens_left, seconds_left=left, usd_left=usd_left, fixed=fixed)
            self._formless |= {model.endpoint.name} if said.note else set()
            return said
        finally:
            self._paid += model.cost


def _each(replies: Sequence[Reply], dialogue: Dialogue) -> Generator[Reply, Attempt, tuple[Attempt, ...]]:
    """Offer the answers to one question until one is proven, and give the attempts that came of them."""
    tried: list[Attempt] = []
    for number, reply in enumerate(replies):
        tried.append((yield replace(reply, candidate=number, candidates=len(replies))))
        dialogue.learn(tried[-1])
        if tried[-1].is_proven:
            break
    return tuple(tried)


def _to_try(found: Sequence[Said], cost: Cost) -> tuple[Said, ...]:
    """Those of *found*, which cost *cost* together, that are to be tried, without what is of no use beside others."""
    useful = [said for said in found if said.use is Use.USABLE] or found
    first, *others = (useful[at] for at in order([said.text for said in useful]))
    note = "; ".join(dict.fromkeys(said.note for said in found if said.note))
    return (replace(first, cost=cost, note=note), *(replace(said, cost=Cost(), note="") for said in others))


def _paid_for(error: AgentCIError, cost: Cost) -> AgentCIError:
    """*error* as what ends a run in which *cost* was paid since the last reply."""
    error.cost = cost
    return error


def _declined(text: str) -> str:
    reason = refusal(text)
    return f"the model sees no fix: {reason}" if reason else ""
