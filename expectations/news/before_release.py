"""What must hold of a report and its run before it becomes what readers see."""

from __future__ import annotations

from expectations.promise import between, filled, no_rows, one_of, refers, table, unique

TABLES = [
    table(
        "reports",
        [
            unique("run_id"),
            *filled("run_id", "report", "as_of", "markdown", "html", "json"),
            no_rows(
                "a report has the items it should have, or says why not",
                "critical",
                """
                select run_id, item_count, top_n from {batch}
                where item_count < top_n and missing_because is null
                """,
            ),
            no_rows(
                "a report has the items it says it has",
                "critical",
                """
                select run_id, item_count, found from {batch} left join (
                    select run_id, count(*) as found from {report_items} group by run_id
                ) using (run_id)
                where item_count <> coalesce(found, 0)
                """,
            ),
        ],
        key=["run_id"],
    ),
    table(
        "report_items",
        [
            *filled("title", "text", "story_id", "article_id"),
            between("a score is one", "critical", "score", 1, 10),
            no_rows(
                "every text has 500 to 600 characters",
                "critical",
                "select run_id, rank, length(text) as characters from {batch}"
                " where length(text) not between 500 and 600",
            ),
            no_rows(
                "ranks go from 1 on without a gap",
                "critical",
                """
                select run_id, count(*) as item_count, max(rank) as last from {batch}
                group by run_id having count(*) <> max(rank) or min(rank) <> 1
                """,
            ),
            no_rows(
                "every item's text is valid",
                "critical",
                """
                select run_id, story_id, check_name from {batch}
                inner join {validations} using (run_id, story_id)
                where is_blocking and not is_valid
                """,
            ),
            no_rows(
                "every item was checked again",
                "critical",
                """
                select run_id, story_id from {batch}
                where (run_id, story_id) not in (select (run_id, story_id) from {validations})
                """,
            ),
            no_rows(
                "no link leads to a private address",
                "critical",
                r"""
                select run_id, story_id, address from (
                    select run_id, story_id, unnest(
                        [url] || regexp_extract_all(sources, '"url": "([^"]*)"', 1)
                    ) as address
                    from {batch}
                )
                where not regexp_matches(lower(address), '^https?://')
                    or regexp_matches(
                        lower(address),
                        '^https?://(localhost|127\.|10\.|0\.|169\.254\.|192\.168\.'
                        || '|172\.(1[6-9]|2[0-9]|3[01])\.|\[(::1|fc|fd|fe80))'
                    )
                """,
            ),
            refers("story_id", "stories", "story_id"),
        ],
        key=["run_id", "rank"],
    ),
    table(
        "funnel",
        [
            no_rows(
                "in = out + dropped, in each phase",
                "critical",
                """
                select run_id, phase_name, input_count, output_count, dropped_count from {batch}
                where input_count <> output_count + dropped_count or output_count < 0
                """,
            ),
            no_rows(
                "what gets through a phase comes into the next",
                "critical",
                """
                select run_id, phase_number, output_count, next_count from (
                    select run_id, phase_number, output_count,
                        lead(input_count) over (
                            partition by run_id order by phase_number
                        ) as next_count
                    from {batch}
                )
                where phase_number between 3 and 9 and output_count <> next_count
                """,
                because="no story is lost between two phases, and none comes from nowhere",
            ),
            no_rows(
                "what is dropped has a reason",
                "critical",
                "select run_id, phase_name from {batch} where reasons like '%no reason%'",
            ),
        ],
        key=["run_id", "phase_number"],
    ),
    table(
        "validations",
        [one_of("outcome", ["passed", "failed", "noted"]), *filled("check_name", "story_id")],
        key=["run_id", "story_id", "check_name"],
    ),
    table(
        "analysis_sentences",
        [
            no_rows(
                "every sentence cites a passage",
                "critical",
                """
                select run_id, story_id, n from {batch}
                inner join {report_items} using (run_id, story_id)
                where passages is null or passages = '[]'
                """,
            ),
        ],
        key=["run_id", "story_id", "n"],
    ),
    table(
        "tier1",
        [
            no_rows(
                "an article that goes no further has one reason, and one that passed none",
                "critical",
                """
                select run_id, article_id, dropped_because from {batch}
                where passed is distinct from (dropped_because is null)
                """,
            ),
        ],
        key=["run_id", "article_id"],
    ),
]
