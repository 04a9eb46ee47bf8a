def model(dbt, session):
    from tests.python_models.tiny_gate import check

    dbt.config(materialized="table", tags=["gate"])
    return check(session, dbt.ref("stg_plant__things"), "gate_plant__after_staging")
