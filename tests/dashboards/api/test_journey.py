"""A front end's whole way: a file is uploaded, merged into a set, built and taken home again.

The build is a real one, over HTTP: followed by its events, stopped in the middle, gone on with.
"""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import orjson
import pytest

from dashboards.api.keys import TIERS, make_key
from tests.dashboards.api.conftest import Server

pytestmark = pytest.mark.long
COUNT = 40


@pytest.fixture
def one() -> Iterator[httpx2.Client]:
    """A client of a server whose lake is new: nothing has been released in it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Server(free.getsockname()[1])
    key = make_key("front end", ["read", "run", "write"], list(TIERS), 1)
    server.start()
    try:
        headers = {"Authorization": f"Bearer {key}"}
        with httpx2.Client(base_url=f"{server.url}/", headers=headers, timeout=600) as client:
            yield client
    finally:
        server.stop()


def talk(number: int) -> dict[str, Any]:
    said = f"Knead dough number {number} for ten minutes, let it rise, and bake it for {number} min"
    return {
        "messages": [
            {"role": "user", "content": f"How do I bake loaf number {number} at home?"},
            {"role": "assistant", "content": f"{said}, until the crust is golden brown."},
        ]
    }


def follow(
    one: httpx2.Client, job_id: str, is_enough: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    """Return what the events of a job tell, until it is enough or over."""
    told: list[dict[str, Any]] = []
    with one.stream("GET", f"pipeline/events/{job_id}") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: "):
                told.append(orjson.loads(line.removeprefix("data: ")))
                if is_enough(told[-1]):
                    break
    return told


def begun(one: httpx2.Client, address: str, body: dict[str, Any] | None = None) -> str:
    made = one.post(address, json=body)
    assert made.status_code == 202, made.text
    job_id: str = made.json()["job_id"]
    return job_id


def test_a_file_becomes_a_release_and_a_checked_download(one: httpx2.Client) -> None:
    assert one.get("datasets").status_code == 503, "nothing is released yet"
    lines = b"".join(orjson.dumps(talk(number)) + b"\n" for number in range(1, COUNT + 1))
    looked = one.post("standardize/file", files={"file": ("loaves.jsonl", lines, "text/plain")})
    assert (looked.json()["understood"], looked.json()["rejected"]) == (COUNT, 0)
    said = {"name": "Loaves", "license": "CC0-1.0", "tier": "open"}
    sent = {"file": ("loaves.jsonl", lines, "text/plain")}
    dataset = one.post("pipeline/upload", data=said, files=sent).json()["dataset_id"]
    assert one.get(f"datasets/{dataset}/progress").json()["state"] == "kept"
    merged = begun(one, "pipeline/merge", {"set": "loaves", "datasets": [dataset]})
    one.post(f"pipeline/cancel/{merged}")
    assert follow(one, merged, lambda job: False)[-1]["state"] == "cancelled"

    run = begun(one, "pipeline/execute", {"domains": ["conversations"], "mode": "priority"})
    told = follow(one, run, lambda job: job["run_id"] and job["progress"]["done"] > 3)
    assert told[-1]["state"] == "running" and told[-1]["progress"]["total"] > 20
    assert one.post(f"pipeline/cancel/{run}").status_code == 202
    assert follow(one, run, lambda job: False)[-1]["state"] == "cancelled", "in its middle"
    assert one.get("datasets").status_code == 503, "no half of it is released"
    again = begun(one, f"pipeline/resume/{run}")
    told = follow(one, again, lambda job: False)
    assert told[-1]["state"] == "succeeded", told[-1]["message"]
    done = [job["progress"]["done"] for job in told]
    assert done == sorted(done) and len(set(done)) > 3, "it was told how far it is"
    assert one.get(f"pipeline/status/{again}").json()["job"] == told[-1]

    assert one.get(f"datasets/{dataset}/progress").json()["state"] == "landed"
    assert one.get(f"datasets/{dataset}").json()["record"]["records_landed"] == COUNT
    exported = begun(one, "production/export", {"set": "loaves", "template": "sharegpt"})
    job = follow(one, exported, lambda job: False)[-1]
    assert job["state"] == "succeeded", job["message"]
    rows = 0
    for file in job["result"]["files"]:
        found = one.get(f"production/export/{exported}/{file['file']}")
        assert hashlib.sha256(found.content).hexdigest() == file["sha256"]
        assert found.headers["x-content-sha256"] == file["sha256"]
        rows += sum("conversations" in json.loads(line) for line in found.content.splitlines())
    assert rows == COUNT == sum(file["rows"] for file in job["result"]["files"])
