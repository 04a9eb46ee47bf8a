"""What goes with an object: versions, chunks, texts, facts, edges, things and names, calls, blobs.

What another document says too stays: a text, a fact, a name goes only where nobody else has it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.extensions import load_extensions
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.sql_text import identifier, list_of, literal
from python_models.knowledge.extracted import NODE as EXTRACTED
from python_models.knowledge.forgetting.lake_texts import strings
from python_models.knowledge.forgetting.plan_queries import QUERIES
from python_models.knowledge.supplements import NODE as SUPPLEMENTED
from python_models.release.snapshot_files import plain

Rows = list[list[Any]]
SHORT = 24  # characters: shorter lines are anybody's
# table of the plan -> its columns
TABLES = {
    "gone_objects": "object_id",
    "gone_versions": "object_id, version",
    "gone_chunks": "chunk_id",
    "gone_texts": "text_hash",
    "gone_facts": "fact_id",
    "gone_edges": "graph_id, edge_id",
    "gone_attributes": "entity_id, attribute, value",
    "gone_entities": "entity_id",
    "gone_names": "entity_id, name, instead",
    "gone_anchors": "anchor",
    "gone_terms": "chunker_id, term",
    "gone_places": "source, place",
    "gone_calls": "call_id",
    "gone_prompts": "call_id",
    "gone_blobs": "blob_hash",
}
_LISTS = ("gone_attributes", "gone_names", "gone_places")
# table -> the columns that are read of it; of releases, of raw tables, of the build
_READ = {
    "sightings": "object_id, source, native_id, title, uri, locator, blob_hash",
    "documents": "object_id, version, native_id, title, uri, made_from, text",
    "log_events": "object_id, source, template_id",
    "log_templates": "object_id, source, template_id",
    "chunks": "object_id, version, chunk_id, chunker_id, text_hash, span_start, span_end",
    "facts": "fact_id, object_id, version",
    "edges": "graph_id, edge_id, subject_id, relation, value",
    "edge_support": "graph_id, edge_id, fact_id",
    "entity_mentions": "entity_id, object_id, version, name, anchor, mention_count",
    "search_terms": "chunker_id, term, chunk_id",
    "calls": "call_id, node, row_key, input_messages",
}


class NothingSo(LookupError):
    """Nothing of the lake has the name, or several have; the message says which."""


@dataclass
class Plan:
    """What goes, by the names of `TABLES`; `lines` are those of texts that nobody else has."""

    rows: dict[str, Rows] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    shared_blobs: int = 0  # that stay: other objects stand in them

    def as_json(self) -> str:
        """Return it as a text."""
        return json.dumps(vars(self), ensure_ascii=False)

    @classmethod
    def of_json(cls, text: str) -> Plan:
        """Return the plan a text says."""
        return cls(**json.loads(text))

    def load(self, session: duckdb.DuckDBPyConnection) -> None:
        """Make a table of each part."""
        for name, columns in TABLES.items():
            shape = ", ".join(f"{one} varchar" for one in columns.split(", "))
            session.execute(f"create or replace temp table {name} ({shape})")
            rows = self.rows.get(name, [])
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                session.executemany(f"insert into {name} values ({marks})", rows)
        for name in _LISTS:  # a lambda takes a variable, and no subquery
            session.execute(
                f"set variable {name} = (select coalesce(list({name}), []) from {name})"
            )


def made(session: duckdb.DuckDBPyConnection, name: str) -> Plan:
    """Return what goes with an object.

    Args:
        session: an empty DuckDB connection.
        name: id of the object or the beginning of one, its native id, address or title.

    Raises:
        NothingSo: nothing has that name, or several have.
    """
    load_extensions(session)
    for table, columns in _READ.items():
        _show(session, table, columns)
    objects = _objects(session, name)
    session.execute("create temp table gone_objects (object_id varchar)")
    session.executemany("insert into gone_objects values (?)", [[one] for one in objects])
    for query in QUERIES:
        session.execute(query)
    _choose_calls(session)
    plan = Plan(
        rows={table: _listed(session, f"select {TABLES[table]} from {table}") for table in TABLES},
        lines=_lines(session),
    )
    [[shared]] = session.execute(
        "select count(distinct blob_hash) from sightings semi join gone_objects using (object_id)"
        " anti join gone_blobs using (blob_hash)"
    ).fetchall()
    plan.shared_blobs = shared
    return plan


def _listed(session: duckdb.DuckDBPyConnection, query: str) -> Rows:
    return [list(row) for row in session.execute(f"{query} order by all").fetchall()]


def _show(session: duckdb.DuckDBPyConnection, table: str, columns: str) -> None:
    """Let a name stand for all rows of a table that are anywhere in the lake, once each."""
    sources = []
    if table in ("sightings", "calls"):
        namespace = "raw_knowledge" if table == "sightings" else "llm"
        if metadata := metadata_locations(namespace).get(table):
            where = "where state <> 'forgotten'" if table == "sightings" else ""
            scanned = f"iceberg_scan({literal(plain(metadata))})"
            sources.append(f"select {columns} from {scanned} {where}")
    else:
        files = _released_files(table)
        if files:
            sources.append(
                f"select {columns} from read_parquet({list_of(files)}, union_by_name = true,"
                " hive_partitioning = false)"
            )
        if built := _built(session, f"int_knowledge__{table}"):
            sources.append(f"select {columns} from {built}")
    if sources:
        query = " union ".join(sources)
    else:
        query = f"select {', '.join(f'null::varchar as {one}' for one in columns.split(', '))}"
        query += " where false"
    session.execute(f"create temp table {table} as {query}")


def _released_files(table: str) -> list[str]:
    rows = journal.rows(
        "select files from release_tables inner join releases using (release_id)"
        " where releases.dropped_at is null and unreadable is null"
        " and domain = 'knowledge' and table_name = ?",
        (table,),
    )
    return sorted({path for row in rows for path in json.loads(row["files"])})


def _built(session: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """Return the table of the build database that has documents or chunks not released yet."""
    if name not in ("int_knowledge__documents", "int_knowledge__chunks"):
        return None
    if not lake().build_db.exists():
        return None
    attached = session.execute("select 1 from duckdb_databases() where database_name = 'build'")
    if attached.fetchone() is None:
        session.execute(f"attach {literal(str(lake().build_db))} as build (read_only)")
    found = session.execute(
        "select schema_name from duckdb_tables() where database_name = 'build' and table_name = ?",
        [name],
    ).fetchone()
    return f"build.{identifier(found[0])}.{name}" if found else None


def _objects(session: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Return the ids of the objects that go: of a conversation its messages and itself."""
    found = session.execute(
        "with named as (select object_id, title, native_id, uri from sightings"
        " union select object_id, title, native_id, uri from documents)"
        " select object_id, max(title) from named where object_id = $name or native_id = $name"
        " or uri = $name or title = $name or (length($name) >= 6 and starts_with(object_id, $name))"
        " group by object_id order by object_id",
        {"name": name},
    ).fetchall()
    if not found:
        raise NothingSo(
            f"Nothing in the lake is called {name!r}; look for it with `make sql`: "
            "select object_id, kind, title from knowledge.objects"
        )
    if len(found) > 1:
        shown = ", ".join(f"{object_id} ({title})" for object_id, title in found[:5])
        raise NothingSo(f"Several are called {name!r}: {shown}. Name one by its id.")
    object_id = found[0][0]
    parts = session.execute(
        "select distinct unnest(cast(made_from as varchar[])) from documents where object_id = ?",
        [object_id],
    ).fetchall()
    return sorted({object_id, *(one for (one,) in parts)})


