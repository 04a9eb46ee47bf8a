"""What must hold of landed telemetry before anything reads it."""

from __future__ import annotations

from expectations.promise import (
    FILES_WANTED,
    between,
    complete,
    few_rejects,
    files_add_up,
    filled,
    has_columns,
    landed,
    no_rows,
    one_of,
    table,
)

COLUMNS = ("control_id", "reading_at", "power", "temperature", "power_unit", "temperature_unit")

# what stg_telemetry__deliveries holds back, but for what a person let pass: that is not in {batch}
DELIVERIES = f"""
    select
        load_id, source, sum(line_count) as line_count,
        sum(case when status = 'rejected' then line_count else rows_rejected end) as refused_count,
        refused_count >= 3 and refused_count > 0.2 * sum(line_count) as is_held
    from (
        select
            load_id, source, status, rows_rejected,
            case when status = 'rejected' then greatest(rows_in, ceil(byte_count / coalesce(
                sum(byte_count) filter (where status = 'loaded') over delivery
                / nullif(sum(rows_in) filter (where status = 'loaded') over delivery, 0), 80
            ))) else rows_in end as line_count
        from {FILES_WANTED}
        window delivery as (partition by load_id, source)
    )
    group by load_id, source
"""

TABLES = [
    table(
        "files",
        [
            landed(),
            no_rows(
                "something landed within two days",
                "warn",
                """
                select max(landed_at) as last_landed_at from {batch}
                having max(landed_at) < timezone('UTC', now()) - interval 2 day
                """,
            ),
            no_rows(
                "a day brings at least a third of what is usual for its source",
                "warn",
                """
                select source, landed_date, day_rows, usual_rows from (
                    select
                        source, landed_date, day_rows,
                        median(day_rows) over earlier as usual_rows,
                        count(*) over earlier as earlier_days,
                        row_number() over (partition by source order by landed_date desc) as age
                    from (
                        select
                            source, cast(landed_at as date) as landed_date,
                            sum(rows_accepted) as day_rows
                        from {batch} where status <> 'duplicate'
                        group by source, cast(landed_at as date)
                    )
                    window earlier as (
                        partition by source order by landed_date
                        rows between 14 preceding and 1 preceding
                    )
                )
                where age = 1 and earlier_days >= 3 and day_rows < usual_rows / 3
                """,
            ),
        ],
    ),
    table(
        "new_files",
        [
            *files_add_up(),
            no_rows(
                "what files say was accepted is there, once",
                "critical",
                """
                select load_id, accepted_count, reading_count, label_count from (
                    select load_id, sum(rows_accepted) as accepted_count
                    from {batch} group by load_id
                ) left join (
                    select load_id, count(*) as reading_count from {readings}
                    where load_id in (select load_id from {batch}) group by load_id
                ) using (load_id) left join (
                    select load_id, count(*) as label_count from {labels}
                    where load_id in (select load_id from {batch}) group by load_id
                ) using (load_id)
                where coalesce(reading_count, 0) > accepted_count
                    or coalesce(reading_count, 0) + coalesce(label_count, 0) < accepted_count
                """,
                because="a delivery that is landed twice or in part shows here",
            ),
            no_rows(
                "deliveries held back are at most a fifth of what is new",
                "critical",
                f"""
                select source, load_id, line_count, refused_count from ({DELIVERIES})
                where is_held and (
                    select sum(line_count) filter (where is_held) > 0.2 * sum(line_count)
                    from ({DELIVERIES})
                )
                """,
                because="a fifth of all that is new unreadable is a wrong declaration or a broken "
                "export, not dirt; a delivery that is to pass all the same: "
                "--vars '{accepted_loads: [<load_id>]}'",
            ),
            no_rows(
                "no delivery is held back",
                "warn",
                f"select source, load_id, line_count, refused_count from ({DELIVERIES}) "
                "where is_held",
                because="more than a fifth of it was refused: nothing of it is used, what the "
                "source delivered before stays; make rejects SOURCE=<source> says why; to let it "
                "pass: --vars '{accepted_loads: [<load_id>]}'",
            ),
            few_rejects("source", 0.05, "one twentieth"),
        ],
        key=["source", "load_id", "source_file"],
        since="load_id",
    ),
    table(
        "readings",
        [
            *has_columns(*COLUMNS),
            *filled("load_id", "source", "source_file", "control_id", "reading_at"),
            one_of("power_unit", ["W", "kW", "MW", "mW"]),
            one_of("voltage_unit", ["V", "kV", "mV"]),
            one_of("current_unit", ["A", "mA", "kA"]),
            one_of("temperature_unit", ["degC", "degF", "K"]),
            between("record numbers count from 1", "critical", "record_number", 1, None),
            no_rows(
                "no reading is from the future or from before 1990",
                "critical",
                """
                select source_file, record_number, reading_at from {batch}
                where reading_at < timestamp '1990-01-01'
                    or reading_at > timezone('UTC', now()) + interval 1 day
                """,
                because="a wrong date format or time zone shows here first",
            ),
            complete("reading"),
        ],
        key=["source_file", "record_number"],
        since="load_id",
    ),
    table(
        "sensor_values",
        [*filled("control_id", "sensor", "reading_at")],
        key=["source_file", "record_number"],
        since="load_id",
    ),
    table(
        "labels",
        [
            *filled("control_id", "label_level"),
            one_of("label_level", ["reading", "window", "cycle"]),
            no_rows(
                "a label ends after it starts",
                "critical",
                "select source_file, record_number from {batch} where ended_at < started_at",
            ),
        ],
        key=["source_file", "record_number"],
        since="load_id",
    ),
    table(
        "sources",
        [
            *filled("source"),
            one_of("kind", ["cycles", "series"]),
            one_of("label_level", ["none", "reading", "window", "cycle"]),
        ],
        key=["source"],
    ),
    table(
        "rejects",
        [*filled("source", "source_file", "reason", "error")],
        key=["source_file", "line_number"],
        since="load_id",
    ),
]
