from python_models.experiments.comparing import comparisons_measured
from python_models.release.reuse import last_build


def model(dbt, session):
    dbt.config(materialized="table")
    places = dbt.ref("int_experiments__places_scored")
    return comparisons_measured(places, last_build(session, dbt.this))
