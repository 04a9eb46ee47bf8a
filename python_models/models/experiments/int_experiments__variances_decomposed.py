from python_models.experiments.judging import variances_decomposed


def model(dbt, session):
    dbt.config(materialized="table", schema="experiments_intermediate", tags=["experiments"])
    return variances_decomposed(dbt.ref("int_experiments__cohort_scores_listed"))
