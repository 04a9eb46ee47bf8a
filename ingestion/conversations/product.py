"""Conversations: chat data of any format, standardised, scored, deduplicated, exported."""

from __future__ import annotations

from ingestion.landing.registration import Product, Setting, Slice

PRODUCT = Product(
    name="conversations",
    order=30,
    icon=":material/chat:",
    entry="dataset",
    daily=(
        "select '**' || count(*) || '** conversations, ' "
        "|| count(*) filter (where left_out_reason is not null) || ' of them left out.' "
        "from conversations.conversations"
    ),
    entries="datasets",
    further_entries=(("set", "sets"),),
    main_table="records",
    demo="ingestion.conversations.demo",
    is_tiered=True,
    api="dashboards.conversations.api:router",
    addresses=(("datasets", "view=Datasets"), ("analytics", "view=Quality")),
    slices=(
        Slice(
            "datasets",
            "datasets to recompute",
            known=("select distinct source from raw_conversations.datasets",),
        ),
        Slice(
            "formats",
            "formats of records to recompute",
            known=("select distinct format from raw_conversations.records",),
        ),
        Slice(
            "statuses",
            "statuses of datasets to recompute",
            known=("select distinct status from raw_conversations.datasets",),
            variable="dataset_statuses",
        ),
    ),
    settings=(
        Setting(
            "SLUICE_HF_BASE_URL",
            "Where datasets named hf:// are asked for (a mirror, for example)",
            "https://huggingface.co",
        ),
        Setting("HF_TOKEN", "Who asks there"),
        Setting(
            "SLUICE_KAGGLE_BASE_URL",
            "Where datasets named kaggle:// are asked for",
            "https://www.kaggle.com",
        ),
        Setting("KAGGLE_USERNAME", "Who asks there"),
        Setting("KAGGLE_KEY", "And the key to it"),
        Setting(
            "SLUICE_LANDING_WORKERS",
            "Processes that standardise conversations at once (1 to 32)",
            "4",
        ),
        Setting(
            "SLUICE_UPLOAD_QUOTA_MB",
            "Megabytes that all files handed over on the page may have together",
            "1024",
        ),
    ),
)
