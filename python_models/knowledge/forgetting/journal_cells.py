"""Takes what tells of something out of the journal."""

from __future__ import annotations

import sqlite3

from ingestion.lakehouse import journal
from ingestion.lakehouse.sql_text import identifier
from python_models.knowledge.forgetting.plan import Plan


def forget_in_journal(plan: Plan) -> None:
    """Take calls, decisions and whatever told a line of it out of the journal."""
    calls = [tuple(row) for row in plan.rows["gone_calls"]]
    prompts = [tuple(row) for row in plan.rows["gone_prompts"]]
    anchors = [(row[0], row[0]) for row in plan.rows["gone_anchors"]]
    with journal.journal() as connection:
        known = _tables(connection)
        connection.execute("pragma secure_delete = on")
        if "llm_calls" in known:
            for table in ("llm_calls", "llm_items", "llm_embeddings"):
                connection.executemany(f"delete from {table} where call_id = ?", calls)
            connection.executemany(
                "update llm_calls set input_messages = null where call_id = ?", prompts
            )
            connection.executemany(
                "update llm_attempts set is_forgotten = 1, raw_response = null, error = null"
                " where call_id = ?",
                calls,
            )
        if "knowledge_decisions" in known:
            connection.executemany(
                "delete from knowledge_decisions where anchor = ? or other_anchor = ?", anchors
            )
        connection.create_function(
            "tells", 1, lambda text: int(plan.tells(text)), deterministic=True
        )
        for table in sorted(known - {"knowledge_forgettings", "file_texts"}):
            if not table.startswith("llm_"):
                _blank(connection, table)


def _tables(connection: sqlite3.Connection) -> set[str]:
    names = connection.execute("select name from sqlite_master where type = 'table'")
    return {row[0] for row in names.fetchall()}


def _blank(connection: sqlite3.Connection, table: str) -> None:
    """Empty the cells of a table that tell a line of what goes."""
    for row in connection.execute(f"pragma table_info({identifier(table)})").fetchall():
        if row["type"].lower() == "text" and not row["pk"]:
            name = identifier(row["name"])
            connection.execute(
                f"update {identifier(table)} set {name} = iif(json_valid({name}), '{{}}', '')"
                f" where {name} is not null and tells({name})"
            )
