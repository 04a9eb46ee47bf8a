"""`run_step`: rows in, one answer per key out; what a dbt Python model calls."""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import Any

import pyarrow as pa

from ingestion.settings import settings
from python_models.llm.asker import Asked, Asker, Stop
from python_models.llm.budget import Budget, Ceiling
from python_models.llm.calls import Call
from python_models.llm.endpoint import model_for
from python_models.llm.identity import text_hash
from python_models.llm.journal import connect
from python_models.llm.prices import price_of
from python_models.llm.progress import Progress
from python_models.llm.prompts import load_prompt
from python_models.llm.records import is_final, load_cached
from python_models.llm.results import Results
from python_models.llm.rows import SingleRows, as_table, check_key
from python_models.llm.runtime import Runtime, runtime
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
    table = as_table(relation)
    check_key(step, table)
    known, shared = settings(), runtime()
    prompt = load_prompt(step.template, step.answer)
    model = model_for(step, prompt.header.model)
    source = SingleRows(
        step, prompt, table, shared.endpoint.name, model, prompt.header.parameters.sent()
    )
    started = time.time()
    source.prepare()
    asked = _asked(shared, step, source, node, model)
    _take_cached(shared, source)
    to_ask = [call for call in source.calls.values() if not call.is_cached]
    with Progress(step.name, len(source.calls), len(source.calls) - len(to_ask)) as progress:
        asked.on_done = progress.done
        if to_ask:
            _ask(shared, asked, source, to_ask)
    shared.journal.flush()
    results = _results(step, source, table, asked)
    failure = _failure(step, results, asked, known.llm_error_tolerance)
    put_summary(shared, asked, source.calls.values(), results.statuses(), started, failure)
    if failure:
        raise StepFailed(shared.scrub(failure))
    return results.table()


def _asked(shared: Runtime, step: Step, source: SingleRows, node: str, model: str) -> Asked:
    """Gather what all calls of the step have in common."""
    invocation_id = os.environ.get("SLUICE_INVOCATION_ID", "")
    ceilings = [
        shared.ceiling(invocation_id),
        Ceiling(f"step's ({step.name})", step.max_usd, step.max_tokens, step.max_calls),
    ]
    prompt, endpoint = source.prompt, shared.endpoint
    constants = {
        "operation_name": "chat",
        "step": step.name,
        "node": node,
        "invocation_id": invocation_id,
        "prompt_template": prompt.name,
        "prompt_version": prompt.header.version,
        "prompt_hash": prompt.text_hash,
        "endpoint": endpoint.name,
        "server_address": endpoint.address,
        "request_parameters": str(prompt.header.parameters.sent()),
        "output_schema": text_hash(str(source.schema)) if source.schema else None,
    }
    return Asked(
        step=step.name,
        node=node,
        invocation_id=invocation_id,
        endpoint=endpoint,
        model=model,
        parameters=prompt.header.parameters.sent(),
        schema=source.schema,
        price=price_of(endpoint, model),
        budget=Budget(ceilings, shared.budget_changed),
        constants=constants,
        deadline=settings().llm_deadline_seconds,
    )


def _take_cached(shared: Runtime, source: SingleRows) -> None:
    """Take the answers the journal has; what was paid for is not asked again."""
    connection = connect(shared.journal.path)
    try:
        for call_id, cached in load_cached(connection, list(source.calls)).items():
            own = source.calls[call_id]
            cached.place, cached.replicate, cached.row_key = own.place, own.replicate, own.row_key
            source.calls[call_id] = cached
    finally:
        connection.close()


def _ask(shared: Runtime, asked: Asked, source: SingleRows, calls: list[Call]) -> None:
    """Ask what is missing, unless the budget says that nothing is to be asked."""
    known = settings()
    if known.llm_budget_usd == 0:
        asked.stopped = Stop("LLM_BUDGET_USD=0: no request is made, cached answers only", False)
    elif known.llm_budget_usd is None and not asked.price.is_free:
        asked.stopped = Stop(
            f"{asked.endpoint.name} costs money and no budget is set, so nothing was asked: "
            "set LLM_BUDGET_USD (see `make estimate`)",
            is_failure=False,
        )
    else:
        shared.run(Asker(shared, asked, source).ask(calls))


def _results(step: Step, source: SingleRows, table: pa.Table, asked: Asked) -> Results:
    """Judge every row's answer by today's type and check; nothing is dropped."""
    prompt = source.prompt
    results = Results(step, table.select(list(step.key)), prompt.name, prompt.header.version)
    reason = str(asked.stopped) if asked.stopped else None
    for place, row in source.rows():
        call_id = source.call_of[place]
        if call_id is None:
            results.put(place, None, "failed", None, source.unrendered[place])
            continue
        call = source.calls[call_id]
        if not call.answers or not is_final(call.status, call.error_type):
            error = call.error or (reason if call.status == "pending" else None)
            results.put(place, call, call.status, None, error)
            continue
        judgement = source.judge_for(call.answers[-1], row)
        status = judgement.status
        if status == "ok" and call.status == "repaired":
            status = "repaired"
        results.put(place, call, status, judgement.answer, judgement.error)
    return results


def _failure(step: Step, results: Results, asked: Asked, tolerance: float) -> str | None:
    """Return why the step fails, if it does."""
    if asked.stopped is not None and asked.stopped.is_failure:
        return str(asked.stopped)
    if step.error_tolerance is not None:
        tolerance = step.error_tolerance
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
