"""Telemetry: what machines and sensors measure, cycle by cycle."""

from __future__ import annotations

from ingestion.landing.registration import Product, Setting, Slice

_DAYS = "select min(first_reading_at), max(last_reading_at) from raw_telemetry.files"

PRODUCT = Product(
    name="telemetry",
    order=10,
    icon=":material/monitoring:",
    entry="source",
    daily=("select markdown from telemetry.reports order by report_date desc limit 1"),
    entries="sources",
    main_table="readings",
    demo="ingestion.telemetry.simulator",
    api="dashboards.telemetry.api:router",
    slices=(
        Slice("from", "first day to recompute", "first_day", (_DAYS,), "from_date"),
        Slice("to", "last day to recompute", "last_day", (_DAYS,), "to_date"),
        Slice(
            "controls",
            "controls (machines) to recompute",
            known=("select distinct control_id from raw_telemetry.readings",),
        ),
    ),
    record_times=("first_reading_at", "last_reading_at"),
    deliveries="files",
    settings=(
        Setting(
            "SLUICE_DATA",
            "Folder the recipes for public data sets read from (see ingestion/telemetry/sources)",
            "data",
        ),
    ),
    quality=(("Rejected cycles", "dashboards.telemetry.rejected_cycles:show"),),
    waiting=(
        (
            "assessment to review",
            "select count(*) from telemetry.assessments"
            " where review_status in ('needs_review', 'pending')",
            "view=Issues",
        ),
    ),
    first_query="""select
    control_id,
    avg(temperature_c) as average_temperature_c
from telemetry.readings
group by control_id
order by control_id""",
)
