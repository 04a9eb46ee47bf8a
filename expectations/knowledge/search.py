"""What must hold of chunks, their words and the cells of grids before a release shows them."""

from __future__ import annotations

from expectations.knowledge.tiers import as_closed_as
from expectations.promise import filled, no_rows, table

TABLES = [
    table(
        "chunks",
        [
            *filled("chunk_id", "object_id", "version", "chunker_id", "text_hash", "tier"),
            as_closed_as("documents", "object_id", "version"),
            no_rows(
                "no span lies outside its text",
                "critical",
                """
                select chunk_id, span_start, span_end from {batch}
                left join {documents} using (object_id, version)
                where text is null or span_start < 0 or span_end > length(text)
                    or span_end <= span_start
                """,
            ),
            no_rows(
                "chunks that do not overlap leave out white space only",
                "critical",
                """
                with placed as (
                    select object_id, version, chunker_id, ordinal, span_start, text,
                        lag(span_end, 1, 0) over each_text as before,
                        case when lead(chunk_id) over each_text is null
                            then substring(text, span_end + 1) else '' end as behind
                    from {batch} inner join {documents} using (object_id, version)
                    where chunker_id in (select chunker_id from {chunkers} where kind <> 'fixed')
                    window each_text as (
                        partition by object_id, version, chunker_id order by ordinal
                    )
                )
                select object_id, version, chunker_id, ordinal from placed
                where span_start < before or regexp_matches(
                    substring(text, before + 1, span_start - before) || behind,
                    '[^\\s\\pZ\\v\\x1c-\\x1f\\x85]'
                )
                """,
                because="what no chunk has is never found and never read",
            ),
        ],
        key=["chunk_id"],
    ),
    table(
        "search_terms",
        [
            as_closed_as("chunks", "chunk_id"),
            no_rows(
                "words are of chunks of documents in force",
                "critical",
                """
                select distinct chunk_id from {batch}
                anti join (
                    select chunk_id from {chunks} inner join {corpus_members}
                        using (object_id, version)
                    where known_to is null
                ) as in_force using (chunk_id)
                """,
                because="search holds what is in force",
            ),
        ],
        key=["chunk_id", "term"],
    ),
    table(
        "grid_cells",
        [
            *filled("corpus_id", "chunker_id", "resolution_id", "graph_id"),
            no_rows(
                "one cell is released",
                "critical",
                """
                select count(*) filter (released) as released_count from {batch}
                having count(*) filter (released) <> 1
                """,
                because="every macro of the release goes by it",
            ),
        ],
        key=["grid_id", "cell_id"],
    ),
    table(
        "grid_metrics",
        [
            no_rows(
                "hybrid search is not worse than words alone",
                "warn",
                """
                select grid_id, cell_id, value, low, high, n
                from {batch} inner join {grid_cells} using (grid_id, cell_id)
                where released and metric = 'hybrid_gain_at_10' and high < 0
                """,
                because="where it is, this release searches by words alone",
            ),
        ],
        key=["grid_id", "cell_id", "metric"],
    ),
]
