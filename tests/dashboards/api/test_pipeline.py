"""A run as a front end starts, follows, stops and resumes it; made once, seen by its owner."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import orjson
import pytest
from fastapi.testclient import TestClient

from dashboards.api.keys import TIERS, make_key, revoke
from dashboards.jobs import jobs
from ingestion.lakehouse import journal
from tests.dashboards.api.conftest import Ask, Server

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
EXECUTE = "pipeline/execute"


@pytest.fixture
def sleeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every job sleep, whatever it was asked to do: what is tested is what holds it."""
    make = jobs.make
    monkeypatch.setattr(
        jobs, "make", lambda kind, title, command, *more: make(kind, title, SLEEP, *more)
    )


def until(said: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def job_of(one: TestClient | httpx2.Client, job_id: str) -> dict[str, Any]:
    found = one.get(f"pipeline/status/{job_id}")
    assert found.status_code == 200, found.text
    job: dict[str, Any] = found.json()["job"]
    return job


def told(text: str) -> list[dict[str, Any]]:
    """Return the events of a stream."""
    found = []
    for block in text.replace("\r\n", "\n").strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":")
        if lines:
            found.append(lines | {"data": orjson.loads(lines["data"])})
    return found


def test_a_run_is_started_followed_and_stopped(client: Ask) -> None:
    one = client("read,run")
    made = one.post(EXECUTE, json={"domains": ["telemetry"], "mode": "sequential"})
    assert made.status_code == 202, made.text
    job_id = made.json()["job_id"]
    assert made.headers["location"].endswith(f"/pipeline/status/{job_id}")
    until(lambda: job_of(one, job_id)["state"] == "running")
    found = jobs.named(job_id)
    assert found is not None
    assert found.command[1:] == (
        "-m", "python_models.runs.run", "--domain=telemetry", "--mode=sequential",
    )  # fmt: skip
    cancelled = one.post(f"pipeline/cancel/{job_id}")
    assert cancelled.status_code == 202, cancelled.text
    events = told(one.get(f"pipeline/events/{job_id}").text)
    assert [event["event"] for event in events[-1:]] == ["end"]
    assert events[-1]["data"] == job_of(one, job_id)
    assert events[-1]["data"]["state"] == "cancelled"
    last = {"Last-Event-ID": events[-1]["id"]}
    assert one.get(f"pipeline/events/{job_id}", headers=last).status_code == 204
    again = one.get(f"pipeline/events/{job_id}", headers={"Last-Event-ID": "earlier"})
    assert [event["event"] for event in told(again.text)] == ["end"]
    assert one.post(f"pipeline/cancel/{job_id}").status_code == 409
    resumed = one.post(f"pipeline/resume/{job_id}")
    assert resumed.status_code == 202, resumed.text
    one.post(f"pipeline/cancel/{resumed.json()['job_id']}")
    until(lambda: job_of(one, resumed.json()["job_id"])["state"] == "cancelled")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"domains": ["astrology"]}, "/domains/0"),
        ({"slice": {"moons": "2"}}, "/slice/moons"),
        ({"domains": ["news"], "slice": {"controls": "oven-01"}}, "/slice"),
        ({"slice": {"from": "yesterday"}}, "/slice"),
        ({"mode": "fast"}, "/mode"),
        ({"budget_usd": -1}, "/budget_usd"),
        ({"nothing": 1}, "/nothing"),
    ],
)
def test_what_cannot_be_run_is_said_and_nothing_starts(
    client: Ask, body: dict[str, Any], pointer: str
) -> None:
    found = client("read,run").post(EXECUTE, json=body)
    assert found.status_code == 422
    assert found.json()["errors"][0]["pointer"] == pointer
    assert jobs.listed() == []


def test_a_job_is_its_owners_alone(client: Ask, sleeping: None) -> None:
    owner, other, admin = client("read,run"), client("read,run"), client("admin")
    job_id = owner.post(EXECUTE, json={}).json()["job_id"]
    for way in (
        lambda one: one.get(f"pipeline/status/{job_id}"),
        lambda one: one.get(f"pipeline/events/{job_id}"),
        lambda one: one.post(f"pipeline/cancel/{job_id}"),
        lambda one: one.post(f"pipeline/resume/{job_id}"),
    ):
        assert way(other).status_code == 404
    assert other.get("pipeline/jobs").json()["jobs"] == []
    assert [len(one.get("pipeline/jobs").json()["jobs"]) for one in (owner, admin)] == [1, 1]
    assert client("read").post(EXECUTE, json={}).status_code == 403
    assert admin.post(f"pipeline/cancel/{job_id}").status_code == 202


def test_what_asks_a_paid_model_needs_the_scope_to_spend(client: Ask, sleeping: None) -> None:
    address = {"llm_base_url": "http://127.0.0.1:1/v1"}
    assert client("run", **address).post(EXECUTE, json={}).status_code == 403
    found = client("run,spend", **address).post(EXECUTE, json={"budget_usd": 0.5})
    assert found.status_code == 202
    job = jobs.named(found.json()["job_id"])
    assert job is not None and job.environment["LLM_BUDGET_USD"] == "0.5"
    jobs.cancel(job)


