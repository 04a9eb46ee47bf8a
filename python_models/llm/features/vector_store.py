"""Vectors of texts in Iceberg (`llm.vectors`): streamed, asked once by content, kept once.

A batch of texts is asked through the journal, as every call is; its vectors then go to Iceberg in
one commit and leave the journal. Killed in between, the next run finds them in one of the two: in
Iceberg they are no longer asked for, and what the journal still has of them is dropped.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import duckdb
import numpy as np
import pyarrow as pa

from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.extensions import load_extensions
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.sql_text import literal
from python_models.llm.asking.asking_context import Asked
from python_models.llm.asking.estimating import Estimate
from python_models.llm.asking.runtime import Runtime, runtime
from python_models.llm.endpoints.boundary import clean
from python_models.llm.endpoints.endpoint import endpoint_named, identity_name
from python_models.llm.features.embeddings import TEXTS_PER_CALL, TextGroups, ask_groups, asked_of
from python_models.llm.ledger.journal import reading
from python_models.llm.ledger.recording import RECORDER, OnlyEstimated
from python_models.llm.prompting.tokens import count_text

if TYPE_CHECKING:
    from pyiceberg.table import Table

NAMESPACE, NAME = "llm", "vectors"
TEXTS_PER_BATCH = 4096  # 16 MB of vectors of 1,024 numbers
VECTORS = pa.schema(
    [
        ("space", pa.string()),
        ("text_hash", pa.string()),
        ("item_id", pa.string()),  # identity of the question: endpoint, model, parameters, text
        ("call_id", pa.string()),
        ("dimensions", pa.int64()),
        ("vector", pa.list_(pa.float32())),  # of length 1, but for a vector of zeros
    ]
)


@dataclass(frozen=True)
class Space:
    """Where vectors can be compared: a model at an endpoint, and how many numbers it gives."""

    endpoint: str
    model: str
    dimensions: int | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Space:
        """Return the space of a row with `endpoint`, `model` and `dimensions`; empty: settings'."""
        return cls(
            row["endpoint"], row["model"] or settings().llm_embedding_model, row["dimensions"]
        )

    @property
    def name(self) -> str:
        """Its name in `llm.vectors`."""
        return f"{identity_name(self.endpoint)}/{self.model}/{self.dimensions or 'all'}"

    @property
    def parameters(self) -> dict[str, Any]:
        """What is asked for beside the texts."""
        return {"dimensions": self.dimensions} if self.dimensions else {}


@dataclass
class Stored:
    """What became of the texts of one space."""

    new: int = 0
    failed: int = 0
    stopped: str | None = None  # why the rest waits


def store_vectors(
    session: duckdb.DuckDBPyConnection, texts: Any, space: Space, node: str
) -> Stored:
    """Have every text in Iceberg as a vector; those that are there are not asked for.

    Args:
        session: DuckDB connection of the build.
        texts: relation with `text_hash` and `text`.
        space: model and endpoint.
        node: name of the dbt model.

    Raises:
        StepFailed: the endpoint refuses, or the journal cannot be written.
        OnlyEstimated: `make estimate` runs the model.
    """
    known = known_vectors(session, space)
    wanted = texts.project("text_hash, text")
    assert known is not None and wanted is not None  # found by their names
    # ordered, so that the same texts share a batch on every engine
    missing = session.sql(
        "select * from wanted anti join known using (text_hash) order by text_hash"
    )
    stored = Stored()
    if RECORDER.get() is not None:
        _estimated(missing, space, node)
    table: Table | None = None
    shared = runtime()
    for batch in missing.to_arrow_reader(TEXTS_PER_BATCH):
        if not batch.num_rows:
            continue
        table = table or _table()
        if not _store_batch(shared, batch, space, node, table, stored):
            break
    if table is None and _exists():
        drop_from_journal(shared, session, space)  # of a run that was killed after its commit
    return stored


def known_vectors(session: duckdb.DuckDBPyConnection, space: Space) -> Any:
    """Return a relation of the vectors of a space: `VECTORS`."""
    metadata = metadata_locations(NAMESPACE).get(NAME)
    if metadata is None:
        return session.from_arrow(VECTORS.empty_table())
    load_extensions(session)
    return session.sql(
        f"select * from iceberg_scan({literal(metadata)}) where space = {literal(space.name)}"
    )


def vector_of(text: str, space: Space, node: str) -> np.ndarray | None:
    """Return the unit vector of one text, such as a question; None where the endpoint has none.

    It stays in the journal: a text asked for again costs nothing.

    Raises:
        StepFailed: the endpoint refuses, or the journal cannot be written.
    """
    shared, endpoint = runtime(), endpoint_named(space.endpoint)
    source = TextGroups([clean(text or " ")], endpoint.identity, space.model, space.parameters)
    source.take_cached(shared)
    ask_groups(shared, source, asked_of(shared, node, endpoint, space.model, space.parameters))
    found = [vector for _, vector in source.vectors.values()]
    return unit_vectors(found)[0] if found else None


