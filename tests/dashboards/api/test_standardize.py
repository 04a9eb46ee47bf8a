"""What records are is said as landing would say it, and kept only when that is asked."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil

import pytest

from dashboards.jobs import jobs
from ingestion.conversations.formats import standardise
from ingestion.conversations.kept_uploads import uploads
from ingestion.conversations.landing import SOURCE
from ingestion.lakehouse.lake import lake
from tests.dashboards.api.conftest import Ask, over

ALPACA = {"instruction": "How do I bake bread?", "output": "Knead and wait."}
SHARED = {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}
RECORDS = [ALPACA, SHARED, {"nothing": 1}, "no record", 7, None, []]
DATASET = {"name": "Saved", "license": "MIT", "tier": "open"}


def test_a_record_is_what_landing_takes_it_for(client: Ask) -> None:
    one = client()
    found = one.post("standardize/conversation", json={"record": ALPACA}).json()
    known = standardise(ALPACA)
    assert (found["format"], found["confidence"]) == (known.format, known.confidence)
    assert found["conversation_id"] == known.conversation_id
    assert found["turns"] == [message._asdict() for message in known.messages]
    assert found["reason"] is None
    batch = one.post("standardize/batch", json={"records": RECORDS}).json()
    assert (batch["understood"], batch["rejected"]) == (2, 5)
    assert [record["record_number"] for record in batch["records"]] == [1, 2, 3, 4, 5, 6, 7]
    assert all(record["reason"] and record["error"] for record in batch["records"][2:])


def test_a_file_is_said_to_be_what_it_is_and_nothing_stays(client: Ask) -> None:
    one = client()
    lines = "\n".join(json.dumps(record) for record in (ALPACA, SHARED, {"nothing": 1}))
    files = {"file": ("a.jsonl", (lines + "\n{broken").encode(), "text/plain")}
    found = one.post("standardize/file", files=files).json()
    assert (found["understood"], found["rejected"], found["is_cut"]) == (2, 2, False)
    named = one.post("standardize/file", files=files, data={"format": "sharegpt"}).json()
    assert named["records"][1]["format"] == "sharegpt"
    for data in ({"format": "sonnet"}, {"save": "perhaps"}, {"name": "x"}, {"save": "true"}):
        assert one.post("standardize/file", files=files, data=data).status_code == 422, data
    bad = one.post("standardize/file", files={"file": ("a.parquet", b"PAR1", "text/plain")})
    assert bad.status_code == 422 and "/tmp" not in bad.text
    assert uploads() == []


def test_records_are_converted_and_what_is_left_out_is_named(client: Ask) -> None:
    one = client()
    found = one.post("pipeline/convert", json={"records": RECORDS, "template": "sharegpt"})
    assert found.status_code == 200, found.text
    told = found.json()
    assert [turn["value"] for turn in told["records"][0]["conversations"]] == [
        "How do I bake bread?", "Knead and wait.",
    ]  # fmt: skip
    assert [left["record_number"] for left in told["left_out"]] == [3, 4, 5, 6, 7]
    wrong = one.post("pipeline/convert", json={"records": [ALPACA], "template": "sonnet"})
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["pointer"] == "/template"


def test_what_is_to_be_saved_becomes_a_dataset_once(client: Ask) -> None:
    one = client("read,write")
    asked = {"records": RECORDS, "template": "messages", "save": True, "dataset": DATASET}
    key = {"Idempotency-Key": "saved"}
    first = one.post("pipeline/convert", json=asked, headers=key).json()
    assert one.post("pipeline/convert", json=asked, headers=key).json() == first
    (kept,) = uploads()
    assert first["dataset"]["dataset_id"] == kept.dataset and kept.dataset in SOURCE.declared()
    lines = (kept.folder / "data.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == first["records"]
    asked = {"records": [SHARED], "save": True, "dataset": DATASET}
    assert one.post("standardize/batch", json=asked).json()["dataset"] is not None
    assert client("read").post("standardize/batch", json=asked).status_code == 403
    assert one.post("standardize/batch", json={"records": [1], "save": True}).status_code == 422
    assert len(uploads()) == 2


def test_more_records_than_are_answered_at_once_are_a_job(client: Ask) -> None:
    one, key = client("read,write,run"), {"Idempotency-Key": "many"}
    records = [{**ALPACA, "instruction": f"How do I bake bread {n}?"} for n in range(1200)]
    asked = {"records": [*records, 7], "save": True, "dataset": DATASET}
    made = one.post("standardize/batch", json=asked, headers=key)
    assert made.status_code == 202, made.text
    again = one.post("standardize/batch", json=asked, headers=key)
    assert again.headers["Idempotency-Replayed"] == "true" and again.json() == made.json()
    job = over(one, made.json()["job_id"])
    assert job["state"] == "succeeded", job
    assert job["progress"]["done"] == job["progress"]["total"] == 1201
    result = job["result"]
    assert (result["understood"], result["rejected"]) == (1200, 1)
    file = one.get(f"http://testserver{job['links']['records.jsonl']}")
    assert hashlib.sha256(file.content).hexdigest() == result["files"][0]["sha256"]
    told = [json.loads(line) for line in file.content.splitlines()]
    assert told[0]["conversation_id"] == standardise(records[0]).conversation_id
    assert [one["record_number"] for one in told] == list(range(1, 1202)) and told[-1]["reason"]
    (kept,) = uploads()
    assert result["dataset"]["dataset_id"] == kept.dataset
    assert len((kept.folder / "data.jsonl").read_text().splitlines()) == 1200
    assert client("read,run").post("standardize/batch", json=asked).status_code == 403
    assert client("read,run").get(made.headers["location"]).status_code == 404, "of its key alone"
    many = {"records": [1] * 100_001}
    assert one.post("standardize/batch", json=many).status_code == 422


def test_a_batch_that_was_stopped_is_begun_again_with_its_records(
    client: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = client("read,run")
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_supervise", lambda job_id: None)
        asked = {"records": [ALPACA] * 1001}
        job_id = one.post("standardize/batch", json=asked).json()["job_id"]
        jobs.end(job_id, "failed", 1, "its disk was full")
        found = one.get(f"pipeline/status/{job_id}").json()["job"]
        assert found["links"]["resume"].endswith(f"/pipeline/resume/{job_id}")
    again = one.post(f"pipeline/resume/{job_id}")
    assert again.status_code == 202, again.text
    assert over(one, again.json()["job_id"])["result"]["understood"] == 1001
    shutil.rmtree(jobs.folder_of(job_id))
    assert one.post(f"pipeline/resume/{job_id}").status_code == 410


def test_who_may_begin_a_batch_may_stop_it_and_nobody_else(
    client: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = client("read")
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_supervise", lambda job_id: None)  # it waits meanwhile
        made = one.post("standardize/batch", json={"records": [ALPACA] * 1001})
        job_id = made.json()["job_id"]
        assert client("read").post(f"pipeline/cancel/{job_id}").status_code == 404
        assert one.post(f"pipeline/cancel/{job_id}").status_code == 202
    jobs._supervise(job_id)
    assert over(one, job_id)["state"] == "cancelled"


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def test_a_file_of_any_length_is_converted_into_a_file_that_is_whole(client: Ask) -> None:
    one = client()
    asked = [{**ALPACA, "instruction": f"How do I bake bread {n}?"} for n in range(3000)]
    packed = gzip.compress(lines(*asked, {"nothing": 1}))
    sent = {"file": ("a.jsonl.gz", packed, "application/gzip")}
    found = one.post("pipeline/convert", files=sent, data={"template": "sharegpt"})
    assert found.status_code == 200, found.text
    written = [json.loads(line) for line in found.content.splitlines()]
    assert [one["conversations"][0]["value"] for one in written] == [
        one["instruction"] for one in asked
    ]
    told = {name: found.headers[f"x-records-{name}"] for name in ("read", "written", "left-out")}
    assert told == {"read": "3001", "written": "3000", "left-out": "1"}
    assert found.headers["x-content-sha256"] == hashlib.sha256(found.content).hexdigest()
    assert 'filename="converted.jsonl"' in found.headers["content-disposition"]
    parquet = one.post("pipeline/convert", files=sent, data={"file_format": "parquet"})
    assert parquet.content[:4] == b"PAR1"
    for data in ({"template": "sonnet"}, {"file_format": "xls"}, {"license": "MIT"}):
        assert one.post("pipeline/convert", files=sent, data=data).status_code == 422, data
    broken = one.post("pipeline/convert", files={"file": ("a.parquet", b"PAR1", "text/plain")})
    assert broken.status_code == 422 and str(lake().root) not in broken.text
    assert one.post("pipeline/convert", content=b"{").status_code == 400
    large = client(sluice_api_body_bytes="1000")
    assert (
        large.post("pipeline/convert", json={"records": asked, "template": "messages"}).status_code
        == 413
    )
    assert large.post("pipeline/convert", files=sent).status_code == 200, "a file may have more"
    assert list(lake().root.glob(".export-*")) == [] and uploads() == []


@pytest.mark.parametrize("address", ["standardize/file", "pipeline/convert"])
def test_what_a_file_came_to_is_saved_whole_and_once(client: Ask, address: str) -> None:
    one, key = client("read,write"), {"Idempotency-Key": "file"}
    records = [{**ALPACA, "instruction": f"How do I bake bread {n}?"} for n in range(6000)]
    sent = {"file": ("a.jsonl", lines(*records, {"nothing": 1}), "text/plain")}
    asked = {**DATASET, "save": "true"}
    first = one.post(address, files=sent, data=asked, headers=key)
    assert first.status_code == 200, first.text
    assert one.post(address, files=sent, data=asked, headers=key).json() == first.json()
    (kept,) = uploads()
    assert first.json()["dataset"]["dataset_id"] == kept.dataset
    found = [json.loads(line) for line in (kept.folder / "data.jsonl").read_text().splitlines()]
    assert (
        len(found) == 6000
        and standardise(found[-1]).messages[0].content == (records[-1]["instruction"])
    )
    other = one.post(address, files=sent, data=asked | {"name": "Other"}, headers=key)
    assert other.status_code == 422
    assert client("read").post(address, files=sent, data=asked).status_code == 403
    poor = client("read,write", tiers=("restricted",))
    assert poor.post(address, files=sent, data=asked).status_code == 403
    assert len(uploads()) == 1 and list(lake().root.glob(".export-*")) == []
