"""What a step is: a prompt file, an answer type, a key, and how its rows are asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

Row = Mapping[str, Any]
Check = Callable[[Any, Row], None]

# every state an answer can end in; `pending` alone means that it was not asked yet
STATUSES = ("ok", "repaired", "invalid", "refused", "truncated", "failed", "pending")
FINISHED = ("ok", "repaired", "invalid", "refused", "truncated")
GOOD = frozenset({"ok", "repaired"})


class StepFailed(RuntimeError):
    """More rows failed than the step tolerates, or the endpoint refuses us; says what to do."""


@dataclass(frozen=True)
class FixedRule:
    """Keep the cheaper model's answer whenever `confidence` of that answer reaches `at_least`."""

    at_least: float


@dataclass(frozen=True)
class Cascade:
    """A cheaper model first; the step's own model only where the cheaper one is not sure.

    `confidence` reads a number from a cheap answer (higher is surer). Without `rule` the
    threshold is learnt on at most `sample` rows judged by both models, such that the share of
    final answers the same as the step's own model's is at least `target` with probability
    `1 - delta`. What was learnt holds until there are twice as many rows.
    """

    model: str
    confidence: Callable[[Any], float]
    same: Callable[[Any, Any], bool]
    target: float = 0.95
    delta: float = 0.05
    sample: int = 2000
    rule: FixedRule | None = None


@dataclass(frozen=True)
class RowPrompts:
    """Input columns that say what is asked and whom, where the rows of a step differ in it.

    `messages` holds the text of one message, or a JSON list of messages ({role, content});
    `parameters` a JSON object, `headers` another; `endpoint` a name of the settings. A row whose
    `is_asked` is false takes what the ledger has and is never asked; where `is_due` is false as
    well, nobody waits for it, and a run that leaves it without an answer leaves nothing pending.
    A row with a value in `answer` is asked for the type that `type_of` gives for it; its `text`
    is that answer as JSON. The others are asked for text.
    """

    messages: str = "messages"
    template: str = "template_id"
    template_hash: str = "template_hash"
    endpoint: str = "endpoint"
    model: str = "model"
    parameters: str = "parameters"
    headers: str | None = None  # JSON object of what is sent besides; no part of a question
    is_asked: str | None = None
    is_due: str | None = None
    answer: str | None = None
    type_of: Callable[[str], type[BaseModel]] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns a step's input must have."""
        named = (self.messages, self.template, self.template_hash, self.endpoint, self.model,
                 self.parameters, self.headers, self.is_asked, self.is_due,
                 self.answer)  # fmt: skip
        return tuple(name for name in named if name)

    @property
    def shared(self) -> tuple[str | None, ...]:
        """Return the columns in which rows of one part agree."""
        return (self.endpoint, self.model, self.parameters, self.template, self.template_hash,
                self.answer, self.headers)  # fmt: skip

    def asking(self, step: Step, value: str) -> Step:
        """Return the step of the rows with a value in `answer`."""
        return replace(step, answer=self.type_of(value)) if self.type_of and value else step


@dataclass(frozen=True)
class Step:
    """One LLM step; see `docs/new-llm-step.md` for how one is written."""

    name: str
    template: Path | None  # none where the prompts come as data
    answer: type[BaseModel] | None
    key: tuple[str, ...]
    check: Check | None = None
    replicate: str | int = 0  # a number, or the input column that holds it
    batch_size: int = 1
    priority: str | None = None  # input column; higher is asked earlier
    cascade: Cascade | None = None
    model: str | None = None  # else the prompt header's model class decides
    error_tolerance: float | None = None
    max_usd: float | None = None
    max_tokens: int | None = None
    max_calls: int | None = None
    prompts: RowPrompts | None = None
    # what a prompt of many rows says once, for all of them: values for the blocks beside `row`
    said_once: Mapping[str, Any] = field(default_factory=dict)

    def replicate_of(self, row: Row) -> int:
        """Return which repetition of the same question a row asks for."""
        return int(row[self.replicate]) if isinstance(self.replicate, str) else self.replicate

    def key_of(self, row: Row) -> dict[str, Any]:
        """Return the row's key columns."""
        return {name: row[name] for name in self.key}
