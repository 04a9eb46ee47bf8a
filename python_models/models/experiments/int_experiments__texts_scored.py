from python_models.experiments.scorers import texts_scored
from python_models.release.reuse import last_build


def model(dbt, session):
    dbt.config(materialized="table")
    listed = dbt.ref("int_experiments__scorings_listed")
    once = listed.project("gen_id, scorer_hash, kind, argument, lowest, highest, text").distinct()
    return texts_scored(once, last_build(session, dbt.this))
