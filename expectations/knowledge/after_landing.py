"""What must hold of syncs before documents are made of what they saw."""

from __future__ import annotations

from expectations.promise import filled, no_rows, one_of, promise, table

TABLES = [
    table(
        "syncs",
        [
            promise(
                "something has landed", "warn", "expect_table_row_count_to_be_between", min_value=1
            ),
            *filled("sync_id", "source", "kind", "mode", "tier", "exported_at"),
            no_rows(
                "a sync has landed once",
                "critical",
                """
                select sync_id, count(*) as row_count from {syncs}
                where sync_id in (select sync_id from {batch})
                group by sync_id having count(*) > 1
                """,
            ),
            no_rows(
                "seen = new + changed + unchanged + forbidden + rejected",
                "critical",
                """
                select sync_id, seen, new, changed, unchanged, forbidden, rejected from {batch}
                where seen is distinct from new + changed + unchanged + forbidden + rejected
                """,
                because="no object of an export is lost without a word",
            ),
        ],
        key=["sync_id"],
        since="load_id",
    ),
    table(
        "sightings",
        [
            *filled("sync_id", "source", "object_id", "native_id", "kind", "state"),
            one_of("state", ["seen", "archived", "deleted", "forbidden"]),
        ],
        key=["object_id"],
        since="load_id",
    ),
    table("rejects", [*filled("source", "reason", "error")], key=["source"], since="load_id"),
]
