"""What must hold of syncs before documents are made of what they saw."""

from __future__ import annotations

from expectations.promise import filled, landed, no_rows, one_of, table
from ingestion.landing.declarations import variable

GONE_LIMIT = float(variable("KNOWLEDGE_GONE_LIMIT") or 0.2)

TABLES = [
    table(
        "syncs",
        [
            landed(),
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
            no_rows(
                f"at most {GONE_LIMIT:.0%} of a source is gone at once",
                "critical",
                f"""
                select sync_id, gone, present from {{batch}}
                where gone > 1 and gone > {GONE_LIMIT} * present
                """,
                because="an export that lacks so much is more likely broken than right: look at"
                " it, and let it pass with ACCEPT=<sync_id> where it is",
            ),
            no_rows(
                "an export lists all it should",
                "warn",
                "select sync_id, error from {batch} where error is not null",
                because="nothing was deleted for it: export it again",
            ),
        ],
        key=["sync_id"],
        since="load_id",
    ),
    table(
        "sightings",
        [
            *filled("sync_id", "source", "object_id", "native_id", "kind", "state"),
            one_of("state", ["seen", "archived", "deleted", "forbidden", "forgotten"]),
        ],
        key=["object_id"],
        since="load_id",
    ),
    table(
        "unread",
        [
            no_rows(
                "new blobs are what their names say, and sampled objects read back",
                "critical",
                "select blob_hash, locator, error from {batch}",
                because="a document that is made anew is made of these bytes",
            ),
        ],
        key=["blob_hash"],
    ),
    table(
        "declarations",
        [
            no_rows(
                "the newest export of a source is as fresh as it declares",
                "warn",
                """
                select declared.source, newest_at, declared.freshness_hours from (
                    select source, arg_max(freshness_hours, load_id) as freshness_hours
                    from {batch} group by source
                ) as declared
                inner join (
                    select source, max(exported_at) as newest_at from {syncs} group by source
                ) as newest on newest.source = declared.source
                where newest_at
                    < cast(now() as timestamp) - to_hours(cast(declared.freshness_hours as bigint))
                """,
                because="what has changed there since is not known here",
            ),
        ],
        key=["source"],
    ),
    table("rejects", [*filled("source", "reason", "error")], key=["source"], since="load_id"),
]
