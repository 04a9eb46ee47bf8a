"""What must hold of the marts of experiments before they become what readers see."""

from __future__ import annotations

from expectations.experiments.pairs import TABLES as PAIRS
from expectations.promise import between, filled, no_rows, not_shrunk, one_of, refers, table, unique

KINDS = ["draft", "essay", "evaluation", "comparison"]
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
    table(
        "scores",
        [
            unique("gen_id"),
            one_of("status", ["ok", "error"]),
            between("a score is on its scale", "critical", "scaled_score", 0, 1),
            no_rows(
                "each evaluation that was asked has its row",
                "critical",
                """
                select gen_id from {generations}
                where stage = 'evaluation' and status <> 'pending'
                    and gen_id not in (select gen_id from {batch})
                """,
            ),
            no_rows(
                "a row has a score or the reason why it has none",
                "critical",
                """
                select gen_id from {batch}
                where (status = 'ok') <> (score is not null and error_code is null)
                    or (status = 'error') <> (score is null and error_code is not null)
                """,
            ),
            no_rows(
                "at least 80% of the judges' answers give a score",
                "warn",
                """
                select count(*) as answer_count, count(score) as score_count
                from {batch} where error_code is null or error_code <> 'no_text'
                having count(score) < 0.8 * count(*)
                """,
                because="a template and its parser do not fit each other",
            ),
        ],
        key=["gen_id"],
    ),
    table(
        "final_results",
        [
            unique("cohort_id", "essay_gen_id"),
            between("a mean is a share", "critical", "mean_share", 0, 1),
            no_rows(
                "results count each evaluation once",
                "critical",
                """
                select sum(evaluation_count) as counted, (select count(*) from {scores}) as there
                from {batch} where cohort_id = 'all'
                having coalesce(sum(evaluation_count), 0) <> (select count(*) from {scores})
                """,
            ),
        ],
        key=["cohort_id", "essay_gen_id"],
    ),
    table(
        "perfect_paths",
        [
            unique("cohort_id", "essay_gen_id"),
            refers("essay_gen_id", "final_results", "essay_gen_id"),
            refers("top_gen_id", "scores", "gen_id"),
        ],
        key=["cohort_id", "essay_gen_id"],
    ),
    table(
        "generation_pivot",
        [between("a mean is a share", "critical", "mean_share", 0, 1)],
        key=["cohort_id", "combo_id", "generation_model_id"],
    ),
    table(
        "evaluator_pivot",
        [
            unique("cohort_id", "evaluation_model_id", "evaluation_template_id"),
            between("errors are a share", "critical", "error_share", 0, 1),
        ],
        key=["cohort_id", "evaluation_model_id", "evaluation_template_id"],
    ),
    table(
        "evaluator_agreement",
        [
            unique("cohort_id", "evaluator_a", "evaluator_b", "statistic"),
            no_rows(
                "a correlation or kappa lies within -1 and 1",
                "critical",
                """
                select cohort_id, evaluator_a, evaluator_b, statistic, value from {batch}
                where abs(value) > 1 + 1e-9
                    and (statistic in ('pearson', 'spearman') or statistic like 'kappa%')
                """,
            ),
            no_rows(
                "an interval is not upside down",
                "critical",
                """
                select cohort_id, evaluator_a, evaluator_b, statistic from {batch}
                where low > high
                """,
            ),
        ],
        key=["cohort_id", "evaluator_a", "evaluator_b", "statistic"],
    ),
    table(
        "variance_components",
        [
            unique("cohort_id", "component"),
            between("a variance is not negative", "critical", "variance", 0, None),
            no_rows(
                "shares add up to one",
                "critical",
                """
                select cohort_id, sum(share) as total from {batch}
                group by cohort_id having abs(sum(share) - 1) > 1e-6
                """,
            ),
        ],
        key=["cohort_id", "component"],
    ),
    table(
        "template_versions",
        [
            unique("kind", "template_id", "template_hash"),
            one_of("kind", KINDS),
            between("a difference is one of shares", "critical", "difference", -1, 1),
        ],
        key=["kind", "template_id", "template_hash"],
    ),
    table(
        "model_performance",
        [
            unique("cohort_id", "role", "model_id"),
            refers("cohort_id", "cohorts", "cohort_id"),
        ],
        key=["cohort_id", "role", "model_id"],
    ),
    table(
        "concepts",
        [unique("study", "concept_id", "level"), *filled("name", "description")],
        key=["study", "concept_id", "level"],
    ),
    table(
        "imports",
        [unique("study", "text_id", "gen_id"), *filled("writer", "text_hash")],
        key=["study", "text_id", "gen_id"],
    ),
    table(
        "templates",
        [
            unique("kind", "template_id", "template_hash"),
            one_of("kind", KINDS),
        ],
        key=["kind", "template_id", "template_hash"],
    ),
    table(
        "models",
        [unique("study", "model_id", "endpoint", "provider_model", "parameters")],
        key=["study", "model_id", "endpoint", "provider_model", "parameters"],
    ),
    table(
        "concept_scores",
        [
            unique("cohort_id", "kind", "name"),
            one_of("kind", ["concept", "tag"]),
            between("a mean is a share", "critical", "mean_share", 0, 1),
        ],
        key=["cohort_id", "kind", "name"],
    ),
    table(
        "scorer_scores",
        [
            unique("cohort_id", "essay_gen_id", "scorer_id"),
            one_of("kind", ["regex", "exact", "json_schema", "length", "function"]),
            between("what a text is worth is a share", "critical", "share", 0, 1),
            no_rows(
                "a scorer measured something or says why not",
                "critical",
                """
                select essay_gen_id, scorer_id from {batch}
                where (status = 'ok') <> (share is not null and error is null)
                """,
            ),
        ],
        key=["cohort_id", "essay_gen_id", "scorer_id"],
    ),
    table(
        "comparisons",
        [
            unique("cohort_id", "factor", "item_a", "item_b"),
            one_of("verdict", ["higher", "lower", "undecided", "too_few"]),
            between("a difference is one of shares", "critical", "difference", -1, 1),
            no_rows(
                "an interval holds its difference",
                "critical",
                """
                select cohort_id, factor, item_a, item_b from {batch}
                where not (low <= difference + 1e-9 and difference <= high + 1e-9)
                """,
            ),
        ],
        key=["cohort_id", "factor", "item_a", "item_b"],
    ),
    *PAIRS,
]
