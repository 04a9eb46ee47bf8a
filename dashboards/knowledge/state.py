"""State: sources and their syncs, what was deleted, what could not be used."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import escaped

NUMBER, MOMENT = st.column_config.NumberColumn, st.column_config.DatetimeColumn

SOURCES = """
select source, kind, tier, last_exported_at, document_count, sync_count, is_complete, last_error
from knowledge.sources
order by source
"""

SYNCS = """
select exported_at, source, mode, complete, seen, new, changed, unchanged, forbidden, rejected,
    gone, seconds, error, sync_id
from knowledge.syncs
order by exported_at desc, sync_id
"""

ENDED = """
select deleted_at, source, kind, title, deleted_why, first_seen, uri, object_id
from knowledge.objects
where deleted_at is not null and deleted_why <> 'replaced'
order by deleted_at desc, source, title
"""

WITHOUT_TEXT = """
select source, kind, title, failure, last_seen, object_id
from knowledge.objects
where failure is not null
order by source, title
"""

MISFITS = """
select ontology_id, reason, count(*) as fact_count
from knowledge.ontology_misfits
group by ontology_id, reason
order by ontology_id, fact_count desc
"""

STAGES = """
select stage, stage_key, state, count(*) as version_count, min(why) as why
from knowledge.data_state
group by stage, stage_key, state
order by stage, stage_key, state
"""

COLUMNS: dict[str, Any] = {
    "source": "Source",
    "kind": "Kind",
    "tier": "Tier",
    "title": "Title",
    "mode": "Mode",
    "complete": "Lists all",
    "is_complete": "Lists all",
    "seen": NUMBER("Seen"),
    "new": NUMBER("New"),
    "changed": NUMBER("Changed"),
    "unchanged": NUMBER("As before"),
    "forbidden": NUMBER("Forbidden"),
    "rejected": NUMBER("Refused"),
    "gone": NUMBER("Gone"),
    "seconds": NUMBER("Seconds", format="%.1f"),
    "document_count": NUMBER("Documents"),
    "sync_count": NUMBER("Syncs"),
    "fact_count": NUMBER("Facts"),
    "stage": "Stage",
    "stage_key": "By",
    "state": "State",
    "version_count": NUMBER("Versions"),
    "why": "Why",
    "last_error": st.column_config.TextColumn("What went wrong last", width="medium"),
    "error": st.column_config.TextColumn("What went wrong", width="medium"),
    "failure": st.column_config.TextColumn("Why", width="medium"),
    "deleted_why": "Why",
    "reason": "Why",
    "ontology_id": "Ontology",
    "exported_at": MOMENT("Exported", format="YYYY-MM-DD HH:mm"),
    "last_exported_at": MOMENT("Newest export", format="YYYY-MM-DD HH:mm"),
    "deleted_at": MOMENT("Ended", format="YYYY-MM-DD HH:mm"),
    "first_seen": MOMENT("First seen", format="YYYY-MM-DD HH:mm"),
    "last_seen": MOMENT("Last seen", format="YYYY-MM-DD HH:mm"),
    "uri": "Address",
    "object_id": "Object",
    "sync_id": "Sync",
}


def show(release: Release) -> None:
    """Show what sources gave and when, what ended, and what could not be used."""
    ask = asking(release)
    sources = ask(SOURCES)
    if not sources.num_rows:
        empty("This release holds no source.", "Declare one: `make land DOMAIN=knowledge`.")
        return
    part("Sources")
    for row in sources.to_pylist():
        if row["last_error"]:
            what = escaped(f"{row['source']}: {row['last_error']}")
            st.warning(f"{what}. Nothing was deleted for it; export it again.")
    table(sources, "sources", COLUMNS)
    part("Syncs", "One export is one sync; what a complete one no longer lists is deleted.")
    table(ask(SYNCS), "syncs", COLUMNS)
    part("Stages", "What each stage has of the versions in force.")
    table(ask(STAGES), "stages", COLUMNS)
    _part_of(ask(ENDED), "Deleted", "deleted", "Nothing was deleted at its source.")
    _part_of(ask(WITHOUT_TEXT), "Without a text", "without_text", "Every document has a text.")
    _part_of(ask(MISFITS), "Facts that an ontology does not fit", "misfits", "Every fact fits.")


def _part_of(rows: Any, title: str, name: str, nothing: str) -> None:
    part(title)
    if rows.num_rows:
        table(rows, name, COLUMNS)
    else:
        st.caption(nothing)
