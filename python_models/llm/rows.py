"""The rows of a step: read from a relation, rendered into calls, identical questions once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from jinja2 import UndefinedError

from python_models.llm.answers import Judgement, answer_schema, judge
from python_models.llm.calls import Answer, Call
from python_models.llm.identity import call_identity
from python_models.llm.prompts import Message, Prompt
from python_models.llm.records import key_json
from python_models.llm.step import Row, Step

CHUNK = 2000


class StepError(ValueError):
    """A step or its input is not usable; the message says what to mend."""


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


class SingleRows:
    """One row, one question. Rows are turned into Python values a chunk at a time."""

    def __init__(
        self,
        step: Step,
        prompt: Prompt,
        table: pa.Table,
        endpoint: str,
        model: str,
        parameters: dict[str, Any],
    ) -> None:
        self.step, self.prompt, self.table = step, prompt, table
        self.schema = answer_schema(step.answer) if step.answer else None
        self._endpoint, self._model, self._parameters = endpoint, model, parameters
        self.calls: dict[str, Call] = {}
        self.call_of: list[str | None] = []
        self.unrendered: dict[int, str] = {}

    def prepare(self) -> None:
        """Render every row once for its identity; the text itself is not kept.

        Raises:
            StepError: the template names something no row has.
        """
        for place, row in self.rows():
            try:
                messages = self.prompt.messages(row)
            except UndefinedError as error:
                raise StepError(
                    f"{self.prompt.name}.jinja: {error}; the input's columns are "
                    f"{', '.join(self.table.column_names)}"
                ) from None
            except (TypeError, ValueError, ArithmeticError) as error:
                self.call_of.append(None)
                self.unrendered[place] = f"the prompt cannot be written for this row: {error}"
                continue
            self.call_of.append(self._note(place, row, messages))

    def _note(self, place: int, row: Row, messages: list[Message]) -> str:
        replicate = self.step.replicate_of(row)
        call_id = call_identity(
            self._endpoint, self._model, messages, self._parameters, self.schema, replicate
        )
        if call_id not in self.calls:
            priority = float(row[self.step.priority] or 0) if self.step.priority else 0.0
            self.calls[call_id] = Call(
                call_id,
                place,
                replicate,
                priority,
                key_json(self.step.key_of(row)),
                model=self._model,
            )
        return call_id

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield (place, row) over the whole input."""
        place = 0
        for batch in self.table.to_batches(max_chunksize=CHUNK):
            for row in batch.to_pylist():
                yield place, row
                place += 1

    def row(self, place: int) -> dict[str, Any]:
        """Return one row."""
        return self.table.slice(place, 1).to_pylist()[0]

    def messages(self, call: Call) -> list[Message]:
        """Render a call's messages (again: they were not kept)."""
        return self.prompt.messages(self.row(call.place))

    def judge(self, call: Call, answer: Answer) -> Judgement:
        """Judge an answer for the row that asked first."""
        return self.judge_for(answer, self.row(call.place))

    def judge_for(self, answer: Answer, row: Row) -> Judgement:
        """Judge an answer for one of the rows that wait for it."""
        step = self.step
        return judge(
            answer.content, answer.finish_reason, answer.refusal, step.answer, step.check, row
        )
