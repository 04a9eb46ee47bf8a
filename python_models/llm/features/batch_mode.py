"""The provider's batch API (`/v1/batches`) as a way to ask: for work that can wait.

Requests go out as a file, answers come back as one, in any order. What was submitted is noted
in the journal before and after, so that a run after a crash (or after the deadline) polls the
batches under way and submits nothing twice.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Sequence
from typing import Any

from python_models.llm.asking.asking_context import Attempt, Stop, stop_message
from python_models.llm.asking.budget import Amounts, NoBudget
from python_models.llm.asking.dispatcher import Asker, stop_of
from python_models.llm.asking.http_request import actual_of
from python_models.llm.endpoints.boundary import (
    amount,
    count,
    decoded,
    part,
    saying,
    word,
)
from python_models.llm.endpoints.error_types import MAYBE_BILLED, Action, ErrorType, Problem
from python_models.llm.endpoints.errors import problem_of, status_problem
from python_models.llm.features.batch_files import ENDPOINT, input_file, read_output
from python_models.llm.ledger.journal import reading, select_in
from python_models.llm.ledger.parse_response import read_body, without_answer
from python_models.llm.ledger.records import ARRIVED
from python_models.llm.prompting.answers import Judgement
from python_models.llm.prompting.calls import Call, Completion, next_move

REQUESTS_PER_BATCH = 50_000
BYTES_PER_BATCH = 100 * 1024 * 1024
FIRST_LOOK = 0.5
LONGEST_LOOK = 60.0
OVER = frozenset({"completed", "failed", "expired", "cancelled"})
NOTE = (
    "insert into llm_batches (batch_id, endpoint, state, call_ids, submitted_at) "
    "values (?, ?, 'submitting', ?, ?)"
)
RENAME = "update llm_batches set batch_id = ?, state = 'submitted' where batch_id = ?"
OVER_NOTE = "update llm_batches set state = ?, finished_at = ? where batch_id = ?"
UNDER_WAY = (
    "select batch_id, state, call_ids from llm_batches "
    "where endpoint = ? and state in ('submitting', 'submitted')"
)


SENT_BEFORE = (
    "select call_id, attempt_id, cost_usd from (select *, row_number() over (partition by call_id "
    "order by asked_at desc) as place from llm_attempts where state in ('sent', 'lost')) "
    "where place = 1 and call_id in ({})"
)

Line = tuple[Attempt, dict[str, Any], str]  # the attempt, its request, the kind of answer


class BatchAsker(Asker):
    """Asks calls in batches, in rounds: what has to be asked again goes into the next one."""

    async def ask(self, calls: Sequence[Call]) -> None:
        """Submit, poll until done or the deadline, take the answers."""
        if self._asked.operation != "chat":
            await super().ask(calls)
            return
        self._until = time.monotonic() + self._asked.deadline
        self._left = {call.call_id: call for call in calls}
        try:
            await self._resume()
            while self._left and not self._asked.stopped:
                group = await self._next_group()
                if not group:
                    break
                await self._follow(await self._submit(group), group)
        except Exception as error:
            stop = stop_of(error)
            if stop is None:
                raise
            self._stop(stop)

    async def _resume(self) -> None:
        """Follow the batches an earlier run submitted and did not see the end of."""
        with reading(self._runtime.journal.path) as connection:
            rows = connection.execute(UNDER_WAY, [self._asked.endpoint.name]).fetchall()
        for batch_id, state, call_ids in rows:
            wanted = {
                call_id: self._left[call_id]
                for call_id in json.loads(call_ids)
                if call_id in self._left
            }
            if not wanted:
                continue
            if state == "submitting":
                batch_id = await self._find_submitted(batch_id)
            lines = [self._line(call) for call in wanted.values()]
            group = [line for line in lines if line is not None]
            self._take_over(group)
            if batch_id is not None:
                await self._follow(batch_id, group)
            else:
                self._never_sent(group, "its batch never arrived")

    def _take_over(self, group: list[Line]) -> None:
        """Let attempts be those an earlier run sent: their worst case was booked until now."""
        sent = {attempt.call.call_id: attempt for attempt, _, _ in group}
        with reading(self._runtime.journal.path) as connection:
            for call_id, attempt_id, booked in select_in(connection, SENT_BEFORE, list(sent)):
                attempt = sent[call_id]
                attempt.attempt_id, attempt.is_reserved = attempt_id, False
                attempt.call.spent.cost_usd -= amount(booked)

    async def _find_submitted(self, local_id: str) -> str | None:
        """Look whether a batch arrived whose submission we did not live to see acknowledged."""
        async for batch in self._asked.speaking(self._lane.client).batches.list():
            if (batch.metadata or {}).get("sluice_batch") == local_id:
                await self._runtime.journal.write([(RENAME, (batch.id, local_id))])
                return batch.id
        gone = ("never arrived", time.time(), local_id)
        await self._runtime.journal.write([(OVER_NOTE, gone)])
        return None

    def _line(self, call: Call) -> Line | None:
        """Return (attempt, request, kind) for a call's next request; None when it has ended."""
        move = next_move(call, self._source)
        if isinstance(move, Judgement):
            self._finish(call, move)
            self._end(call)
            return None
        base = self._source.messages(call)
        question = self._question(call, base, move.kind, move.judgement)
        body, rung = self._requester.body_of(question)
        worst = self._requester.worst_of(question)
        return Attempt(call, move.kind, rung, worst), body, move.kind

    def _end(self, call: Call) -> None:
        self._tell(call)
        self._left.pop(call.call_id, None)

    async def _next_group(self) -> list[Line]:
        """Take calls as far as one batch and the budget go, highest priority first."""
        group: list[Line] = []
        size = 0
        for call in sorted(self._left.values(), key=lambda call: -call.priority):
            line = self._line(call)
            if line is None:
                continue
            size += len(json.dumps(line[1]))
            if len(group) >= REQUESTS_PER_BATCH or (group and size > BYTES_PER_BATCH):
                break
            try:
                await self._asked.budget.reserve(line[0].worst, is_waiting=False)
            except NoBudget:
                if not group:
                    raise
                break
            group.append(line)
        return group

    async def _submit(self, group: list[Line]) -> str:
        """Send a batch and note it, before and after."""
        client, journal = self._asked.speaking(self._lane.client), self._runtime.journal
        local_id = f"local-{uuid.uuid4().hex}"
        ids = json.dumps([attempt.call.call_id for attempt, _, _ in group])
        await journal.write([(NOTE, (local_id, self._asked.endpoint.name, ids, time.time()))])
        for attempt, _, _ in group:
            await self._requester.journal_sent(attempt)
        content = input_file((attempt.call.call_id, body) for attempt, body, _ in group)
        try:
            file = await client.files.create(file=("batch.jsonl", content), purpose="batch")
            batch = await client.batches.create(
                input_file_id=file.id,
                endpoint=ENDPOINT,
                completion_window="24h",
                metadata={"sluice_batch": local_id, "step": self._asked.step},
            )
        except Exception as error:
            problem = problem_of(error)
            # else the next run looks whether it arrived: a gateway's error says nothing of that
            if problem.kind not in MAYBE_BILLED | {ErrorType.SERVER_ERROR}:
                await journal.write([(OVER_NOTE, ("refused", time.time(), local_id))])
                self._never_sent(group, f"its batch was refused: {problem.message}")
            raise self._cannot(problem, "could not be submitted") from error
        batch_id = word(batch.id) or local_id
        await journal.write([(RENAME, (batch_id, local_id))])
        return batch_id

    def _never_sent(self, group: list[Line], why: str) -> None:
        """End attempts of a batch that was never taken: they cost nothing."""
        for attempt, _, _ in group:
            completion = without_answer(Problem(ErrorType.BATCH, why), 0.0)
            self._requester.put_ended(attempt, completion)
            if attempt.is_reserved:
                self._asked.budget.settle(attempt.worst, Amounts())

    def _cannot(self, problem: Problem, what: str) -> Stop:
        message = self._runtime.scrub(problem.message)
        if problem.action is Action.STOP:
            return Stop(stop_message(self._asked, problem, message), is_failure=True)
        return Stop(f"the batch {what} ({message}); run again")

    async def _follow(self, batch_id: str, group: list[Line]) -> None:
        """Poll a batch until it is over, then take its answers."""
        client, wait = self._asked.speaking(self._lane.client), FIRST_LOOK
        while True:
            try:
                batch = await client.batches.retrieve(batch_id)
                if batch.status in OVER:
                    break
            except Exception as error:
                problem = problem_of(error)
                if problem.action in (Action.STOP, Action.ROW, Action.LATER):
                    raise self._cannot(problem, "cannot be looked at") from error
            if time.monotonic() + wait > self._until:
                raise Stop(f"batch {batch_id} is under way: run again to take its answers")
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, LONGEST_LOOK)
        by_id = {line[0].call.call_id: line for line in group}
        is_whole = True
        for file_id in (batch.output_file_id, batch.error_file_id):
            if file_id:
                is_whole &= await self._take(await self._content(file_id), by_id)
        # what a batch that ended early did not come to is free; what it answered and lost is not
        is_free = is_whole and batch.status != "completed"
        kind = ErrorType.BATCH if is_free else ErrorType.NOT_AN_ANSWER
        for line in by_id.values():
            said = f"batch {batch_id} ended ({batch.status}) without it"
            await self._fail(line, Problem(kind, said))
        await self._runtime.journal.write([(OVER_NOTE, (batch.status, time.time(), batch_id))])

    async def _content(self, file_id: str) -> str:
        """Return a file of answers."""
        try:
            content = await self._asked.speaking(self._lane.client).files.content(file_id)
        except Exception as error:
            said = "is done and its answers cannot be had"
            raise self._cannot(problem_of(error), said) from error
        return decoded(content.content)

    async def _take(self, text: str, by_id: dict[str, Line]) -> bool:
        """Journal and read the answers of an output file; say if each line named its call."""
        found, is_whole = read_output(text)
        for name, said in found:
            line = by_id.pop(name, None)
            if line is None:
                continue
            response = part(said.get("response"))
            status, body = count(response.get("status_code")), response.get("body")
            line[0].request_id = word(response.get("request_id"))
            line[0].answered_at = time.time()
            if status == 200:
                await self._answer(line, json.dumps(body))
            elif status is not None and 300 <= status < 1000:
                problem = status_problem(status, json.dumps(body), {}, line[0].has_format)
                await self._fail(line, problem)
            else:
                reason = saying(body or said.get("error")) or "no reason given"
                await self._fail(line, Problem(ErrorType.BATCH, reason[:300], status))
        return is_whole

    async def _answer(self, line: Line, text: str) -> None:
        attempt, body, _ = line
        asked, runtime = self._asked, self._runtime
        text = runtime.scrub(text)
        arrived = (200, text, attempt.request_id, None, attempt.answered_at, attempt.attempt_id)
        await runtime.journal.write([(ARRIVED, arrived)])
        completion = read_body(
            text, asked.price, body["messages"], attempt.worst.usd, None, attempt.has_format
        )
        if completion.problem is None:
            runtime.ladder.answered(asked.served, attempt.rung)
        await self._end_attempt(line, completion)

    async def _fail(self, line: Line, problem: Problem) -> None:
        await self._end_attempt(line, without_answer(problem, line[0].worst.usd))

    async def _end_attempt(self, line: Line, completion: Completion) -> None:
        """Note how a request of a batch ended, and what that is for its call."""
        attempt, body, kind = line
        self._requester.put_ended(attempt, completion)
        reserved = attempt.worst if attempt.is_reserved else Amounts()
        self._asked.budget.settle(reserved, actual_of(completion, attempt.worst))
        self._requester.note(attempt, completion, kind)
        problem = completion.problem
        if problem is None:
            self._line(attempt.call)  # ends the call, unless it has to be asked again
            return
        if self._requester.learns(attempt, body, problem):
            return  # goes into the next batch, asked the way that was learnt
        if problem.action is Action.LATER:
            self._stop(Stop(f"{self._asked.endpoint.name}: {problem.message}"))
            return
        self._give_up(attempt.call, problem, is_late=False)
        self._end(attempt.call)
