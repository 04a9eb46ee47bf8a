"""What goes with an object: versions, chunks, texts, facts, edges, things and names, calls, blobs.

What another document says too stays: a text, a fact, a name goes only where nobody else has it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import duckdb

from python_models.knowledge.extracted import NODE as EXTRACTED
from python_models.knowledge.forgetting.lake_tables import show
from python_models.knowledge.forgetting.lake_texts import strings
from python_models.knowledge.forgetting.masking import Masks
from python_models.knowledge.forgetting.plan_queries import QUERIES
from python_models.knowledge.forgetting.sentences import NODE as SENTENCES
from python_models.knowledge.forgetting.sentences import add_sentences
from python_models.knowledge.summaries import NODE as SUMMARISED
from python_models.knowledge.supplements import NODE as SUPPLEMENTED

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
    "gone_summaries": "community_id",
    "gone_calls": "call_id",
    "gone_prompts": "call_id",
    "gone_blobs": "blob_hash",
    # of a person: what means them, whoever wrote it
    "named_objects": "object_id",
    "named_texts": "text_hash",
    "named_chunks": "chunk_id",
    "named_words": "term",
    "named_entities": "entity_id",
    "blob_copies": "blob_hash, instead",
}
_LISTS = ("gone_attributes", "gone_names", "gone_places", "blob_copies")
# table -> the columns that are read of it; of releases, of raw tables, of the build
_READ = {
    "sightings": "object_id, source, kind, native_id, title, uri, locator, blob_hash",
    "documents": "object_id, version, native_id, title, uri, made_from, text",
    "log_events": "object_id, source, template_id",
    "log_templates": "object_id, source, template_id",
    "chunks": "object_id, version, chunk_id, chunker_id, text_hash, span_start, span_end",
    "facts": "fact_id, object_id, version",
    "edges": "graph_id, edge_id, subject_id, relation, value",
    "edge_support": "graph_id, edge_id, fact_id",
    "entity_mentions": "entity_id, object_id, version, name, anchor, mention_count",
    "communities": "community_id, members",
    "search_terms": "chunker_id, term, chunk_id",
    "messages": "object_id, version, native_id, source, author, span_start, span_end",
    "calls": "call_id, node, row_key, input_messages, raw_answer",
}

# what each message says, and whether its object goes
_SAID = (
    "select substring(text, cast(span_start as integer) + 1,"
    " cast(span_end as integer) - cast(span_start as integer)) from messages"
    " inner join documents using (object_id, version)"
    " inner join (select distinct object_id as message_id, source, native_id from sightings)"
    " as sighted on messages.source = sighted.source and messages.native_id = sighted.native_id"
    " left join gone_objects on sighted.message_id = gone_objects.object_id"
)


class NothingSo(LookupError):
    """Nothing of the lake has the name, or several have; the message says which."""


@dataclass
class Plan:
    """What goes, by the names of `TABLES`; `lines` are those of texts that nobody else has."""

    rows: dict[str, Rows] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    shared_blobs: int = 0  # that stay: other objects stand in them
    names: list[str] = field(default_factory=list)  # of a person, masked wherever they stand
    names_here: list[str] = field(default_factory=list)  # masked in what is known to mean them
    copies: list[list[Any]] = field(default_factory=list)  # blob, its masked copy, how it is made

    @cached_property
    def masks(self) -> Masks:
        """What is masked wherever it stands."""
        return Masks(self.names)

    def tells(self, text: str) -> bool:
        """Say whether a text has a line, or a name, of what goes."""
        return any(line in text for line in self.lines) or self.masks.stand_in(text)

    def as_json(self) -> str:
        """Return it as a text."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return json.dumps(said, ensure_ascii=False)

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
    show_all(session)
    return planned(session, _objects(session, name))


def show_all(session: duckdb.DuckDBPyConnection) -> None:
    """Let names stand for the tables of the lake, those of what a person is alone empty.

    The session reads Iceberg: `connect_duckdb`.
    """
    for table, columns in _READ.items():
        show(session, table, columns)
    for table, columns in TABLES.items():
        if not table.startswith("gone_"):
            shape = ", ".join(f"{one} varchar" for one in columns.split(", "))
            session.execute(f"create temp table {table} ({shape})")


_GONE_DOCUMENTS = "select text from documents semi join gone_versions using (object_id, version)"


def planned(
    session: duckdb.DuckDBPyConnection, objects: list[str], further: Iterable[str] = ()
) -> Plan:
    """Return what goes with some objects.

    Args:
        session: see `show_all`.
        objects: their ids.
        further: queries that add to what goes, run last.
    """
    session.execute("create temp table gone_objects (object_id varchar)")
    if objects:
        session.executemany("insert into gone_objects values (?)", [[one] for one in objects])
    for query in QUERIES:
        session.execute(query)
    sentences = add_sentences(session, "gone_texts", _GONE_DOCUMENTS)
    _choose_calls(session, sentences)
    for query in further:
        session.execute(query)
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


def _choose_calls(session: duckdb.DuckDBPyConnection, sentences: list[str]) -> None:
    """Choose the calls whose prompt held the texts; one that asked for others too loses its prompt.

    An extraction is known by its text; answers to questions and embeddings by what they were sent.
    """
    session.execute(
        "create temp table gone_calls as select call_id from calls where node in (?, ?) and"
        " row_key[:1] = '{' and json_extract_string(row_key, '$.text_hash') in"
        " (select text_hash from gone_texts)",
        [EXTRACTED, SUPPLEMENTED],
    )
    session.execute(
        "insert into gone_calls select call_id from calls where node = ?"
        " and row_key[:1] = '{' and json_extract_string(row_key, '$.community_id') in"
        " (select community_id from gone_summaries)",
        [SUMMARISED],
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
        " where node in ('ask', 'llm_knowledge__embedded', ?) and input_messages is not null",
        [SENTENCES],
    ).fetchall()
    for call_id, node, messages in sent:
        parts = sentences if node == SENTENCES else passages
        if any(one in text for text in strings(messages) for one in parts):
            table = "gone_calls" if node == "ask" else "gone_prompts"
            session.execute(f"insert into {table} values (?)", [call_id])


def _lines(session: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the lines of texts that go which nobody else has; of a talk those of its messages."""
    gone = session.execute(
        "select text from documents semi join gone_objects using (object_id)"
        " union all select title from sightings semi join gone_objects using (object_id)"
        f" union all {_SAID} where gone_objects.object_id is not null"
    ).fetchall()
    left = session.execute(
        "select text from documents anti join gone_versions using (object_id, version)"
        " union all select title from sightings anti join gone_objects using (object_id)"
        f" union all {_SAID} where gone_objects.object_id is null"
    ).fetchall()
    return sorted(_long_lines(gone) - _long_lines(left))


def _long_lines(rows: Iterable[tuple[str | None]]) -> set[str]:
    return {
        line.strip()
        for (text,) in rows
        for line in (text or "").splitlines()
        if len(line.strip()) >= SHORT
    }
