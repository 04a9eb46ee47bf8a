"""The job that says what many records are (`standardize`), or how good they are (`quality`)."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from dashboards.api import formats
from dashboards.conversations import validations
from dashboards.conversations.understanding import told as told_of
from dashboards.jobs.jobs import ASKED_NAME, folder_of
from dashboards.jobs.progress import tell, tell_result
from ingestion.conversations.uploads import Receiving, UploadRefused, Wanted
from ingestion.lakehouse.settings import SettingsError, settings, told
from python_models.conversations.rules import RulesFailed
from python_models.conversations.writers import sha256_of
from python_models.llm.step import StepFailed

RECORDS_NAME = "records.jsonl"
_OFTEN = 500  # records after which it is told how far the job is


def main(arguments: list[str]) -> int:
    """Do what was asked; returns the exit code (1: it was refused, and the output says why)."""
    folder = folder_of(os.environ["SLUICE_JOB_ID"])
    asked: dict[str, Any] = orjson.loads((folder / ASKED_NAME).read_bytes())
    owner = os.environ.get("SLUICE_JOB_OWNER") or None
    try:
        done = (
            _quality(asked, owner)
            if arguments[0] == "quality"
            else _standardized(asked, owner, folder)
        )
    except (UploadRefused, SettingsError, RulesFailed, StepFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    tell_result(done)
    return 0


def _standardized(asked: dict[str, Any], owner: str | None, folder: Path) -> dict[str, Any]:
    total, counts = len(asked["records"]), {"understood": 0, "rejected": 0}
    making = folder / f".{RECORDS_NAME}"
    with making.open("wb") as stream:
        for number, record in enumerate(asked["records"], start=1):
            one = told_of(number, record, asked["format"])
            counts["rejected" if one["reason"] else "understood"] += 1
            stream.write(formats.json_of(one) + b"\n")
            if number % _OFTEN == 0:
                tell(number, total, "records", "reading")
    written = making.rename(folder / RECORDS_NAME)
    tell(total, total, "records", "written")
    file = {"file": RECORDS_NAME, "sha256": sha256_of(written), "bytes": written.stat().st_size}
    dataset = _saved(written, Wanted(**asked["dataset"]), owner) if asked["save"] else None
    return {"records": total, **counts, "files": [file], "dataset": dataset}


def _saved(written: Path, wanted: Wanted, owner: str | None) -> dict[str, Any]:
    # the same job begun again is given what it made before
    mark = hashlib.sha256(os.environ["SLUICE_JOB_ID"].encode()).hexdigest()
    with Receiving(RECORDS_NAME, settings().sluice_api_upload_bytes) as receiving:
        for line in _understood(written):
            receiving.write(line)
        kept = receiving.keep(wanted, owner, mark)
    return {"dataset_id": kept.dataset, "sha256": kept.checksum, "bytes": receiving.size}


def _understood(written: Path) -> Iterator[bytes]:
    with written.open("rb") as stream:
        for line in stream:
            one = orjson.loads(line)
            if one["reason"] is None:
                record = {"id": one["conversation_id"], "messages": one["turns"]}
                yield formats.json_of(record) + b"\n"


def _quality(asked: dict[str, Any], owner: str | None) -> dict[str, Any]:
    records = asked["records"]

    def far(done: int) -> None:
        tell(done, len(records), "records", "validating")

    budget = asked["budget_usd"] if asked["judge"] else None
    result = validations.report(records, asked["format"], budget, far)
    about = {"score": result["mean_score"], "record_count": len(records),
             "refused_count": len(result["refused"])}  # fmt: skip
    kept = validations.kept(owner, "quality", validations.without_texts(result), about)
    tell(len(records), len(records), "records", "validated")
    return kept | {"requested_at": kept["requested_at"].isoformat() + "Z"}


if __name__ == "__main__":
    sys.exit(told(lambda: main(sys.argv[1:])))
