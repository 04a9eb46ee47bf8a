"""Asks the calls of one step: each a small conversation, highest priority first."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ingestion.lakehouse.settings import settings
from python_models.llm.asking.asking_context import Asked, Question, Stop
from python_models.llm.asking.budget import NoBudget
from python_models.llm.asking.http_request import Requester
from python_models.llm.asking.runtime import Runtime
from python_models.llm.endpoints.error_types import Action, ErrorType, Problem
from python_models.llm.ledger.claims import Claims
from python_models.llm.ledger.journal import EntryRefused, JournalError, describe
from python_models.llm.ledger.records import RELEASE, call_row
from python_models.llm.prompting.answers import Judgement, reask_message
from python_models.llm.prompting.calls import Call, Source, next_move
from python_models.llm.prompting.prompts import Message

MOST_RETRIES = 8
MOST_PAID_RETRIES = 2  # of what was answered (and paid for) and could not be read
PROBE_SECONDS = 5.0  # a format is refused at once; a long answer is not waited for
FIRST_WAIT = 0.25
LONGEST_WAIT = 20.0
LONGER = 4  # times max_tokens, once, after an answer that was cut
CLAIMED_AT_ONCE = 512
LONGEST_QUOTED = 40_000  # characters of a bad answer: its length is not ours to pay again
LOOK_SECONDS = 0.25


class Asker:
    """Runs a step's calls on the event loop."""

    def __init__(self, runtime: Runtime, asked: Asked, source: Source) -> None:
        self._runtime = runtime
        self._asked = asked
        self._source = source
        self._lane = runtime.lane(asked.endpoint)
        self._requester = Requester(runtime, self._lane, asked)
        self._claims = Claims(runtime.journal.path, runtime.owner)
        self._running: set[asyncio.Task[None]] = set()
        self._is_ending = False

    async def ask(self, calls: Sequence[Call]) -> None:
        """Ask every call; each ends in a state, those after a stop stay pending."""
        keeps_order = settings().keeps_order
        ordered = list(calls) if keeps_order else sorted(calls, key=lambda call: -call.priority)
        waiting: list[Call] = []
        try:
            for start in range(0, len(ordered), CLAIMED_AT_ONCE):
                waiting += await self._ask_some(ordered[start : start + CLAIMED_AT_ONCE])
            while waiting and not self._asked.stopped:
                await asyncio.sleep(LOOK_SECONDS)
                waiting = await self._ask_some(waiting)
            if self._running:
                await asyncio.gather(*self._running)
        except BaseException:
            await self._cancel()
            raise
        finally:
            left = [call.call_id for call in ordered if call.status in ("pending", "failed")]
            if left and not self._asked.is_broken:
                await asyncio.to_thread(self._claims.release, left)

    async def _cancel(self) -> None:
        """End what is under way: a step that raised sends nothing more and pays nothing more."""
        self._is_ending = True
        self._stop(Stop("the step has ended", is_failure=True))
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _ask_some(self, calls: Sequence[Call]) -> list[Call]:
        """Claim and ask some calls; return those another process is asking now."""
        if self._asked.stopped:
            return []
        by_id = {call.call_id: call for call in calls}
        ready, others = await asyncio.to_thread(self._claims.take, list(by_id))
        for call_id, answered in ready.items():
            adopt(by_id[call_id], answered)
            self._tell(by_id[call_id])
        ours = [call for call in calls if call.call_id not in ready and call.call_id not in others]
        for call in await self._probe(ours):
            await self._start(call)
        return [by_id[call_id] for call_id in others]

    async def _start(self, call: Call) -> None:
        """Start a call as soon as there are not too many about."""
        most = self._lane.pacer.ceiling * 2 + 8
        while len(self._running) >= most:
            done, self._running = await asyncio.wait(
                self._running, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                task.result()
        if not self._asked.stopped:
            self._running.add(asyncio.create_task(self._settle(call)))

    async def _probe(self, calls: list[Call]) -> list[Call]:
        """Have one call find out how its model is asked for JSON; return those left to start."""
        ladder, served = self._runtime.ladder, self._asked.served
        if not calls or self._asked.schema is None:
            return calls
        found, is_first = ladder.probe(served)
        if is_first:
            await self._start(calls[0])
        with suppress(TimeoutError):
            await asyncio.wait_for(found.wait(), PROBE_SECONDS)
        if is_first:
            ladder.probed(served)
        return calls[1:] if is_first else calls

    async def _settle(self, call: Call) -> None:
        """Bring a call to its end; whatever happens on the way ends it, or the step."""
        try:
            await self._converse(call)
        except asyncio.CancelledError as error:
            if self._is_ending:
                raise
            self._spoil(call, error)  # somebody below gave up: that is this call's end alone
        except Exception as error:  # noqa: BLE001  whatever one call does, the others go on
            stop = stop_of(error)
            if stop is not None:
                self._stop(stop)
            else:
                self._spoil(call, error)
        self._runtime.ladder.probed(self._asked.served)  # whoever waits need not any more
        self._tell(call)

    def _spoil(self, call: Call, error: BaseException) -> None:
        """Mark a call that could not be brought to its end; the next run asks it again."""
        reason = str(error) if isinstance(error, EntryRefused) else describe(error)
        call.status, call.error_type = "failed", "unreadable"
        call.error = self._runtime.scrub(f"the answer could not be read or kept: {reason}")
        if not isinstance(error, EntryRefused):  # which the journal would refuse again
            with suppress(Exception):
                self._put_call(call, None)

    def _tell(self, call: Call) -> None:
        if self._asked.on_done:
            try:
                self._asked.on_done(call)
            except Exception:  # noqa: BLE001  what is shown must not end what is done
                self._asked.on_done = None

    def _stop(self, stop: Stop) -> None:
        self._asked.stopped = self._asked.stopped or stop

    async def _converse(self, call: Call) -> None:
        """Ask until there is an answer to keep or a reason why there is none."""
        base: list[Message] | None = None
        started, retries = time.monotonic(), 0
        while True:
            move = next_move(call, self._source)
            if isinstance(move, Judgement):
                self._finish(call, move, base)
                return
            if self._asked.stopped:
                return
            base = base or self._source.messages(call)
            question = self._question(call, base, move.kind, move.judgement)
            problem = await self._requester.request(call, question, is_retry=retries > 0)
            if problem is None:
                retries = 0
                continue
            if self._asked.stopped:
                return
            retries += problem.action is Action.RETRY
            wait = wait_before(problem, retries)
            is_late = time.monotonic() - started + wait > self._asked.deadline
            is_final = problem.action is Action.ROW or retries > most_retries(problem)
            if is_final or is_late:
                self._give_up(call, problem, is_late)
                return
            if wait:
                await asyncio.sleep(wait)

    def _question(
        self, call: Call, base: list[Message], kind: str, judgement: Judgement | None
    ) -> Question:
        parameters = dict(self._asked.parameters)
        if kind == "longer" or any(answer.kind == "longer" for answer in call.answers):
            parameters["max_tokens"] *= LONGER
        if kind != "reask" or judgement is None:
            return Question(kind, base, parameters)
        said = (call.answers[-1].content or "(nothing)")[:LONGEST_QUOTED]
        again = reask_message(judgement.error or "", self._asked.schema)
        turns = [{"role": "assistant", "content": said}, {"role": "user", "content": again}]
        return Question(kind, [*base, *turns], parameters)

    def _give_up(self, call: Call, problem: Problem, is_late: bool) -> None:
        call.error_type = problem.error_type
        if problem.action is Action.THROTTLE:
            wait = f" (it asks to wait {problem.wait:g} s)" if problem.wait else ""
            call.error = f"the endpoint is not ready within the deadline{wait}: asked next time"
            return
        late = f" (gave up after the deadline of {self._asked.deadline:g} s)" if is_late else ""
        call.status, call.error = "failed", f"{problem.message}{late}"
        self._put_call(call, None)

    def _finish(self, call: Call, judgement: Judgement, asked: list[Message] | None = None) -> None:
        call.status, call.error = judgement.status, judgement.error
        call.error_type = None if judgement.error is None else judgement.status
        self._put_call(call, judgement.answer, asked)

    def _put_call(self, call: Call, parsed: Any, asked: list[Message] | None = None) -> None:
        runtime = self._runtime
        call.error = runtime.scrub(call.error)
        more: dict[str, Any] = {"answered_at": time.time()}
        if hasattr(parsed, "model_dump_json"):
            more["parsed_answer"] = parsed.model_dump_json()
        messages = json.dumps(asked or self._source.messages(call), ensure_ascii=False)
        more["input_messages"] = runtime.scrub(messages)
        release = (RELEASE, (call.call_id, runtime.owner))
        also = self._source.also_final(call)
        runtime.journal.put([call_row(call, self._asked.constants | more), *also, release])


def stop_of(error: Exception) -> Stop | None:
    """Return how an exception stops the step; None for one that is a single call's."""
    if isinstance(error, Stop):
        return error
    if isinstance(error, NoBudget):
        return Stop(str(error))
    if isinstance(error, JournalError) and not isinstance(error, EntryRefused):
        return Stop(str(error), is_failure=True, is_journal=True)
    return None


def most_retries(problem: Problem) -> int:
    """Return how often a request is repeated after a problem: what was paid for, less often."""
    return MOST_PAID_RETRIES if problem.kind is ErrorType.NOT_AN_ANSWER else MOST_RETRIES


def wait_before(problem: Problem, retries: int) -> float:
    """Return how long to wait before a request is tried again."""
    if problem.wait is not None:
        # the pacer holds everybody back as long as told; a little apart on the way back
        return problem.wait + random.uniform(0, 0.05)
    if problem.action is not Action.RETRY:
        return 0.0  # the pacer decides when
    return random.uniform(0.5, 1.0) * min(FIRST_WAIT * 2**retries, LONGEST_WAIT)


def adopt(call: Call, answered: Call) -> None:
    """Take over the answer another process got to the same question."""
    for name in ("answers", "spent", "status", "error", "error_type", "provider", "model"):
        setattr(call, name, getattr(answered, name))
    call.response_model, call.asked_at = answered.response_model, answered.asked_at
    call.is_cached = True
