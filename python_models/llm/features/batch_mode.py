"""The provider's batch API (`/v1/batches`) as a way to ask: for work that can wait.

Requests go out as a file, answers come back as one, in any order. What was submitted is noted
in the journal before and after, so that a run after a crash (or after the deadline) polls the
batches under way and submits nothing twice.
"""

from __future__ import annotations

import asyncio
import io
import json
import time
import uuid
from collections.abc import Sequence
from typing import Any, Literal

from python_models.llm.asking.asking_context import Attempt, Stop, stop_message
from python_models.llm.asking.budget import Amounts, NoBudget
from python_models.llm.asking.dispatcher import Asker
from python_models.llm.asking.http_request import failed_values
from python_models.llm.endpoints.boundary import (
    Unreadable,
    count,
    decoded,
    json_object,
    part,
    saying,
    word,
)
from python_models.llm.endpoints.errors import Problem, problem_of
from python_models.llm.ledger.journal import JournalError, reading
from python_models.llm.ledger.parse_response import ended_values, read_body
from python_models.llm.ledger.records import ENDED, ENDED_COLUMNS
from python_models.llm.prompting.answers import Judgement
from python_models.llm.prompting.calls import Call, next_move

REQUESTS_PER_BATCH = 50_000
BYTES_PER_BATCH = 100 * 1024 * 1024
FIRST_LOOK = 0.5
LONGEST_LOOK = 60.0
ENDPOINT: Literal["/v1/chat/completions"] = "/v1/chat/completions"
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
        except NoBudget as reason:
            self._stop(Stop(str(reason), is_failure=False))
        except Stop as stop:
            self._stop(stop)
        except JournalError as error:
            self._stop(Stop(str(error), is_failure=True, is_journal=True))

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
            if batch_id is not None:
                lines = [self._line(call) for call in wanted.values()]
                group = [line for line in lines if line is not None]
                for attempt, _, _ in group:
                    attempt.worst = Amounts()  # the run that submitted it reserved it
                await self._follow(batch_id, group)

    async def _find_submitted(self, local_id: str) -> str | None:
        """Look whether a batch arrived whose submission we did not live to see acknowledged."""
        async for batch in self._runtime.client.batches.list():
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
        client, journal = self._runtime.client, self._runtime.journal
        local_id = f"local-{uuid.uuid4().hex}"
        ids = json.dumps([attempt.call.call_id for attempt, _, _ in group])
        await journal.write([(NOTE, (local_id, self._asked.endpoint.name, ids, time.time()))])
        for attempt, _, _ in group:
            await self._requester.journal_sent(attempt)
        lines = [
            json.dumps(
                {
                    "custom_id": attempt.call.call_id,
                    "method": "POST",
                    "url": ENDPOINT,
                    "body": body,
                },
                ensure_ascii=False,
            )
            for attempt, body, _ in group
        ]
        try:
            content = io.BytesIO("\n".join(lines).encode())
            file = await client.files.create(file=("batch.jsonl", content), purpose="batch")
            batch = await client.batches.create(
                input_file_id=file.id,
                endpoint=ENDPOINT,
                completion_window="24h",
                metadata={"sluice_batch": local_id, "step": self._asked.step},
            )
        except Exception as error:
            raise self._cannot(problem_of(error)) from error
        batch_id = word(batch.id) or local_id
        await journal.write([(RENAME, (batch_id, local_id))])
        return batch_id

    def _cannot(self, problem: Problem) -> Stop:
        message = self._runtime.scrub(problem.message)
        if problem.action == "stop":
            return Stop(stop_message(self._asked, problem.error_type, message), is_failure=True)
        return Stop(f"the batch could not be submitted ({message}); run again", is_failure=False)

    async def _follow(self, batch_id: str, group: list[Line]) -> None:
        """Poll a batch until it is over, then take its answers."""
        client, wait = self._runtime.client, FIRST_LOOK
        while True:
            try:
                batch = await client.batches.retrieve(batch_id)
                if batch.status in OVER:
                    break
            except Exception as error:
                problem = problem_of(error)
                if problem.action in ("stop", "row"):
                    raise self._cannot(problem) from error
            if time.monotonic() + wait > self._until:
                raise Stop(f"batch {batch_id} is under way: run again to take its answers", False)
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, LONGEST_LOOK)
        by_id = {attempt.call.call_id: (attempt, body, kind) for attempt, body, kind in group}
        for file_id in (batch.output_file_id, batch.error_file_id):
            if file_id:
                content = await client.files.content(file_id)
                await self._take(decoded(content.content), by_id)
        for attempt, _, _ in by_id.values():
            problem = Problem(
                "retry", "batch", f"batch {batch_id} ended ({batch.status}) without it"
            )
            self._fail(attempt, problem)
        await self._runtime.journal.write([(OVER_NOTE, (batch.status, time.time(), batch_id))])

    async def _take(self, text: str, by_id: dict[str, Line]) -> None:
        """Journal and read the answers of a batch's output, whatever their order."""
        for raw in text.split("\n"):  # other line ends may stand inside a text
            try:
                line = json_object(raw)
            except Unreadable:
                continue  # whose answer it was cannot be told: that call ends without one
            known = by_id.pop(word(line.get("custom_id")) or "", None)
            if known is None:
                continue
            attempt, body, kind = known
            response = part(line.get("response"))
            status = count(response.get("status_code"))
            if status != 200:
                said = saying(response.get("body") or line.get("error")) or "no reason given"
                self._fail(attempt, Problem("retry", "batch", said[:300], status))
                continue
            answer = json.dumps(response.get("body"))
            await self._answer(attempt, answer, body, kind, response)

    async def _answer(
        self, attempt: Attempt, text: str, body: dict[str, Any], kind: str, response: dict[str, Any]
    ) -> None:
        asked, runtime = self._asked, self._runtime
        read = read_body(runtime.scrub(text), asked.price, body["messages"])
        more = {"request_id": word(response.get("request_id")), "answered_at": time.time()}
        ended = ended_values(read, asked.endpoint.provider, more)
        values = [ended.get(name) for name in ENDED_COLUMNS]
        raw = "update llm_attempts set raw_response = ? where {}"
        where = "call_id = ? and state in ('sent', 'lost')"
        ids = "attempt_id = (select attempt_id from llm_attempts where " + where + " limit 1)"
        key = attempt.call.call_id
        statement = ENDED.replace("attempt_id = ?", ids)
        await runtime.journal.write(
            [(raw.format(ids), (runtime.scrub(text), key)), (statement, [*values, key])]
        )
        tokens = read.prompt_tokens + read.completion_tokens
        asked.budget.settle(attempt.worst, Amounts(read.cost_usd, tokens, 1))
        problem = self._requester.note(attempt.call, kind, read)
        if problem is not None:
            self._fail(attempt, problem, is_settled=True)
            return
        self._line(attempt.call)  # ends the call, unless it has to be asked again

    def _fail(self, attempt: Attempt, problem: Problem, is_settled: bool = False) -> None:
        if not is_settled:
            self._asked.budget.settle(attempt.worst, Amounts(calls=1))
            message = self._runtime.scrub(problem.message)
            ended = failed_values(problem, message, attempt, self._asked.endpoint.provider)
            self._requester.put_ended(attempt, ended)
        self._give_up(attempt.call, problem, is_late=False)
        self._end(attempt.call)
