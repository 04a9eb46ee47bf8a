"""A large file up and down: memory of the server, a download that is cut off and goes on."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

from dashboards.jobs import jobs
from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from tests.benchmarks.api.serving import Served

_BLOCK = 1024 * 1024
_BOUNDARY = "the-end-of-a-part"


def lines(size: int) -> Iterator[bytes]:
    """Yield chat records of about so many bytes together, no two the same."""
    made, number = 0, 0
    while made < size:
        rows = []
        for _ in range(500):
            number += 1
            record = {"instruction": f"Question {number}?", "output": f"Answer {number}. " * 60}
            rows.append(json.dumps(record))
        block = ("\n".join(rows) + "\n").encode()
        made += len(block)
        yield block


def uploaded(server: Served, key: str, size: int) -> dict[str, Any]:
    """Upload a file as it is made; returns what grew and whether it arrived whole."""
    hashed = hashlib.sha256()
    fields = {"name": "Large", "license": "MIT", "tier": "open"}

    def body() -> Iterator[bytes]:
        for name, value in fields.items():
            yield _part(name) + value.encode() + b"\r\n"
        yield _part("file", "large.jsonl")
        for block in lines(size):
            hashed.update(block)
            yield block
        yield f"\r\n--{_BOUNDARY}--\r\n".encode()

    before = server.forget_peak()
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
    }
    answer = httpx2.post(
        f"{server.url}/pipeline/upload", content=body(), headers=headers, timeout=600
    )
    assert answer.status_code == 201, answer.text
    told = answer.json()
    return {
        "bytes": told["bytes"],
        "grown_mb": server.memory_mb() - before,
        "is_whole": told["sha256"] == hashed.hexdigest(),
    }


def downloaded(server: Served, key: str, size: int, owner: str, cuts: int = 5) -> dict[str, Any]:
    """Download an export of such a size, cut off some times; returns what grew and whether
    it arrived whole."""
    job_id, name, checksum = _export(size, owner)
    url = f"{server.url}/production/export/{job_id}/{name}"
    headers = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}
    hashed, at, chance, etag = hashlib.sha256(), 0, random.Random(3), ""
    stops = sorted(chance.randrange(size) for _ in range(cuts))
    before = server.forget_peak()
    for stop in [*stops, None]:
        asked = headers | ({"Range": f"bytes={at}-", "If-Range": etag} if at else {})
        with httpx2.stream("GET", url, headers=asked, timeout=600) as answer:
            assert answer.status_code == (206 if at else 200), answer.status_code
            etag = answer.headers["etag"]
            for block in answer.iter_raw(_BLOCK):
                hashed.update(block)
                at += len(block)
                if stop is not None and at >= stop:
                    break  # the connection is closed in the middle of the file
    grown = server.memory_mb() - before
    return {"bytes": at, "grown_mb": grown, "is_whole": hashed.hexdigest() == checksum}


def _part(name: str, file_name: str = "") -> bytes:
    more = f'; filename="{file_name}"' if file_name else ""
    return f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode()


def _export(size: int, owner: str) -> tuple[str, str, str]:
    """Let an export of this size have succeeded; returns job, file and checksum."""
    job_id, name, hashed = "job-00000000000000be", "large-train.jsonl", hashlib.sha256()
    folder = lake().root / "exports" / job_id
    folder.mkdir(parents=True)
    with (folder / name).open("wb") as stream:
        for block in lines(size):
            hashed.update(block)
            stream.write(block)
    told = {"files": [{"file": name, "sha256": hashed.hexdigest()}], "left_out": {"sha256": None}}
    row = {
        "job_id": job_id, "kind": "export", "title": "Export of large", "owner": owner,
        "command": "[]", "environment": "{}", "state": "succeeded", "created_at": journal.now(),
        "result": json.dumps(told), "ended_at": journal.now(),
    }  # fmt: skip
    assert jobs.named(job_id) is None
    journal.put("jobs", [row])
    return job_id, name, hashed.hexdigest()


def free(folder: Path) -> None:
    """Remove what was uploaded, for what comes next."""
    for path in folder.glob("*/data.*"):
        path.unlink()