def test_a_request_sent_again_under_its_key_makes_nothing_twice(
    client: Ask, sleeping: None
) -> None:
    one, key = client("read,run"), {"Idempotency-Key": "monday"}
    first = one.post(EXECUTE, json={"domains": ["news"]}, headers=key)
    again = one.post(EXECUTE, json={"domains": ["news"]}, headers=key)
    assert again.status_code == 202 and again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert one.post(EXECUTE, json={}, headers=key).status_code == 422
    assert len(jobs.listed()) == 1
    other = client("read,run").post(EXECUTE, json={}, headers=key)
    assert other.status_code == 202, "another's key is another's"
    journal.change(
        "api_answers", {"idempotency_key": "monday"}, {"claimed_at": "2020-01-01 00:00:00"}
    )
    assert one.post(EXECUTE, json={}, headers=key).status_code == 202, "a day later"
    assert len(jobs.listed()) == 3
    for job in jobs.listed():
        jobs.cancel(job)


def test_a_refusal_is_no_answer_that_is_kept(client: Ask, sleeping: None) -> None:
    one, key = client("read,run"), {"Idempotency-Key": "k"}
    assert one.post(EXECUTE, json={"domains": ["none"]}, headers=key).status_code == 422
    assert one.post(EXECUTE, json={}, headers=key).status_code == 202
    jobs.cancel(jobs.listed()[0])


def test_two_at_once_under_one_key_make_one(client: Ask, sleeping: None) -> None:
    one, key = client("read,run"), {"Idempotency-Key": "both"}
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: one.post(EXECUTE, json={}, headers=key), range(4)))
    assert {answer.status_code for answer in found} == {202}
    assert len({answer.json()["job_id"] for answer in found}) == 1
    assert len(jobs.listed()) == 1
    jobs.cancel(jobs.listed()[0])


def test_a_job_goes_on_when_the_server_is_killed_and_its_retry_is_the_same_job(
    server: Server,
) -> None:
    server.start()
    headers = {
        "Authorization": f"Bearer {make_key('t', ['read', 'run'], list(TIERS), 1)}",
        "Idempotency-Key": "once",
    }
    with httpx2.Client(base_url=f"{server.url}/", headers=headers, timeout=60) as one:
        made = one.post(EXECUTE, json={"domains": ["telemetry"]})
        job_id = made.json()["job_id"]
        with one.stream("GET", f"pipeline/events/{job_id}") as events:
            next(events.iter_lines())
            server.kill()
        server.start()
        assert job_of(one, job_id)["state"] in ("queued", "running")
        again = one.post(EXECUTE, json={"domains": ["telemetry"]})
        assert (again.status_code, again.json()["job_id"]) == (202, job_id)
        assert len(jobs.listed()) == 1
        one.post(f"pipeline/cancel/{job_id}")
        until(lambda: job_of(one, job_id)["state"] == "cancelled")


def test_a_server_killed_before_it_answered_has_made_nothing_that_hinders(
    client: Ask, sleeping: None
) -> None:
    one, key = client("read,run"), {"Idempotency-Key": "cut"}
    first = one.post(EXECUTE, json={}, headers=key)
    # as it stands in the journal when a server dies between its claim and what it makes
    journal.change(
        "api_answers",
        {"idempotency_key": "cut"},
        {"status": None, "claimed_pid": 2**22 + 1, "claimed_started": "1"},
    )
    again = one.post(EXECUTE, json={}, headers=key)
    assert again.status_code == 202 and again.json()["job_id"] != first.json()["job_id"]
    for job in jobs.listed():
        jobs.cancel(job)


def test_events_end_when_their_key_is_revoked(client: Ask, sleeping: None) -> None:
    one = client("read,run")
    job_id = one.post(EXECUTE, json={}).json()["job_id"]
    with ThreadPoolExecutor(1) as pool:
        stream = pool.submit(lambda: one.get(f"pipeline/events/{job_id}").text)
        until(lambda: jobs.listed()[0].state == "running")
        revoke(jobs.listed()[0].owner or "")
        events = told(stream.result(timeout=30))
    assert events and events[-1]["data"]["state"] != "cancelled"
    jobs.cancel(jobs.listed()[0])


def test_no_path_of_the_machine_is_told_of_a_failure(client: Ask) -> None:
    one = client("admin")
    text = "raise FileNotFoundError('/etc/hidden/place of ' + __import__('os').getcwd())"
    job = jobs.make("test", "A test", [sys.executable, "-c", text])
    until(lambda: job_of(one, job.job_id)["state"] == "failed")
    message = job_of(one, job.job_id)["message"]
    assert "FileNotFoundError" in message and "<path>" in message
    assert "/etc" not in message and "Traceback" not in message
