"""Posts what needs a person to SLUICE_ALERT_URL, once for each cause.

An alert that cannot be delivered never fails a run: it is tried again after the next one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import scrub, settings

_SECONDS = 5


def after_run(invocation_id: str) -> int:
    """Post what went wrong in a run and was not posted before; returns how many were delivered."""
    url = settings().sluice_alert_url
    if url is None:
        return 0
    delivered = 0
    for key, body in _causes(invocation_id):
        if journal.rows("select 1 from alerts where alert_key = ?", (key,)):
            continue
        text = scrub(json.dumps(body, default=str))
        if _post(url.get_secret_value(), text):
            delivered += 1
            row = {"alert_key": key, "sent_at": journal.now(), "body": text}
            journal.put("alerts", [row])
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
    yield from _stale_sources()


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


class _NoRedirects(HTTPRedirectHandler):
    """An alert is for the address that was set; followed, it would arrive elsewhere, or empty."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _post(url: str, text: str) -> bool:
    request = Request(url, text.encode(), {"Content-Type": "application/json"}, method="POST")
    try:
        with build_opener(_NoRedirects).open(request, timeout=_SECONDS) as answer:
            return 200 <= answer.status < 300
    except (URLError, OSError, ValueError) as error:
        sys.stderr.write(scrub(f"The alert could not be delivered: {error}\n"))
        return False
