"""News: feeds and pages, filtered, ranked, explained and checked in a report."""

from __future__ import annotations

from ingestion.landing.registration import Product, Setting, Slice

PRODUCT = Product(
    name="news",
    waits=True,
    order=40,
    icon=":material/newspaper:",
    entry="feed",
    daily=("select markdown from news.reports order by as_of desc, run_id desc limit 1"),
    entries="feeds",
    further_entries=(("report", "reports"), ("background", "backgrounds")),
    main_table="entries",
    record_times=("first_entry_at", "last_entry_at"),
    demo="ingestion.news.demo",
    api="dashboards.news.api:router",
    phase_export="python_models.news.exporting:documents",
    phase_compare="python_models.news.comparing:compared",
    phase_variant="python_models.news.variants:changed",
    estimate_stand_ins="python_models.news.expecting:stand_ins",
    phases=(
        "initialization",
        "scraping",
        "tier1_filter",
        "tier2_batch",
        "tier3_5d",
        "ranking",
        "paraphrasing",
        "enrichment",
        "validation",
        "final_report",
    ),
    begins_runs=True,
    settings=(
        Setting(
            "SLUICE_CONTACT",
            "Mail address or web page of yours, told to every host that is asked for news; hosts "
            "of others are not asked without it",
            "mailto:news@example.org",
        ),
    ),
    slices=(
        Slice(
            "news_run",
            "run of news whose phases are built (default: the newest)",
            known=("select distinct run_id from raw_news.runs",),
        ),
    ),
)
