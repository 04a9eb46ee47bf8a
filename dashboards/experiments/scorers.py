"""What scores texts without a judge, beside what the judges say of the same texts."""

from __future__ import annotations

import streamlit as st

from dashboards.experiments.filters import Chosen
from dashboards.parts.page import asking, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table

# in `all` a text and a scorer that cohorts share count once
SCORERS = """
with scored_texts as (
    select distinct
        scorer_scores.essay_gen_id,
        scorer_scores.scorer_id,
        scorer_scores.scorer_hash,
        scorer_scores.kind,
        scorer_scores.argument,
        scorer_scores.draft_template_id,
        scorer_scores.generation_model_id,
        scorer_scores.error,
        scorer_scores.value,
        scorer_scores.share
    from experiments.scorer_scores
    where $cohort = 'all' or scorer_scores.cohort_id = $cohort
),

judged_texts as (
    select final_results.essay_gen_id, final_results.mean_share
    from experiments.final_results
    where final_results.cohort_id = $cohort
)

select
    scored_texts.scorer_id,
    scored_texts.kind,
    scored_texts.argument,
    count(*) as text_count,
    count(scored_texts.error) as error_count,
    avg(scored_texts.share) as mean_share,
    avg(scored_texts.value) as mean_value,
    avg(judged_texts.mean_share) as judge_share,
    case
        when
            stddev_pop(scored_texts.value) filter (judged_texts.mean_share is not null) > 0
            and stddev_pop(judged_texts.mean_share) > 0
            then corr(scored_texts.value, judged_texts.mean_share)
    end as correlation,
    min(scored_texts.error) as first_error
from scored_texts
left join judged_texts on scored_texts.essay_gen_id = judged_texts.essay_gen_id
group by
    scored_texts.scorer_id, scored_texts.scorer_hash, scored_texts.kind, scored_texts.argument
order by scored_texts.scorer_id, scored_texts.scorer_hash
"""
BY_WRITER = """
with scored_texts as (
    select distinct
        scorer_scores.essay_gen_id,
        scorer_scores.scorer_id,
        scorer_scores.scorer_hash,
        scorer_scores.kind,
        scorer_scores.argument,
        scorer_scores.draft_template_id,
        scorer_scores.generation_model_id,
        scorer_scores.error,
        scorer_scores.value,
        scorer_scores.share
    from experiments.scorer_scores
    where $cohort = 'all' or scorer_scores.cohort_id = $cohort
),

judged_texts as (
    select final_results.essay_gen_id, final_results.mean_share
    from experiments.final_results
    where final_results.cohort_id = $cohort
)

select
    scored_texts.scorer_id,
    scored_texts.draft_template_id,
    scored_texts.generation_model_id,
    count(*) as text_count,
    avg(scored_texts.share) as mean_share,
    avg(scored_texts.value) as mean_value,
    avg(judged_texts.mean_share) as judge_share
from scored_texts
left join judged_texts on scored_texts.essay_gen_id = judged_texts.essay_gen_id
group by
    scored_texts.scorer_id, scored_texts.scorer_hash,
    scored_texts.draft_template_id, scored_texts.generation_model_id
order by
    scored_texts.scorer_id, mean_share desc nulls last,
    scored_texts.draft_template_id, scored_texts.generation_model_id
"""
NUMBER = st.column_config.NumberColumn
SHARE = st.column_config.ProgressColumn
_SAID = {
    "text_count": NUMBER("Texts", format="%d"),
    "error_count": NUMBER("Not measured", format="%d"),
    "mean_share": SHARE("Met", format="percent", min_value=0, max_value=1),
    "mean_value": NUMBER("Mean value", format="%.2f", help="How often found, length, 1 or 0"),
    "judge_share": SHARE("Judges", format="percent", min_value=0, max_value=1),
}
COLUMNS = {
    "scorer_id": "Scorer",
    "kind": "Kind",
    "argument": "What",
    **_SAID,
    "correlation": NUMBER(
        "With the judges", format="%.2f", help="Pearson, of the value and the judges' mean"
    ),
    "first_error": "Why not",
}
WRITER_COLUMNS = {
    "scorer_id": "Scorer",
    "draft_template_id": "Draft template",
    "generation_model_id": "Writing model",
    **_SAID,
}


def show(release: Release, chosen: Chosen) -> None:
    """Show each scorer beside the judges, then by template and model; nothing without scorers."""
    ask = asking(release)
    found = ask(SCORERS, cohort=chosen.cohort)
    if not len(found):
        return
    part("Scorers beside judges", "The same text gives the same score, at no cost.")
    table(found, "scorers", COLUMNS)
    table(ask(BY_WRITER, cohort=chosen.cohort), "scorers_by_writer", WRITER_COLUMNS)
