"""Says what needs a person, once for each cause: at SLUICE_ALERT_URL, and by mail.

An alert that cannot be delivered never fails a run: it is tried again after the next one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import scrub, settings
from python_models.runs import delivery


def after_run(invocation_id: str) -> int:
    """Deliver what went wrong in a run and was not before; returns how many were delivered."""
    if not delivery.channels():
        return 0
    return sum(deliver(key, body) for key, body in _causes(invocation_id))


def deliver(key: str, body: dict[str, Any]) -> int:
    """Send one alert wherever it did not arrive before; returns to how many places it went."""
    delivered = 0
    body = json.loads(scrub(json.dumps(body, default=str)))
    for place, send in delivery.channels().items():
        named = {"alert_key": f"{place}{key}"}
        if journal.rows("select 1 from alerts where alert_key = :alert_key", named):
            continue
        if send(body):
            delivered += 1
            journal.put("alerts", [named | {"sent_at": journal.now(), "body": json.dumps(body)}])
    return delivered


def _causes(invocation_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
    bad = journal.rows(
        "select run_id, invocation_id, status, message, command, started_at, ended_at from runs"
        " where status in ('failed', 'killed') and (invocation_id = ? or invocation_id ="
        " (select invocation_id from runs where status not in ('running', 'not started')"
        " and invocation_id <> ? order by rowid desc limit 1))",
        (invocation_id, invocation_id),
    )
    for run in bad:
        yield f"run {run['invocation_id']}", {"kind": "run_failed", **run}
    failed = journal.rows(
        "select gate, count(*) as promises, min(table_name || ': ' || expectation) as first"
        " from gate_results where invocation_id = ? and not success and severity = 'critical'"
        " group by gate",
        (invocation_id,),
    )
    for gate in failed:
        key = f"gate {gate['gate']} {invocation_id}"
        yield key, {"kind": "gate_failed", "invocation_id": invocation_id, **gate}
    yield from _reached_budgets(invocation_id)
    yield from _stale_sources()


def _reached_budgets(invocation_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if not journal.rows("select 1 from sqlite_master where name = 'llm_step_runs'"):
        return
    for step in journal.rows(
        "select node, step, rows_pending, cost_usd, message from llm_step_runs"
        " where invocation_id = ? and rows_pending > 0 and message like '%budget of%is used up%'",
        (invocation_id,),
    ):
        key = f"budget {step['step']} {invocation_id}"
        yield key, {"kind": "budget_reached", "invocation_id": invocation_id, **step}


def _stale_sources() -> Iterator[tuple[str, dict[str, Any]]]:
    from python_models.release import live

    with live.live_ops() as ops:
        stale = live.rows(
            ops,
            "select domain, source, landed_at, newest_record_at from ops.freshness"
            " where landed_at < measured_at - to_seconds(3600 * ?)",
            [settings().sluice_stale_hours],
        )
    for source in stale:
        key = f"stale {source['domain']} {source['source']} {source['landed_at']}"
        yield key, {"kind": "source_stale", **source}
