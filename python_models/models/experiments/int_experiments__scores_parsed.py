from python_models.experiments.scoring import scores_parsed
from python_models.release.reuse import last_build


def model(dbt, session):
    dbt.config(materialized="table")
    return scores_parsed(dbt.ref("generations"), last_build(session, dbt.this))
