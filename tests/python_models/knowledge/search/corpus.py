"""A small release to search: tables as the marts make them, and the release's own macros."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import duckdb

from python_models.llm.offline.embeddings import embed_words
from python_models.release.release_macros import FOLDER, create_macros

TABLES = """
create schema knowledge;
create table knowledge.search_terms (
    chunker_id varchar, term varchar, chunk_id varchar, tier varchar, tf bigint, chunk_length bigint
);
create table knowledge.search_term_counts (
    chunker_id varchar, term varchar, tier varchar, chunk_count bigint, occurrence_count bigint
);
create table knowledge.grid_cells (
    grid_id varchar, cell_id varchar, chunker_id varchar, embedder_id varchar, graph_id varchar,
    released boolean
);
create table knowledge.chunks (
    chunk_id varchar, object_id varchar, version varchar, chunker_id varchar, text_hash varchar,
    span_start bigint, span_end bigint, heading_path varchar, tier varchar
);
create table knowledge.documents (
    object_id varchar, version varchar, text varchar, source varchar, kind varchar, title varchar,
    uri varchar, is_current boolean, updated_at timestamp, created_at timestamp
);
create table knowledge.grid_metrics (
    grid_id varchar, cell_id varchar, metric varchar, n bigint, value double, low double,
    high double
);
insert into knowledge.grid_cells values ('default', 'default', 'whole', 'none', 'g', true);
"""


def words_of(connection: duckdb.DuckDBPyConnection, text: str) -> list[str]:
    return connection.execute("select knowledge.search_words(?)", [text]).fetchone()[0]


def release_of(
    texts: Iterable[tuple[str, str]], updated: str = "2025-01-01"
) -> duckdb.DuckDBPyConnection:
    """Return a release with one chunk for each (source, text)."""
    connection = duckdb.connect()
    connection.execute(TABLES)
    create_macros(connection, FOLDER)
    for place, (source, text) in enumerate(texts):
        name = f"{place:04d}"
        connection.execute(
            "insert into knowledge.documents values (?, '1', ?, ?, 'page', ?, null, true, ?, null)",
            [name, text, source, f"Page {place}", updated],
        )
        connection.execute(
            "insert into knowledge.chunks values (?, ?, '1', 'whole', ?, 0, ?, '[]', 'open')",
            [name, name, hashlib.sha256(text.encode()).hexdigest(), len(text)],
        )
        counts = Counter(words_of(connection, text))
        connection.executemany(
            "insert into knowledge.search_terms values ('whole', ?, ?, 'open', ?, ?)",
            [[term, name, count, counts.total()] for term, count in counts.items()] or [],
        )
    connection.execute(
        "insert into knowledge.search_term_counts select chunker_id, term, tier, count(*), sum(tf)"
        " from knowledge.search_terms group by all union all"
        " select chunker_id, '', tier, count(distinct chunk_id), sum(tf)"
        " from knowledge.search_terms group by chunker_id, tier"
    )
    return connection


def with_vectors(connection: duckdb.DuckDBPyConnection, embedder: str) -> None:
    """Give every chunk its vector by the offline endpoint's words, and the cell that embedder."""
    connection.execute(
        "create table knowledge.embeddings (text_hash varchar, embedder_id varchar, vector float[])"
    )
    texts = connection.execute("select text from knowledge.documents").fetchall()
    connection.executemany(
        "insert into knowledge.embeddings values (?, ?, ?)",
        [[hashlib.sha256(text.encode()).hexdigest(), embedder, embed_words(text)]
         for (text,) in texts],
    )  # fmt: skip
    connection.execute("update knowledge.grid_cells set embedder_id = ?", [embedder])


def as_released(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Have every table as a release has it: a view over a file."""
    folder.mkdir(parents=True, exist_ok=True)
    names = connection.execute("select table_name from duckdb_tables() order by all").fetchall()
    for (name,) in names:
        path = folder / f"{name}.parquet"
        connection.execute(f"copy knowledge.{name} to '{path}' (format parquet)")
        connection.execute(
            f"drop table knowledge.{name};"
            f"create view knowledge.{name} as from read_parquet(['{path}'])"
        )
    create_macros(connection, FOLDER)
