"""A cycle that an issue names is never shown as normal."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from dashboards.telemetry import queries

DAY = date(2026, 3, 1)
TABLES = """
create schema telemetry;
create table telemetry.cycles as
select
    cycle_id, 'press' as control_id, date '2026-03-01' as cycle_date,
    timestamp '2026-03-01' as started_at, timestamp '2026-03-01' as ended_at, 60.0 as duration_s,
    1.0 as energy_wh, 1.0 as mean_power_w, 1.0 as max_power_w, 1.0 as mean_temperature_c,
    true as is_valid, 'hold' as stage_sequence
from (values ('quiet'), ('drifting'), ('far off'), ('new')) as given (cycle_id);
create table telemetry.cycle_variance as
select
    cycle_id, 'press' as control_id, date '2026-03-01' as cycle_date, variance_class,
    0.5 as robust_z
from (values
    ('quiet', 'normal'), ('drifting', 'normal'), ('far off', 'critical'),
    ('new', 'insufficient_history')
) as given (cycle_id, variance_class);
create table telemetry.issues as
select
    'press' as control_id, date '2026-03-01' as issue_date, severity, ['drifting', 'far off']
    as cycle_ids
from (values ('medium'), ('high')) as given (severity);
"""
CLASSES = {
    "quiet": "normal",
    "drifting": "high",
    "far off": "critical",
    "new": "insufficient_history",
}


@pytest.fixture
def database():
    with duckdb.connect() as session:
        session.execute(TABLES)
        yield session


def test_a_list_shows_a_cycle_by_its_worst_stage_or_issue(database) -> None:
    found = database.execute(
        queries.CYCLES, {"control_id": "press", "from_date": DAY, "to_date": DAY}
    ).to_arrow_table()
    shown = {row["cycle_id"]: row["variance_class"] for row in found.to_pylist()}
    assert shown == CLASSES


@pytest.mark.parametrize(("cycle", "shown"), CLASSES.items(), ids=CLASSES)
def test_one_cycle_is_shown_as_in_the_list(database, cycle, shown) -> None:
    assert database.execute(queries.CYCLE_CLASS, {"cycle_id": cycle}).fetchall()[0][0] == shown
