"""What the offline endpoint counted itself: the yardstick the ledger is held against."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Counters:
    """Requests seen and what became of them."""

    requests: int = 0
    answered: int = 0  # chat answers with status 200 and a body as the protocol wants it
    prompt_tokens: int = 0
    completion_tokens: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    prompts: Counter[str] = field(default_factory=Counter)  # hash of messages -> answers given

    def as_json(self) -> dict[str, Any]:
        """Return the counts; of prompts only how many were answered and how often at most."""
        counts = dict(vars(self))
        prompts = counts.pop("prompts")
        counts["distinct_prompts"] = len(prompts)
        counts["most_answers_to_one_prompt"] = max(prompts.values(), default=0)
        return counts

    def enter(self) -> None:
        """Count a request that begins."""
        self.requests += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def leave(self) -> None:
        """Count a request that ended, whichever way."""
        self.in_flight -= 1
