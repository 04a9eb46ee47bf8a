"""Files that are handed over become datasets once, whole, and for those who may see them."""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from dashboards.api.keys import TIERS, make_key
from dashboards.api.row_query import write_cursor
from ingestion.conversations.kept_uploads import uploads
from ingestion.conversations.landing import SOURCE
from ingestion.lakehouse.lake import lake
from tests.dashboards.api.conftest import Ask, Server

CHATS = b"".join(
    json.dumps({"instruction": f"How do I bake bread {n}?", "output": "Knead and wait."}).encode()
    + b"\n"
    for n in range(50)
)
SAID = {"name": "Letters of May", "license": "CC-BY-4.0", "tier": "restricted"}
UPLOAD = "pipeline/upload"


def file(content: bytes = CHATS, name: str = "chats.jsonl") -> dict[str, Any]:
    return {"file": (name, content, "application/octet-stream")}


def files_of_the_lake() -> set[str]:
    return {str(path.relative_to(lake().root)) for path in lake().uploads.rglob("*")}


def test_an_uploaded_file_is_a_dataset_until_it_is_removed(client: Ask) -> None:
    one = client("read,write", sluice_api_body_bytes="2000")  # a file may have more
    made = one.post(UPLOAD, data=SAID, files=file())
    assert made.status_code == 201, made.text
    told = made.json()
    assert told["sha256"] == hashlib.sha256(CHATS).hexdigest() and told["bytes"] == len(CHATS)
    declared = SOURCE.declared()[told["dataset_id"]].declaration
    assert (declared.name, declared.tier) == ("Letters of May", "restricted")
    progress = one.get(f"datasets/{told['dataset_id']}/progress")
    assert progress.json() == {
        "dataset_id": told["dataset_id"], "name": "Letters of May", "tier": "restricted",
        "state": "kept", "bytes": len(CHATS), "sha256": told["sha256"], "records": None,
    }  # fmt: skip
    other, poor = client("read,write"), client("read,write", tiers=("open",))
    assert other.delete(f"datasets/{told['dataset_id']}").status_code == 404
    assert poor.get(f"datasets/{told['dataset_id']}/progress").status_code == 404
    assert one.delete(f"datasets/{told['dataset_id']}").status_code == 204
    assert told["dataset_id"] not in SOURCE.declared()
    assert files_of_the_lake() == set()
    landed = one.get("datasets/letters/progress").json()
    assert (landed["state"], landed["records"]) == ("landed", 1)
    assert one.delete("datasets/letters").status_code == 404


def test_the_same_bytes_are_kept_once_and_named_to_who_may_know(client: Ask) -> None:
    first = client("write").post(UPLOAD, data=SAID, files=file())
    again = client("write").post(UPLOAD, data=SAID | {"name": "Other"}, files=file())
    assert again.status_code == 409 and first.json()["dataset_id"] in again.json()["detail"]
    poor = client("write", tiers=("open",))
    hidden = poor.post(UPLOAD, data=SAID | {"tier": "open"}, files=file())
    assert hidden.status_code == 409 and first.json()["dataset_id"] not in hidden.text
    assert len(uploads()) == 1


def test_what_is_not_taken_is_said_and_leaves_nothing(client: Ask) -> None:
    one = client("write", sluice_api_upload_bytes="100000", sluice_upload_quota_mb="1")
    bomb = gzip.compress(bytes(100_000_000))
    cases = [
        (SAID, file(name="virus.exe"), 422),
        (SAID, file(content=b""), 422),
        (SAID, file(bomb[:100_000], "bomb.json.gz"), 422),
        (SAID, file(bytes(150_000)), 413),
        (SAID | {"name": " "}, file(), 422),
        (SAID | {"more": "x"}, file(), 422),
        ({"name": "x"}, file(), 422),
        (SAID | {"tier": "secret"}, file(), 422),
        (SAID, {}, 415),
        (SAID, {"other": ("a.json", b"{}", "text/plain")}, 422),
    ]
    for said, files, status in cases:
        found = one.post(UPLOAD, data=said, files=files)
        assert found.status_code == status, (said, found.text)
        assert found.headers["content-type"] == "application/problem+json"
        assert str(lake().root) not in found.text
    too_large = one.post(UPLOAD, data=SAID, files=file(bytes(150_000))).json()["detail"]
    assert "SLUICE_API_UPLOAD_BYTES" in too_large and "SLUICE_UPLOAD_QUOTA_MB" in too_large
    broken = {"content-type": "multipart/form-data; boundary=b"}
    whole = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n\r\n{}'
    assert one.post(UPLOAD, content=whole, headers=broken).status_code == 400
    assert one.post(UPLOAD, content=b"no boundary", headers=broken).status_code == 400
    poor = client("write", tiers=("open",))
    assert poor.post(UPLOAD, data=SAID, files=file()).status_code == 403
    assert client("read").post(UPLOAD, data=SAID, files=file()).status_code == 403
    assert files_of_the_lake() == set()