def _choose_calls(session: duckdb.DuckDBPyConnection) -> None:
    """Choose the calls whose prompt held the texts; one that asked for others too loses its prompt.

    An extraction is known by its text; answers to questions and embeddings by what they were sent.
    """
    session.execute(
        "create temp table gone_calls as select call_id from calls where node in (?, ?) and"
        " row_key[:1] = '{' and json_extract_string(row_key, '$.text_hash') in"
        " (select text_hash from gone_texts)",
        [EXTRACTED, SUPPLEMENTED],
    )
    session.execute("create temp table gone_prompts (call_id varchar)")
    passages = [
        text
        for (text,) in session.execute(
            "select distinct trim(substring(text, cast(span_start as integer) + 1,"
            " cast(span_end as integer) - cast(span_start as integer))) from chunks"
            " semi join gone_texts using (text_hash) inner join documents"
            " using (object_id, version)"
        ).fetchall()
        if text
    ]
    sent = session.execute(
        "select call_id, node, input_messages from calls"
        " where node in ('ask', 'llm_knowledge__embedded') and input_messages is not null"
    ).fetchall()
    for call_id, node, messages in sent:
        if any(one in text for text in strings(messages) for one in passages):
            table = "gone_calls" if node == "ask" else "gone_prompts"
            session.execute(f"insert into {table} values (?)", [call_id])


def _lines(session: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the lines of texts that go which stand in no document that stays."""
    gone = session.execute(
        "select text from documents semi join gone_versions using (object_id, version)"
        " union all select title from sightings semi join gone_objects using (object_id)"
    ).fetchall()
    left = session.execute(
        "select text from documents anti join gone_versions using (object_id, version)"
        " union all select title from sightings anti join gone_objects using (object_id)"
    ).fetchall()
    return sorted(_long_lines(gone) - _long_lines(left))


def _long_lines(rows: Iterable[tuple[str | None]]) -> set[str]:
    return {
        line.strip()
        for (text,) in rows
        for line in (text or "").splitlines()
        if len(line.strip()) >= SHORT
    }
