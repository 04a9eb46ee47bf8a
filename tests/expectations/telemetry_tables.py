"""Small sound telemetry, table by table, for planting faults in."""

from __future__ import annotations

import duckdb

from ingestion.telemetry.schema import TABLES

RAW = """
insert into raw.files by name
    select 'L1' as load_id, 'plant' as source, 'file' || i || '.csv' as source_file,
        'hash' || i as file_hash, 'loaded' as status, 1000 as byte_count, 101 as rows_in,
        100 as rows_accepted, 0 as rows_duplicate, 1 as rows_rejected, 0.1 as seconds,
        timezone('UTC', now()) as landed_at
    from range(4) as numbers(i);
insert into raw.readings by name
    select 'L1' as load_id, 'plant' as source, 'file' || (i % 4) || '.csv' as source_file,
        1 + i // 4 as record_number, 'press' as control_id, 100.0 + i % 7 as power,
        'W' as power_unit, 20.0 + i % 5 as temperature, 'degC' as temperature_unit,
        timestamp '2026-01-01' + to_seconds(i) as reading_at
    from range(400) as numbers(i);
insert into raw.sources by name
    select 'L1' as load_id, 'plant' as source, 'cycles' as kind, 'none' as label_level;
insert into raw.rejects by name
    select 'L1' as load_id, 'plant' as source, 'file' || i || '.csv' as source_file,
        7 as line_number, 'not_a_number' as reason, 'power: the value is not a number' as error
    from range(4) as numbers(i);
"""

STAGED = """
create table stg.readings as select *, power as power_w, temperature as temperature_c,
    cast(reading_at as date) as reading_date from raw.readings;
create table stg.sensor_values as select * from raw.sensor_values;
create table stg.labels as select * from raw.labels;
create table stg.rejects as select * from raw.rejects;
create table stg.files as select * from raw.files;
create table stg.sources as select * from raw.sources;
"""

ANSWERS = """
create table llm.evidence as select 'press' as control_id,
    date '2026-01-01' + i::int as assessment_date from range(20) as numbers(i);
create table llm.assessments as select *, 'ok' as status, 'Too hot.' as summary,
    'high' as severity, 'Look at the fan.' as recommended_action, 0.8 as confidence,
    ['c0', 'c1'] as cited_cycle_ids, cast(null as varchar) as error, 'call' as call_id,
    'offline-rules' as provider, 'rules-1' as model, 0.0 as cost_usd, true as is_usable
    from llm.evidence;
create table llm.evaluations as select *, 'ok' as status, 5 as faithfulness, 4 as completeness,
    4 as actionability, 'Cites what it says.' as reason, true as is_passed,
    0.0 as cost_usd from llm.evidence;
create table llm.cycles as select 'c' || i as cycle_id, 'press' as control_id
    from range(3) as numbers(i);
"""

