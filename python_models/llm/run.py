"""`run_step`: rows in, one answer per key out; what a dbt Python model calls."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import duckdb
import pyarrow as pa
from pydantic import BaseModel

from ingestion.lakehouse.settings import settings
from python_models.llm.asking.asking import Answered, Work, answer_rows
from python_models.llm.asking.asking_context import Stop
from python_models.llm.asking.results import Results
from python_models.llm.asking.rows import Outcome, after_stop, as_table, check_key
from python_models.llm.asking.runtime import runtime
from python_models.llm.asking.summary import put_summary
from python_models.llm.endpoints.endpoint import model_for
from python_models.llm.features.cascade import answer_by_cascade
from python_models.llm.features.row_answers import (
    answered_of,
    due_places,
    part_outcomes,
    with_prompts,
)
from python_models.llm.features.row_prompts import Coming, answer_parts
from python_models.llm.features.settled import settled
from python_models.llm.ledger.reuse import put_kept_summary
from python_models.llm.prompting.prompts import data_prompt, load_prompt
from python_models.llm.step import Step, StepFailed


def run_step(
    session: duckdb.DuckDBPyConnection,
    relation: Any,
    step: Step,
    node: str,
    coming: Coming | None = None,
    kept: pa.Table | None = None,
    wanted: set[int] | None = None,
) -> pa.Table:
    """Ask a step's questions for the rows of `relation` and return one row per key.

    Args:
        session: dbt's DuckDB connection (kept for models that pass a query).
        relation: what `dbt.ref` gives.
        step: the step to run.
        node: the dbt model's name, written with every call.
        coming: gives rows that wait for other answers, for an estimate's upper end (data prompts).
        kept: rows answered in the model's own table (the same steps); they count, not returned.
        wanted: places of the rows to ask for (one model, one row a call), None for all.

    Raises:
        StepFailed: the endpoint refuses the key, the journal cannot be written, or more rows
            failed than the step tolerates. Every answer is in the ledger by then.
    """
    started = time.time()
    table = as_table(relation)
    check_key(step, table)
    if step.prompts is not None:
        return _run_row_prompts(table, step, node, coming, kept, started)
    return _run_template(table, step, node, wanted, started)


def _run_template(
    table: pa.Table, step: Step, node: str, wanted: set[int] | None, started: float
) -> pa.Table:
    """Run a step whose prompt is a file."""
    assert step.template is not None
    prompt = load_prompt(step.template, step.answer)
    work = Work(runtime(), step, prompt, node)
    model = model_for(step, prompt.header.model)
    found = settled(work, table, model)
    left = found.left(table)
    if step.cascade is None:
        answered = answer_rows(work, left, model, found.places_left(wanted))
        outcomes, parts = outcomes_of(answered), [answered]
    else:
        outcomes, parts = answer_by_cascade(work, left, model)
    results = Results(step, left, prompt)
    for at, outcome in enumerate(outcomes):
        results.put(at, outcome)
    count = found.kept.num_rows if found.kept else 0
    failure = _failure(step, results, [part.asked.stopped for part in parts], count)
    if not any(part.asked.is_broken for part in parts):
        for part in parts:
            put_summary(work.shared, part, results.statuses(), started, failure, found.kept)
    if failure:
        raise StepFailed(work.shared.scrub(failure))
    answers = results.table()
    found.save(results, answers)
    return found.whole(answers)


def _run_row_prompts(
    table: pa.Table,
    step: Step,
    node: str,
    coming: Coming | None,
    kept: pa.Table | None,
    started: float,
) -> pa.Table:
    """Run a step whose rows bring their prompts, endpoints and models."""
    assert step.prompts is not None
    prompt = data_prompt(step.prompts.messages, step.name, "", "")
    work = Work(runtime(), step, prompt, node)
    paired = answer_parts(work, table, coming)
    results = Results(step, table, prompt)
    outcomes: list[Outcome] = [Outcome(None, "pending", None, None)] * table.num_rows
    for part, asked in paired:
        for at, outcome in zip(part.places, part_outcomes(part, asked), strict=True):
            outcomes[at] = outcome
            results.put(at, _as_text(outcome))
    failure = _failure(
        step, results, [asked.stopped for _, asked in paired], kept.num_rows if kept else 0
    )
    if not any(asked.is_broken for _, asked in paired):
        for part, asked in paired:
            statuses = [outcomes[at].status for at in due_places(table, step, part, outcomes)]
            put_summary(work.shared, answered_of(part, asked), statuses, started, failure)
        if kept:
            put_kept_summary(work.shared.journal.path, step.name, node, kept, started)
    if failure:
        raise StepFailed(work.shared.scrub(failure))
    return with_prompts(results.table(), [part for part, _ in paired], outcomes)


def _as_text(outcome: Outcome) -> Outcome:
    """Return an outcome whose answer is text: a typed one as JSON."""
    typed = outcome.answer
    return (
        outcome._replace(answer=typed.model_dump_json())
        if isinstance(typed, BaseModel)
        else outcome
    )


def outcomes_of(answered: Answered) -> list[Outcome]:
    """Judge every row's answer by today's type and check; nothing is dropped."""
    source, stopped = answered.source, answered.asked.stopped
    outcomes = [source.outcome(at, row) for at, row in source.rows()]
    if stopped is None:
        return outcomes
    return after_stop(outcomes, stopped)


def _failure(step: Step, results: Results, stops: list[Stop | None], kept: int = 0) -> str | None:
    """Return why the step fails, if it does; rows that kept their answers are good ones."""
    for stop in stops:
        if stop is not None and stop.is_failure:
            return str(stop)
    tolerance = step.error_tolerance
    if tolerance is None:
        tolerance = settings().llm_error_tolerance
    counts = Counter(results.statuses()) + Counter(ok=kept)
    bad = sum(counts[status] for status in ("failed", "invalid", "truncated", "refused"))
    total = sum(counts.values())
    if not total or bad <= tolerance * total:
        return None
    said = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    why = " ".join(f"{str(stop)[0].upper()}{str(stop)[1:]}." for stop in stops if stop is not None)
    return (
        f"step {step.name}: {bad} of {total} rows have no usable answer ({said}), more than the "
        f"tolerated {tolerance:.0%}. {why}{' ' if why else ''}Every answer is kept in llm.calls "
        "with its reason; mend the prompt or the endpoint and run again (`make estimate` shows "
        "what would be asked)."
    )
