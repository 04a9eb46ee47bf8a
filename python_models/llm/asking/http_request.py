"""One request: budget reserved, leave to go, journalled, sent, journalled again as it arrives."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

from ingestion.lakehouse.faults import fault
from python_models.llm.asking.asking_context import (
    Asked,
    Attempt,
    Question,
    Stop,
    broken_message,
    stop_message,
)
from python_models.llm.asking.budget import Amounts
from python_models.llm.asking.lane import Lane
from python_models.llm.asking.pacing import NotSoon
from python_models.llm.asking.runtime import Runtime
from python_models.llm.asking.sending import Sender
from python_models.llm.endpoints.boundary import decoded, word
from python_models.llm.endpoints.error_types import Action, ErrorType, Problem
from python_models.llm.endpoints.errors import problem_of, problem_replied
from python_models.llm.endpoints.heads import Reply
from python_models.llm.ledger.parse_response import (
    ended_values,
    read_body,
    read_embeddings,
    without_answer,
)
from python_models.llm.ledger.records import ARRIVED, ENDED, ENDED_COLUMNS, SENT
from python_models.llm.prompting.calls import Call, Completion
from python_models.llm.prompting.prompts import Message
from python_models.llm.prompting.tokens import most_schema_tokens, most_tokens


class Requester:
    """Sends requests of one step."""

    def __init__(self, runtime: Runtime, lane: Lane, asked: Asked) -> None:
        self._runtime = runtime
        self._lane = lane
        self._asked = asked
        self._sender = Sender(lane, asked)
        self._schema_tokens = most_schema_tokens(asked.schema)

    async def request(self, call: Call, question: Question, is_retry: bool) -> Problem | None:
        """Send one request; returns None when an answer arrived and was journalled.

        Raises:
            NoBudget: the request does not fit under a ceiling.
            Stop: the endpoint refuses us altogether.
            JournalError: the journal cannot be written.
        """
        asked, lane = self._asked, self._lane
        body, rung = self.body_of(question)
        worst = self.worst_of(question)
        await asked.budget.reserve(worst)
        actual = Amounts()
        try:
            sent_at = await lane.pacer.enter(worst.tokens / 4, is_urgent=bool(call.spent.attempts))
            try:
                if asked.stopped:
                    return Problem(ErrorType.STOPPED, "the step was stopped")
                kind = "retry" if is_retry and question.kind == "ask" else question.kind
                attempt = Attempt(call, kind, rung, worst)
                await self.journal_sent(attempt)
                actual = worst  # until it is known what it took: it may be billed
                reply = await self._send(body, attempt)
            finally:
                lane.pacer.leave()
            if isinstance(reply, Problem):
                completion = without_answer(reply, worst.usd)
                self.put_ended(attempt, completion)
            else:
                completion = await self._arrived(attempt, reply, question.messages)
            actual = actual_of(completion, worst)
            self.note(attempt, completion, question.kind)
            if completion.problem is None:
                return None
            return self._failed(attempt, body, completion.problem, sent_at)
        except NotSoon as error:
            return Problem(ErrorType.RATE_LIMIT, str(error), wait=error.seconds)
        finally:
            asked.budget.settle(worst, actual)

    def body_of(self, question: Question) -> tuple[dict[str, Any], str]:
        """Return (request, rung of the ladder) of a question."""
        asked = self._asked
        if asked.operation == "embeddings":
            texts = [message["content"] for message in question.messages]
            body = {"model": asked.model, "input": texts} | asked.parameters
            return body | asked.extra_body, "text"
        parameters = dict(question.parameters)
        own = parameters.pop("extra_body", {})
        parameters.pop("extra_query", None)  # of the address
        body, rung = self._runtime.ladder.body(
            asked.served, question.messages, parameters, asked.schema, asked.step
        )
        return body | asked.extra_body | own, rung

    def worst_of(self, question: Question) -> Amounts:
        """Return the most a request can take."""
        prompt = most_tokens(question.messages) + self._schema_tokens
        answer = question.parameters.get("max_tokens", 0)
        return Amounts(self._asked.price.cost(prompt, answer), prompt + answer, 1)

    async def journal_sent(self, attempt: Attempt) -> None:
        """Note a request before it leaves."""
        asked, call = self._asked, attempt.call
        attempt.asked_at = time.time()
        values = (
            attempt.attempt_id,
            call.call_id,
            call.spent.attempts + 1,
            attempt.kind,
            "sent",
            asked.operation,
            asked.step,
            asked.node,
            asked.invocation_id,
            self._runtime.owner,
            asked.endpoint.name,
            asked.endpoint.provider,
            asked.model,
            attempt.rung,
            0,
            attempt.worst.usd,
            attempt.worst.tokens,
            0,
            attempt.asked_at,
        )
        try:
            await self._runtime.journal.write([(SENT, values)])
        except asyncio.CancelledError:
            problem = Problem(ErrorType.CANCELLED, "the step ended before this was sent")
            self.put_ended(attempt, Completion(problem=problem))
            raise
        call.asked_at = call.asked_at or attempt.asked_at
        call.spent.attempts += 1
        asked.requests += 1

    async def _send(self, body: dict[str, Any], attempt: Attempt) -> Problem | Reply:
        try:
            reply = await self._sender.send(body, attempt.call.replicate)
            return problem_replied(reply, attempt.has_format) or reply
        except asyncio.CancelledError:
            self._clock(attempt)
            said = "the step ended while this was under way: it may be billed, and is booked so"
            problem = Problem(ErrorType.CANCELLED, said)
            self.put_ended(attempt, without_answer(problem, attempt.worst.usd))
            raise
        except Exception as error:  # noqa: BLE001  classified, journalled and counted
            return problem_of(error, attempt.has_format)
        finally:
            self._clock(attempt)
            attempt.call.spent.seconds += attempt.seconds

    @staticmethod
    def _clock(attempt: Attempt) -> None:
        attempt.answered_at = time.time()
        attempt.seconds = attempt.answered_at - attempt.asked_at

    async def _arrived(self, attempt: Attempt, reply: Reply, messages: list[Message]) -> Completion:
        """Journal an answer as it came, then read it."""
        runtime = self._runtime
        text = runtime.scrub(decoded(reply.content))
        attempt.request_id = word(reply.headers.get("x-request-id"))
        arrived = (reply.status, text, attempt.request_id, attempt.seconds,
                   attempt.answered_at, attempt.attempt_id)  # fmt: skip
        await runtime.journal.write([(ARRIVED, arrived)])
        fault("answer-journalled")
        read = read_embeddings if self._asked.operation == "embeddings" else read_body
        completion = read(
            text,
            self._asked.price,
            messages,
            attempt.worst.usd,
            reply.headers,
            attempt.has_format,
        )
        if completion.problem is None:
            self._lane.answered(reply.headers, attempt.seconds)
            self._runtime.ladder.answered(self._asked.served, attempt.rung)
        self.put_ended(attempt, completion)
        return completion

    def note(self, attempt: Attempt, completion: Completion, kind: str) -> None:
        """Add to a call what a request brought and took."""
        call, asked = attempt.call, self._asked
        call.spent.add(completion)
        call.request_id = attempt.request_id or call.request_id
        took = actual_of(completion, attempt.worst)
        if took.usd > attempt.worst.usd * 1.000001 or took.tokens > attempt.worst.tokens:
            asked.beyond.add(attempt.worst, took)
        if completion.answer is None:
            return
        call.provider = completion.provider or asked.endpoint.provider
        call.model, call.response_model = asked.model, completion.response_model or ""
        call.response_id = completion.response_id
        call.answers.append(completion.answer._replace(kind=kind))

    def _failed(
        self, attempt: Attempt, body: dict[str, Any], problem: Problem, sent_at: float
    ) -> Problem:
        """Tell whoever has to know of a request without an answer; return what it means here.

        Raises:
            Stop: nothing else would fare better.
        """
        asked, lane = self._asked, self._lane
        if self.learns(attempt, body, problem):
            return replace(problem, kind=ErrorType.RESPONSE_FORMAT)
        self._runtime.ladder.probed(asked.served)  # whatever it is, it is not the format
        lane.failed(problem, sent_at)
        message = self._runtime.scrub(problem.message)
        if lane.breaker.is_open and problem.kind is ErrorType.FORBIDDEN_INPUT:
            problem = replace(problem, kind=ErrorType.AUTHENTICATION)
        if problem.action is Action.STOP:
            raise Stop(stop_message(asked, problem, message), is_failure=True)
        if problem.action is Action.LATER:
            raise Stop(f"{asked.endpoint.name}: {message}", is_failure=False)
        if lane.breaker.is_open:
            raise Stop(broken_message(asked, lane.breaker.count, problem, message), spoils=True)
        return problem

    def learns(self, attempt: Attempt, body: dict[str, Any], problem: Problem) -> bool:
        """Say whether an error told how this endpoint is to be asked: then it is asked again."""
        ladder, served = self._runtime.ladder, self._asked.served
        if problem.action is Action.FORMAT:
            ladder.step_down(served, attempt.rung)
            return True
        if problem.kind is not ErrorType.BAD_REQUEST or self._asked.operation != "chat":
            return False
        return ladder.learn_parameter(served, problem.message, body) or (
            self._asked.schema is not None and ladder.try_without(served, attempt.rung)
        )

    def put_ended(self, attempt: Attempt, completion: Completion) -> None:
        """Note how a request ended."""
        more = {"seconds": attempt.seconds, "request_id": attempt.request_id,
                "answered_at": attempt.answered_at}  # fmt: skip
        scrubbed = ended_values(completion, self._asked.endpoint.provider, more)
        scrubbed["error"] = self._runtime.scrub(scrubbed["error"])
        values = [scrubbed.get(name) for name in ENDED_COLUMNS]
        self._runtime.journal.put([(ENDED, [*values, attempt.attempt_id])])


def actual_of(completion: Completion, worst: Amounts) -> Amounts:
    """Return what a request took, for the budget."""
    if completion.is_worst_case:
        return Amounts(worst.usd, worst.tokens, 1)
    tokens = completion.prompt_tokens + completion.completion_tokens
    return Amounts(completion.cost_usd, tokens, 1)
