def model(dbt, session):
    from tests.python_models.tiny_gate import check

    dbt.config(materialized="table", schema="ops", tags=["gate", "tiny"])
    dbt.ref("totals")
    return check(session, dbt.ref("things"), "gate_tiny__before_release")