def test_all_files_together_have_a_quota_over_the_api_too(client: Ask) -> None:
    one = client("write", sluice_upload_quota_mb="1")
    assert one.post(UPLOAD, data=SAID, files=file(b"{}\n" * 200_000)).status_code == 201
    full = one.post(UPLOAD, data=SAID, files=file(b"[]\n" * 200_000))
    assert full.status_code == 413 and "1 MB together" in full.json()["detail"]
    assert len(uploads()) == 1


@pytest.mark.parametrize(
    "name",
    ["../../../../etc/evil.jsonl", "/etc/passwd.jsonl", "a%00b.jsonl", "x" * 3000 + ".jsonl"],
)
def test_what_a_file_is_called_decides_nothing_over_the_api(client: Ask, name: str) -> None:
    before = {path for path in lake().root.parent.rglob("*") if "uploads" not in path.parts}
    made = client("write").post(UPLOAD, data=SAID, files=file(name=name))
    assert made.status_code == 201, made.text
    (kept,) = uploads()
    assert {path.name for path in kept.folder.iterdir()} == {
        "data.jsonl", "dataset.yml", "owner", "sha256",
    }  # fmt: skip
    new = {path for path in lake().root.parent.rglob("*") if "uploads" not in path.parts} - before
    assert {path.name for path in new} <= {
        "journal.db", "journal.db-wal", "journal.db-shm", "VERSION", "version.lock",
    }  # fmt: skip


