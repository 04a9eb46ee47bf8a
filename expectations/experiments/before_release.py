"""What must hold of the marts of experiments before they become what readers see."""

from __future__ import annotations

from expectations.promise import filled, no_rows, not_shrunk, one_of, refers, table, unique

TABLES = [
    table("cohorts", [unique("cohort_id"), *filled("study", "definition")], key=["cohort_id"]),
    table(
        "combos",
        [unique("combo_id"), unique("concept_ids", "level"), *filled("alias")],
        key=["combo_id"],
    ),
    table(
        "membership",
        [
            unique("cohort_id", "gen_id"),
            one_of("stage", ["draft", "essay", "evaluation"]),
            refers("cohort_id", "cohorts", "cohort_id"),
            refers("combo_id", "combos", "combo_id"),
            no_rows(
                "a member's parent is a member of the same cohort",
                "critical",
                """
                select cohort_id, gen_id, parent_gen_id from {batch}
                where parent_gen_id is not null and (cohort_id, parent_gen_id)
                    not in (select (cohort_id, gen_id) from {batch})
                """,
            ),
            not_shrunk("membership"),
        ],
        key=["cohort_id", "gen_id"],
    ),
    table(
        "generations",
        [
            unique("gen_id"),
            refers("gen_id", "membership", "gen_id"),
            no_rows(
                "every member of a newest version is there",
                "critical",
                """
                select gen_id from {membership}
                where cohort_id in (select cohort_id from {cohorts} where is_current)
                    and gen_id not in (select gen_id from {batch})
                """,
            ),
            not_shrunk("generations"),
        ],
        key=["gen_id"],
    ),
]
