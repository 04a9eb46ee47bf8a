from python_models.experiments.earlier import earlier
from python_models.experiments.scoring import scores_parsed


def model(dbt, session):
    dbt.config(materialized="table")
    return scores_parsed(dbt.ref("generations"), earlier(session, dbt.this))
