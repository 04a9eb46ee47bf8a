"""What the calls of a step have in common, what one request says, and why a step stops."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from python_models.llm.asking.budget import Amounts, Budget
from python_models.llm.endpoints.endpoint import Endpoint, extras_of, setting_of
from python_models.llm.endpoints.error_types import ErrorType, Problem
from python_models.llm.endpoints.prices import Price
from python_models.llm.prompting.calls import Call
from python_models.llm.prompting.format_ladder import Served
from python_models.llm.prompting.prompts import Message

if TYPE_CHECKING:
    from openai import AsyncOpenAI


class Stop(Exception):
    """The step asks nothing more: what is left stays pending, or the step fails."""

    def __init__(
        self,
        message: str,
        is_failure: bool = False,
        is_journal: bool = False,
        spoils: bool = False,
    ) -> None:
        """Say why and how.

        Args:
            message: what is told.
            is_failure: the step fails; else what is left stays pending.
            is_journal: nothing can be written any more.
            spoils: what is left counts as failed, and the step's tolerance decides.
        """
        super().__init__(message)
        self.is_failure = is_failure
        self.is_journal = is_journal
        self.spoils = spoils


@dataclass
class Beyond:
    """Requests for which the endpoint reported more than the most that had been reserved."""

    requests: int = 0
    usd: float = 0.0
    tokens: int = 0

    def add(self, worst: Amounts, took: Amounts) -> None:
        """Count one."""
        self.requests += 1
        self.usd += max(0.0, took.usd - worst.usd)
        self.tokens += max(0, took.tokens - worst.tokens)

    def said(self, endpoint: str) -> str | None:
        """Return it in words; None when there was none."""
        if not self.requests:
            return None
        return (
            f"{endpoint} reported more than a request can take for {self.requests:,} requests: "
            f"{self.tokens:,} tokens and ${self.usd:.4f} beyond what was reserved for them. They "
            "are booked as reported; compare llm.attempts with the provider's bill"
        )


class Expected(NamedTuple):
    """What was estimated for a number of calls."""

    calls: int
    completion_tokens: int
    usd: float


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
    operation: str = "chat"  # or `embeddings`
    headers: Mapping[str, str] = field(default_factory=dict)  # of the model, beside the endpoint's
    on_done: Callable[[Call], None] | None = None
    stopped: Stop | None = None
    requests: int = 0
    beyond: Beyond = field(default_factory=Beyond)
    estimated: Expected | None = None  # before the first call of this run

    def __post_init__(self) -> None:
        self.served = Served(self.endpoint.name, self.endpoint.address, self.model)
        self.extra_body = extras_of(self.endpoint.name).body

    def speaking(self, client: AsyncOpenAI) -> AsyncOpenAI:
        """Return a client that sends what the model wants besides with all it asks."""
        query = self.parameters.get("extra_query")
        if not (self.headers or query):
            return client
        return client.with_options(default_headers=self.headers, default_query=query)

    @property
    def noted_as(self) -> str:
        """Name under which the journal notes how many answers are wanted while they are asked."""
        return f"asking {self.invocation_id} {self.node} {self.model}"

    @property
    def is_broken(self) -> bool:
        """Say whether the journal could not be written."""
        return self.stopped is not None and self.stopped.is_journal


@dataclass
class Question:
    """What one request says."""

    kind: str  # ask | reask | longer
    messages: list[Message]
    parameters: dict[str, Any]


@dataclass
class Attempt:
    """One request as the journal knows it."""

    call: Call
    kind: str
    rung: str
    worst: Amounts
    attempt_id: str = field(default_factory=lambda: uuid4().hex)
    asked_at: float = field(default_factory=time.time)
    answered_at: float | None = None
    seconds: float = 0.0
    request_id: str | None = None
    is_reserved: bool = True  # by this run

    @property
    def has_format(self) -> bool:
        """Say whether the request asked for a schema or for JSON."""
        return self.rung != "text"


def stop_message(asked: Asked, problem: Problem, message: str | None) -> str:
    """Return what to do when nothing else would fare better."""
    endpoint = asked.endpoint
    key, url = setting_of(endpoint, "API_KEY"), setting_of(endpoint, "BASE_URL")
    if problem.kind is ErrorType.AUTHENTICATION:
        return (
            f"{endpoint.name} refuses the key: {message}. Set {key} (and {url}, where the key is "
            "not for OpenAI); nothing more was asked."
        )
    if problem.kind is ErrorType.MOVED:
        return (
            f"{endpoint.name} has moved: {message}. Set {url} to where it is now (the key is "
            "sent nowhere else by itself); nothing more was asked."
        )
    return (
        f"{endpoint.name} does not know the model {asked.model!r} or the address: "
        f"{message}. Check LLM_MODEL and {url} (it ends in /v1 for most servers)."
    )


def broken_message(asked: Asked, count: int, problem: Problem, message: str | None) -> str:
    """Return why an endpoint is asked no more."""
    status = f", status {problem.status}" if problem.status else ""
    return (
        f"the last {count} requests to {asked.endpoint.name} all failed the same way "
        f"({problem.error_type}{status}): {message}. Nothing more was asked; mend that and run "
        "again: only what is missing is asked"
    )
