from python_models.experiments.earlier import earlier
from python_models.experiments.judging import variances_decomposed


def model(dbt, session):
    dbt.config(materialized="table")
    scores = dbt.ref("int_experiments__cohort_scores_listed")
    return variances_decomposed(scores, earlier(session, dbt.this))