def unit_vectors(vectors: Iterable[Any]) -> np.ndarray:
    """Return float32 (rows, numbers) of length 1; a vector of zeros stays."""
    found = np.array([np.frombuffer(one, dtype=np.float32) for one in vectors], dtype=np.float32)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return found / np.where(lengths > 0, lengths, 1).astype(np.float32)


def _store_batch(
    shared: Runtime, batch: pa.RecordBatch, space: Space, node: str, table: Table, stored: Stored
) -> bool:
    """Ask for a batch and commit it; returns whether to go on."""
    endpoint = endpoint_named(space.endpoint)
    hashes = batch.column("text_hash").to_pylist()
    texts = [clean(text or " ") for text in batch.column("text").to_pylist()]
    source = TextGroups(texts, endpoint.identity, space.model, space.parameters)
    source.take_cached(shared)
    asked = asked_of(shared, node, endpoint, space.model, space.parameters)
    ask_groups(shared, source, asked)
    ids = {text: item_id for item_id, text in source.texts.items()}
    rows = [
        (text_hash, ids[text], *source.vectors[ids[text]])
        for text_hash, text in zip(hashes, texts, strict=True)
        if ids[text] in source.vectors
    ]
    stored.failed += len(texts) - len(rows)
    stored.stopped = _why(shared, asked)
    if rows:
        fault("vectors-journalled")
        table.append(_as_table(space, rows))
        stored.new += len(rows)
        fault("vectors-committed")
        _forget(shared, [item_id for _, item_id, *_ in rows])
    return stored.stopped is None


def _why(shared: Runtime, asked: Asked) -> str | None:
    return shared.scrub(str(asked.stopped)) if asked.stopped is not None else None


def _as_table(space: Space, rows: list[tuple[Any, ...]]) -> pa.Table:
    found = unit_vectors(vector for *_, vector in rows)
    count, size = found.shape
    offsets = pa.array(np.arange(0, count * size + 1, size, dtype=np.int32))
    columns = {
        "space": pa.array([space.name] * count),
        "text_hash": pa.array([row[0] for row in rows]),
        "item_id": pa.array([row[1] for row in rows]),
        "call_id": pa.array([row[2] for row in rows]),
        "dimensions": pa.array([size] * count, pa.int64()),
        "vector": pa.ListArray.from_arrays(offsets, pa.array(found.ravel())),
    }
    return pa.table(columns).cast(VECTORS)


def _table() -> Table:
    opened = catalog()
    opened.create_namespace_if_not_exists(NAMESPACE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return opened.create_table_if_not_exists(f"{NAMESPACE}.{NAME}", schema=VECTORS)


def _exists() -> bool:
    return NAME in metadata_locations(NAMESPACE)


def _forget(shared: Runtime, item_ids: list[str]) -> None:
    drop = "delete from llm_embeddings where item_id = ?"
    shared.journal.put([(drop, (item_id,)) for item_id in item_ids])
    shared.journal.flush()


def drop_from_journal(shared: Runtime, session: duckdb.DuckDBPyConnection, space: Space) -> None:
    """Drop vectors from the journal that Iceberg has."""
    with reading(shared.journal.path) as connection:
        left = [row[0] for row in connection.execute("select item_id from llm_embeddings")]
    if left:
        waiting = session.from_arrow(pa.table({"item_id": pa.array(left, pa.string())}))
        there = known_vectors(session, space)
        assert waiting is not None and there is not None  # found by their names
        rows = session.sql("select item_id from waiting semi join there using (item_id)").fetchall()
        _forget(shared, [row[0] for row in rows])


def _estimated(missing: Any, space: Space, node: str) -> NoReturn:
    """Tell what would be asked."""
    count = tokens = 0
    for batch in missing.to_arrow_reader(TEXTS_PER_BATCH):
        count += batch.num_rows
        tokens += sum(count_text(text or "") for text in batch.column("text").to_pylist())
    endpoint = endpoint_named(space.endpoint)
    price = asked_of(runtime(), node, endpoint, space.model).price
    calls = -(-count // TEXTS_PER_CALL)
    recorder = RECORDER.get()
    assert recorder is not None
    recorder.append(
        Estimate("embeddings", node, space.model, endpoint.name, count, calls, 0, tokens, 0,
                 price.cost(tokens, 0), "texts that have no vector yet")
    )  # fmt: skip
    raise OnlyEstimated("embeddings")
