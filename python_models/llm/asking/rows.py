"""The rows of a step: read from a relation, rendered into calls, identical questions once."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa
from jinja2 import UndefinedError

from python_models.llm.asking.asking_context import Stop
from python_models.llm.ledger.journal import Statement
from python_models.llm.ledger.records import is_final, key_json, load_cached
from python_models.llm.ledger.recovery import recover, replay
from python_models.llm.prompting.answers import Judgement, answer_schema, judge
from python_models.llm.prompting.calls import Answer, Call
from python_models.llm.prompting.identity import Identity
from python_models.llm.prompting.prompts import Message, Prompt
from python_models.llm.step import Row, Step

CHUNK = 2000
MOST_AT_HAND = 512


class StepError(ValueError):
    """A step or its input is not usable; the message says what to mend."""


class Outcome(NamedTuple):
    """What became of one row."""

    call: Call | None
    status: str
    answer: Any
    error: str | None


def after_stop(outcomes: list[Outcome], stop: Stop) -> list[Outcome]:
    """Say of what is pending why it was not asked; where nobody can ask it, it has failed."""
    status = "failed" if stop.spoils else "pending"
    return [
        one._replace(status=status, error=str(stop) if stop.spoils else one.error or str(stop))
        if one.status == "pending"
        else one
        for one in outcomes
    ]


@dataclass(frozen=True)
class Place:
    """Where a step's questions go: what of it is part of their identity."""

    endpoint: str
    model: str
    parameters: dict[str, Any]

    def identity(self, schema: dict[str, Any] | None) -> Identity:
        """Return what hashes the questions asked here."""
        return Identity(self.endpoint, self.model, self.parameters, schema)


def as_table(relation: Any) -> pa.Table:
    """Return the rows of whatever dbt gives for a ref, as Arrow."""
    if isinstance(relation, pa.Table):
        return relation
    if hasattr(relation, "to_arrow_table"):
        return relation.to_arrow_table()
    if hasattr(relation, "fetch_arrow_table"):
        return relation.fetch_arrow_table()
    return pa.Table.from_pandas(relation, preserve_index=False)


def check_key(step: Step, table: pa.Table) -> None:
    """Refuse an input whose key is missing, empty or not unique.

    Raises:
        StepError: names the step, the column and what is wrong.
    """
    missing = [name for name in step.key if name not in table.column_names]
    if missing:
        raise StepError(
            f"step {step.name}: the input has no column {', '.join(missing)}, which is its key; "
            f"it has {', '.join(table.column_names)}"
        )
    keys = table.select(list(step.key))
    for name in step.key:
        if keys.column(name).null_count:
            raise StepError(f"step {step.name}: the key column {name} holds nulls")
    distinct = keys.group_by(list(step.key)).aggregate([]).num_rows
    if distinct != table.num_rows:
        raise StepError(
            f"step {step.name}: {table.num_rows} rows but {distinct} keys "
            f"({', '.join(step.key)}): the input must hold one row per key"
        )