MARTS = """
create table marts.landed as select load_id, control_id, reading_at,
    cast(reading_at as date) as reading_date
    from raw.readings;
create table marts.loads as select 'L1' as load_id;
create table marts.readings as select load_id, control_id, source, reading_at, 1 as reading_number,
    0 as duplicate_count, cast(reading_at as date) as reading_date from raw.readings;
create table marts.cycles as select 'c' || i as cycle_id, 'press' as control_id, 'plant' as source,
    20 as reading_count, 19.0 as duration_s, 0.0 as missing_share, i < 18 as is_valid,
    (i >= 18)::int as rejection_count, timestamp '2026-01-01' + to_seconds(20 * i) as started_at,
    timestamp '2026-01-01' + to_seconds(20 * i + 19) as ended_at from range(20) as numbers(i);
create table marts.rejected_cycles as select cycle_id, 'too_short' as reason from marts.cycles
    where not is_valid;
create table marts.cycle_stages as select cycle_id, 'hold' as stage, 10.0 as duration_s
    from marts.cycles;
create table marts.baselines as select 'b' || i as baseline_id, 9 as n, 5.0 as median_value,
    1.0 as mad, 1.0 as p01, 2.0 as p05, 3.0 as p25, 6.0 as p75, 7.0 as p95, 8.0 as p99,
    0.0 as lower_limit, 9.0 as upper_limit from range(5) as numbers(i);
create table marts.cycle_variance as select cycle_id, stage, 'normal' as variance_class
    from marts.cycle_stages;
create table marts.issues as select 'i' || i as issue_id, 'press' as control_id,
    'over_power' as rule, 'high' as severity, 1 as cycle_count, ['c' || i] as cycle_ids,
    date '2026-01-01' + i::int as issue_date from range(4) as numbers(i);
create table marts.stage_curves as select cycle_id, stage, point from marts.cycle_stages,
    range(3) as points(point);
create table marts.assessments as select control_id, issue_date as assessment_date,
    'accepted' as review_status from marts.issues;
create table marts.assessment_evaluations as select control_id, assessment_date
    from marts.assessments;
create table marts.reports as select distinct issue_date as report_date, '# Day' as markdown,
    '<h1>Day</h1>' as html from marts.issues;
create table marts.detection_quality as select 'plant' as source, 'all' as control_id,
    'cycle' as level, 'any' as issue_kind, 'sluice' as yardstick, 3 as true_positives,
    0 as false_positives, 1 as false_negatives, 0 as unlabelled,
    1.0 as precision, 0.75 as recall, 0.857 as f1,
    0.0 as false_alarm_rate;
create table marts.files as select load_id, source, source_file, rows_in, rows_accepted,
    rows_duplicate, rows_rejected, 0 as rows_superseded from raw.files;
create table marts.sensor_values as select 'press' as control_id, 'flow' as sensor, 1.5 as value,
    1 as value_number, date '2026-01-01' as reading_date, timestamp '2026-01-01' as reading_at;
create table marts.landed_values as from marts.sensor_values;
create table marts.source_columns as select 'plant' as source, 'flow' as column_name,
    'sensor' as column_use;
create table marts.point_anomalies as select 'nab' as source, 'nab/a' as control_id, 1.5 as score,
    false as is_anomaly, 1 as reading_number, date '2026-01-01' as reading_date,
    timestamp '2026-01-01' + to_minutes(i) as reading_at from range(30) as numbers(i);
"""

LANDED = ("readings", "sensor_values", "labels", "rejects", "files", "sources")
HANDED = {
    "after_landing": {"new_files": "raw.files"} | {name: f"raw.{name}" for name in LANDED},
    "after_staging": {name: f"stg.{name}" for name in LANDED},
    "after_llm": {
        name: f"llm.{name}" for name in ("evidence", "assessments", "evaluations", "cycles")
    },
    "before_release": {
        name: f"marts.{name}"
        for name in (
            "landed",
            "loads",
            "readings",
            "cycles",
            "rejected_cycles",
            "cycle_stages",
            "baselines",
            "cycle_variance",
            "issues",
            "stage_curves",
            "assessments",
            "assessment_evaluations",
            "reports",
            "detection_quality",
            "point_anomalies",
            "files",
            "landed_values",
            "sensor_values",
            "source_columns",
        )
    },
}


def make_raw(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty raw tables, as when nothing has landed."""
    for schema in ("raw", "stg", "llm", "marts"):
        connection.execute(f"create schema {schema}")
    for name, shape in TABLES.items():
        empty = shape.empty_table()  # noqa: F841  read by name
        connection.execute(f"create table raw.{name} as select * from empty")


def make_sound(connection: duckdb.DuckDBPyConnection) -> None:
    """Make tables of which every promise of telemetry holds."""
    make_raw(connection)
    for script in (RAW, STAGED, ANSWERS, MARTS):
        connection.execute(script)


def empty_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Take every row out again."""
    for schema, name in connection.execute(
        "select schema_name, table_name from duckdb_tables()"
    ).fetchall():
        connection.execute(f"delete from {schema}.{name}")
