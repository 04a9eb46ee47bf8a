"""`run_step`: rows in, one answer per key out; what a dbt Python model calls."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pyarrow as pa

from ingestion.settings import settings
from python_models.llm.asked import Stop
from python_models.llm.asking import Answered, Work, answer_rows
from python_models.llm.cascade import answer_by_cascade
from python_models.llm.endpoint import model_for
from python_models.llm.prompts import load_prompt
from python_models.llm.results import Results
from python_models.llm.rows import Outcome, as_table, check_key
from python_models.llm.runtime import runtime
from python_models.llm.step import Step, StepFailed
from python_models.llm.summary import put_summary


def run_step(session: Any, relation: Any, step: Step, node: str) -> pa.Table:
    """Ask a step's questions for the rows of `relation` and return one row per key.

    Args:
        session: dbt's DuckDB connection (kept for models that pass a query).
        relation: what `dbt.ref` gives.
        step: the step to run.
        node: the dbt model's name, written with every call.

    Raises:
        StepFailed: the endpoint refuses the key, the journal cannot be written, or more rows
            failed than the step tolerates. Every answer is in the ledger by then.
    """
    started = time.time()
    table = as_table(relation)
    check_key(step, table)
    prompt = load_prompt(step.template, step.answer)
    work = Work(runtime(), step, prompt, node)
    model = model_for(step, prompt.header.model)
    if step.cascade is None:
        answered = answer_rows(work, table, model)
        outcomes, parts = outcomes_of(answered), [answered]
    else:
        outcomes, parts = answer_by_cascade(work, table, model)
    results = Results(step, table, prompt)
    for at, outcome in enumerate(outcomes):
        results.put(at, outcome)
    failure = _failure(step, results, [part.asked.stopped for part in parts])
    if not any(part.asked.is_broken for part in parts):
        for part in parts:
            put_summary(work.shared, part, results.statuses(), started, failure)
    if failure:
        raise StepFailed(work.shared.scrub(failure))
    return results.table()


def outcomes_of(answered: Answered) -> list[Outcome]:
    """Judge every row's answer by today's type and check; nothing is dropped."""
    source, stopped = answered.source, answered.asked.stopped
    outcomes = [source.outcome(at, row) for at, row in source.rows()]
    if stopped is None:
        return outcomes
    return [
        one._replace(error=one.error or str(stopped)) if one.status == "pending" else one
        for one in outcomes
    ]


def _failure(step: Step, results: Results, stops: list[Stop | None]) -> str | None:
    """Return why the step fails, if it does."""
    for stop in stops:
        if stop is not None and stop.is_failure:
            return str(stop)
    tolerance = step.error_tolerance
    if tolerance is None:
        tolerance = settings().llm_error_tolerance
    counts = Counter(results.statuses())
    bad = sum(counts[status] for status in ("failed", "invalid", "truncated", "refused"))
    total = sum(counts.values())
    if not total or bad <= tolerance * total:
        return None
    said = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    return (
        f"step {step.name}: {bad} of {total} rows have no usable answer ({said}), more than the "
        f"tolerated {tolerance:.0%}. Every answer is kept in llm.calls with its reason; mend the "
        "prompt or the endpoint and run again (`make estimate` shows what would be asked)."
    )
