def model(dbt, session):
    from python_models.ops.release import publish

    dbt.config(materialized="table", schema="ops", tags=["release", "experiments"])
    dbt.ref("gate_experiments__before_release")
    dbt.ref("cohorts")
    dbt.ref("combos")
    dbt.ref("membership")
    dbt.ref("generations")
    return publish(dbt, session, "experiments")
