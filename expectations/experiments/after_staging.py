"""What must hold of staged studies before generations are planned from them."""

from __future__ import annotations

from expectations.promise import between, filled, no_rows, table, unique


def _of_a_load(name: str, *key: str) -> object:
    return table(
        name,
        [
            unique("load_id", *key),
            no_rows(
                f"{name} belong to a study that landed",
                "critical",
                "select distinct load_id from {batch} "
                "where load_id not in (select load_id from {studies})",
            ),
        ],
        key=["load_id", *key],
        since="load_id",
    )


TABLES = [
    table(
        "studies",
        [
            unique("load_id"),
            between("k_max can be tried", "critical", "k_max", 1, 50),
            between("drafts are asked for", "critical", "draft_replicates", 1, 100),
            between("judgements are asked for", "critical", "evaluation_replicates", 1, 100),
            no_rows(
                "a study that writes has concepts, a draft template and a model",
                "critical",
                """
                select load_id, source from {batch} where not is_reevaluation
                    and load_id not in (select load_id from {imports}) and (
                    load_id not in (select load_id from {concepts} where is_active)
                    or load_id not in (
                        select load_id from {templates} where is_active and kind = 'draft'
                    )
                    or load_id not in (select load_id from {models} where for_generation)
                )
                """,
            ),
        ],
        key=["source", "study_version"],
    ),
    _of_a_load("concepts", "concept_id", "level"),
    _of_a_load("templates", "kind", "template_id"),
    _of_a_load("models", "model_id"),
    _of_a_load("curated_combos", "combo_number", "concept_id"),
    table("files", [*filled("source", "source_file")], key=["source_file"], since="load_id"),
    table("rejects", [*filled("reason", "error")], key=["source_file"], since="load_id"),
    _of_a_load("imports", "text_id"),
    _of_a_load("pair_factors", "factor"),
    _of_a_load("reevaluations", "gen_id"),
    _of_a_load("scorers", "scorer_id"),
]
