"""A delivery of which too much was refused is held back; a person may let it pass."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.lakehouse.settings import reset_settings
from tests.dbt_project.telemetry.models_project import Models, differences
from tests.dbt_project.telemetry.raw_lake import (
    LANDED_AT,
    append_rows,
    cycle_readings,
    declare,
    land,
)

FIRST, SECOND = datetime(2026, 1, 1), datetime(2026, 1, 2)


def counts(models: Models) -> list[tuple[Any, ...]]:
    return models.rows("select source, count(*) from telemetry.readings group by all order by 1")


def test_a_held_delivery_is_not_used_until_a_person_lets_it_pass(
    models: Models, lake_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_LAKE", str(lake_folder))
    lake_folder.mkdir(exist_ok=True)
    reset_settings()
    for source in ("plant", "other"):
        declare(source)
    day = cycle_readings("press-1", FIRST)
    land("l1", day)
    models.run()
    corrected = [row | {"power": 7.0} for row in day]
    land("l2", [*corrected, *cycle_readings("press-1", SECOND)], path="l1.csv")
    land("l2", cycle_readings("press-2", SECOND), source="other")
    refused = {"load_id": "l2", "source": "plant", "source_file": "bad.csv", "status": "rejected"}
    sizes = {"byte_count": 40_000, "rows_in": 1, "rows_rejected": 1, "rows_accepted": 0}
    append_rows("files", [refused | sizes | {"landed_at": LANDED_AT}])
    models.run()
    assert counts(models) == [("other", len(day)), ("plant", len(day))]
    assert models.rows("select count(*) from telemetry.readings where power_w = 7") == [(0,)]
    let_pass = ("--vars", "{accepted_loads: [l2]}")
    models.run(*let_pass)
    assert counts(models) == [("other", len(day)), ("plant", 2 * len(day))]
    step_by_step = models.marts()
    models.run(*let_pass, "--full-refresh")
    assert differences(step_by_step, models.marts()) == []
