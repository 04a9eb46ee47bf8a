"""One row for each run of a step: calls made and saved, tokens, USD; what ops adds up."""

from __future__ import annotations

import sys
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from python_models.llm.asking.asking import Answered
from python_models.llm.asking.asking_context import Asked
from python_models.llm.asking.estimate_errors import learn_error
from python_models.llm.asking.runtime import Runtime
from python_models.llm.ledger.journal import Statement
from python_models.llm.ledger.journal_schema import STEP_RUN_COLUMNS
from python_models.llm.ledger.records import STEP_RUN_UPSERT
from python_models.llm.ledger.reuse import kept_savings
from python_models.llm.prompting.calls import Call
from python_models.llm.step import GOOD

FORGET = "delete from llm_meta where name = ?"


def put_summary(
    shared: Runtime,
    answered: Answered,
    statuses: list[str],
    started: float,
    failure: str | None,
    kept: pa.Table | None = None,
) -> None:
    """Write what this run of the step did to the journal, rows whose outcome stood included."""
    asked, every = answered.asked, list(answered.source.calls.values())
    cached = [call for call in every if call.is_cached]
    made = [call for call in every if not call.is_cached and call.spent.attempts]
    counts = Counter(statuses)
    good = sum(counts[status] for status in GOOD)
    values: dict[str, Any] = {
        "step_run_id": uuid.uuid4().hex,
        "invocation_id": asked.invocation_id,
        "node": asked.node,
        "step": asked.step,
        "provider": asked.endpoint.provider,
        "model": asked.model,
        "rows": len(statuses),
        "rows_ok": good,
        "rows_bad": len(statuses) - good - counts["pending"],
        "rows_pending": counts["pending"],
        "calls": len(made),
        "cached_calls": len(cached),
        "requests": asked.requests,
        **_spent(made, cached),
        "seconds": time.time() - started,
        "status": "failed" if failure else "pending" if counts["pending"] else "ok",
        "message": shared.scrub(failure or said_of(asked)),
        "started_at": started,
    }
    _tell_beyond(asked)
    if made and asked.estimated is not None:
        learn_error(shared, asked, made)
    _add(values, kept_savings(kept) if kept else {})
    shared.journal.put([_upsert(values), (FORGET, (asked.noted_as,))])
    shared.journal.flush()


def _tell_beyond(asked: Asked) -> None:
    if beyond := asked.beyond.said(asked.endpoint.name):
        sys.stderr.write(f"{asked.step}: {beyond}\n")


def _add(values: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        values[name] += value


def _spent(made: list[Call], cached: list[Call]) -> dict[str, float]:
    """Return what was spent on calls that were made, and saved on those that were not."""
    return {
        "prompt_tokens": sum(call.spent.prompt_tokens for call in made),
        "completion_tokens": sum(call.spent.completion_tokens for call in made),
        "cost_usd": sum(call.spent.cost_usd for call in made),
        "saved_usd": sum(call.spent.cost_usd for call in cached),
        "saved_tokens": sum(
            call.spent.prompt_tokens + call.spent.completion_tokens for call in cached
        ),
    }


def _upsert(values: Mapping[str, Any]) -> Statement:
    return STEP_RUN_UPSERT, [values[name] for name in STEP_RUN_COLUMNS]


def said_of(asked: Asked) -> str | None:
    """Return what a run has to tell: why it stopped, and what the endpoint reported too much."""
    stopped = str(asked.stopped) if asked.stopped else None
    return "; ".join(filter(None, [stopped, asked.beyond.said(asked.endpoint.name)])) or None
