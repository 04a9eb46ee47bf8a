"""What must hold of a landed run of news before anything reads it."""

from __future__ import annotations

from expectations.promise import (
    between,
    complete,
    filled,
    has_columns,
    landed,
    no_rows,
    one_of,
    table,
)

STATUSES = [
    "ok", "unchanged", "partial", "blocked", "gone", "disallowed", "private_address", "too_large",
    "not_a_feed", "empty", "failed",
]  # fmt: skip
GOOD = "('ok', 'unchanged', 'partial')"

TABLES = [
    table(
        "runs",
        [
            landed(),
            *filled("run_id", "report", "as_of", "origin", "config", "started_at"),
            no_rows(
                "a run has landed once",
                "critical",
                """
                select run_id, count(*) as row_count from {runs}
                where run_id in (select run_id from {batch})
                group by run_id having count(*) > 1
                """,
            ),
        ],
        key=["run_id"],
        since="load_id",
    ),
    table(
        "entries",
        [
            *has_columns("identity", "entry_hash", "flags", "first_seen_at", "first_run_id"),
            *filled("run_id", "source", "position", "identity", "entry_hash", "kind"),
            one_of("kind", ["article", "audio", "video"]),
            no_rows(
                "an entry is there once in a run",
                "critical",
                """
                select run_id, source, identity, count(*) as row_count from {batch}
                group by run_id, source, identity having count(*) > 1
                """,
                because="a run that is landed twice or in part shows here",
            ),
            complete("entry", "run"),
        ],
        key=["source", "identity"],
        since="load_id",
    ),
    table(
        "source_health",
        [
            *filled("run_id", "source", "status"),
            one_of("status", STATUSES),
            no_rows(
                "a source has one row in a run",
                "critical",
                """
                select run_id, source, count(*) as row_count from {batch}
                group by run_id, source having count(*) > 1
                """,
            ),
            no_rows(
                "entries = new + changed + seen before + rejected + beyond the newest",
                "critical",
                """
                select run_id, source, item_count, new_count, changed_count, seen_count,
                    rejected_count, rest_count
                from {batch}
                where item_count is distinct from
                    new_count + changed_count + seen_count + rejected_count + rest_count
                """,
                because="no entry of a feed is lost without a word",
            ),
            no_rows(
                "what was new or changed has landed, once",
                "critical",
                """
                select run_id, source, new_count + changed_count as counted, landed from (
                    select run_id, source, new_count, changed_count from {batch}
                ) left join (
                    select run_id, source, count(*) as landed from {entries}
                    where run_id in (select run_id from {batch})
                    group by run_id, source
                ) using (run_id, source)
                where coalesce(landed, 0) < new_count + changed_count
                """,
                because="entries that waited for their date are landed again, beside the counted",
            ),
            no_rows(
                "at most a fifth of the sources that answered in the run before fail",
                "critical",
                f"""
                select run_id, failed, answered from (
                    select now.run_id, count(*) as answered,
                        count(*) filter (now.status not in {GOOD}) as failed
                    from {{batch}} as now
                    inner join {{runs}} as run on run.run_id = now.run_id
                    inner join {{source_health}} as before
                        on before.run_id = run.previous_run_id and before.source = now.source
                    where before.status in {GOOD}
                    group by now.run_id
                )
                where failed >= 3 and failed > 0.2 * answered
                """,
                because="so many at once is our network or address, not the sources: what was"
                " fetched is kept. A run that is to pass all the same: make build"
                " ACCEPT=<load_id>",
            ),
            no_rows(
                "no source that had more than five entries has had none three times",
                "warn",
                """
                select source, run_id from (
                    select source, run_id, item_count,
                        lag(item_count, 1) over w as one_before,
                        lag(item_count, 2) over w as two_before,
                        lag(item_count, 3) over w as three_before
                    from (
                        select health.*, run.as_of, run.started_at, run.origin
                        from {source_health} as health
                        inner join {runs} as run on run.run_id = health.run_id
                        where health.status in ('ok', 'partial')
                    )
                    window w as (partition by source, origin order by as_of, started_at, run_id)
                )
                where run_id in (select run_id from {batch})
                    and item_count = 0 and one_before = 0 and two_before = 0 and three_before > 5
                """,
                because="a feed that was emptied or has moved looks like days without news: look"
                " at it with make news-check SOURCE=, and mend its declaration",
            ),
        ],
        key=["run_id", "source"],
        since="load_id",
    ),
    table(
        "pages",
        [
            *filled("run_id", "url", "url_key"),
            between("a page takes time", "critical", "extraction_seconds", 0, None),
        ],
        key=["url"],
        since="load_id",
    ),
    table("rejects", [*filled("source", "reason", "error")], key=["source"], since="load_id"),
]
