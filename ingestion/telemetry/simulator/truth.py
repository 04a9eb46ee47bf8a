"""Ground truth: which cycles a fault changed, as a file beside the readings."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import polars as pl

from ingestion.telemetry.simulator.machines import Machine
from ingestion.telemetry.simulator.render import Plant, control_id
from ingestion.telemetry.simulator.sites import Site

SCHEMA = {
    "control_id": pl.String,
    "cycle_id": pl.String,
    "started_at": pl.String,
    "ended_at": pl.String,
    "issue_kind": pl.String,
    "is_anomaly": pl.String,
}


def truth_rows(plant: Plant, site: Site, day: int, controls: list[Machine]) -> list[dict]:
    """Return one row for each faulty cycle that starts on a day.

    `is_anomaly` is blank where a drift has begun and is still within the machine's own scatter:
    there nobody can say.
    """
    rows = []
    for control in controls:
        name = control_id(site, control)
        for cycle in plant.cycles(site, control, day):
            if cycle.kind is None:
                continue
            own_id = site.cycle_id(name, plant.day_date(day).isoformat(), day, cycle.number)
            rows.append(
                {
                    "control_id": name,
                    "cycle_id": own_id if site.has_cycle_id else None,
                    "started_at": _text(plant.epoch_s + cycle.started_s),
                    "ended_at": _text(plant.epoch_s + cycle.ended_s),
                    "issue_kind": cycle.kind,
                    "is_anomaly": "true" if cycle.is_certain else None,
                }
            )
    return rows


def rendered_truth(rows: list[dict]) -> bytes:
    """Return the rows as CSV."""
    buffer = io.BytesIO()
    pl.DataFrame(rows, schema=SCHEMA).write_csv(buffer)
    return buffer.getvalue()


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
