"""What records are is said as landing would say it, and kept only when that is asked."""

from __future__ import annotations

import json

from ingestion.conversations.formats import standardise
from ingestion.conversations.kept_uploads import uploads
from ingestion.conversations.landing import SOURCE
from tests.dashboards.api.conftest import Ask

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
    too_many = one.post("standardize/batch", json={"records": [ALPACA] * 1001})
    assert too_many.status_code == 422


def test_a_file_is_said_to_be_what_it_is_and_nothing_stays(client: Ask) -> None:
    one = client()
    lines = "\n".join(json.dumps(record) for record in (ALPACA, SHARED, {"nothing": 1}))
    files = {"file": ("a.jsonl", (lines + "\n{broken").encode(), "text/plain")}
    found = one.post("standardize/file", files=files).json()
    assert (found["understood"], found["rejected"], found["is_cut"]) == (2, 2, False)
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
