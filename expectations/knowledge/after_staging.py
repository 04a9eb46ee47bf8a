"""What must hold of what syncs saw before documents are made of it."""

from __future__ import annotations

from expectations.promise import no_rows, table

TABLES = [
    table(
        "sightings",
        [
            no_rows(
                "what was seen belongs to a sync",
                "critical",
                """
                select sync_id, count(*) as row_count from {batch}
                where sync_id not in (select sync_id from {syncs})
                group by sync_id
                """,
            ),
            no_rows(
                "an object has its bytes and a place in them",
                "critical",
                """
                select sync_id, object_id, blob_hash, locator from {batch}
                where state not in ('forbidden', 'forgotten')
                    and (blob_hash is null or locator is null or content_hash is null)
                """,
            ),
        ],
        key=["sync_id", "object_id"],
        since="load_id",
    ),
    table(
        "syncs",
        [
            no_rows(
                "a sync's objects have landed with it",
                "critical",
                """
                select syncs.sync_id, syncs.seen - syncs.rejected as counted, landed
                from {batch} as syncs
                left join (
                    select sync_id, count(distinct object_id) as landed
                    from {sightings} group by sync_id
                ) as sightings on sightings.sync_id = syncs.sync_id
                where coalesce(landed, 0) <> syncs.seen - syncs.rejected
                """,
                because="a package that landed in part shows here",
            ),
            no_rows(
                "the source of a sync has been declared",
                "critical",
                """
                select sync_id, source from {batch}
                where source not in (select source from {declarations})
                """,
            ),
        ],
        key=["sync_id"],
        since="load_id",
    ),
]
