"""What must hold of normalised telemetry before cycles are cut from it."""

from __future__ import annotations

from expectations.promise import between, filled, no_groups, no_rows, table

LOOKED_AT = "power_w is not null and hash(control_id, reading_at) % 16 = 0"
TABLES = [
    table(
        "readings",
        [
            between("power is possible", "critical", "power_w", -1e6, 1e9, mostly=0.99),
            between("power is plausible", "warn", "power_w", -1e3, 1e7, mostly=0.999),
            between(
                "temperature is possible", "critical", "temperature_c", -273.15, 5000, mostly=0.99
            ),
            between("temperature is plausible", "warn", "temperature_c", -60, 1500, mostly=0.999),
            no_groups(
                "a source keeps its values",
                "critical",
                "source",
                "reading_count >= 100 and power_count > 0 and power_count < 0.5 * reading_count",
                because="more than half of the powers lost is a wrong column or unit, not dropouts",
                reading_count="count(*)",
                power_count="count(power_w)",
            ),
            no_groups(
                "a source has few gaps in its values",
                "warn",
                "source",
                "power_count between 1 and 0.9 * reading_count"
                " or temperature_count between 1 and 0.9 * reading_count",
                reading_count="count(*)",
                power_count="count(power_w)",
                temperature_count="count(temperature_c)",
            ),
            no_groups(
                "at most a tenth of the readings are copies of another",
                "warn",
                "source",
                "looked_at_count >= 20 and distinct_count < 0.9 * looked_at_count",
                because="looked at in one of sixteen moments, where copies stay together",
                looked_at_count=f"count(*) filter ({LOOKED_AT})",
                distinct_count="count(distinct hash(control_id, reading_at, power_w,"
                f" temperature_c)) filter ({LOOKED_AT})",
            ),
        ],
        key=["source_file", "record_number"],
        since="load_id",
    ),
    table(
        "sensor_values",
        [*filled("value", severity="warn", mostly=0.8)],
        key=["source_file", "record_number"],
        since="load_id",
    ),
    table(
        "labels",
        [
            no_rows(
                "a label is about a machine that has sent something",
                "warn",
                """
                select control_id, count(*) as label_count from {batch}
                where control_id not in (select distinct control_id from {readings})
                    and control_id not in (select distinct control_id from {sensor_values})
                group by control_id
                """,
            ),
        ],
        key=["source_file", "record_number"],
        since="load_id",
    ),
    table(
        "files",
        [
            no_rows(
                "what files say was rejected is in the rejects",
                "critical",
                """
                select load_id, rows_rejected, reject_count from (
                    select load_id, sum(rows_rejected) as rows_rejected from {batch}
                    group by load_id
                ) left join (
                    select load_id, count(*) as reject_count from {rejects} group by load_id
                ) using (load_id)
                where rows_rejected > coalesce(reject_count, 0)
                """,
                because="nothing is lost: each rejected row can be read again",
            ),
        ],
        key=["source_file"],
        since="load_id",
    ),
    table(
        "sources",
        [
            *filled("source", "kind"),
            no_rows(
                "a source that delivered is declared",
                "critical",
                """
                select 'undeclared' as problem, source from {files}
                where source not in (select source from {batch}) group by source
                """,
            ),
        ],
        key=["source"],
    ),
]
