"""Makes the index of a release: sorted, counted and joined once, by DuckDB, from its own files."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from ingestion.lakehouse.durable import sync
from ingestion.lakehouse.extensions import UNCHECKED, load_extensions
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.file_lock import one_at_a_time
from ingestion.lakehouse.sql_text import literal
from python_models.knowledge.search import index
from python_models.knowledge.search.index import NONE, ROWS_PER_BATCH, Index, Source
from python_models.knowledge.search.lists import made_of
from python_models.knowledge.search.nearest import PASSAGES
from python_models.release.release_views import files_in

LOG = logging.getLogger(__name__)
_MEMORY = "1GB"
_BATCH = 65_536
# places follow chunker and id, so that those of one chunker lie together
_PLACES = """
create temp table places as
select
    cast(row_number() over (order by chunks.chunker_id, chunks.chunk_id) - 1 as integer) as place,
    chunks.chunk_id, chunks.chunker_id, chunks.text_hash, chunks.tier, documents.source,
    documents.kind, epoch_us(coalesce(documents.updated_at, documents.created_at)) as said_us
from knowledge.chunks as chunks
inner join knowledge.documents as documents
    on chunks.object_id = documents.object_id and chunks.version = documents.version
where documents.is_current
"""
_ROWS = f"""{PASSAGES}where documents.is_current
order by chunks.chunker_id, chunks.chunk_id
"""
_VOCABULARY = """
create temp table vocabulary as
select chunker_id, term,
    cast(row_number() over (order by chunker_id, term) - 1 as integer) as term_no
from (select distinct chunker_id, term from knowledge.search_terms)
"""
_POSTINGS = """
create temp table postings as
select vocabulary.term_no, places.place, cast(terms.tf as integer) as tf,
    cast(terms.chunk_length as integer) as chunk_length
from knowledge.search_terms as terms
inner join places on terms.chunk_id = places.chunk_id
inner join vocabulary on terms.chunker_id = vocabulary.chunker_id and terms.term = vocabulary.term
"""
_LENGTHS = """
select place, coalesce(chunk_length, 0) as chunk_length
from places left join (
    select place, max(chunk_length) as chunk_length from postings group by place
) as lengths using (place)
"""
_SPANS = "select chunker_id, min({column}), max({column}) + 1 from {table} group by chunker_id"


def index_of(source: Source) -> Index | None:
    """Return the index, made now where it is missing; None where it cannot be written here.

    Raises:
        duckdb.Error: files of the release cannot be read.
    """
    try:
        return index.opened(source.folder)
    except OSError:
        pass  # it was not made yet
    try:
        index.root().mkdir(exist_ok=True)
        with one_at_a_time(index.root()):
            if not (source.folder / "index.json").exists():
                _make(source)
        return index.opened(source.folder)
    except OSError as error:
        LOG.warning("searches take longer: no index could be written: %s", error)
        return None


def _make(source: Source) -> None:
    for left in index.root().glob(".*"):
        shutil.rmtree(left)  # of one that was killed
    unfinished = source.folder.with_name(f".{source.folder.name}")
    unfinished.mkdir()
    with _reading(source, unfinished) as session:
        facts = _write(session, source, unfinished)
    fault("search_index.written")
    (unfinished / "index.json").write_text(json.dumps(facts), encoding="utf-8")
    for path in unfinished.iterdir():
        sync(path)
    shutil.rmtree(source.folder, ignore_errors=True)
    unfinished.rename(source.folder)
    sync(source.folder.parent)
    index.drop_old()


@contextmanager
def _reading(source: Source, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the views of a release where temporary tables may be made."""
    spill = folder / "spill"
    with duckdb.connect(config=UNCHECKED) as session:
        if any("iceberg_scan(" in sql or "s3://" in sql for _, sql in source.views):
            load_extensions(session)
        session.execute(f"set memory_limit = '{_MEMORY}'; set threads = 2; set TimeZone = 'UTC'")
        session.execute(f"set temp_directory = {literal(str(spill))}")
        session.execute("create schema knowledge")
        for _, sql in source.views:
            session.execute(sql)
        yield session
    shutil.rmtree(spill, ignore_errors=True)


