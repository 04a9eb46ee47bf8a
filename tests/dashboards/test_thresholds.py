"""The limits that judged, on the page of their product."""

from __future__ import annotations

from pathlib import Path

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.runs.judged_by import FOLDER
from tests.dashboards.pages import failures, page, words


def test_the_page_shows_every_limit_and_how_it_is_changed(released: Path) -> None:
    tested = page("telemetry", {"view": "Thresholds"})
    assert failures(tested) == []
    said = words(tested)
    assert "make run DOMAIN=telemetry" in said and "telemetry\\_validity\\_limits\\.csv" in said
    files = list((PROJECT_ROOT / FOLDER / "telemetry").glob("*.csv"))
    assert len(tested.dataframe) == len(files) > 5
