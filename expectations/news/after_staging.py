"""What must hold of entries and pages before articles are made of them."""

from __future__ import annotations

from expectations.promise import filled, no_groups, no_rows, one_of, table

TABLES = [
    table(
        "entries",
        [
            *filled("run_id", "source", "identity", "identity_kind"),
            no_rows(
                "an entry that waits for its date has no first run",
                "critical",
                """
                select source, identity, run_id from {batch}
                where (first_seen_at is null) <> (first_run_id is null)
                """,
            ),
            no_rows(
                "an entry was first seen in its run or before",
                "critical",
                """
                select source, identity, run_id, first_seen_at, as_of from {batch}
                inner join (select run_id as of_run, as_of from {runs}) on of_run = run_id
                where first_seen_at > as_of
                """,
                because="what an article's time is held against may not lie after the run",
            ),
            no_groups(
                "most entries say when they were published",
                "warn",
                "source",
                "entry_count >= 5 and undated_count > 0.5 * entry_count",
                because="undated entries of a first fetch are not news; name the feed's zone and"
                " date_order in its declaration",
                entry_count="count(*)",
                undated_count="count(*) filter (published_at is null)",
            ),
            no_rows(
                "most entries have a link",
                "warn",
                """
                select source, count(*) as entry_count from {batch} group by source
                having count(*) >= 5 and count(*) filter (url_key is null) > 0.5 * count(*)
                """,
            ),
        ],
        key=["source", "identity"],
        since="load_id",
    ),
    table(
        "pages",
        [
            *filled("url_key"),
            no_groups(
                "the text of most pages could be read",
                "warn",
                "source",
                "page_count >= 5 and empty_count > 0.5 * page_count",
                page_count="count(*)",
                empty_count="count(*) filter (coalesce(text, '') = '')",
            ),
        ],
        key=["url"],
        since="load_id",
    ),
    table("runs", [one_of("origin", ["web", "demo", "captures"])], key=["run_id"], since="load_id"),
    table(
        "feedback",
        [*filled("article_id", "rater", "rated_at"), one_of("rating", ["up", "down"])],
        key=["article_id", "rater"],
    ),
]
