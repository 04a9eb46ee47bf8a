"""What studies would land is told without landing it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.experiments.ahead import rows_ahead
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from ingestion.landing.products import PRODUCTS
from python_models.runs import slices
from python_models.runs.ahead import rows_ahead as folder_ahead
from python_models.runs.slices import Choice, NothingMatches
from tests.python_models.experiments.studies import write_study


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "my_sources"
    write_study(folder / "small")
    write_study(folder / "broken", **{"study.yml": "study: broken\nk_max: 9\nlevel: sentence\n"})
    monkeypatch.setenv("SLUICE_SOURCES", str(folder))
    reset_settings()
    return folder


def test_the_rows_are_those_that_would_land_and_nothing_lands(
    declared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = rows_ahead()
    written = {path.suffix for path in lake().root.rglob("*") if path.is_file()}
    assert not written & {".parquet", ".json", ".avro"}
    (study,) = tables["studies"].to_pylist()
    assert (study["source"], study["k_max"]) == ("small", 2)
    assert {row["model_id"] for row in tables["models"].to_pylist()} == {"writer", "judge"}
    for rows in tables.values():
        assert rows.num_rows
        assert {row["load_id"] for row in rows.to_pylist()} == {study["load_id"]}
    assert "not counted: study broken: " in capsys.readouterr().err


def test_a_run_may_be_restricted_to_a_study_that_has_not_landed(declared: Path) -> None:
    def checked(study: str) -> bool:
        with folder_ahead(["experiments"]) as ahead:
            return slices.refuse_unknown(Choice(("experiments",), {"cohort": study}), ahead)

    assert checked("small")
    assert not checked("broken")  # nothing has landed to hold it against
    with folder_ahead(["experiments"]) as ahead, pytest.raises(NothingMatches, match="writer"):
        slices.refuse_unknown(Choice(("experiments",), {"model": "nobody"}), ahead)


def test_a_product_that_cannot_tell_is_no_part_of_it(declared: Path) -> None:
    assert not PRODUCTS["telemetry"].landing_ahead
    with folder_ahead(["telemetry"]) as ahead:
        assert ahead is None
