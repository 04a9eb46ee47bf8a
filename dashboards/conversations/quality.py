"""Quality: how scores are distributed, and one conversation with every check made of it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboards.conversations import queries as queries
from dashboards.conversations.beginnings import with_first_words
from dashboards.conversations.turns import turns
from dashboards.conversations.wording import decision_words, reason_words
from dashboards.parts import charts
from dashboards.parts.links import link_to
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, picked, table, worded
from dashboards.parts.text import escaped, facts

STATUSES = {"all": "all", "kept": "kept", "left out": "left_out"}
GRADES = ["premium", "keep", "below"]
COLUMNS = {
    "first_words": st.column_config.TextColumn("How it begins", width="medium"),
    "status": "Status",
    "left_out_reason": st.column_config.TextColumn("Left out because", width="medium"),
    "grade": "Grade",
    "score": st.column_config.ProgressColumn("Score", min_value=0, max_value=1, format="%.2f"),
    "judged_score": st.column_config.NumberColumn("Judged", format="%.2f"),
    "dataset_id": "Dataset",
    "language": "Language",
    "turn_count": "Turns",
    "format": "Format",
    "flags": "Flags",
    "recommendations": "What to mend",
    "conversation_id": "Conversation",
    "record_id": None,
    "source_file": None,
    "record_number": None,
}
CHECKS = {
    "tier": "Tier",
    "check_name": "Check",
    "is_passed": st.column_config.CheckboxColumn("Passed"),
    "score": st.column_config.NumberColumn("Score", format="%.2f"),
    "detail": "Detail",
    "validated_by": "By",
    "call_id": None,
}


def show(release: Release) -> None:
    """Show the distribution, the filtered conversations and the one that is picked."""
    ask = asking(release)
    known = ask(queries.DATASET_IDS)["dataset_id"].to_pylist()
    if not known:
        empty("There are no conversations in this release.")
        return
    datasets = st.multiselect(
        "Datasets", known, placeholder="All datasets", key="dataset", bind="query-params"
    )
    with st.container(horizontal=True, gap="medium"):
        grades = st.pills("Grade", GRADES, selection_mode="multi", key="grade", bind="query-params")
        status = st.segmented_control(
            "Status", list(STATUSES), default="all", key="status", bind="query-params"
        )
    care = st.toggle("Only what is flagged for care", key="care", bind="query-params")
    scores = ask(queries.SCORES, datasets=datasets)
    if len(scores):
        st.altair_chart(charts.score_histogram(scores))
    _history(release, datasets)
    rows = ask(
        queries.CONVERSATIONS,
        datasets=datasets,
        grades=list(grades or []),
        status=STATUSES[status or "all"],
        care=care,
    )
    if not len(rows):
        empty("No conversation fits these filters.")
        return
    st.caption("The weakest first; select one to read it.")
    rows = with_first_words(ask, rows)
    said = worded(worded(rows, "left_out_reason", reason_words), "status", decision_words)
    chosen = picked(said, "conversations", COLUMNS, height=330)
    if chosen:
        _one(release, chosen)


def _history(release: Release, datasets: list[str]) -> None:
    """Show how quality changed from release to release, once it has."""
    history = asking(release)(queries.HISTORY, datasets=datasets)
    if len(set(history["measured_at"].to_pylist())) < 2:
        return
    part("How it changed", "The middle score of each dataset, by release.")
    named = history.rename_columns({"p50_score": "score"})
    st.altair_chart(charts.score_lines(named, "dataset_id"))


def _one(release: Release, row: dict) -> None:
    part(escaped(row["first_words"] or "A conversation without words"))
    left, right = st.columns(2)
    with left:
        turns(release, row["conversation_id"])
    with right:
        st.html(
            facts(
                {
                    "Dataset": row["dataset_id"],
                    "File": f"{Path(row['source_file']).name}, record {row['record_number']}",
                    "Format": row["format"],
                    "Status": row["status"],
                    "Left out because": row["left_out_reason"],
                    "What to mend": row["recommendations"],
                    "Flags": row["flags"],
                    "Id": row["conversation_id"],
                }
            )
        )
        checks = asking(release)(queries.CHECKS, conversation_id=row["conversation_id"])
        table(in_words(checks, "tier", "check_name"), "checks", CHECKS)
        calls = [call for call in checks["call_id"].to_pylist() if call]
        if calls:
            link_to("llm", "What the judge was asked and said", call=calls[0])
