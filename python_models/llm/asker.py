"""Asks the calls of one step: each a small conversation, journalled before and after it is sent."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from python_models.llm.answers import Judgement, reask_message
from python_models.llm.budget import Amounts, Budget, NoBudget
from python_models.llm.calls import Call, Source, next_move, parse_response
from python_models.llm.endpoint import Endpoint
from python_models.llm.errors import Problem, problem_of
from python_models.llm.journal import JournalError
from python_models.llm.prices import Price
from python_models.llm.prompts import Message
from python_models.llm.records import (
    ARRIVED,
    ENDED,
    ENDED_COLUMNS,
    RELEASE,
    SENT,
    SENT_COLUMNS,
    call_row,
)
from python_models.llm.runtime import Runtime
from python_models.llm.tokens import count_messages, count_text, most_tokens

MOST_RETRIES = 8
FIRST_WAIT = 0.25
LONGEST_WAIT = 20.0
LONGER = 4  # times max_tokens, once, after an answer that was cut


class Stop(Exception):
    """The step asks nothing more: what is left stays pending, or the step fails."""

    def __init__(self, message: str, is_failure: bool) -> None:
        super().__init__(message)
        self.is_failure = is_failure


@dataclass
class Asked:
    """What all calls of a step have in common."""

    step: str
    node: str
    invocation_id: str
    endpoint: Endpoint
    model: str
    parameters: dict[str, Any]
    schema: dict[str, Any] | None
    price: Price
    budget: Budget
    constants: dict[str, Any]  # columns of llm_calls that are the same for all
    deadline: float
    on_done: Any = None
    stopped: Stop | None = field(default=None)
    requests: int = 0


class Asker:
    """Runs a step's calls on the event loop, highest priority first."""

    def __init__(self, runtime: Runtime, asked: Asked, source: Source) -> None:
        self._runtime = runtime
        self._asked = asked
        self._source = source

    async def ask(self, calls: Iterable[Call]) -> None:
        """Ask every call; each ends in a state, those after a stop stay pending."""
        most = self._runtime.pacer.ceiling * 2 + 8
        running: set[asyncio.Task[None]] = set()
        for call in sorted(calls, key=lambda call: -call.priority):
            while len(running) >= most:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            if self._asked.stopped:
                break
            running.add(asyncio.create_task(self._settle(call)))
        if running:
            await asyncio.gather(*running)

    async def _settle(self, call: Call) -> None:
        try:
            await self._converse(call)
        except NoBudget as reason:
            self._stop(Stop(str(reason), is_failure=False))
        except Stop as stop:
            self._stop(stop)
        except JournalError as error:
            self._stop(Stop(str(error), is_failure=True))
        if self._asked.on_done:
            self._asked.on_done(call)

    def _stop(self, stop: Stop) -> None:
        if self._asked.stopped is None:
            self._asked.stopped = stop

    async def _converse(self, call: Call) -> None:
        """Ask until there is an answer to keep or a reason why there is none."""
        asked = self._asked
        base: list[Message] | None = None
        started, retries = time.monotonic(), 0
        while True:
            move = next_move(call, self._source)
            if move.kind is None:
                self._finish(call, move.judgement)
                return
            if asked.stopped:
                return
            base = base or self._source.messages(call)
            messages, parameters = self._question(call, base, move.kind, move.judgement)
            kind = "retry" if retries and move.kind == "ask" else move.kind
            problem = await self._request(call, messages, parameters, kind, move.kind)
            if problem is None:
                retries = 0
                continue
            retries += problem.action not in ("throttle", "format")
            wait = self._wait(problem, retries)
            is_late = time.monotonic() - started + wait > asked.deadline
            if problem.action == "row" or retries > MOST_RETRIES or is_late:
                self._give_up(call, problem, is_late)
                return
            if wait:
                await asyncio.sleep(wait)

    def _question(
        self, call: Call, base: list[Message], kind: str, judgement: Judgement | None
    ) -> tuple[list[Message], dict[str, Any]]:
        parameters = dict(self._asked.parameters)
        if any(answer.kind == "longer" for answer in call.answers) or kind == "longer":
            parameters["max_tokens"] *= LONGER
        if kind != "reask":
            return base, parameters
        said = call.answers[-1].content or "(nothing)"
        again = reask_message(judgement.error, self._asked.schema)
        return [
            *base,
            {"role": "assistant", "content": said},
            {"role": "user", "content": again},
        ], parameters

    def _wait(self, problem: Problem, retries: int) -> float:
        if problem.action in ("format", "row"):
            return 0.0
        if problem.wait is not None:
            # the pacer holds everybody back as long as told; a little apart on the way back
            return problem.wait + random.uniform(0, 0.05)
        if problem.action == "throttle":
            return 0.0  # the pacer decides when
        return random.uniform(0.5, 1.0) * min(FIRST_WAIT * 2**retries, LONGEST_WAIT)

    def _give_up(self, call: Call, problem: Problem, is_late: bool) -> None:
        if problem.action == "throttle":
            waits = f"the endpoint asks to wait {problem.wait:g} s" if problem.wait else "throttled"
            call.status, call.error = "pending", f"{waits}, longer than the deadline allows"
            call.error_type = problem.error_type
            return
        call.status, call.error_type = "failed", problem.error_type
        late = f" (gave up after the deadline of {self._asked.deadline:g} s)" if is_late else ""
        call.error = f"{problem.message}{late}"
        self._put_call(call, None)

    def _finish(self, call: Call, judgement: Judgement) -> None:
        call.status, call.error = judgement.status, judgement.error
        self._put_call(call, judgement.answer)

    def _put_call(self, call: Call, parsed: Any) -> None:
        runtime = self._runtime
        call.error = runtime.scrub(call.error)
        more = {"answered_at": time.time()}
        if hasattr(parsed, "model_dump_json"):
            more["parsed_answer"] = parsed.model_dump_json()
        messages = json.dumps(self._source.messages(call), ensure_ascii=False)
        more["input_messages"] = runtime.scrub(messages)
        release = (RELEASE, (call.call_id, runtime.owner))
        runtime.journal.put([call_row(call, self._asked.constants | more), release])

    async def _request(
        self,
        call: Call,
        messages: list[Message],
        parameters: dict[str, Any],
        kind: str,
        answers_as: str,
    ) -> Problem | None:
        """Send one request; returns None when an answer arrived and was journalled."""
        asked, runtime = self._asked, self._runtime
        body, rung = runtime.ladder.body(
            asked.endpoint.name, asked.model, messages, parameters, asked.schema, asked.step
        )
        prompt_most = most_tokens(body["messages"], asked.schema)
        worst = Amounts(
            asked.price.cost(prompt_most, parameters["max_tokens"]),
            prompt_most + parameters["max_tokens"],
            1,
        )
        await asked.budget.reserve(worst)
        actual = Amounts()
        try:
            sent_at = await runtime.pacer.enter(prompt_most / 4 + parameters["max_tokens"] / 4,
                                                is_urgent=bool(call.spent.attempts))  # fmt: skip
            try:
                if asked.stopped:
                    return Problem("throttle", "stopped", "the step was stopped")
                attempt = Attempt(call, kind, rung, worst)
                await self._journal_sent(attempt)
                actual = worst  # until it is known what it took: it may be billed
                call.spent.attempts += 1
                asked.requests += 1
                problem, response = await self._send(body, call, attempt)
            finally:
                runtime.pacer.leave()
            if response is None:
                actual = self._failed(call, attempt, problem, sent_at, rung, parameters, worst)
                return problem
            problem, actual = await self._arrived(call, attempt, response, answers_as, body)
            return problem
        finally:
            asked.budget.settle(worst, actual)

    async def _journal_sent(self, attempt: Attempt) -> None:
        asked, runtime = self._asked, self._runtime
        values = (
            attempt.attempt_id, attempt.call.call_id, attempt.call.spent.attempts + 1,
            attempt.kind, "sent", "chat", asked.step, asked.node, asked.invocation_id,
            runtime.owner, asked.endpoint.name, asked.endpoint.provider, asked.model,
            attempt.rung, 0, attempt.worst.usd, attempt.worst.tokens, 0, attempt.asked_at,
        )  # fmt: skip
        assert len(values) == len(SENT_COLUMNS)
        if attempt.call.asked_at is None:
            attempt.call.asked_at = attempt.asked_at
        await runtime.journal.write([(SENT, values)])

    async def _send(
        self, body: dict[str, Any], call: Call, attempt: Attempt
    ) -> tuple[Problem | None, httpx2.Response | None]:
        headers = {"x-sluice-step": self._asked.step}
        try:
            # the client's own door for raw requests: `create` spends as much CPU again on
            # copying messages it need not check, and `.parse` loses a bad answer's text
            response = await self._runtime.client.post(
                "/chat/completions",
                body=body,
                cast_to=httpx2.Response,
                options={"headers": headers},
            )
        except Exception as error:  # noqa: BLE001  classified, journalled and counted
            return problem_of(error), None
        finally:
            attempt.seconds = time.time() - attempt.asked_at
            call.spent.seconds += attempt.seconds
        return None, response

    def _failed(
        self,
        call: Call,
        attempt: Attempt,
        problem: Problem,
        sent_at: float,
        rung: str,
        parameters: dict[str, Any],
        worst: Amounts,
    ) -> Amounts:
        """Journal a request without an answer, tell the pacer, and say what it may have cost."""
        asked, runtime = self._asked, self._runtime
        message = runtime.scrub(problem.message)
        ended = {
            "state": "error", "provider": asked.endpoint.provider, "http_status": problem.status,
            "error": message, "error_type": problem.error_type, "is_usage_estimated": 0,
            "prompt_tokens": 0, "completion_tokens": 0, "cached_tokens": 0, "cost_usd": 0.0,
            "seconds": attempt.seconds, "answered_at": time.time(),
        }  # fmt: skip
        self._put_ended(attempt, ended)
        if problem.action == "throttle":
            runtime.pacer.throttle(sent_at, problem.wait)
        elif problem.action == "retry":
            runtime.pacer.failed(sent_at)
        elif problem.action == "format":
            if not runtime.ladder.step_down(asked.endpoint.name, asked.model, rung):
                raise Stop(f"{asked.endpoint.name} refuses every way to ask: {message}", True)
        elif problem.action == "stop":
            raise Stop(stop_message(asked, problem.error_type, message), is_failure=True)
        elif problem.action == "later":
            raise Stop(message, is_failure=False)
        # a request that was refused is not billed; one that broke off may be
        return worst if problem.status is None else Amounts(calls=1)

    def _put_ended(self, attempt: Attempt, ended: dict[str, Any]) -> None:
        values = [ended.get(name) for name in ENDED_COLUMNS]
        self._runtime.journal.put([(ENDED, [*values, attempt.attempt_id])])

    async def _arrived(
        self,
        call: Call,
        attempt: Attempt,
        response: httpx2.Response,
        answers_as: str,
        sent: dict[str, Any],
    ) -> tuple[Problem | None, Amounts]:
        """Journal an answer as it came, then read it."""
        runtime = self._runtime
        text = runtime.scrub(response.text)
        request_id = response.headers.get("x-request-id")
        arrived = (response.status_code, text, request_id, attempt.seconds, time.time(),
                   attempt.attempt_id)  # fmt: skip
        await runtime.journal.write([(ARRIVED, arrived)])
        runtime.pacer.succeeded(response.headers)
        return read_answer(self._asked, runtime, call, attempt, text, answers_as, sent, request_id)


