def model(dbt, session):
    from tests.python_models.tiny_gate import check

    dbt.config(materialized="table", schema="ops", tags=["gate", "tiny"])
    return check(session, dbt.ref("stg_tiny__things"), "gate_tiny__after_staging")
