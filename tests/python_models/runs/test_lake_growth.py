"""What a run adds to the lake is counted in bytes of files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from python_models.runs import lake_growth


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLUICE_LAKE", str(tmp_path / "lake"))
    reset_settings()
    return lake().root


def test_a_file_with_two_names_counts_once_and_a_link_or_what_is_spilled_does_not(
    root: Path,
) -> None:
    before = lake_growth.lake_bytes()
    (root / "warehouse" / "a").mkdir(parents=True)
    (root / "warehouse" / "a" / "one").write_bytes(bytes(1000))
    os.link(root / "warehouse" / "a" / "one", root / "again")
    (root / "latest.duckdb").symlink_to("warehouse/a/one")
    (root / "spill").mkdir(exist_ok=True)
    (root / "spill" / "much").write_bytes(bytes(5000))
    assert lake_growth.added_since(before) == 1000
    (root / "warehouse" / "a" / "one").unlink()
    (root / "again").unlink()
    assert lake_growth.added_since(before) == 0


def test_tables_in_a_folder_beside_the_lake_count(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lake_growth.lake_bytes()
    monkeypatch.setenv("SLUICE_WAREHOUSE", f"file://{tmp_path}/tables")
    reset_settings()
    (tmp_path / "tables" / "things").mkdir(parents=True)
    (tmp_path / "tables" / "things" / "part").write_bytes(bytes(700))
    assert lake_growth.added_since(before) == 700


def test_what_landing_added_before_the_build_counts_to_the_run(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(lake_growth.BEFORE_VARIABLE, "12")
    assert lake_growth.bytes_before() == 12
    monkeypatch.delenv(lake_growth.BEFORE_VARIABLE)
    assert lake_growth.bytes_before() == lake_growth.lake_bytes()


def test_a_store_that_does_not_answer_leaves_the_figure_open(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_WAREHOUSE", "s3://nowhere/warehouse")
    monkeypatch.setenv("SLUICE_S3_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("SLUICE_S3_ACCESS_KEY_ID", "local-key-id")
    monkeypatch.setenv("SLUICE_S3_SECRET_ACCESS_KEY", "local-secret-key")
    reset_settings()
    assert lake_growth.lake_bytes() is None
    assert lake_growth.added_since(12) is None
