"""Landing in a lake, and of files, whose names dlt, DuckDB and SQLite could misread."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError, reset_settings, settings
from tests.ingestion.lakes import Plant, csv


def files_below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["räl 'x' #1 %20", "100%s [b]*", "%(x)d%%"])
def test_everything_of_a_landing_stays_in_a_lake_of_an_odd_name(
    name: str, plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / name / "lake"
    monkeypatch.setenv("SLUICE_LAKE", str(root))
    reset_settings()
    plant.deliver("Ünï [x]*%20?#.csv", csv(0, 10) + "a,yesterday,1\n")
    before = files_below(tmp_path)
    assert plant.land() == 0
    assert plant.land() == 0
    assert plant.rows("select count(*), sum(power) from readings") == [(10, 45.0)]
    assert plant.rows("select line_number, reason from rejects") == [(12, "bad_timestamp")]
    plant.check_books()
    written = files_below(tmp_path) - before
    assert any(path.suffix == ".parquet" for path in written)
    assert {path for path in written if not path.is_relative_to(root)} == set()
    assert lake().root == root


def test_a_lake_below_a_folder_duckdb_cannot_write_in_is_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_LAKE", str(tmp_path / "a?b"))
    reset_settings()
    with pytest.raises(SettingsError, match=r"a\?b.* name a folder without"):
        settings()
    assert list(tmp_path.iterdir()) == []
