"""What must hold of landed studies before anything reads them."""

from __future__ import annotations

from expectations.promise import files_add_up, filled, landed, no_rows, one_of, table

TABLES = [
    table(
        "studies",
        [
            landed("a study landed"),
            *filled("load_id", "source", "study_version", "definition", "landed_at"),
            one_of("level", ["sentence", "paragraph", "article"]),
        ],
        key=["source", "study_version"],
    ),
    table(
        "files",
        [
            *files_add_up(),
            no_rows(
                "what files say was rejected is in the rejects",
                "critical",
                """
                select load_id, rejected_count, reject_count from (
                    select load_id, sum(rows_rejected) as rejected_count
                    from {batch} group by load_id
                ) left join (
                    select load_id, count(*) as reject_count from {rejects} group by load_id
                ) using (load_id)
                where rejected_count <> coalesce(reject_count, 0)
                """,
                because="nothing is lost: what cannot be used stands there with its reason",
            ),
            no_rows(
                "the newest load of a study could be used whole",
                "warn",
                """
                select load_id, source, sum(rows_rejected) as rejected_count from {batch}
                where load_id in (select max(load_id) from {batch} group by source)
                group by load_id, source having sum(rows_rejected) > 0
                """,
                because="a study runs without what was rejected: see the rejects",
            ),
        ],
        key=["source_file"],
        since="load_id",
    ),
    table(
        "templates",
        [
            *filled("kind", "template_id", "text_hash", "generator"),
            one_of("kind", ["draft", "essay", "evaluation", "comparison"]),
        ],
        key=["source", "template_id"],
        since="load_id",
    ),
    table(
        "models",
        [*filled("model_id", "endpoint", "provider_model", "parameters")],
        key=["source", "model_id"],
        since="load_id",
    ),
    table(
        "concepts",
        [*filled("concept_id", "name", "level", "description")],
        key=["source", "concept_id"],
        since="load_id",
    ),
]
