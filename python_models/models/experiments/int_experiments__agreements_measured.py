from python_models.experiments.judging import agreements_measured


def model(dbt, session):
    dbt.config(materialized="table", schema="experiments_intermediate", tags=["experiments"])
    return agreements_measured(dbt.ref("int_experiments__cohort_scores_listed"))
