from python_models.experiments.earlier import earlier
from python_models.experiments.judging import agreements_measured


def model(dbt, session):
    dbt.config(materialized="table")
    scores = dbt.ref("int_experiments__cohort_scores_listed")
    return agreements_measured(scores, earlier(session, dbt.this))
