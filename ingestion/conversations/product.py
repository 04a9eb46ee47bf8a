"""Conversations: chat data of any format, standardised, scored, deduplicated, exported."""

from __future__ import annotations

from ingestion.landing.registration import Product, Slice

PRODUCT = Product(
    name="conversations",
    order=30,
    icon=":material/chat:",
    entry="dataset",
    entries="datasets",
    main_table="records",
    demo="ingestion.conversations.demo",
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
)
