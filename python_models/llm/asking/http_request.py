"""One request: budget reserved, leave to go, journalled, sent, journalled again as it arrives."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx2

from python_models.llm.asking.asking_context import (
    Asked,
    Attempt,
    Question,
    Stop,
    stop_message,
)
from python_models.llm.asking.budget import Amounts
from python_models.llm.asking.runtime import Runtime
from python_models.llm.endpoints.boundary import decoded, word
from python_models.llm.endpoints.errors import Problem, problem_of
from python_models.llm.ledger.parse_response import (
    Reading,
    ended_values,
    read_body,
    read_embeddings,
)
from python_models.llm.ledger.records import ARRIVED, ENDED, ENDED_COLUMNS, SENT
from python_models.llm.prompting.calls import Call
from python_models.llm.prompting.prompts import Message
from python_models.llm.prompting.tokens import most_tokens

PATHS = {"chat": "/chat/completions", "embeddings": "/embeddings"}


class Requester:
    """Sends requests of one step."""

    def __init__(self, runtime: Runtime, asked: Asked) -> None:
        self._runtime = runtime
        self._asked = asked

    async def request(self, call: Call, question: Question, is_retry: bool) -> Problem | None:
        """Send one request; returns None when an answer arrived and was journalled.

        Raises:
            NoBudget: the request does not fit under a ceiling.
            Stop: the endpoint refuses us altogether.
            JournalError: the journal cannot be written.
        """
        asked, runtime = self._asked, self._runtime
        body, rung = self.body_of(question)
        worst = self.worst_of(question)
        await asked.budget.reserve(worst)
        actual = Amounts()
        try:
            sent_at = await runtime.pacer.enter(
                worst.tokens / 4, is_urgent=bool(call.spent.attempts)
            )
            try:
                if asked.stopped:
                    return Problem("throttle", "stopped", "the step was stopped")
                kind = "retry" if is_retry and question.kind == "ask" else question.kind
                attempt = Attempt(call, kind, rung, worst)
                await self.journal_sent(attempt)
                actual = worst  # until it is known what it took: it may be billed
                response = await self._send(body, attempt)
            finally:
                runtime.pacer.leave()
            if isinstance(response, Problem):
                problem = response
                # a request that was refused is not billed; one that broke off may be
                actual = worst if problem.status is None else Amounts(calls=1)
                self._failed(attempt, problem, sent_at, question)
                return problem
            reading = await self._arrived(attempt, response, question.messages)
            tokens = reading.prompt_tokens + reading.completion_tokens
            actual = Amounts(reading.cost_usd, tokens, 1)
            call.request_id = word(response.headers.get("x-request-id"))
            return self.note(call, question.kind, reading)
        finally:
            asked.budget.settle(worst, actual)

    def body_of(self, question: Question) -> tuple[dict[str, Any], str]:
        """Return (request, rung of the ladder) of a question."""
        asked = self._asked
        if asked.operation == "embeddings":
            texts = [message["content"] for message in question.messages]
            return {"model": asked.model, "input": texts}, "text"
        return self._runtime.ladder.body(
            asked.endpoint.name,
            asked.model,
            question.messages,
            question.parameters,
            asked.schema,
            asked.step,
        )

    def worst_of(self, question: Question) -> Amounts:
        """Return the most a request can take."""
        prompt = most_tokens(question.messages, self._asked.schema)
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
        await self._runtime.journal.write([(SENT, values)])
        call.asked_at = call.asked_at or attempt.asked_at
        call.spent.attempts += 1
        asked.requests += 1

    async def _send(self, body: dict[str, Any], attempt: Attempt) -> Problem | httpx2.Response:
        try:
            # the client's own door for raw requests: `create` spends as much CPU again on
            # copying messages it need not check, and `.parse` loses a bad answer's text
            response = await self._runtime.client.post(
                PATHS[self._asked.operation],
                body=body,
                cast_to=httpx2.Response,
                options={
                    "headers": {
                        "x-sluice-step": self._asked.step,
                        "x-sluice-replicate": str(attempt.call.replicate),
                    }
                },
            )
        except asyncio.CancelledError:
            self.put_ended(attempt, cancelled_values(attempt, self._asked.endpoint.provider))
            raise
        except Exception as error:  # noqa: BLE001  classified, journalled and counted
            return problem_of(error)
        finally:
            attempt.seconds = time.time() - attempt.asked_at
            attempt.call.spent.seconds += attempt.seconds
        return response

    async def _arrived(
        self, attempt: Attempt, response: httpx2.Response, messages: list[Message]
    ) -> Reading:
        """Journal an answer as it came, then read it."""
        runtime = self._runtime
        text = runtime.scrub(decoded(response.content))
        request_id, answered_at = word(response.headers.get("x-request-id")), time.time()
        arrived = (response.status_code, text, request_id, attempt.seconds, answered_at,
                   attempt.attempt_id)  # fmt: skip
        await runtime.journal.write([(ARRIVED, arrived)])
        read = read_embeddings if self._asked.operation == "embeddings" else read_body
        reading = read(text, self._asked.price, messages)
        runtime.pacer.succeeded(response.headers, attempt.seconds)
        more = {"seconds": attempt.seconds, "request_id": request_id, "answered_at": answered_at}
        self.put_ended(attempt, ended_values(reading, self._asked.endpoint.provider, more))
        return reading

    def note(self, call: Call, kind: str, reading: Reading) -> Problem | None:
        """Add what was read to the call."""
        spent = call.spent
        spent.prompt_tokens += reading.prompt_tokens
        spent.completion_tokens += reading.completion_tokens
        spent.cached_tokens += reading.cached_tokens
        spent.cost_usd += reading.cost_usd
        spent.is_usage_estimated |= reading.is_usage_estimated
        call.provider = reading.provider or self._asked.endpoint.provider
        call.model, call.response_model = self._asked.model, reading.response_model or ""
        call.response_id = reading.response_id
        if reading.answer is None:
            return Problem("retry", "not_an_answer", reading.error or "", 200)
        call.answers.append(reading.answer._replace(kind=kind))
        return None

    def _failed(
        self, attempt: Attempt, problem: Problem, sent_at: float, question: Question
    ) -> None:
        """Journal a request without an answer, and tell whoever has to know."""
        asked, runtime = self._asked, self._runtime
        message = runtime.scrub(problem.message)
        self.put_ended(attempt, failed_values(problem, message, attempt, asked.endpoint.provider))
        if problem.action == "throttle":
            runtime.pacer.throttle(sent_at, problem.wait)
        elif problem.action == "retry":
            runtime.pacer.failed(sent_at)
        elif problem.action == "format":
            if not runtime.ladder.step_down(asked.endpoint.name, asked.model, attempt.rung):
                raise Stop(f"{asked.endpoint.name} refuses every way to ask: {message}", True)
        elif problem.action == "stop":
            raise Stop(stop_message(asked, problem.error_type, message), is_failure=True)
        elif problem.action == "later":
            raise Stop(message, is_failure=False)

    def put_ended(self, attempt: Attempt, ended: dict[str, Any]) -> None:
        """Note how a request ended."""
        values = [ended.get(name) for name in ENDED_COLUMNS]
        self._runtime.journal.put([(ENDED, [*values, attempt.attempt_id])])


def cancelled_values(attempt: Attempt, provider: str) -> dict[str, Any]:
    """Return the columns of an attempt that was under way when its step ended."""
    message = "the step ended while this was under way: it may be billed, at most reserved_usd"
    problem = Problem("row", "cancelled", message)
    return failed_values(problem, message, attempt, provider) | {
        "state": "lost",
        "seconds": time.time() - attempt.asked_at,
        "answered_at": time.time(),
    }


def failed_values(
    problem: Problem, message: str | None, attempt: Attempt, provider: str
) -> dict[str, Any]:
    """Return the columns of an attempt that got no answer."""
    return {
        "state": "error",
        "provider": provider,
        "http_status": problem.status,
        "error": message,
        "error_type": problem.error_type,
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "cached_tokens": 0,
        "is_usage_estimated": 0,
        "cost_usd": 0.0,
        "seconds": attempt.seconds,
        "answered_at": attempt.asked_at + attempt.seconds,
    }
