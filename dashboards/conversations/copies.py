"""Duplicates: clusters of copies, the copies of one, and the two texts side by side."""

from __future__ import annotations

import streamlit as st

from dashboards.conversations import queries as queries
from dashboards.conversations.turns import turns
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import picked

CLUSTERS = {
    "cluster_id": "Cluster",
    "copy_count": "Copies",
    "exact_count": "Exact",
    "near_count": "Near",
    "least_similarity": st.column_config.NumberColumn("Least similar", format="%.3f"),
    "dataset_count": "Datasets",
    "survivor_record_id": "Survivor",
    "survivor_conversation_id": None,
}
COPIES = {
    "kind": "Kind",
    "similarity": st.column_config.NumberColumn("Similarity", format="%.3f"),
    "dataset_id": "Dataset",
    "record_id": "Record",
    "conversation_id": "Conversation",
    "score": st.column_config.NumberColumn("Quality", format="%.2f"),
    "survivor_record_id": None,
}


def show(release: Release) -> None:
    """Show clusters, the copies of the one picked, and a copy beside its survivor."""
    ask = asking(release)
    clusters = ask(queries.CLUSTERS)
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
    left, right = st.columns(2)
    with left:
        part("The survivor")
        turns(release, cluster["survivor_conversation_id"])
    with right:
        part("The copy", "Exact copies have the same roles and texts, white space aside.")
        turns(release, copy["conversation_id"])
