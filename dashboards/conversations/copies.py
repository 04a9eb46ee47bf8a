"""Duplicates: clusters of copies, the copies of one, and the two texts side by side."""

from __future__ import annotations

import streamlit as st

from dashboards.conversations import queries as queries
from dashboards.conversations.beginnings import with_first_words
from dashboards.conversations.differences import side_by_side
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import picked

CLUSTERS = {
    "first_words": st.column_config.TextColumn("How it begins", width="medium"),
    "copy_count": "Copies",
    "exact_count": "Exact",
    "near_count": "Near",
    "least_similarity": st.column_config.NumberColumn("Least similar", format="%.3f"),
    "dataset_count": "Datasets",
    "survivor_record_id": "Record kept",
    "cluster_id": "Cluster",
    "survivor_conversation_id": None,
}
COPIES = {
    "kind": "Kind",
    "similarity": st.column_config.NumberColumn("Similarity", format="%.3f"),
    "dataset_id": "Dataset",
    "score": st.column_config.NumberColumn("Quality", format="%.2f"),
    "record_id": "Record",
    "conversation_id": "Conversation",
    "survivor_record_id": None,
}


def show(release: Release) -> None:
    """Show clusters, the copies of the one picked, and a copy beside its survivor."""
    ask = asking(release)
    clusters = with_first_words(ask, ask(queries.CLUSTERS), "survivor_conversation_id")
    if not len(clusters):
        empty("No conversation has a copy.")
        return
    cluster = picked(clusters, "clusters", CLUSTERS, height=260)
    if not cluster:
        return
    part("Copies that gave way")
    copy = picked(ask(queries.COPIES, cluster_id=cluster["cluster_id"]), "copies", COPIES)
    if not copy:
        return
    side_by_side(release, cluster["survivor_conversation_id"], copy["conversation_id"])
