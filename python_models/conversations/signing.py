"""Between the build database and near-duplicates: texts in, kept signatures and clusters out."""

from __future__ import annotations

import logging
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from python_models.conversations.candidates import HASHES, RECIPE, sign
from python_models.conversations.near_duplicates import ShinglesOf, find_clusters
from python_models.conversations.shingles import Shingles, shingle

LOG = logging.getLogger(__name__)
TEXTS_IN_MEMORY = 50_000

SIGNED = pa.schema(
    [
        ("conversation_id", pa.string()),
        ("text_hash", pa.string()),
        ("recipe", pa.string()),
        ("signature", pa.binary()),
    ]
)
FOUND = pa.schema(
    [
        ("conversation_id", pa.string()),
        ("cluster_id", pa.string()),
        ("similarity", pa.float64()),
    ]
)


def spoken(texts: Any, without_prompt: Any) -> Any:
    """Return conversations (`conversation_id`, `text`) without their system prompts.

    Args:
        texts: relation with `conversation_id` and `text`.
        without_prompt: the same of the conversations that have a prompt, without it.
    """
    same = "texts.conversation_id = said.conversation_id"
    joined = texts.set_alias("texts").join(without_prompt.set_alias("said"), same, how="left")
    return joined.project("texts.conversation_id, coalesce(said.text, texts.text) as text")


def sign_texts(session: duckdb.DuckDBPyConnection, texts: Any, kept: str | None) -> pa.Table:
    """Return the signature of each text; what was signed before is taken over.

    Args:
        session: DuckDB connection.
        texts: relation with `conversation_id` (one row each) and `text`.
        kept: name of the table of an earlier run's signatures, None when there is none.

    Returns:
        One row per conversation with the schema `SIGNED`.
    """
    hashed = texts.project("conversation_id, text, md5(text) as text_hash")
    if kept is None:
        return _signed(hashed)
    known = session.sql(
        f"select conversation_id, text_hash, recipe, signature from {kept} where recipe = $recipe",
        params={"recipe": RECIPE},
    ).set_alias("known")
    hashed = hashed.set_alias("hashed")
    is_same = (
        "known.conversation_id = hashed.conversation_id and known.text_hash = hashed.text_hash"
    )
    taken = known.join(hashed, is_same, how="semi").to_arrow_table().cast(SIGNED)
    return pa.concat_tables([taken, _signed(hashed.join(known, is_same, how="anti"))])


def kept_signatures(session: duckdb.DuckDBPyConnection, this: Any) -> str | None:
    """Return the name of the table an earlier run left, None when there is none."""
    found = session.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
        [this.schema, this.identifier],
    ).fetchone()
    return str(this) if found else None


def setting_of(settings: Any, name: str) -> float:
    """Return one value of a relation of settings (`setting`, `value`).

    Raises:
        KeyError: there is no setting of this name.
    """
    found = dict(settings.project("setting, value").fetchall())
    return float(found[name])


def _signed(hashed: Any) -> pa.Table:
    parts = [SIGNED.empty_table()]
    for batch in hashed.to_arrow_reader(TEXTS_IN_MEMORY):
        signatures = sign(batch.column("text"))
        columns = {
            "conversation_id": batch.column("conversation_id"),
            "text_hash": batch.column("text_hash"),
            "recipe": pa.repeat(RECIPE, batch.num_rows),
            "signature": as_blobs(signatures),
        }
        parts.append(pa.table(columns).cast(SIGNED))
    return pa.concat_tables(parts)


def as_blobs(signatures: np.ndarray) -> pa.Array:
    """Return signatures as a column of bytes (little-endian uint32)."""
    data = pa.py_buffer(np.ascontiguousarray(signatures, dtype="<u4"))
    fixed = pa.binary(4 * HASHES)
    return pa.Array.from_buffers(fixed, len(signatures), [None, data]).cast(pa.binary())


def as_signatures(blobs: pa.ChunkedArray) -> np.ndarray:
    """Return uint32 (rows, HASHES) of what `as_blobs` gave."""
    parts = [np.empty((0, HASHES), dtype="<u4")]
    for chunk in blobs.cast(pa.binary(4 * HASHES)).chunks:
        data = np.frombuffer(chunk.buffers()[1], dtype="<u4").reshape(-1, HASHES)
        parts.append(data[chunk.offset : chunk.offset + len(chunk)])
    return np.concatenate(parts)


def find_near_duplicates(
    session: duckdb.DuckDBPyConnection, signed: Any, texts: Any, threshold: float
) -> pa.Table:
    """Return the conversations that have a near-duplicate, with their clusters.

    Args:
        session: DuckDB connection.
        signed: relation of what `sign_texts` gave.
        texts: relation with `conversation_id` and `text`, for the pairs that are compared.
        threshold: least Jaccard similarity, 0..1.

    Returns:
        One row per conversation in a cluster with the schema `FOUND`; `cluster_id` is the
        smallest conversation id of the cluster, `similarity` the exact Jaccard with that one.
    """
    table = signed.order("conversation_id").to_arrow_table()
    ids = table.column("conversation_id").combine_chunks()
    signatures = as_signatures(table.column("signature"))
    del table

    found = find_clusters(signatures, shingles_by_id(session, texts, ids), threshold)
    if found.unseen:
        LOG.warning(
            "near-duplicates: %s pairs of very similar texts were not compared", found.unseen
        )
    columns = {
        "conversation_id": ids.take(pa.array(found.members)),
        "cluster_id": ids.take(pa.array(found.first)),
        "similarity": found.similarity,
    }
    return pa.table(columns).cast(FOUND)


def shingles_by_id(session: duckdb.DuckDBPyConnection, texts: Any, ids: pa.Array) -> ShinglesOf:
    """Return what gives the shingles of some of the conversations, by their place in `ids`."""

    def shingles_of(rows: np.ndarray) -> Shingles:
        wanted = pa.table({"conversation_id": ids.take(pa.array(rows)), "place": rows})
        wanted_rows = session.from_arrow(wanted).set_alias("wanted")
        asked = texts.set_alias("texts").join(
            wanted_rows, "texts.conversation_id = wanted.conversation_id"
        )
        found = asked.project("wanted.place as place, texts.text as text").order("place")
        return shingle(found.to_arrow_table().column("text").combine_chunks())

    return shingles_of
