"""The seeds that judged: as they were in a run, and where they were changed since."""

from __future__ import annotations

import json

import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.runs import fingerprint
from python_models.runs.judged_by import FOLDER, seeds

LIMITS = f"{FOLDER}/telemetry/telemetry_validity_limits.csv"


def put_run(texts: dict[str, bytes], keep: bool = True) -> None:
    files = {path: fingerprint.digest(content) for path, content in texts.items()}
    row = {"invocation_id": "i-1", "run_id": "r-1", "recorded_at": "2026-01-01", "selected": "[]"}
    told = {"arguments": "{}", "variables": "{}", "environment": "{}"}
    journal.put("run_args", [row | told | {"files": json.dumps(files)}])
    if keep:
        journal.keep_texts(fingerprint.storable_texts(texts))


def as_now() -> dict[str, bytes]:
    return {
        path.relative_to(PROJECT_ROOT).as_posix(): path.read_bytes()
        for path in (PROJECT_ROOT / FOLDER / "telemetry").glob("*.*")
    }


def test_values_are_those_of_the_run_and_a_file_changed_since_is_told() -> None:
    put_run(
        as_now() | {LIMITS: b"reason,control_id,metric,lower_limit\ntoo_short,*,duration_s,9\n"}
    )
    found, is_then = seeds("telemetry", "i-1")
    assert is_then
    by_path = {seed.path: seed for seed in found}
    judged = by_path[LIMITS]
    assert judged.rows == [
        {"reason": "too_short", "control_id": "*", "metric": "duration_s", "lower_limit": "9"}
    ]
    assert judged.text != judged.text_now and "One row per" in judged.description
    assert judged.columns["lower_limit"]
    others = [seed for seed in found if seed.path != LIMITS]
    assert others and all(seed.text == seed.text_now for seed in others)


@pytest.mark.parametrize("invocation_id", [None, "unknown"])
def test_without_a_record_the_files_are_shown_as_they_are_now(invocation_id: str | None) -> None:
    put_run({})
    found, is_then = seeds("telemetry", invocation_id)
    assert not is_then and LIMITS in {seed.path for seed in found}


def test_a_run_whose_files_are_no_longer_kept_is_not_guessed_at() -> None:
    put_run(as_now() | {LIMITS: b"reason\ngone\n"}, keep=False)
    assert seeds("telemetry", "i-1")[1] is False


def test_a_product_without_seeds_has_none() -> None:
    assert seeds("nothing", None) == ([], False)
