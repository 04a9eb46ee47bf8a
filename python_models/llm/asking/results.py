"""From answers to a table: one row per key, the answer's fields in types that do not vary."""

from __future__ import annotations

import types
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

import pyarrow as pa
from pydantic import BaseModel

from python_models.llm.asking.rows import Outcome
from python_models.llm.endpoints.boundary import clean
from python_models.llm.prompting.calls import Call
from python_models.llm.prompting.prompts import Prompt
from python_models.llm.step import Step

SIMPLE = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us"),
}
CALL_FIELDS = [
    pa.field("status", pa.string()),
    pa.field("error", pa.string()),
    pa.field("call_id", pa.string()),
    pa.field("provider", pa.string()),
    pa.field("model", pa.string()),
    pa.field("prompt_template", pa.string()),
    pa.field("prompt_version", pa.string()),
    pa.field("replicate", pa.int64()),
    pa.field("attempts", pa.int64()),
    pa.field("seconds", pa.float64()),
    pa.field("prompt_tokens", pa.int64()),
    pa.field("completion_tokens", pa.int64()),
    pa.field("cost_usd", pa.float64()),
    pa.field("asked_at", pa.timestamp("us")),
]


def arrow_type(annotation: Any) -> pa.DataType:
    """Return the column type of an answer's field, whatever values a run happens to give."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in SIMPLE:
        return SIMPLE[annotation]
    if origin in (Union, types.UnionType):
        kinds = [argument for argument in arguments if argument is not type(None)]
        return arrow_type(kinds[0]) if len(kinds) == 1 else pa.string()
    if origin is Literal:
        return arrow_type(type(arguments[0]))
    if origin in (list, set, frozenset, tuple):
        return pa.list_(arrow_type(arguments[0]))
    if hasattr(annotation, "__metadata__"):
        return arrow_type(arguments[0])
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return pa.string()
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return pa.struct(answer_fields(annotation))
    return pa.string()


def answer_fields(answer: type[BaseModel] | None) -> list[pa.Field]:
    """Return the columns an answer type gives; free text gives one."""
    if answer is None:
        return [pa.field("text", pa.string())]
    return [
        pa.field(name, arrow_type(info.annotation)) for name, info in answer.model_fields.items()
    ]


def as_values(answer: Any) -> dict[str, Any]:
    """Return an answer's values by column."""
    if answer is None:
        return {}
    if isinstance(answer, str):
        return {"text": answer}
    return {
        name: value.value if isinstance(value, Enum) else value
        for name, value in answer.model_dump().items()
    }


UNFIT = (pa.ArrowException, OverflowError, TypeError, ValueError)


class Results:
    """Gathers one row per key, column by column."""

    def __init__(self, step: Step, table: pa.Table, prompt: Prompt) -> None:
        keys = table.select(list(step.key))
        self._keys = keys
        self._fields = answer_fields(step.answer)
        self._answers: list[dict[str, Any] | None] = [None] * keys.num_rows
        self.calls: list[Call | None] = [None] * keys.num_rows
        self._states: list[tuple[str, str | None]] = [("pending", None)] * keys.num_rows
        self._template, self._version = prompt.name, prompt.header.version

    def put(self, at: int, outcome: Outcome) -> None:
        """Set the result of one row."""
        self._answers[at] = as_values(outcome.answer)
        self.calls[at] = outcome.call
        self._states[at] = (outcome.status, outcome.error)

    def statuses(self) -> list[str]:
        """Return the state of every row."""
        return [status for status, _ in self._states]

    def table(self) -> pa.Table:
        """Return all rows in the order they came."""
        columns = {
            field.name: column_of(
                [answer.get(field.name) if answer else None for answer in self._answers], field.type
            )
            for field in self._fields
        }
        columns |= {
            field.name: pa.array(values, field.type)
            for field, values in zip(CALL_FIELDS, self._call_columns(), strict=True)
        }
        table = self._keys
        for name, values in columns.items():
            table = table.append_column(name, values)
        return table

    def _call_columns(self) -> list[list[Any]]:
        calls = self.calls
        return [
            [status for status, _ in self._states],
            [error for _, error in self._states],
            [call.call_id if call else None for call in calls],
            [call.provider or None if call else None for call in calls],
            [call.model or None if call else None for call in calls],
            [self._template] * len(calls),
            [self._version] * len(calls),
            [call.replicate if call else None for call in calls],
            [call.spent.attempts if call else None for call in calls],
            [call.spent.seconds if call else None for call in calls],
            [call.spent.prompt_tokens if call else None for call in calls],
            [call.spent.completion_tokens if call else None for call in calls],
            [call.spent.cost_usd if call else None for call in calls],
            [moment(call.asked_at) if call else None for call in calls],
        ]


def column_of(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Return values as a column; one that is of another type is written as text, or left out."""
    try:
        return pa.array(values, kind)
    except UNFIT:
        return pa.array([fitted(value, kind) for value in values], kind)


def fitted(value: Any, kind: pa.DataType) -> Any:
    """Return a value a column can hold."""
    try:
        return pa.array([value], kind)[0].as_py()
    except UNFIT:
        return clean(str(value)) if pa.types.is_string(kind) else None


def moment(seconds: float | None) -> datetime | None:
    """Return a time as UTC without a zone, as every column keeps it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
