"""What is passed around while a step runs: calls, the answers they got, how they ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from python_models.llm.endpoints.error_types import Problem
from python_models.llm.prompting.answers import Judgement
from python_models.llm.prompting.prompts import Message


class Answer(NamedTuple):
    """One answer that arrived whole: what the model said, before anyone judged it."""

    kind: str  # ask | reask | longer
    content: str | None
    finish_reason: str | None
    refusal: str | None


@dataclass(slots=True)
class Completion:
    """What one request came to: an answer or a problem, and what it took as far as is known."""

    answer: Answer | None = None
    problem: Problem | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    is_usage_estimated: bool = False  # tokens are our count, or nobody's: see `is_worst_case`
    is_worst_case: bool = False  # it may be billed and nobody says at what: the most is booked
    cost_usd: float = 0.0
    provider: str | None = None
    response_model: str | None = None
    response_id: str | None = None

    @property
    def error(self) -> str | None:
        """Return why there is no answer."""
        return self.problem.message if self.problem else None


@dataclass(slots=True)
class Spent:
    """What a call's attempts took together."""

    attempts: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    is_usage_estimated: bool = False
    cost_usd: float = 0.0
    seconds: float = 0.0

    def add(self, completion: Completion) -> None:
        """Add what a request took."""
        self.prompt_tokens += completion.prompt_tokens
        self.completion_tokens += completion.completion_tokens
        self.cached_tokens += completion.cached_tokens
        self.cost_usd += completion.cost_usd
        self.is_usage_estimated |= completion.is_usage_estimated


@dataclass(slots=True)
class Call:
    """One question with its identity; many rows may wait for its answer."""

    call_id: str
    place: int  # of its (first) row
    replicate: int = 0
    priority: float = 0.0
    row_key: str = ""
    answers: list[Answer] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)
    status: str = "pending"
    error: str | None = None
    error_type: str | None = None
    provider: str = ""
    model: str = ""
    response_model: str = ""
    request_id: str | None = None
    response_id: str | None = None
    asked_at: float | None = None
    is_cached: bool = False

    @property
    def answer(self) -> Answer | None:
        """Return the last answer that arrived."""
        return self.answers[-1] if self.answers else None


class Source(Protocol):
    """Gives a call its messages when it is sent, and judges what comes back."""

    def messages(self, call: Call) -> list[Message]:
        """Return the messages that ask the call's question."""

    def judge(self, call: Call, answer: Answer) -> Judgement:
        """Return what an answer is worth."""

    def also_final(self, call: Call) -> list[Any]:
        """Return what the journal takes besides when a call has ended."""


class Ask(NamedTuple):
    """What to do next with a call: ask in some way, for what is wrong with the last answer."""

    kind: str
    judgement: Judgement | None = None


def next_move(call: Call, source: Source) -> Ask | Judgement:
    """Decide from the answers so far whether to ask, or with what judgement the call ends.

    It is the same live and when replayed from the journal.

    A bad answer is asked again once, quoting what is wrong; a cut one once, with more room.
    """
    if not call.answers:
        return Ask("ask")
    kinds = {answer.kind for answer in call.answers}
    judgement = source.judge(call, call.answers[-1])
    if judgement.status == "truncated" and "longer" not in kinds:
        return Ask("longer", judgement)
    if judgement.wants_reask and "reask" not in kinds:
        return Ask("reask", judgement)
    if judgement.status == "ok" and "reask" in kinds:
        judgement = Judgement("repaired", judgement.answer, judgement.error)
    return judgement