@dataclass
class Attempt:
    """One request."""

    call: Call
    kind: str
    rung: str
    worst: Amounts
    attempt_id: str = field(default_factory=lambda: os.urandom(16).hex())
    asked_at: float = field(default_factory=time.time)
    seconds: float = 0.0


def stop_message(asked: Asked, error_type: str, message: str) -> str:
    """Return what to do when nothing else would fare better."""
    if error_type == "authentication":
        return (
            f"{asked.endpoint.name} refuses the key: {message}. Set LLM_API_KEY (and "
            "LLM_BASE_URL, where the key is not for OpenAI); nothing more was asked."
        )
    return (
        f"{asked.endpoint.name} does not know the model {asked.model!r} or the address: {message}. "
        "Check LLM_MODEL and LLM_BASE_URL (it ends in /v1 for most servers)."
    )


def read_answer(
    asked: Asked,
    runtime: Runtime,
    call: Call,
    attempt: Attempt,
    text: str,
    answers_as: str,
    sent: dict[str, Any],
    request_id: str | None,
) -> tuple[Problem | None, Amounts]:
    """Read a journalled answer: its text, what it says it cost, who gave it."""
    try:
        body = json.loads(text)
        answer, usage = parse_response(body)
    except (ValueError, AttributeError, TypeError):
        body, answer, usage = {}, None, {}
    problem = None
    if answer is None:
        said = " ".join(text.split())[:200]
        problem = Problem("retry", "not_an_answer", f"the endpoint sent no answer: {said}", 200)
    is_estimated = "prompt_tokens" not in usage
    prompt_tokens = usage.get("prompt_tokens") or 0
    completion_tokens = usage.get("completion_tokens") or 0
    if is_estimated and answer is not None:
        prompt_tokens = count_messages(sent["messages"])
        completion_tokens = count_text(answer.content or "")
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    cost = asked.price.cost(prompt_tokens, completion_tokens, cached)
    spent = call.spent
    spent.prompt_tokens += prompt_tokens
    spent.completion_tokens += completion_tokens
    spent.cached_tokens += cached
    spent.cost_usd += cost
    spent.is_usage_estimated |= is_estimated
    call.provider = body.get("provider") or asked.endpoint.provider
    call.model, call.response_model = asked.model, body.get("model") or ""
    if answer is not None:
        call.answers.append(answer._replace(kind=answers_as))
    ended = {
        "state": "answered" if answer else "error", "provider": call.provider,
        "response_model": call.response_model, "http_status": 200,
        "finish_reason": answer.finish_reason if answer else None,
        "error": problem.message if problem else None,
        "error_type": problem.error_type if problem else None,
        "prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens,
        "cached_tokens": cached, "is_usage_estimated": int(is_estimated), "cost_usd": cost,
        "seconds": attempt.seconds, "request_id": request_id, "response_id": body.get("id"),
        "answered_at": attempt.asked_at + attempt.seconds,
    }  # fmt: skip
    values = [ended.get(name) for name in ENDED_COLUMNS]
    runtime.journal.put([(ENDED, [*values, attempt.attempt_id])])
    return problem, Amounts(cost, prompt_tokens + completion_tokens, 1)
