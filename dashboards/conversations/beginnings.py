"""How conversations begin: what people know them by, ahead of their ids."""

from __future__ import annotations

import pyarrow as pa

from dashboards.conversations import queries as queries
from dashboards.parts.page import Ask


def with_first_words(ask: Ask, rows: pa.Table, conversation: str = "conversation_id") -> pa.Table:
    """Return rows with the first words of their conversations as the first column.

    Args:
        ask: how the release is asked.
        rows: rows that name a conversation.
        conversation: the column that names it.
    """
    ids = rows[conversation].to_pylist()
    begins = ask(queries.FIRST_WORDS, conversation_ids=[one for one in ids if one is not None])
    known = dict(zip(*(column.to_pylist() for column in begins.columns), strict=True))
    said = pa.array([known.get(one) for one in ids], pa.string())
    return rows.add_column(0, "first_words", said)
