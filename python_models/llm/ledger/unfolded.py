"""Whether answers wait in the journal to be folded into the ledger."""

from __future__ import annotations

from ingestion.lakehouse import journal


def has_unfolded_rows() -> bool:
    """Say whether the journal knows more of answers than the ledger's tables.

    Looks into the journal itself: what folds imports pyiceberg, which takes seconds. What a
    step's run came to is no reason by itself: readers are shown it from the journal, and the
    ledger gets it with the next answers.
    """
    tables = ("llm_calls", "llm_attempts")
    known = journal.rows(f"select name from sqlite_master where name in {tables}")
    return any(
        journal.rows(f"select 1 from {table['name']} where is_folded <> 1 limit 1")
        for table in known
    )