def _write(session: duckdb.DuckDBPyConnection, source: Source, folder: Path) -> dict[str, Any]:
    for statement in (_PLACES, _VOCABULARY, _POSTINGS):
        session.execute(statement)
    count, terms, postings = (
        _one(session, f"select count(*) from {name}")
        for name in ("places", "vocabulary", "postings")
    )
    _write_rows(session.sql(_ROWS).to_arrow_reader(ROWS_PER_BATCH), folder / "chunks.arrow")
    facts: dict[str, Any] = {"chunk_count": count, "files": sorted(
        path for _, sql in source.views for path in files_in(sql)
    )}  # fmt: skip
    for name in ("source", "kind", "tier"):
        facts[name] = _coded(session, name, folder, count)
    _fill(session, f"select place, coalesce(said_us, {NONE}) from places", folder / "said.npy",
          np.int64, count)  # fmt: skip
    _fill(session, _LENGTHS, folder / "lengths.npy", np.int32, count)
    _write_terms(session, folder, terms)
    _write_postings(session, folder, terms, postings)
    facts["chunkers"] = _spans(session, "places", "place")
    facts["terms"] = _spans(session, "vocabulary", "term_no")
    facts["vectors"] = {
        name: number
        for number, name in enumerate(source.embedders)
        if _write_vectors(session, name, folder, number, count)
    }
    facts["lists"] = {
        name: found
        for name, number in facts["vectors"].items()
        if (found := _write_lists(folder, number))
    }
    return facts


def _one(session: duckdb.DuckDBPyConnection, query: str) -> int:
    found = session.execute(query).fetchone()
    assert found is not None
    return int(found[0] or 0)


def _spans(session: duckdb.DuckDBPyConnection, table: str, column: str) -> dict[str, list[int]]:
    rows = session.execute(_SPANS.format(table=table, column=column)).fetchall()
    return {name: [start, end] for name, start, end in rows}


def _write_rows(reader: pa.RecordBatchReader, path: Path) -> None:
    """Write batches of `ROWS_PER_BATCH` rows, each packed by itself."""
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(str(path), reader.schema, options=options) as writer:
        waiting: list[pa.RecordBatch] = []
        for batch in reader:
            waiting.append(batch)
            rows = sum(one.num_rows for one in waiting)
            if rows < ROWS_PER_BATCH:
                continue
            table = pa.Table.from_batches(waiting)
            whole = rows - rows % ROWS_PER_BATCH
            writer.write_table(table.slice(0, whole).combine_chunks(), ROWS_PER_BATCH)
            waiting = table.slice(whole).combine_chunks().to_batches()
        for batch in waiting:
            writer.write_batch(batch)


def _coded(session: duckdb.DuckDBPyConnection, name: str, folder: Path, count: int) -> list[str]:
    """Write a number for each value of a column; returns the values."""
    rows = session.execute(f"select distinct {name} from places order by {name}").fetchall()
    values = [value for (value,) in rows if value is not None]
    session.execute("create or replace temp table codes (value varchar, code integer)")
    for code, value in enumerate(values):
        session.execute("insert into codes values ($value, $code)", {"value": value, "code": code})
    query = f"select place, coalesce(code, -1) from places left join codes on {name} = codes.value"
    _fill(session, query, folder / f"{name}.npy", np.int32, count)
    return values


def _fill(
    session: duckdb.DuckDBPyConnection, query: str, path: Path, kind: type, count: int
) -> None:
    """Write an array: a query's first column says at which place, its second what."""
    target = _new(path, kind, count)
    for batch in session.sql(query).to_arrow_reader(_BATCH):
        places, values = (column.to_numpy(zero_copy_only=False) for column in batch.columns)
        target[places] = values
    target.flush()


