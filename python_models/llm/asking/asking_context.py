"""What the calls of a step have in common, what one request says, and why a step stops."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from python_models.llm.asking.budget import Amounts, Budget
from python_models.llm.endpoints.endpoint import Endpoint
from python_models.llm.endpoints.prices import Price
from python_models.llm.prompting.calls import Call
from python_models.llm.prompting.prompts import Message


class Stop(Exception):
    """The step asks nothing more: what is left stays pending, or the step fails."""

    def __init__(self, message: str, is_failure: bool, is_journal: bool = False) -> None:
        super().__init__(message)
        self.is_failure = is_failure
        self.is_journal = is_journal


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
    on_done: Callable[[Call], None] | None = None
    stopped: Stop | None = None
    requests: int = 0

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
    seconds: float = 0.0


def stop_message(asked: Asked, error_type: str, message: str | None) -> str:
    """Return what to do when nothing else would fare better."""
    if error_type == "authentication":
        return (
            f"{asked.endpoint.name} refuses the key: {message}. Set LLM_API_KEY (and "
            "LLM_BASE_URL, where the key is not for OpenAI); nothing more was asked."
        )
    return (
        f"{asked.endpoint.name} does not know the model {asked.model!r} or the address: "
        f"{message}. Check LLM_MODEL and LLM_BASE_URL (it ends in /v1 for most servers)."
    )
