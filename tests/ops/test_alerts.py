from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import reset_settings
from python_models.release import ops_tables
from python_models.runs import alerts


@pytest.fixture
def posted(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    bodies: list[dict] = []

    def take(request: Request) -> Response:
        bodies.append(json.loads(request.data))
        return Response(status=204)

    httpserver.expect_request("/hook").respond_with_handler(take)
    monkeypatch.setenv("SLUICE_ALERT_URL", httpserver.url_for("/hook?token=canary4711"))
    reset_settings()
    return bodies


def a_run(invocation_id: str, status: str) -> None:
    journal.put(
        "runs",
        [
            {
                "invocation_id": invocation_id,
                "run_id": f"run-{invocation_id}",
                "started_at": journal.now(),
                "status": status,
                "message": "things: no such column",
            }
        ],
    )


def test_failed_run_and_gate_are_posted_once(posted: list[dict]) -> None:
    a_run("i-1", "failed")
    journal.record_gate_results(
        [{"invocation_id": "i-1", "gate": "g", "severity": "critical", "success": False}]
    )
    assert alerts.after_run("i-1") == 2
    assert alerts.after_run("i-1") == 0
    assert sorted(body["kind"] for body in posted) == ["gate_failed", "run_failed"]
    assert posted[0]["message"] == "things: no such column"
    assert "canary4711" not in str(journal.rows("select * from alerts"))


def test_killed_run_is_posted_by_the_one_that_follows(posted: list[dict]) -> None:
    a_run("i-1", "killed")
    a_run("i-2", "success")
    assert alerts.after_run("i-2") == 1
    assert posted[0]["status"] == "killed"


def test_alert_that_cannot_be_delivered_fails_nothing_and_is_tried_again(
    posted: list[dict], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    a_run("i-1", "failed")
    address = os.environ["SLUICE_ALERT_URL"]
    monkeypatch.setenv("SLUICE_ALERT_URL", "http://127.0.0.1:9/hook")
    reset_settings()
    assert alerts.after_run("i-1") == 0
    assert "could not be delivered" in capsys.readouterr().err
    monkeypatch.setenv("SLUICE_ALERT_URL", address)
    reset_settings()
    assert alerts.after_run("i-1") == 1


def test_nothing_is_posted_when_no_address_is_set() -> None:
    a_run("i-1", "failed")
    assert alerts.after_run("i-1") == 0


@pytest.mark.parametrize(("hours", "stale"), [(0.5, 1), (2, 0)])
def test_source_is_stale_after_as_many_hours_as_the_settings_say(
    posted: list[dict], monkeypatch: pytest.MonkeyPatch, hours: float, stale: int
) -> None:
    monkeypatch.setenv("SLUICE_STALE_HOURS", str(hours))
    reset_settings()
    an_hour_ago = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=1)
    landed = (
        "select 'plant' as domain, 'plant' as pipeline, 'l1' as load_id, 'press' as source,"
        " 'things' as table_name, 'loaded' as status, 1 as rows_accepted, 0 as rows_rejected,"
        " 0 as rows_duplicate, 10 as byte_count, 0.1 as seconds,"
        " timestamp '2026-01-01' as first_reading_at, timestamp '2026-01-01' as last_reading_at,"
        f" timestamp '{an_hour_ago}' as landed_at"
    )
    monkeypatch.setattr(ops_tables, "_raw_files", lambda: landed)
    a_run("i-1", "success")
    assert alerts.after_run("i-1") == stale
    assert [body["source"] for body in posted] == ["press"] * stale
    assert alerts.after_run("i-1") == 0


def test_an_alert_is_not_sent_on_to_another_address(httpserver: HTTPServer, monkeypatch) -> None:
    moved = Response(status=302, headers={"Location": httpserver.url_for("/elsewhere")})
    httpserver.expect_request("/hook").respond_with_response(moved)
    httpserver.expect_request("/elsewhere").respond_with_data("")
    monkeypatch.setenv("SLUICE_ALERT_URL", httpserver.url_for("/hook"))
    reset_settings()
    a_run("i-1", "failed")
    assert alerts.after_run("i-1") == 0
    assert [request.path for request, _ in httpserver.log] == ["/hook"]