class Rows(ABC):
    """A step's input; rows are turned into Python values a chunk at a time."""

    def __init__(self, step: Step, prompt: Prompt, table: pa.Table, place: Place) -> None:
        self.step, self.prompt, self.table, self.place = step, prompt, table, place
        self.schema: dict[str, Any] | None = None
        self.calls: dict[str, Call] = {}
        self.unrendered: dict[int, str] = {}
        self._wanted: set[str] | None = None
        self._at_hand: dict[int, dict[str, Any]] = {}  # of calls under way

    def prepare(self) -> None:
        """Render every row once for its identity; the text itself is not kept.

        Raises:
            StepError: the template names something no row has.
        """
        for at, row in self.rows():
            try:
                self._note(at, row)
            except UndefinedError as error:
                raise StepError(
                    f"{self.prompt.name}.jinja: {error}; the input's columns are "
                    f"{', '.join(self.table.column_names)}"
                ) from None
            except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
                self.unrendered[at] = f"the prompt cannot be written for this row: {error}"

    @abstractmethod
    def messages(self, call: Call) -> list[Message]:
        """Return a call's messages."""

    @abstractmethod
    def judge(self, call: Call, answer: Answer) -> Judgement:
        """Judge an answer of a call."""

    @abstractmethod
    def also_final(self, call: Call) -> list[Statement]:
        """Return what the journal takes besides when a call has ended."""

    @abstractmethod
    def outcome(self, at: int, row: Row) -> Outcome:
        """Return what became of a row."""

    @abstractmethod
    def _note(self, at: int, row: Row) -> None:
        """Keep what identifies the question of one row."""

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield (place, row) over the whole input."""
        at = 0
        for batch in self.table.to_batches(max_chunksize=CHUNK):
            for row in batch.to_pylist():
                yield at, row
                at += 1

    def row(self, at: int) -> dict[str, Any]:
        """Return one row; the last ones that were wanted are at hand."""
        if at not in self._at_hand:
            if len(self._at_hand) >= MOST_AT_HAND:
                del self._at_hand[next(iter(self._at_hand))]
            self._at_hand[at] = self.table.slice(at, 1).to_pylist()[0]
        return self._at_hand[at]

    def priority_of(self, row: Row) -> float:
        """Return how early a row is to be asked."""
        return float(row[self.step.priority] or 0) if self.step.priority else 0.0

    def take_cached(self, connection: sqlite3.Connection) -> None:
        """Take the answers the journal has; what was paid for is not asked again."""
        self.take_more(connection, list(self.calls))

    def take_more(self, connection: sqlite3.Connection, call_ids: Sequence[str]) -> None:
        """Take what the journal has for some calls: their end, or how far they had come."""
        for call_id, cached in load_cached(connection, call_ids).items():
            own = self.calls[call_id]
            cached.place, cached.replicate, cached.row_key = own.place, own.replicate, own.row_key
            self.calls[call_id] = cached
        left = [call_id for call_id in call_ids if not self.calls[call_id].is_cached]
        if left:
            recover(connection)
            replay(connection, self.calls, left)

    def want(self, places: set[int] | None) -> None:
        """Have only some rows asked; the others take what the journal has."""
        if places is not None:
            raise StepError(f"step {self.step.name}: a cascade asks one row in a call")

    def to_ask(self) -> list[Call]:
        """Return the calls that have to be made."""
        return [
            call
            for call in self.calls.values()
            if not call.is_cached
            and not is_final(call.status, call.error_type)
            and (self._wanted is None or call.call_id in self._wanted)
        ]

    def follow_up(self) -> list[Call]:
        """Return calls that became necessary by what the first ones brought."""
        return []

    def judge_value(self, answer: Answer, row: Row) -> Judgement:
        """Judge an answer for one row."""
        step = self.step
        return judge(
            answer.content, answer.finish_reason, answer.refusal, step.answer, step.check, row
        )


class SingleRows(Rows):
    """One row, one question; rows with the same question share its answer."""

    def __init__(self, step: Step, prompt: Prompt, table: pa.Table, place: Place) -> None:
        super().__init__(step, prompt, table, place)
        self.schema = answer_schema(step.answer) if step.answer else None
        self._identity = place.identity(self.schema)
        self._call_of: dict[int, str] = {}

    def _note(self, at: int, row: Row) -> None:
        messages = self.prompt.messages(row)
        replicate = self.step.replicate_of(row)
        call_id = self._identity.of(messages, replicate)
        self._call_of[at] = call_id
        if call_id not in self.calls:
            call = Call(call_id, at, replicate, self.priority_of(row))
            call.model = self.place.model
            self.calls[call_id] = call

    def want(self, places: set[int] | None) -> None:
        """Have only some rows asked; the others take what the journal has."""
        if places is not None:
            self._wanted = {self._call_of[at] for at in places if at in self._call_of}

    def messages(self, call: Call) -> list[Message]:
        """Render a call's messages (again: they were not kept)."""
        return self.prompt.messages(self.row(call.place))

    def judge(self, call: Call, answer: Answer) -> Judgement:
        """Judge an answer for the row that asked first."""
        return self.judge_value(answer, self.row(call.place))

    def also_final(self, call: Call) -> list[Statement]:
        """Return nothing: the call's row says it all, with the key that asked first."""
        call.row_key = key_json(self.step.key_of(self.row(call.place)))
        return []

    def outcome(self, at: int, row: Row) -> Outcome:
        """Return what became of a row, judged by today's type and check."""
        if at in self.unrendered:
            return Outcome(None, "failed", None, self.unrendered[at])
        call = self.calls[self._call_of[at]]
        if not call.answers or not is_final(call.status, call.error_type):
            return Outcome(call, call.status, None, call.error)
        judgement = self.judge_value(call.answers[-1], row)
        is_repaired = judgement.status == "ok" and call.status == "repaired"
        status = "repaired" if is_repaired else judgement.status
        return Outcome(call, status, judgement.answer, judgement.error)