def _write_terms(session: duckdb.DuckDBPyConnection, folder: Path, count: int) -> None:
    size = _one(session, "select sum(octet_length(encode(term))) from vocabulary")
    starts, said, at = _new(folder / "term_starts.npy", np.int64, count + 1), bytearray(), 0
    ordered = session.sql("select term from vocabulary order by term_no")
    for batch in ordered.to_arrow_reader(_BATCH):
        terms = [term.encode() for term in batch.column(0).to_pylist()]
        ends = len(said) + np.cumsum([len(term) for term in terms])
        starts[at + 1 : at + 1 + len(terms)] = ends
        at += len(terms)
        said += b"".join(terms)
    assert len(said) == size
    np.save(folder / "term_bytes.npy", np.frombuffer(bytes(said), dtype=np.uint8))
    starts.flush()


def _write_postings(
    session: duckdb.DuckDBPyConnection, folder: Path, terms: int, count: int
) -> None:
    places = _new(folder / "posting_places.npy", np.int32, count)
    counts = _new(folder / "posting_counts.npy", np.int32, count)
    having = np.zeros(terms + 1, dtype=np.int64)
    at = 0
    ordered = session.sql("select term_no, place, tf from postings order by term_no, place")
    for batch in ordered.to_arrow_reader(_BATCH):
        term_no, place, tf = (column.to_numpy() for column in batch.columns)
        places[at : at + len(place)], counts[at : at + len(place)] = place, tf
        seen = np.bincount(term_no - term_no[0])  # they come in order
        having[term_no[0] + 1 : term_no[0] + 1 + len(seen)] += seen
        at += len(place)
    np.save(folder / "posting_starts.npy", np.cumsum(having))
    places.flush()
    counts.flush()


def _write_vectors(
    session: duckdb.DuckDBPyConnection, embedder: str, folder: Path, number: int, count: int
) -> bool:
    """Write the matrix of an embedder, a row per text, and each chunk's row; says if it has any."""
    session.execute(
        "create or replace temp table matrix_rows as select text_hash,"
        " cast(row_number() over (order by text_hash) - 1 as integer) as row_no"
        f" from knowledge.embeddings where embedder_id = {literal(embedder)}"
    )
    rows = _one(session, "select count(*) from matrix_rows")
    if not rows:
        return False
    reader = session.sql(
        "select row_no, vector from knowledge.embeddings inner join matrix_rows using (text_hash)"
        f" where embedder_id = {literal(embedder)}"
    ).to_arrow_reader(_BATCH // 16)
    matrix: np.ndarray | None = None
    for batch in reader:
        flat = batch.column(1).flatten().to_numpy(zero_copy_only=False)
        vectors = flat.astype(np.float32, copy=False).reshape(batch.num_rows, -1)
        if matrix is None:
            matrix = _new(folder / f"vectors_{number}.npy", np.float32, rows, vectors.shape[1])
        matrix[batch.column(0).to_numpy()] = vectors
    assert isinstance(matrix, np.memmap)
    matrix.flush()
    query = "select place, coalesce(row_no, -1) from places left join matrix_rows using (text_hash)"
    _fill(session, query, folder / f"vector_rows_{number}.npy", np.int32, count)
    return True


def _write_lists(folder: Path, number: int) -> dict[str, float] | None:
    """Put a matrix that is large in the order of lists; says how many are looked at."""
    found = made_of(folder / f"vectors_{number}.npy")
    if found is None:
        return None
    lists, now = found
    rows = np.load(folder / f"vector_rows_{number}.npy", mmap_mode="r+")
    for at in range(0, len(rows), _BATCH):
        part = rows[at : at + _BATCH]
        rows[at : at + _BATCH] = np.where(part < 0, -1, now[part])
    rows.flush()
    np.save(folder / f"list_middles_{number}.npy", lists.middles)
    np.save(folder / f"list_starts_{number}.npy", lists.starts)
    return {"probes": lists.probes, "recall": lists.recall}


def _new(path: Path, kind: type, *shape: int) -> np.memmap:
    return np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=shape)
