from python_models.experiments.judging import variances_decomposed
from python_models.release.reuse import last_build


def model(dbt, session):
    dbt.config(materialized="table")
    scores = dbt.ref("int_experiments__cohort_scores_listed")
    return variances_decomposed(scores, last_build(session, dbt.this))
