"""What all domains share on their way into the lake."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.landing.declarations import DeclarationError
from ingestion.landing.products import PRODUCTS
from ingestion.landing.raw_tables import REJECTS, files_with
from ingestion.landing.rejecting import (
    Provenance,
    Reject,
    content_hash,
    storable,
    write_rejects,
)
from python_models.runs.automation import offered_files

SOURCE = """
source: plant
kind: cycles
files: {{paths: "{folder}/*.csv"}}
columns:
  control_id: {{column: machine}}
  reading_at: {{column: time}}
  power: {{column: power, unit: W}}
"""
DATASET = "dataset: chats\nlocation: '{folder}/*.jsonl'\n"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that declares a source and a dataset, whose files lie beside it."""
    folder, files = tmp_path / "sources", tmp_path / "files"
    folder.mkdir()
    files.mkdir()
    (folder / "plant.yml").write_text(SOURCE.format(folder=files))
    (folder / "chats.yml").write_text(DATASET.format(folder=files))
    (files / "day1.csv").write_text("machine,time,power\n")
    (files / "chats.jsonl").write_text("{}\n")
    monkeypatch.setenv("SLUICE_SOURCES", str(folder))
    monkeypatch.delenv("SLUICE_DATA", raising=False)
    return folder


def test_one_folder_of_declarations_serves_all_domains(sources: Path) -> None:
    telemetry = PRODUCTS["telemetry"].source.declared()
    conversations = PRODUCTS["conversations"].source.declared()
    assert ("plant" in telemetry, "chats" in telemetry) == (True, False)
    assert ("plant" in conversations, "chats" in conversations) == (False, True)


def test_a_declaration_of_no_domain_is_an_error(sources: Path) -> None:
    (sources / "odd.yml").write_text("- just\n- a list\n")
    with pytest.raises(DeclarationError, match="`dataset:`"):
        PRODUCTS["telemetry"].source.declared()


def test_watching_looks_at_the_files_of_all_domains(sources: Path) -> None:
    names = {Path(address).name for address in offered_files()}
    assert {"day1.csv", "chats.jsonl"} <= names


@pytest.mark.parametrize("domain", sorted(PRODUCTS))
def test_rejects_and_files_have_one_shape(domain: str) -> None:
    tables = PRODUCTS[domain].tables
    assert tables["rejects"].equals(REJECTS)
    times = [name for name in tables["files"].names if name in PRODUCTS[domain].record_times]
    assert tables["files"].equals(files_with(*times))
    assert len(times) in (0, 2)
    assert ("first_reading_at" in tables["files"].names) == (domain == "telemetry")


def test_a_folder_is_known_by_its_names_and_contents(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "a.yml").write_text("a: 1")
    assert content_hash(tmp_path / "one") == content_hash(tmp_path / "two")
    (tmp_path / "two" / "deep" / "a.yml").rename(tmp_path / "two" / "deep" / "b.yml")
    assert content_hash(tmp_path / "one") != content_hash(tmp_path / "two")


def test_a_reject_keeps_what_can_be_stored_of_its_text(tmp_path: Path) -> None:
    assert storable("x\ud800") == "x\\ud800"
    assert len(storable("x" * 50_000) or "") == 20_000
    origin = Provenance("load", "plant", "a.csv", "hash")
    rejects = (
        (origin, Reject(number, None, "odd", "odd\udcff", "text")) for number in range(12_000)
    )
    assert write_rejects(rejects, tmp_path / "rejects.parquet") == 12_000
    assert write_rejects([], tmp_path / "none.parquet") == 0
    assert not (tmp_path / "none.parquet").exists()
