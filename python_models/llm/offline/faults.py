"""Faults the offline endpoint can be told to show, one kind for each way a server goes wrong."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "rate_limit",  # 429, with Retry-After
    "rate_limit_silent",  # 429, without
    "quota",  # 429 insufficient_quota: waiting does not help
    "server_error",
    "overloaded",  # 503
    "drop",  # the connection closes before an answer
    "cut_body",  # the connection closes in the middle of the answer
    "hang",
    "truncated_json",  # stops in the middle, finish_reason says stop
    "length",  # stops in the middle, finish_reason says length
    "invalid_json",
    "extra_text",
    "wrong_schema",
    "refusal",
    "content_filter",
    "empty",
    "null_content",
    "no_choices",
    "html",
    "wrong_ids",
    "doubled_ids",
    "missing_ids",
    "unauthorized",
    "forbidden",
    "not_found",
    "bad_request",
    "context_too_long",
    "echo_key",  # an error that quotes the Authorization header
    "obey",  # the model obeys what a document says (containment tests)
)


@dataclass
class Faults:
    """What goes wrong, and how often; deterministic for a seed and the order of requests."""

    latency_ms: float = 0.0
    latency_sigma: float = 0.0  # of a log-normal with mean latency_ms
    rates: dict[str, float] = field(default_factory=dict)  # kind -> share of requests
    first: dict[str, int] = field(default_factory=dict)  # kind -> the first n requests
    retry_after: float = 1.0
    per_second: float | None = None  # answers 429 above this many requests a second
    window: str = "sliding"  # or `fixed`, `bucket`
    no_response_format: bool = False  # 400 on any response_format
    no_json_schema: bool = False  # 400 on response_format json_schema only
    no_usage: bool = False
    says_limits: bool = False  # sends x-ratelimit-* headers
    requests_per_minute: int | None = None
    once_per_prompt: bool = False  # a prompt meets its fault only the first time
    seed: int = 7

    def __post_init__(self) -> None:
        unknown = [kind for kind in (*self.rates, *self.first) if kind not in KINDS]
        if unknown:
            raise ValueError(f"unknown faults {unknown}; known are {', '.join(KINDS)}")
        self._random = random.Random(self.seed)
        self._left = dict(self.first)
        self._seen: set[str] = set()

    @classmethod
    def from_json(cls, text: str) -> Faults:
        """Read faults from JSON such as `{"latency_ms": 200, "rates": {"server_error": 0.1}}`."""
        return cls(**json.loads(text or "{}"))

    def draw(self, prompt: str) -> str | None:
        """Return which fault this request meets, if any."""
        for kind, left in self._left.items():
            if left > 0:
                self._left[kind] = left - 1
                return kind
        point = self._random.random()
        for kind, rate in self.rates.items():
            point -= rate
            if point < 0:
                if self.once_per_prompt and prompt in self._seen:
                    return None
                self._seen.add(prompt)
                return kind
        return None

    def latency(self) -> float:
        """Return how many seconds this request takes."""
        if self.latency_sigma:
            mu = -(self.latency_sigma**2) / 2
            return self.latency_ms / 1000 * self._random.lognormvariate(mu, self.latency_sigma)
        return self.latency_ms / 1000


def spoil(kind: str | None, text: str, answer: Any, schema: Any) -> tuple[str | None, str]:
    """Return (content, finish_reason) after a fault that spoils the answer itself."""
    half = text[: max(1, len(text) // 2)]
    spoiled: dict[str, tuple[str | None, str]] = {
        "truncated_json": (half, "stop"),
        "length": (half, "length"),
        "invalid_json": ("I would say: the answer is yes {not json at all", "stop"),
        "extra_text": (f"Sure! Here is the answer:\n```json\n{text}\n```\nAnything else?", "stop"),
        "wrong_schema": (json.dumps({"unexpected": [1, 2, 3]}), "stop"),
        "refusal": (None, "stop"),
        "content_filter": (None, "content_filter"),
        "empty": ("", "stop"),
        "null_content": (None, "stop"),
    }
    if kind in spoiled:
        return spoiled[kind]
    if kind in ("wrong_ids", "doubled_ids", "missing_ids") and isinstance(answer, dict):
        return json.dumps(spoil_ids(kind, answer), ensure_ascii=False), "stop"
    return text, "stop"


def spoil_ids(kind: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer for many rows with its ids spoiled."""
    rows = list(answer.get("answers", []))
    if kind == "wrong_ids" and rows:
        rows[0] = rows[0] | {"id": "zzzzzzzz"}
    if kind == "doubled_ids" and len(rows) > 1:
        rows[1] = rows[1] | {"id": rows[0]["id"]}
    if kind == "missing_ids":
        rows = rows[1:]
    return {"answers": rows}
