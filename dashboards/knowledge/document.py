"""Document: its text with chunks and facts marked, and two versions side by side."""

from __future__ import annotations

import difflib
import json
from typing import Any

import streamlit as st

from dashboards.knowledge.marked import Mark, marked_html
from dashboards.parts.page import Ask, asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, table, worded
from dashboards.parts.text import escaped, facts, moment

FOUND = """
select object_id, title, source, kind, max(known_from) as known_from
from (
    select documents.object_id, documents.title, documents.source, documents.kind,
        corpus_members.known_from
    from knowledge.documents
    inner join knowledge.corpus_members
        on documents.object_id = corpus_members.object_id
        and documents.version = corpus_members.version
) as members
where object_id = $text or contains(lower(title), lower($text))
group by object_id, title, source, kind
order by object_id <> $text, lower(title) <> lower($text), title, object_id
limit 50
"""
VERSIONS = """
select documents.*, members.known_from, members.known_to, members.withdrawn_because
from knowledge.documents
inner join (
    select object_id, version, min(known_from) as known_from,
        case when bool_or(known_to is null) then null else max(known_to) end as known_to,
        max(withdrawn_because) as withdrawn_because
    from knowledge.corpus_members
    where object_id = $object
    group by object_id, version
) as members using (object_id, version)
order by members.known_from desc, documents.version
"""
CHUNKS = """
select chunk_id, ordinal, span_start, span_end, token_count, heading_path
from knowledge.chunks
where object_id = $object and version = $version
    and chunker_id = (select chunker_id from knowledge.current)
order by ordinal
"""
FACTS = """
select subject_name, predicate, coalesce(object_name, value) as object, polarity, field,
    valid_from, confidence, evidence_start, evidence_end, fact_id
from knowledge.facts
where object_id = $object and version = $version
    and extractor_id = (select extractor_id from knowledge.current)
order by evidence_start nulls last, fact_id
"""

NUMBER = st.column_config.NumberColumn
FACT_COLUMNS = {
    "subject_name": "Thing",
    "predicate": "Relation",
    "object": "To",
    "polarity": "Said as",
    "field": "Field",
    "valid_from": st.column_config.DatetimeColumn("Holds from", format="YYYY-MM-DD HH:mm"),
    "confidence": NUMBER("Confidence", format="%.2f"),
    "evidence_start": NUMBER("Words from", format="%d"),
    "evidence_end": NUMBER("to", format="%d"),
    "fact_id": None,
}
CHUNK_COLUMNS = {
    "ordinal": NUMBER("Chunk", format="%d"),
    "heading_path": "Under",
    "span_start": NUMBER("From sign", format="localized"),
    "span_end": NUMBER("to", format="localized"),
    "token_count": NUMBER("Tokens", format="localized"),
    "chunk_id": None,
}


def show(release: Release) -> None:
    """Find a document and show it."""
    ask = asking(release)
    text = st.text_input(
        "Document", key="document", bind="query-params", placeholder="words of a title, or an id"
    ).strip()
    found = ask(FOUND, text=text).to_pylist()
    if not found:
        empty("No document has that in its title.")
        return
    names = {row["object_id"]: f"{row['title']} ({row['source']})" for row in found}
    chosen = st.selectbox("Found", list(names), format_func=names.__getitem__, key="found")
    versions = ask(VERSIONS, object=chosen).to_pylist()
    if versions:
        _shown(ask, versions)


def _shown(ask: Ask, versions: list[dict[str, Any]]) -> None:
    labels = {row["version"]: _label(row) for row in versions}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        version = st.selectbox("Version", list(labels), format_func=labels.__getitem__, key="of")
        others = [None, *(name for name in labels if name != version)]
        other = st.selectbox(
            "Beside it", others, format_func=lambda name: labels.get(name, "–"), key="beside"
        )
    rows = {row["version"]: row for row in versions}
    row = rows[version or versions[0]["version"]]
    _head(row)
    if other:
        _side_by_side(rows[other], row)
        return
    chunks = ask(CHUNKS, object=row["object_id"], version=row["version"])
    said = ask(FACTS, object=row["object_id"], version=row["version"])
    st.html(marked_html(row["text"], _marks(chunks.to_pylist(), said.to_pylist())))
    part("Facts")
    if len(said):
        table(in_words(said, "predicate", "polarity"), "document_facts", FACT_COLUMNS)
    else:
        empty("No fact was read from this version.")
    part("Chunks")
    table(worded(chunks, "heading_path", listed), "document_chunks", CHUNK_COLUMNS)


def _label(row: dict[str, Any]) -> str:
    ends = f" to {moment(row['known_to'])}" if row["known_to"] else ", in force"
    return f"{moment(row['known_from'])}{ends}"


def _head(row: dict[str, Any]) -> None:
    st.html(
        facts(
            {
                "Title": row["title"],
                "Address": row["uri"],
                "Kind": row["kind"],
                "Written by": listed(row["authors"]),
                "Changed": moment(row["updated_at"]),
                "Withdrawn": row["withdrawn_because"] if row["known_to"] else "",
                "Flags": row["flags"] if row["flags"] not in ("[]", "{}") else "",
            }
        )
    )


def listed(text: str | None) -> str:
    """Return a JSON list of names as a person writes it; another text stays as it is."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return str(text)
    return ", ".join(map(str, found)) if isinstance(found, list) else str(text)


def _marks(chunks: list[dict[str, Any]], said: list[dict[str, Any]]) -> list[Mark]:
    """Return the marks of a text: every second chunk is underlined, so that their ends show."""
    marks = [
        Mark(row["span_start"], row["span_end"], "chunk", f"chunk {row['ordinal']}")
        for row in chunks
        if row["ordinal"] % 2
    ]
    return marks + [
        Mark(row["evidence_start"], row["evidence_end"], "fact",
             f"{row['subject_name']} · {row['predicate']} · {row['object'] or ''}")
        for row in said
        if row["evidence_start"] is not None and not row["field"]
    ]  # fmt: skip


def _side_by_side(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Show two versions with the lines that differ marked."""
    if before["known_from"] > after["known_from"]:
        before, after = after, before
    lines = [str(row["text"]).splitlines(keepends=True) for row in (before, after)]
    changed: tuple[list[Mark], list[Mark]] = ([], [])
    starts = [[0], [0]]
    for at, own in enumerate(lines):
        for line in own:
            starts[at].append(starts[at][-1] + len(line))
    matcher = difflib.SequenceMatcher(None, lines[0], lines[1], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            changed[0].append(Mark(starts[0][a], starts[0][b], "word"))
            changed[1].append(Mark(starts[1][c], starts[1][d], "fact"))
    for column, row, marks in zip(st.columns(2), (before, after), changed, strict=True):
        with column:
            st.caption(escaped(_label(row)))
            st.html(marked_html(row["text"], [one for one in marks if one.end > one.start]))
