from __future__ import annotations

import json
import os
import socketserver
import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from python_models.llm.ledger.journal import reading
from python_models.release import ops_tables
from python_models.runs import alerts
from python_models.runs.nightly import check_nightly


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
        " timestamp '2026-01-01' as first_record_at, timestamp '2026-01-01' as last_record_at,"
        f" timestamp '{an_hour_ago}' as landed_at"
    )
    monkeypatch.setattr(ops_tables, "_raw_files", lambda _: landed)
    a_run("i-1", "success")
    assert alerts.after_run("i-1") == stale
    assert [body["source"] for body in posted] == ["press"] * stale
    assert alerts.after_run("i-1") == 0


class _Mailbox(socketserver.StreamRequestHandler):
    """One conversation in SMTP; keeps what was sent."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.server.mails.append(text.decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What arrives at a mail server of the test's own."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailbox) as server:
        server.mails = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"smtp://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setenv("SLUICE_ALERT_MAIL_SERVER", address)
        monkeypatch.setenv("SLUICE_ALERT_MAIL_TO", "me@example.com")
        reset_settings()
        yield server.mails
        server.shutdown()


def test_a_failed_run_is_mailed_once_and_posted_once(posted: list[dict], mails: list[str]) -> None:
    a_run("i-1", "failed")
    assert alerts.after_run("i-1") == 2
    assert alerts.after_run("i-1") == 0
    assert len(posted) == len(mails) == 1
    assert "Subject: Sluice: run failed" in mails[0]
    assert "To: me@example.com" in mails[0] and "things: no such column" in mails[0]


def test_a_mail_server_that_is_away_fails_nothing_and_is_tried_again(
    posted: list[dict], monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setenv("SLUICE_ALERT_MAIL_TO", "me@example.com")
    monkeypatch.setenv("SLUICE_ALERT_MAIL_SERVER", "smtp://me:canary4711@127.0.0.1:1")
    reset_settings()
    a_run("i-1", "failed")
    assert alerts.after_run("i-1") == 1
    assert "could not be delivered" in (said := capsys.readouterr().err)
    assert "canary4711" not in said
    assert alerts.after_run("i-1") == 0


def test_a_budget_that_is_used_up_is_told(posted: list[dict]) -> None:
    a_run("i-1", "success")
    reached = "the USD budget of 1 USD is used up (1 spent, 0 reserved)"
    with reading(lake().journal_db) as connection, connection:
        connection.executemany(
            "insert into llm_step_runs (step_run_id, invocation_id, node, step, rows_pending,"
            " message) values (?, 'i-1', 'n', ?, ?, ?)",
            [("a", "judged", 3, reached), ("b", "whole", 0, None)],
        )
    assert alerts.after_run("i-1") == 1
    assert [(body["kind"], body["step"]) for body in posted] == [("budget_reached", "judged")]


def test_a_nightly_run_that_did_not_happen_is_told_once_a_day(posted: list[dict]) -> None:
    assert check_nightly(Namespace(hours=26.0)) == 1
    assert check_nightly(Namespace(hours=26.0)) == 1
    assert [body["kind"] for body in posted] == ["nightly_missed"]
    mark = lake().root / "nightly"
    mark.write_text("exit code 0")
    assert check_nightly(Namespace(hours=26.0)) == 0
    two_days_ago = time.time() - 48 * 3600
    os.utime(mark, (two_days_ago, two_days_ago))
    assert check_nightly(Namespace(hours=26.0)) == 1
    assert len(posted) == 2


def test_an_alert_is_not_sent_on_to_another_address(httpserver: HTTPServer, monkeypatch) -> None:
    moved = Response(status=302, headers={"Location": httpserver.url_for("/elsewhere")})
    httpserver.expect_request("/hook").respond_with_response(moved)
    httpserver.expect_request("/elsewhere").respond_with_data("")
    monkeypatch.setenv("SLUICE_ALERT_URL", httpserver.url_for("/hook"))
    reset_settings()
    a_run("i-1", "failed")
    assert alerts.after_run("i-1") == 0
    assert [request.path for request, _ in httpserver.log] == ["/hook"]
