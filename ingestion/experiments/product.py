"""Experiments: concepts x templates x models, drafted, written, judged, analysed."""

from __future__ import annotations

from ingestion.landing.registration import Product, Slice

PRODUCT = Product(
    name="experiments",
    order=20,
    icon=":material/science:",
    entry="study",
    daily=(
        "select 'Best so far: **' || draft_template_id || '**, then **' || essay_template_id "
        "|| '**, by **' || generation_model_id || '**: ' || round(mean_score, 2) || ' points.' "
        "from experiments.final_results "
        "where score_count > 0 "
        "order by mean_share desc, score_count desc, essay_gen_id "
        "limit 1"
    ),
    entries="studies",
    main_table="studies",
    demo="ingestion.experiments.demo",
    api="dashboards.experiments.api:router",
    slow_imports=(
        "python_models.experiments.scores.reader",
        "python_models.experiments.agreement.measuring",
    ),
    landing_ahead="ingestion.experiments.ahead:rows_ahead",
    slices=(
        Slice(
            "cohort",
            "cohorts to ask for, also old ones: ids, or studies for their newest",
            known=("select distinct cohort_id from built.experiments.cohorts",),
            names=("select distinct source from raw_experiments.studies",),
            variable="experiments_cohort",
        ),
        Slice(
            "stage",
            "stages to ask for",
            known=("select unnest(['draft', 'essay', 'evaluation', 'comparison'])",),
            variable="experiments_stage",
        ),
        Slice(
            "template",
            "templates to ask for",
            known=("select distinct template_id from raw_experiments.templates",),
            variable="experiments_template",
        ),
        Slice(
            "model",
            "models to ask for",
            known=("select distinct model_id from raw_experiments.models",),
            variable="experiments_model",
        ),
        Slice(
            "gen",
            "single generations to ask for",
            known=(
                "select distinct gen_id from built.experiments.generations",
                "select gen_id from built.experiments.pair_verdicts",
            ),
            variable="experiments_gen",
        ),
    ),
)
