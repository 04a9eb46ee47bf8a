"""What came of the rows that bring their prompts: outcomes, and columns that say what was asked."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from python_models.llm.asking.asking import Answered
from python_models.llm.asking.asking_context import Asked
from python_models.llm.asking.rows import Outcome, after_stop
from python_models.llm.features.row_prompts import Part
from python_models.llm.step import Step

CALL_COLUMNS = ("endpoint", "prompt_hash", "finish_reason", "raw_answer")


def part_outcomes(part: Part, asked: Asked) -> list[Outcome]:
    """Judge the part's answers; what is pending says why when something stopped the step."""
    outcomes = [part.source.outcome(at, row) for at, row in part.source.rows()]
    return after_stop(outcomes, asked.stopped) if asked.stopped else outcomes


def due_places(table: pa.Table, step: Step, part: Part, outcomes: list[Outcome]) -> list[int]:
    """Return a part's rows but for those without an answer that nobody waits for."""
    column = step.prompts.is_due if step.prompts else None
    if column is None:
        return part.places
    due = table.column(column).to_pylist()
    return [at for at in part.places if due[at] or outcomes[at].status != "pending"]


def with_prompts(table: pa.Table, parts: list[Part], outcomes: list[Outcome]) -> pa.Table:
    """Say of each row what was asked of whom, and what came back, usable or not."""
    columns: dict[str, list[Any]] = {name: [None] * table.num_rows for name in CALL_COLUMNS}
    own: dict[str, list[Any]] = {
        name: [None] * table.num_rows for name in ("prompt_template", "prompt_version", "model")
    }
    for part in parts:
        prompt = part.source.prompt
        for at in part.places:
            columns["endpoint"][at] = part.endpoint
            columns["prompt_hash"][at] = prompt.text_hash
            own["prompt_template"][at] = prompt.name
            own["prompt_version"][at] = prompt.header.version
            own["model"][at] = part.source.place.model
            call = outcomes[at].call
            if call is not None and call.answer is not None:
                columns["finish_reason"][at] = call.answer.finish_reason
                columns["raw_answer"][at] = call.answer.content
    for name, values in own.items():
        table = table.set_column(
            table.column_names.index(name), name, pa.array(values, pa.string())
        )
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values, pa.string()))
    return table


def answered_of(part: Part, asked: Asked) -> Answered:
    """Return a part as the summary of a step knows it: a shared question counts for one part."""
    for call_id in part.source.elsewhere:
        part.source.calls.pop(call_id, None)
    return Answered(part.source, asked)
