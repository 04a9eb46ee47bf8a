"""What must hold of telemetry's marts before they become what readers see."""

from __future__ import annotations

from expectations.promise import (
    Promise,
    between,
    filled,
    no_groups,
    no_rows,
    not_shrunk,
    one_of,
    refers,
    table,
    unique,
)

CLASSES = ["normal", "watch", "high", "critical", "insufficient_history"]
# the mart is a view over a join of all readings: it is read once, and only on the days that
# new deliveries touch; days of loads that this build left out (a slice) are not judged
READINGS_KEPT = """
    with landed_readings as (
        select
            control_id, reading_date, count(*) as landed_count,
            count(*) filter (load_id not in (
                select load_id from {loads} where load_id is not null
            )) as waiting_count
        from {landed}
        where reading_at >= {first_day} and reading_at < {day_after}
        group by control_id, reading_date
    ),
    kept_readings as (
        select control_id, reading_date, sum(1 + duplicate_count) as kept_count
        from {readings}
        where reading_at >= {first_day} and reading_at < {day_after}
        group by control_id, reading_date
    )
    select control_id, reading_date, landed_count, kept_count
    from landed_readings full join kept_readings using (control_id, reading_date)
    where coalesce(waiting_count, 0) = 0 and landed_count is distinct from kept_count
        and (true or exists (select 1 from {batch}))
"""
NEW_DAYS = {
    "first_day": "select cast(min(reading_date) as timestamp) from {batch}",
    "day_after": "select max(reading_date) + interval 1 day from {batch}",
}
DAY_BEFORE = "select date_trunc('day', max(reading_at)) - interval 1 day from "


def _of_a_cycle(*key: str) -> list[Promise]:
    return [unique(*key), refers("cycle_id", "cycles", "cycle_id")]