def test_an_upload_sent_again_under_its_key_is_the_same_dataset(client: Ask) -> None:
    one, key = client("write"), {"Idempotency-Key": "may"}
    first = one.post(UPLOAD, data=SAID, files=file(), headers=key)
    again = one.post(UPLOAD, data=SAID, files=file(), headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    other = one.post(UPLOAD, data=SAID, files=file(CHATS + b"{}"), headers=key)
    assert other.status_code == 422
    assert len(uploads()) == 1


def test_a_server_killed_in_the_middle_of_an_upload_leaves_nothing_that_is_seen(
    server: Server,
) -> None:
    server.start()
    key = make_key("t", ["read", "write"], list(TIERS), 1)
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "once"}
    request = httpx2.Request("POST", f"{server.url}/{UPLOAD}", data=SAID, files=file())
    body = request.read()
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as sent:
        lines = [f"POST {address.path}/{UPLOAD} HTTP/1.1", "Host: here"]
        told = headers | {
            "Content-Type": request.headers["content-type"], "Content-Length": str(len(body)),
        }  # fmt: skip
        lines += [f"{name}: {value}" for name, value in told.items()]
        sent.sendall("\r\n".join([*lines, "", ""]).encode() + body[: len(body) // 2])
        deadline = time.monotonic() + 30
        while not list(lake().uploads.glob(".*/data.jsonl")):
            assert time.monotonic() < deadline, "the file never began to arrive"
            time.sleep(0.05)
        server.kill()
    assert uploads() == [] and not [one for one in SOURCE.declared() if "upload" in one]
    server.start()
    for _ in range(2):
        made = httpx2.post(
            f"{server.url}/{UPLOAD}", data=SAID, files=file(), headers=headers, timeout=60
        )
        assert made.status_code == 201, made.text
    assert [one.dataset for one in uploads()] == [made.json()["dataset_id"]]


def test_what_was_given_up_long_ago_is_swept(client: Ask) -> None:
    import os

    left = lake().uploads / ".0123456789abcdef"
    fresh = lake().uploads / ".fedcba9876543210"
    for folder in (left, fresh):
        folder.mkdir(parents=True)
        (folder / "data.jsonl").write_bytes(b"{")
    for path in (left / "data.jsonl", left):
        os.utime(path, (1, 1))
    assert client("write").post(UPLOAD, data=SAID, files=file()).status_code == 201
    assert not left.exists() and fresh.exists()


def test_a_file_of_many_blocks_is_written_as_it_arrives(client: Ask, tmp_path: Path) -> None:
    content = b"".join(b'{"instruction": "%d", "output": "b"}\n' % n for n in range(150_000))
    made = client("write").post(UPLOAD, data=SAID, files=file(content))
    assert made.json()["sha256"] == hashlib.sha256(content).hexdigest()
    (kept,) = uploads()
    assert (kept.folder / "data.jsonl").read_bytes() == content


def test_a_file_of_an_allowed_folder_is_loaded_by_a_job(client: Ask, tmp_path: Path) -> None:
    path = tmp_path / "roots" / "chats.jsonl"
    path.parent.mkdir()
    path.write_bytes(CHATS)
    one = client("read,write", sluice_api_roots=str(path.parent))
    made = one.post("datasets/load", json=SAID | {"location": str(path)})
    assert made.status_code == 202, made.text
    deadline = time.monotonic() + 60
    while (job := one.get(f"pipeline/status/{made.json()['job_id']}").json()["job"])["state"] in (
        "queued", "running",
    ):  # fmt: skip
        assert time.monotonic() < deadline, "it never ended"
        time.sleep(0.1)
    assert job["state"] == "succeeded", job
    assert job["result"]["sha256"] == hashlib.sha256(CHATS).hexdigest()
    assert job["progress"]["done"] == job["progress"]["total"] == len(CHATS)
    assert one.delete(f"datasets/{job['result']['dataset_id']}").status_code == 204
    for wrong in ("/etc/passwd", f"{path.parent}/../x.jsonl", "https://127.0.0.1/a.jsonl"):
        refused = one.post("datasets/load", json=SAID | {"location": wrong})
        assert refused.status_code == 422 and "root:" not in refused.text
    assert client("write", tiers=("open",)).post(
        "datasets/load", json=SAID | {"location": str(path)}
    ).status_code == 403  # fmt: skip


def test_what_was_handed_over_is_listed_before_it_has_landed(client: Ask) -> None:
    one, poor = client("read,write"), client(tiers=("open",))
    before = one.get("datasets")
    assert before.json()["waiting"] == []
    made = one.post(UPLOAD, data=SAID, files=file()).json()
    unchanged = one.get("datasets", headers={"If-None-Match": before.headers["etag"]})
    assert unchanged.status_code == 200, "it is another list now"
    (waiting,) = unchanged.json()["waiting"]
    assert waiting["dataset_id"] == made["dataset_id"] and waiting["state"] == "kept"
    assert waiting == one.get(f"datasets/{made['dataset_id']}/progress").json()
    again = one.get("datasets", headers={"If-None-Match": unchanged.headers["etag"]})
    assert again.status_code == 304
    assert poor.get("datasets").json()["waiting"] == [], "of a tier the key lacks"
    for query, count in (
        ("status=kept", 1), ("status=loaded", 0), ("tier=open", 0), ("name=OF%20MAY", 1),
        ("name=june", 0), (f"cursor={write_cursor(7, 1)}", 0), ("source=hf://", 0),
    ):  # fmt: skip
        assert len(one.get(f"datasets?{query}").json()["waiting"]) == count, query
    rows = {query: len(one.get(f"datasets?{query}").json()["rows"]) for query in
            ("source=a.JSONL", "source=hf://", "source=s3://", "format=messages",
             "format=alpaca", "format=sharegpt")}  # fmt: skip
    assert rows == {"source=a.JSONL": 1, "source=hf://": 1, "source=s3://": 0,
                    "format=messages": 1, "format=alpaca": 1, "format=sharegpt": 0}  # fmt: skip
