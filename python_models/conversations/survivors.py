"""Which of several near-duplicates survive: the best, and each that is no copy of a better one.

What near-duplicates connect need not all be alike. Every copy that goes reaches the threshold with
the one that survives it, and no two that survive do.
"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_models.conversations.near_duplicates import Sets
from python_models.conversations.signing import shingles_by_id

_APART = "\x1f"
CHOSEN = pa.schema(
    [
        ("group_id", pa.string()),
        ("conversation_id", pa.string()),
        ("survivor_conversation_id", pa.string()),
        ("similarity", pa.float64()),
    ]
)


def choose_survivors(
    session: duckdb.DuckDBPyConnection, ranked: Any, texts: Any, threshold: float
) -> pa.Table:
    """Return which conversation survives each one of a group.

    Args:
        session: DuckDB connection.
        ranked: relation with `group_id`, `conversation_id` and `place` (the best has the least);
            a conversation may have several rows.
        texts: relation with `conversation_id` and `text`.
        threshold: least Jaccard similarity of a copy with the one that survives it, 0..1.

    Returns:
        One row per conversation of a group of two or more, with the schema `CHOSEN`; similarity
        is the exact Jaccard with the survivor, 1 for the survivor itself.
    """
    rows = (
        ranked.aggregate(
            "group_id, conversation_id, min(place) as place", "group_id, conversation_id"
        )
        .project("*, count(*) over (partition by group_id) as size")
        .filter("size > 1")
        .order("group_id, place, conversation_id")
        .to_arrow_table()
    )
    named = rows.column("conversation_id").combine_chunks()
    ids = pc.unique(named).sort()
    places = pc.index_in(named, value_set=ids).to_numpy(zero_copy_only=False)
    groups = rows.column("group_id").combine_chunks().dictionary_encode().indices
    sets = Sets(shingles_by_id(session, texts, ids), len(ids))
    survivors, similarity = choose(np.asarray(groups), places, sets, threshold)
    columns = {
        "group_id": rows.column("group_id"),
        "conversation_id": named,
        "survivor_conversation_id": named.take(pa.array(survivors)),
        "similarity": similarity,
    }
    return pa.table(columns).cast(CHOSEN)


def choose_set_survivors(
    session: duckdb.DuckDBPyConnection, candidates: Any, texts: Any, threshold: float
) -> pa.Table:
    """Return which conversation a set takes for each one that is fit for it, by its policy.

    Args:
        session: DuckDB connection.
        candidates: relation with `set_name`, `policy`, `group_id`, `conversation_id`,
            `unfit_reason` and `place`.
        texts: relation with `conversation_id` and `text`.
        threshold: least Jaccard similarity of a copy with the one that is taken, 0..1.

    Returns:
        `set_name` and the columns of `CHOSEN`; sets that keep all copies are not in it.
    """
    fit = candidates.filter("unfit_reason is null and policy <> 'keep_all'").project(
        f"set_name || '{_APART}' || group_id as group_id, conversation_id, place"
    )
    chosen = choose_survivors(session, fit, texts, threshold)
    parts = pc.split_pattern(chosen.column("group_id"), _APART, max_splits=1)
    named = chosen.set_column(0, "group_id", pc.list_element(parts, 1))
    return named.add_column(0, "set_name", pc.list_element(parts, 0))


def choose(
    groups: np.ndarray, places: np.ndarray, sets: Sets, threshold: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the row that survives each row, and the similarity of the two.

    Args:
        groups: int64, the group of each row; rows of a group follow each other, the best first.
        places: int64, where the text of each row is in `sets`.
        sets: gives the exact Jaccard similarity of pairs of places.
        threshold: least similarity of a copy with its survivor, 0..1.
    """
    survivors = np.arange(len(groups))
    similarity = np.ones(len(groups))
    left = np.arange(len(groups))
    while len(left):  # each round, the best that is left in each group takes its copies with it
        starts = np.flatnonzero(np.append(True, groups[left][1:] != groups[left][:-1]))
        best = np.repeat(left[starts], np.diff(np.append(starts, len(left))))
        others = np.flatnonzero(left != best)
        pairs = np.stack([places[best[others]], places[left[others]]], axis=1)
        found = sets.jaccard(pairs)
        copies = others[found >= threshold]
        survivors[left[copies]] = best[copies]
        similarity[left[copies]] = found[found >= threshold]
        left = left[others[found < threshold]]
    return survivors, similarity