TABLES = [
    table(
        "landed",
        [
            no_rows(
                "readings and dropped copies are what landed, for each machine and new day",
                "critical",
                READINGS_KEPT,
                because="nothing is lost and nothing is there twice",
                constants=NEW_DAYS,
            ),
            not_shrunk("readings", counted="landed"),
        ],
        since="load_id",
    ),
    table(
        "cycles",
        [
            unique("cycle_id"),
            *filled("control_id", "source", "started_at", "ended_at", "is_valid"),
            between("a cycle has readings", "critical", "reading_count", 1, None),
            between("a cycle takes time", "critical", "duration_s", 0, None),
            between("missing readings are a share", "critical", "missing_share", 0, 1),
            no_rows(
                "valid + rejected = all",
                "critical",
                """
                select cycle_id, is_valid, rejection_count, reason_count
                from {batch} left join (
                    select cycle_id, count(*) as reason_count from {rejected_cycles}
                    group by cycle_id
                ) using (cycle_id)
                where is_valid is distinct from (reason_count is null)
                    or rejection_count <> coalesce(reason_count, 0)
                """,
                because="a cycle that is not valid keeps every reason, and only such a cycle",
            ),
            no_groups(
                "at least half of the cycles are valid",
                "warn",
                "source",
                "cycle_count >= 10 and valid_count < 0.5 * cycle_count",
                cycle_count="count(*)",
                valid_count="count(*) filter (is_valid)",
            ),
            not_shrunk("cycles"),
        ],
        key=["cycle_id"],
    ),
    table("rejected_cycles", _of_a_cycle("cycle_id", "reason"), key=["cycle_id", "reason"]),
    table(
        "cycle_stages",
        [
            *_of_a_cycle("cycle_id", "stage"),
            between("a stage takes time", "critical", "duration_s", 0, None),
            not_shrunk("cycle_stages"),
        ],
        key=["cycle_id", "stage"],
    ),
    table(
        "baselines",
        [
            unique("baseline_id"),
            between("a baseline knows cycles", "critical", "n", 1, None),
            no_rows(
                "a baseline's figures are in order",
                "critical",
                """
                select baseline_id from {batch}
                where not (p01 <= p05 and p05 <= p25 and p25 <= median_value
                    and median_value <= p75 and p75 <= p95 and p95 <= p99)
                    or lower_limit > median_value or median_value > upper_limit or mad < 0
                """,
            ),
        ],
        key=["baseline_id"],
    ),
    table(
        "cycle_variance",
        [
            *_of_a_cycle("cycle_id", "stage"),
            one_of("variance_class", CLASSES),
            no_rows(
                "at most a third of the judged cycles are high or critical",
                "warn",
                """
                select
                    count(*) as judged_count,
                    count(*) filter (variance_class in ('high', 'critical')) as high_count
                from {batch} where variance_class <> 'insufficient_history'
                having count(*) >= 30
                    and count(*) filter (variance_class in ('high', 'critical')) > count(*) / 3
                """,
                because="then the baselines are wrong, not the machines",
            ),
        ],
        key=["cycle_id", "stage"],
    ),
    table(
        "issues",
        [
            unique("issue_id"),
            unique("control_id", "rule", "issue_date"),
            one_of("severity", ["low", "medium", "high", "critical"]),
            between("an issue is about cycles", "critical", "cycle_count", 1, None),
            no_rows(
                "an issue names cycles of its machine that exist",
                "critical",
                """
                select issue_id, named_id from (
                    select issue_id, control_id, unnest(cycle_ids) as named_id from {batch}
                )
                where (control_id, named_id) not in (select (control_id, cycle_id) from {cycles})
                """,
            ),
            not_shrunk("issues", severity="warn"),
        ],
        key=["issue_id"],
    ),
    table("stage_curves", _of_a_cycle("cycle_id", "stage", "point"), key=["cycle_id", "stage"]),
    table(
        "assessments",
        [
            unique("control_id", "assessment_date"),
            one_of("review_status", ["accepted", "needs_review", "pending", "failed"]),
            no_rows(
                "an assessment is about a machine and day with issues",
                "critical",
                """
                select control_id, assessment_date from {batch}
                where (control_id, assessment_date)
                    not in (select (control_id, issue_date) from {issues})
                """,
            ),
        ],
        key=["control_id", "assessment_date"],
    ),
    table(
        "assessment_evaluations",
        [
            unique("control_id", "assessment_date"),
            no_rows(
                "an evaluation is about an assessment",
                "critical",
                """
                select control_id, assessment_date from {batch}
                where (control_id, assessment_date)
                    not in (select (control_id, assessment_date) from {assessments})
                """,
            ),
        ],
        key=["control_id", "assessment_date"],
    ),
    table(
        "reports",
        [
            unique("report_date"),
            *filled("markdown", "html"),
            no_rows(
                "each day with issues has its report",
                "critical",
                """
                select issue_date from (select distinct issue_date from {issues})
                where issue_date not in (select report_date from {batch})
                """,
            ),
        ],
        key=["report_date"],
    ),
    table(
        "detection_quality",
        [
            unique("source", "control_id", "level", "issue_kind", "yardstick"),
            *[
                between(f"{share} is a share", "critical", share, 0, 1)
                for share in ("precision", "recall", "f1", "false_alarm_rate")
            ],
            *[
                between(f"{count} is a count", "critical", count, 0, None)
                for count in ("true_positives", "false_positives", "false_negatives", "unlabelled")
            ],
        ],
        key=["source", "control_id", "level", "issue_kind", "yardstick"],
    ),
    table(
        "point_anomalies",
        [
            *filled("source", "control_id", "reading_at", "is_anomaly"),
            between("a score is a distance", "critical", "score", 0, None),
            no_rows(
                "a reading of the newest two days has one score",
                "critical",
                """
                select source, control_id, reading_at, reading_number, count(*) as score_count
                from {batch}
                where reading_at >= {day_before_last}
                group by source, control_id, reading_at, reading_number having count(*) > 1
                """,
                constants={"day_before_last": DAY_BEFORE + "{batch}"},
            ),
        ],
        key=["source", "control_id", "reading_at"],
    ),
    table(
        "files",
        [
            unique("load_id", "source", "source_file"),
            no_rows(
                "rows in = accepted + duplicate + rejected, and no more gave way than came",
                "critical",
                """
                select source_file, load_id from {batch}
                where rows_in is distinct from rows_accepted + rows_duplicate + rows_rejected
                    or rows_superseded > rows_accepted
                """,
            ),
        ],
        key=["load_id", "source_file"],
    ),
    table(
        "sensor_values",
        [
            *filled("control_id", "sensor", "reading_at", "value"),
            no_rows(
                "a sensor says one value of a number in the newest two days",
                "critical",
                """
                select control_id, sensor, reading_at, value_number, count(*) as value_count
                from {batch}
                where reading_at >= {day_before_last}
                group by control_id, sensor, reading_at, value_number having count(*) > 1
                """,
                # the mart is a join, read whole for its newest day
                constants={
                    "day_before_last": DAY_BEFORE + "{landed_values} where value is not null"
                },
            ),
        ],
        key=["control_id", "sensor", "reading_at"],
    ),
    table(
        "source_columns",
        [unique("source", "column_name"), *filled("column_use")],
        key=["source", "column_name"],
    ),
]
